"""A new text begins as a pair of skeletons, one in each language."""

import re
from pathlib import Path
from stat import S_ISDIR

import yaml

from corpus.arguments import check_text, path_of
from corpus.errors import CorpusError
from corpus.files.presence import facts_at

TO_WRITE = "TO WRITE"
"""Marks what is still missing in a skeleton; it stands in comments, so that no answer can quote it."""

_LONGEST_NAME = 100  # characters of a file name; file systems take about 250 bytes

_SKELETON = """---
{front}---

# {title}

<!-- references: -->

<!-- {to_write}: {opening} -->

## {section}

<!-- references: -->

<!-- {to_write}: {body} -->
"""
_HINTS = {
    "en": (
        "What it is",
        "what the subject is, in two sentences that name it",
        "one idea a paragraph, at most 250 characters; name the subject in every sentence; "
        "below each heading name the keys of references.yaml it rests on",
    ),
    "zh": (
        "是什么",
        "用两句话说明主题是什么，句中写出主题的名称",
        "每段一个意思，不超过 120 个汉字；每句都写出主语；在每个标题下写明它所依据的 references.yaml 条目",
    ),
}


def new_pair(folder: str | Path, title: str, chinese_title: str) -> tuple[Path, Path]:
    """Write skeletons of an English text called ``title`` and its Chinese twin into ``folder``.

    They lie at ``en/SLUG.md`` and ``zh/SLUG.md``. :class:`CorpusError` where one is there already, where the title
    makes no file name, or where the folder cannot be written; then neither is written.
    """
    folder = path_of("folder", folder, CorpusError)
    check_text("title", title)
    check_text("chinese_title", chinese_title)
    slug = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:_LONGEST_NAME].rstrip("-")
    for each in (title, chinese_title):
        try:
            each.encode("utf-8")
        except UnicodeEncodeError:
            raise CorpusError(f"The title {each!r} is not UTF-8. Type it in a terminal set to UTF-8.") from None
    if not chinese_title.strip():
        raise CorpusError("The Chinese title is empty. Give one: it becomes the title of the Chinese twin.")
    if not slug:
        raise CorpusError(
            f"The title {title!r} has no Latin letter or digit to make a file name of. Give an English one."
        )
    about = facts_at(folder)
    if about is None or not S_ISDIR(about.st_mode):
        raise CorpusError(f"There is no folder {folder}. Make it first, or name another with --corpus FOLDER.")
    files = {language: folder / language / f"{slug}.md" for language in ("en", "zh")}
    for path in files.values():
        if facts_at(path):
            raise CorpusError(f"{path} exists already. Edit it, or choose another title.")
    written: list[Path] = []
    try:
        for (language, path), heading in zip(files.items(), (title, chinese_title), strict=True):
            path.parent.mkdir(exist_ok=True)
            twin = f"{'zh' if language == 'en' else 'en'}/{slug}.md"
            written.append(path)
            path.write_text(_skeleton(language, heading, twin), encoding="utf-8", newline="\n")
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise CorpusError(f"{error.filename} cannot be written: {error.strerror}. Nothing was added.") from error
    return files["en"], files["zh"]


def _skeleton(language: str, title: str, twin: str) -> str:
    section, opening, body = _HINTS[language]
    facts = {"title": " ".join(title.split()), "language": language, "twin": twin}
    front = yaml.safe_dump(facts, allow_unicode=True, sort_keys=False, width=1000)
    return _SKELETON.format(
        front=front, title=facts["title"], to_write=TO_WRITE, opening=opening, section=section, body=body
    )
