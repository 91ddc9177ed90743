"""The reader of plain and Markdown texts: what they say, and what they say of themselves."""

import re
from datetime import date
from pathlib import Path

from corpus.document import FileContent
from corpus.files.encodings import decode
from corpus.files.facts import is_placeholder, read_facts
from corpus.parsing.titles import title_of
from corpus.wording.dates import iso_date
from corpus.wording.plain_text import reference_keys, without_surrogates

# Names that say which file of a folder this is, and nothing of what it is about.
_NAMELESS = re.compile(r"_?index|readme(?:[._-]\w+)?|(?:untitled|未命名(?:文件)?|无标题)(?:[ _-]?\d+)?", re.I)


def read_text_file(raw: bytes, path: Path) -> FileContent:
    """The text, and of it what its front matter says, its title, and the references it names on the way."""
    text = decode(raw, path)
    facts = read_facts(text)
    references = facts.values.get("references")
    listed = [_plain(value) for value in (references if isinstance(references, list) else [references])]
    days = (iso_date(facts.values.get(key)) for key in ("date", "published", "created"))
    return FileContent(
        text=text,
        title=_plain(facts.values.get("title")) or title_of(text) or _title_of_folder(path),
        source=_plain(facts.values.get("source")) or _plain(facts.values.get("url")),
        author=_names(facts.values.get("author")) or _names(facts.values.get("authors")),
        date=next(filter(None, days), ""),
        references=(*filter(None, listed), *reference_keys(text)),
        twin=_plain(facts.values.get("twin")),
        problems=((facts.line, facts.problem),) if facts.problem else (),
    )


def _plain(value: object) -> str:
    """What the front matter says, on one line; empty where that is nothing, a list or the placeholder of a template."""
    if not isinstance(value, (str, int, float, date)) or value is False:
        return ""
    line = without_surrogates(" ".join(str(value).split()))
    return "" if is_placeholder(line) else line


def _names(value: object) -> str:
    """Who wrote it, on one line: a name, or a list of names or of people who have one."""
    people = value if isinstance(value, list) else [value]
    named = (_plain(each.get("name") if isinstance(each, dict) else each) for each in people)
    return ", ".join(filter(None, named))


def _title_of_folder(path: Path) -> str:
    """The name of the folder, where that of the file says nothing ("README"); empty where the file's own will do."""
    return path.absolute().parent.name if _NAMELESS.fullmatch(path.stem) else ""
