"""YAML as the lists beside the texts and their front matters are written in it."""

from pathlib import Path

import yaml

from corpus.errors import CorpusError

YAML_ERRORS = (yaml.YAMLError, ValueError, RecursionError)
"""What reading YAML raises; a ValueError where it is not UTF-8, or holds a date like 2021-13-45."""


def read_yaml(path: Path) -> object:
    """What the YAML file ``path`` holds; :class:`CorpusError` where it cannot be read."""
    try:
        return parse_yaml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror}.") from error
    except YAML_ERRORS as error:
        where, problem = explain_yaml_error(error, " (line {})")
        raise CorpusError(f"{path} is not YAML in UTF-8{where}: {problem}") from error


def parse_yaml(text: str) -> object:
    """What ``text`` says in YAML; one of :data:`YAML_ERRORS` where it is none."""
    return yaml.load(text, Loader=_Loader)


def explain_yaml_error(error: Exception, line: str) -> tuple[str, str]:
    """For a message on ``error``, one of :data:`YAML_ERRORS`: the place, and what is wrong there and mends it.

    The place is ``line`` with its 1-based number put in; empty where none is told.
    """
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or error
    where = line.format(mark.line + 1) if mark else ""
    return where, f"{problem}. A value that holds a colon needs quotation marks."


class _Loader(yaml.SafeLoader):
    """YAML without what a few hostile lines could fill the memory with."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            problem = "an alias (*name): write the value out, or put it in quotation marks"
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.constructor.ConstructorError(None, None, problem, mark)
        return super().compose_node(parent, index)

    def construct_yaml_str(self, node: yaml.ScalarNode) -> str:
        value: str = super().construct_yaml_str(node)
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise yaml.constructor.ConstructorError(None, None, "half of a character (\\ud800)", node.start_mark)
        return value

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        if len(node.value) > 100:  # Python shows no number of more than 4300 digits
            raise yaml.constructor.ConstructorError(None, None, "a number of many digits", node.start_mark)
        return super().construct_yaml_int(node)


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)
_Loader.add_constructor("tag:yaml.org,2002:str", _Loader.construct_yaml_str)
