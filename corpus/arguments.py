"""What a caller handed over, looked at before anything is done with it: one message, and not what breaks later.

What is of the wrong kind is a TypeError, and what is out of range a ValueError, as everywhere in Python: mistakes in a
program. A path that can be none is a mistake in what people name, and the caller says which of our errors it is.
"""

import operator
import os
import reprlib
from collections.abc import Iterable
from pathlib import Path

from corpus.errors import FoundationQAError

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 80  # characters of a value that a message shows


def shown(value: object) -> str:
    """``value`` as a message shows it, in short and with its type.

    >>> shown(b"What is CLIP?")
    "b'What is CLIP?' (bytes)"
    """
    return f"{_SHORT.repr(value)} ({type(value).__name__})"


def check_text(name: str, value: object) -> None:
    """TypeError where the argument ``name`` has a ``value`` that is no str."""
    if not isinstance(value, str):
        raise TypeError(f"{name!r} is {shown(value)}; expected a str.")


def several(name: str, value: object, expected: str) -> Iterable[object]:
    """The ``value`` of the argument ``name``, which is to hold several things.

    TypeError, which says what is ``expected``, where it holds none, or is a str or bytes: Python would take it apart
    into letters.
    """
    if isinstance(value, (str, bytes, bytearray)) or not isinstance(value, Iterable):
        raise TypeError(f"{name!r} is {shown(value)}; expected {expected}.")
    return value


def texts_of(name: str, value: object) -> tuple[str, ...]:
    """The ``value`` of the argument ``name``, several str; TypeError where it is anything else, a single str as well.

    >>> texts_of("history", ["What is CLIP?"])
    ('What is CLIP?',)
    """
    found = []
    example = f", as [{_SHORT.repr(value)}]" if isinstance(value, str) else ""
    for number, each in enumerate(several(name, value, f"a sequence of str{example}")):
        if not isinstance(each, str):
            raise TypeError(f"{name!r} holds {shown(each)} at {number}; expected a sequence of str.")
        found.append(each)
    return tuple(found)


def whole_number(name: str, value: object, least: int) -> int:
    """The ``value`` of the argument ``name`` as an int; TypeError where it is no whole number, ValueError where it is
    less than ``least``."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]  # that is what is asked
    except TypeError:
        raise TypeError(f"{name!r} is {shown(value)}; expected a whole number.") from None
    if number < least:
        raise ValueError(f"{name} must be {least} or more, not {number}")
    return number


def path_of(name: str, value: object, error: type[FoundationQAError]) -> Path:
    """The ``value`` of the argument ``name`` as a path: TypeError where it is none, ``error`` where no file can be
    called so."""
    if not isinstance(value, (str, os.PathLike)):
        raise TypeError(f"{name!r} is {shown(value)}; expected one path, a str or a pathlib.Path.")
    path = Path(value)
    try:
        raw = os.fsencode(path)
    except UnicodeEncodeError:
        raise error(f"No file can be called {str(path)!r}: it holds half of a character. Name another path.") from None
    if b"\0" in raw:
        raise error(f"No file can be called {str(path)!r}: it holds a NUL character. Name another path.")
    return path
