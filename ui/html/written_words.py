"""What is said of an answer that a language model wrote, or did not write, as plain text."""

from typing import TYPE_CHECKING

from ui.html.words import word

if TYPE_CHECKING:
    from qa.writing import Trouble, Written, WrittenSentence

_DETAILED = ("number", "name")  # these verdicts mostly come with what is not there


def no_writing(trouble: "Trouble", language: str) -> str:
    """Why there is no written answer, or no whole one."""
    return word(f"no_writing.{trouble.value}", language)


def notes(written: "Written", language: str) -> str:
    """A line that says what a reader should know of ``written``; empty where it is whole, and went nowhere."""
    said = [no_writing(written.trouble, language)] if written.trouble else []
    if not written.holds:
        said.append(word("written.quotes_answer", language))
    if written.place:
        said.append(word("written.sent", language, place=written.place))
    return " ".join(said)


def whose(written: "Written", language: str) -> str:
    """Who wrote it, and from what; or who wrote nothing that counts."""
    return word("written.by" if written.holds else "written.not_by", language, model=written.model)


def why_struck(sentence: "WrittenSentence", language: str) -> str:
    """Why ``sentence`` does not count."""
    numbers = "".join(f"[{number}]" for number in sentence.numbers)
    if not numbers:
        return word("struck.uncited", language)
    told = sentence.detail or sentence.verdict not in _DETAILED
    key = f"struck.{sentence.verdict.value}" if told else "struck.something"
    return word(key, language, detail=sentence.detail, numbers=numbers)
