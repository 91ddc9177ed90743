"""YAML as the lists beside the texts and their front matters are written in it."""

import re
from datetime import date
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
    return where, f"{problem}. {_mend(str(problem), mark)}"


def _mend(problem: str, mark: yaml.Mark | None) -> str:
    """What mends ``problem``, of which ``mark`` says where it is."""
    snippet = (mark.get_snippet(indent=0, max_length=200) or "").partition("\n")[0] if mark else ""
    sign = _SIGN.search(problem)
    if "{{" in snippet or "<%" in snippet:
        return "A placeholder of a template needs quotation marks, or the template a place outside of the folder."
    if sign and sign.group(1) == "\\t":
        return "YAML takes no tabs: write blanks."
    if sign:
        return f"A value that begins with {sign.group(1)} needs quotation marks."
    if "tag" in problem:
        return "A value that begins with ! needs quotation marks."
    if "date" in problem:
        return "Write a date that there is, or put it in quotation marks."
    if "alias" in problem or "anchor" in problem:
        return "A value that begins with * or & needs quotation marks."
    if "stream end" in problem or ("expected" in problem and ("']'" in problem or "'}'" in problem)):
        return "Close the bracket, or put the value in quotation marks."
    if "end of stream" in problem or "scanning a quoted scalar" in problem:
        return "Close the quotation marks or brackets."
    return "A value that holds a colon needs quotation marks."


_SIGN = re.compile(r"found character '(.+?)' that cannot start any token")


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

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> date:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError as error:
            problem = f"there is no date {node.value}: {error}"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from None


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_yaml_timestamp)
_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)
_Loader.add_constructor("tag:yaml.org,2002:str", _Loader.construct_yaml_str)
