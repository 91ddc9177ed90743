"""What a language model is told, in the reader's language: one file a language, ``prompts.en.toml`` and
``prompts.zh.toml``. Passages are data: nothing in them is a request to it."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from qa.answer import Citation
from qa.writing.chat_model import Message
from qa.writing.portions import text_of

_BORDER = re.compile(r"<(/?)(passage)", re.I)


def answer_messages(question: str, language: str, sources: Sequence[Citation], *, whole: bool = False) -> list[Message]:
    """What asks for an answer from ``sources``; a longer one where the question is about the ``whole`` of them."""
    asked = _words(language)["answer"].format(passages=_passages(sources), question=_line(question))
    return [_rules(language, whole), Message("user", asked)]


def note_messages(question: str, language: str, sources: Sequence[Citation]) -> list[Message]:
    """What asks for the points of an answer in ``sources``, which are a part of all."""
    asked = _words(language)["notes"].format(passages=_passages(sources), question=_line(question))
    return [_rules(language, True), Message("user", asked)]


def joining_messages(question: str, language: str, notes: Sequence[str]) -> list[Message]:
    """What asks for an answer from ``notes``, each a line with its [n]."""
    asked = _words(language)["joining"].format(notes="\n".join(notes), question=_line(question))
    return [_rules(language, True), Message("user", asked)]


def mending_messages(asked: Sequence[Message], said: str, language: str, failing: Sequence[str]) -> list[Message]:
    """What asks for the sentences ``failing`` again, of what was ``said`` to ``asked``."""
    numbered = "\n".join(f"{number}. {sentence}" for number, sentence in enumerate(failing, 1))
    told = _words(language)["mending"].format(sentences=numbered, drop=drop_word(language))
    return [*asked, Message("assistant", said), Message("user", told)]


def rewriting_rules(language: str) -> Message:
    """What says how a question is to be rewritten, see :mod:`qa.writing.rewriting`."""
    return Message("system", _words(language)["rewriting"])


def drop_word(language: str) -> str:
    """What a model is to say of a sentence that it cannot mend."""
    return _words(language)["drop"]


def _rules(language: str, whole: bool) -> Message:
    words = _words(language)
    return Message(
        "system", words["rules"].format(length=words["long" if whole else "short"], nothing=words["nothing"])
    )


def _passages(sources: Sequence[Citation]) -> str:
    """The passages between borders that none of them can draw itself."""
    return "\n\n".join(map(_bordered, sources))


def _bordered(source: Citation) -> str:
    text = _BORDER.sub(r"‹\1\2", text_of(source))
    return f'<passage number="{source.number}">\n[{source.number}] {text}\n</passage>'


def _line(text: str) -> str:
    return " ".join(text.split())


@cache
def _words(language: str) -> Mapping[str, str]:
    text = files("qa.writing").joinpath(f"prompts.{language}.toml").read_text(encoding="utf-8")
    return {key: words.strip("\n") for key, words in tomllib.loads(text).items()}
