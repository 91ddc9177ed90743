"""The texts, and what an update did to their index, as HTML."""

from html import escape
from itertools import groupby

from corpus import PlaceKind, language_of
from corpus.files.progress import FileProgress
from corpus.wording.plain_text import without_surrogates
from index import IndexChange
from ui.html.language_tags import tag
from ui.html.messages import ago_html, language_html, problem_html
from ui.html.words import label, words_html
from ui.workspace.text_states import State, Survey, TextEntry

_COUNTED = {
    PlaceKind.PAGE: "sources.reading_page",
    PlaceKind.SLIDE: "sources.reading_slide",
    PlaceKind.CHAPTER: "sources.reading_chapter",
}
MOST_ROWS = 2000  # texts that are listed; a browser shows more, but nobody reads them


def survey_html(found: Survey) -> str:
    """The texts as a table, those of a topic together, below a line about all of them."""
    problems = "".join(problem_html(problem) for problem in found.problems)
    groups = "".join(
        f'<tbody class="topic">{"".join(map(_row, entries))}</tbody>'
        for _, entries in groupby(found.entries[:MOST_ROWS], key=lambda entry: entry.topic)
    )
    heads = "".join(
        f'<th scope="col">{words_html(f"sources.column_{column}")}</th>'
        for column in ("text", "passages", "edited", "state")
    )
    left = len(found.entries) - MOST_ROWS
    more = f'<p class="note">{words_html("sources.more", count=left)}</p>' if left > 0 else ""
    name = escape(label("sources.find"))
    find = f'<input type="search" class="filter" data-filter placeholder="{name}" aria-label="{name}">'
    return (
        f'{_summary(found)}{problems}{find}<table class="texts"><thead><tr>{heads}</tr></thead>{groups}</table>{more}'
    )


def _summary(found: Survey) -> str:
    texts = len(found.entries) - found.count(State.REMOVED)
    passages = sum(entry.passages for entry in found.entries)
    pending = [
        words_html(f"sources.count_{state}", count=count)
        for state in State
        if state is not State.CURRENT and (count := found.count(state))
    ]
    waiting = f'<p class="pending">{" · ".join(pending)}</p>' if pending else ""
    line = words_html("sources.summary", texts=texts, passages=passages)
    return f'<div class="summary"><p>{line} {ago_html(found.built)}</p>{waiting}</div>'


def _row(entry: TextEntry) -> str:
    spoken = tag(language_of(entry.title))
    title = f'<span lang="{spoken}">{escape(entry.title)}</span>'
    if entry.passages:
        title = (
            f'<button type="button" class="open" data-act="open" data-id="{escape(entry.id)}" lang="{spoken}">'
            f"{escape(entry.title)}</button>"
        )
    languages = " ".join(map(language_html, entry.languages))
    name = "" if entry.id == entry.title else f'<span class="id">{escape(entry.id)}</span>'
    problem = problem_html(entry.problem) if entry.problem else ""
    edited = ago_html(entry.edited) if entry.edited else "–"
    return (
        f'<tr><th scope="row">{title}<span class="about">{languages} {name}{_remove(entry)}</span>{problem}</th>'
        f'<td class="number">{entry.passages or "–"} <span class="unit">{words_html("sources.passages")}</span></td>'
        f'<td class="edited">{edited}</td>'
        f'<td><span class="state is-{entry.state}">{words_html(f"sources.state_{entry.state}")}</span></td></tr>'
    )


def _remove(entry: TextEntry) -> str:
    if not entry.uploaded:
        return ""
    name = escape(entry.uploaded)
    sure = escape(label("sources.remove_sure", name=entry.uploaded))
    return (
        f' <button type="button" class="remove" data-act="remove" data-name="{name}" data-confirm="{sure}" '
        f'aria-label="{escape(label("sources.remove_one", name=entry.uploaded))}">'
        f"{words_html('sources.remove')}</button>"
    )


def progress_html(done: int, total: int, reading: FileProgress | None = None, *, cancelled: bool = False) -> str:
    """How far an update is; before it is known how much there is to do, that the texts are read, and which one.

    With a button that cancels it, unless it is ``cancelled`` and has not ended yet.
    """
    if reading is not None:
        words, done, total = reading_words(reading), reading.done, reading.total
    else:
        words = words_html("sources.embedding", done=done, total=total) if total else words_html("sources.reading")
    if cancelled:
        words = words_html("sources.cancelling")
    value = f' max="{total}" value="{done}"' if total else ""
    name = escape(label("sources.progress"))
    disabled = " disabled" if cancelled else ""
    return (
        f'<div class="outcome progress"><p>{words}</p><progress aria-label="{name}"{value}></progress>'
        f'<button type="button" class="cancel"{disabled}>{words_html("sources.cancel")}</button></div>'
    )


def reading_words(reading: FileProgress) -> str:
    """Which file is read, and how far that is."""
    name = without_surrogates(reading.name)
    if not reading.total:
        return words_html("sources.reading_file", name=name)
    at = min(reading.done + 1, reading.total)  # the one that is being read
    return words_html(_COUNTED.get(reading.kind, "sources.reading_part"), name=name, done=at, total=reading.total)


def change_html(change: IndexChange) -> str:
    """What an update did, as a table."""
    rows = "".join(
        f'<tr><th scope="row">{words_html(key)}</th><td class="number">{len(ids)}</td><td>{_ids(ids)}</td></tr>'
        for key, ids in (
            ("sources.change_added", change.added),
            ("sources.change_changed", change.changed),
            ("sources.change_removed", change.removed),
        )
    )
    figures = "".join(
        f'<tr><th scope="row">{words_html(key)}</th><td class="number">{figure}</td><td></td></tr>'
        for key, figure in (
            ("sources.change_embedded", f"{change.embedded:,}"),
            ("sources.change_reused", f"{change.reused:,}"),
            ("sources.change_seconds", f"{change.seconds:.1f}"),
        )
    )
    done = words_html("sources.updated_in_part" if change.unread else "sources.updated", count=len(change.unread))
    problems = "".join(problem_html(str(problem)) for problem in change.problems)
    return (
        f'<div class="outcome" role="status"><p>{done}</p><table class="change">{rows}{figures}</table></div>{problems}'
    )


def _ids(ids: tuple[str, ...]) -> str:
    return escape(", ".join(ids[:8])) + (" …" if len(ids) > 8 else "")
