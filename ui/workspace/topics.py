"""A topic is a text together with its translation."""

from collections.abc import Mapping


def topics_of(twins: Mapping[str, str]) -> dict[str, str]:
    """The topic of each text: the first of the ids of those that belong to it.

    ``twins`` has for each id the one that the text names as its translation, empty where it names none. One of the two
    may be silent about the other, but not name a third one.
    """
    named = {}
    for name, twin in twins.items():
        back = twins.get(twin)
        named[name] = twin if back == "" else min(name, twin) if back == name else name
    first: dict[str, str] = {}
    for name in sorted(named):
        first.setdefault(named[name], name)
    return {name: first[named[name]] for name in named}
