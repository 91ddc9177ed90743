"""The reader of reStructuredText, by docutils."""

from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.core import publish_doctree

from corpus.document import FileContent
from corpus.errors import CorpusError
from corpus.files.markup.rst_names import UNREAD, know_names
from corpus.files.markup.rst_tree import sections_of, words_of
from corpus.files.markup.sections import decoded, names_in
from corpus.files.web.page_facts import plain_author, plain_title, web_address
from corpus.parsing.titles import title_of
from corpus.wording.dates import iso_date

_LONGEST_LINE = 1_000_000  # characters; the library says nothing of a text with a longer one
_SETTINGS: dict[str, Any] = {
    "_disable_config": True,  # no settings of the folder somebody works in
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,  # nothing is printed
    "halt_level": 6,
    "warning_stream": False,
    "line_length_limit": _LONGEST_LINE,
    "doctitle_xform": True,
    "docinfo_xform": True,
    "smart_quotes": False,
    "syntax_highlight": "none",
    "language_code": "en",
    "input_encoding": "unicode",
    "detailed_messages": False,
}
_ERROR = 3  # the level of what the library could not make out
_MOST_PROBLEMS = 5
# Of a text that is one page of many: what it refers to stands in another.
_OF_OTHER_PAGES = ("Unknown target name", "Undefined substitution", "Duplicate", "Unknown interpreted", "No role entry")
_FACTS = {"url": "source", "source": "source", "website": "source", "作者": "author", "日期": "date"}


def read_rst_file(raw: bytes, path: Path) -> FileContent:
    """The text as Markdown; its title, authors and date as the fields above it tell them.

    :class:`CorpusError` where it is no text, or nested deeper than can be read.
    """
    text = decoded(raw, path, "reStructuredText")
    longest = max(map(len, text.split("\n")))
    if longest > _LONGEST_LINE:
        raise CorpusError(
            f"{path} has a line of {longest:,} characters; one of a reStructuredText may have {_LONGEST_LINE:,}. "
            f"Break it into several."
        )
    know_names(text)
    try:
        document = publish_doctree(text, source_path=str(path), settings_overrides=_SETTINGS)
        facts = _facts(document)
        written = sections_of(document).text
    except ValueError as error:  # the library's own, of words that stand for each other
        raise CorpusError(
            f"{path} cannot be read: docutils fails at it ({' '.join(str(error).split())[:100]}). Mend what it "
            f"substitutes for words (.. |name| replace::)."
        ) from error
    except RecursionError:
        raise CorpusError(
            f"{path} cannot be read: its lists or quotations stand in each other too deeply. Make them shallower."
        ) from None
    return FileContent(
        text=written,
        title=plain_title(facts.get("title", "")) or title_of(written),
        author=facts.get("author", ""),
        date=iso_date(facts.get("date", "")),
        source=web_address(facts.get("source", "")),
        problems=(*_problems(document), *(() if written else ((0, "it holds no words"),))),
    )


def _facts(document: nodes.document) -> dict[str, str]:
    """What the fields at its beginning say, and its title."""
    facts = {"title": words_of(document[0])} if document.children and isinstance(document[0], nodes.title) else {}
    authors: list[str] = []
    for info in list(document.findall(nodes.docinfo)):
        for each in info.children:
            if isinstance(each, nodes.authors):
                authors += [words_of(author) for author in each.children]
            elif isinstance(each, nodes.author):
                authors.append(words_of(each))
            elif isinstance(each, nodes.field):
                key = _FACTS.get(words_of(each[0]).lower())
                if key == "author":
                    authors.append(words_of(each[1]))
                elif key:
                    facts.setdefault(key, words_of(each[1]))
            elif isinstance(each, nodes.date):
                facts["date"] = words_of(each).strip("$").removeprefix("Date: ").strip()
    facts["author"] = names_in(map(plain_author, authors))
    return facts


def _problems(document: nodes.document) -> list[tuple[int, str]]:
    """What of it was not read, and what the library could not make out."""
    problems = []
    unread = list(dict.fromkeys(each[UNREAD] for each in document.findall(nodes.comment) if UNREAD in each))
    if unread:
        more = f" and {len(unread) - 3} more" if len(unread) > 3 else ""
        problems.append((0, f"what it takes from elsewhere is not read: {', '.join(unread[:3])}{more}"))
    found = [*document.findall(nodes.system_message), *document.transform_messages]
    for each in found:
        words = " ".join(words_of(child) for child in each.children)
        if each["level"] >= _ERROR and not words.startswith(_OF_OTHER_PAGES):
            first = words.partition(". ")[0].rstrip(".:")
            problems.append((each.get("line", 0), f"docutils cannot make out what stands here: {first[:160]}"))
    problems = list(dict.fromkeys(problems))
    return problems[:_MOST_PROBLEMS]
