"""The tab Sources: every text with its state, to be read, brought and indexed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

import gradio as gr

from corpus import CorpusError, FoundationQAError, language_of
from index import IndexChange, PassageIndex
from ui.panel import panel_html
from ui.survey import State, Survey, TextEntry, survey
from ui.tabs import QUIET, ago_html, fault_html, html, open_tab, problem_html, reader, said
from ui.uploading import Uploads
from ui.words import both, label
from ui.workplace import Workplace

MOST_ROWS = 2000  # texts that are listed; a browser shows more, but nobody reads them

_STEP = 0.3  # seconds between two looks at how far an update is
_STATES = {
    State.CURRENT: ("current", "最新"),
    State.CHANGED: ("changed", "有改动"),
    State.NEW: ("new", "新增"),
    State.REMOVED: ("removed", "已移除"),
    State.UNREADABLE: ("cannot be read", "无法读取"),
}
_UNCHANGED = ("The page answers from the index as it was.", "页面仍按原来的索引回答。")
_NAMES = {"en": "English", "zh": "中文"}
_TAGS = {"en": "en", "zh": "zh-Hans"}


def library_view(workplace: Workplace, passages: PassageIndex, *, allow_upload: bool = False) -> None:
    """Fill the open tab with the texts of ``workplace``, which ``passages`` were made of.

    With ``allow_upload`` visitors may bring texts, and remove what was brought; the folder is
    :attr:`ui.workplace.Workplace.uploads`.
    """
    uploads = Uploads(workplace.uploads, workplace.largest_file) if allow_upload else None

    def listing() -> str:
        try:
            folder = uploads.folder if uploads else None
            found = survey(workplace.folders, passages.snapshot, largest_file=workplace.largest_file, uploads=folder)
        except FoundationQAError as error:
            return problem_html(str(error))
        return survey_html(found)

    with gr.Row(elem_id="library", elem_classes="split"):
        with gr.Column(scale=6, min_width=320, elem_classes="split-list"):
            with gr.Row(elem_classes="controls"):
                update = gr.Button(label("Update the index", "更新索引"), elem_id="update", elem_classes="accent")
                if uploads:
                    bring = gr.UploadButton(
                        label("Add texts", "添加文本"),
                        file_count="multiple",
                        file_types=[".md", ".txt"],
                        elem_id="bring",
                    )
                    replace = gr.Checkbox(
                        label=label("Replace texts of the same name", "替换同名文本"),
                        container=False,
                        elem_id="replace",
                    )
            outcome = html(elem_id="outcome")
            texts = html(elem_id="texts", actions="tabActions")
        with gr.Column(scale=5, min_width=320, elem_classes="split-text"):
            opened = reader(_nothing_open(), passages, "library-reader")

    def follow() -> Iterator[dict[Any, Any]]:
        far = [(0, 0)]  # passages that are embedded, of how many; the last is where the update is now
        with ThreadPoolExecutor(1) as worker:
            task = worker.submit(workplace.follow, lambda done, total: far.append((done, total)))
            shown = None
            while not task.done():
                if far[-1] != shown:
                    shown = far[-1]
                    yield {outcome: progress_html(*shown)}
                wait([task], timeout=_STEP)
        try:
            told = change_html(task.result())
        except FoundationQAError as error:
            told = problem_html(str(error), both(*_UNCHANGED))
        except Exception:
            yield {outcome: fault_html(), texts: listing()}
            raise
        yield {outcome: told, texts: listing()}

    def chosen(event: gr.EventData) -> Any:
        if said(event, "act") == "remove" and uploads:
            return {outcome: _removed(uploads, said(event, "name")), texts: listing()}
        if said(event, "act") != "open":
            return gr.skip()
        return {opened: panel_html(passages.snapshot.documents, said(event, "id"))}

    open_tab().select(listing, None, texts, **QUIET)
    texts.click(chosen, None, [texts, outcome, opened], **QUIET)
    update.click(follow, None, [outcome, texts], **QUIET)
    if uploads:

        def brought(files: list[str] | None, over: bool) -> tuple[str, str]:
            return _kept(uploads, [Path(file) for file in files or ()], over), listing()

        bring.upload(brought, [bring, replace], [outcome, texts], **QUIET)


def _kept(uploads: Uploads, files: list[Path], over: bool) -> str:
    """Keep ``files``, and say what became of each."""
    lines = []
    for file in files:
        try:
            lines.append(f"<p>{both('Added:', '已添加：')} {escape(uploads.add(file.name, file, replace=over))}</p>")
        except CorpusError as error:
            lines.append(problem_html(str(error)))
        finally:
            file.unlink(missing_ok=True)  # Gradio's own copy
    hint = both("Update the index, and they are found.", "更新索引后即可检索到。")
    added = any(line.startswith("<p>") for line in lines)
    return f'<div class="outcome" role="status">{"".join(lines)}{f"<p>{hint}</p>" if added else ""}</div>'


def _removed(uploads: Uploads, name: str) -> str:
    try:
        uploads.remove(name)
    except CorpusError as error:
        return problem_html(str(error))
    words = both("Removed; answers quote it until the index is updated:", "已移除；更新索引前，回答仍会引用它：")
    return f'<p class="outcome" role="status">{words} {escape(name)}</p>'


def _nothing_open() -> str:
    return f'<p class="empty">{both("Choose a text to read it here.", "选择一篇文本，在此阅读。")}</p>'


def survey_html(found: Survey) -> str:
    """The texts as a table, those of a topic together, below a line about all of them."""
    problems = "".join(problem_html(problem) for problem in found.problems)
    groups = "".join(
        f'<tbody class="topic">{"".join(map(_row, entries))}</tbody>'
        for _, entries in groupby(found.entries[:MOST_ROWS], key=lambda entry: entry.topic)
    )
    heads = "".join(
        f'<th scope="col">{both(*words)}</th>'
        for words in (("Text", "文本"), ("Passages", "段落"), ("Edited", "编辑"), ("State", "状态"))
    )
    left = len(found.entries) - MOST_ROWS
    more = f'<p class="note">{both(f"And {left:,} more.", f"另有 {left:,} 篇。")}</p>' if left > 0 else ""
    find = (
        f'<input type="search" class="filter" data-filter placeholder="{label("Find a text", "查找文本")}" '
        f'aria-label="{label("Find a text", "查找文本")}">'
    )
    return (
        f'{_summary(found)}{problems}{find}<table class="texts"><thead><tr>{heads}</tr></thead>{groups}</table>{more}'
    )


def _summary(found: Survey) -> str:
    texts = len(found.entries) - found.count(State.REMOVED)
    passages = sum(entry.passages for entry in found.entries)
    pending = [
        both(f"{count} {_STATES[state][0]}", f"{count} 篇{_STATES[state][1]}")
        for state in State
        if state is not State.CURRENT and (count := found.count(state))
    ]
    waiting = f'<p class="pending">{" · ".join(pending)}</p>' if pending else ""
    line = both(
        f"{texts:,} texts, {passages:,} passages; indexed", f"{texts:,} 篇文本，{passages:,} 个段落；索引更新于"
    )
    return f'<div class="summary"><p>{line} {ago_html(found.built)}</p>{waiting}</div>'


def _row(entry: TextEntry) -> str:
    tag = _TAGS[language_of(entry.title)]
    title = f'<span lang="{tag}">{escape(entry.title)}</span>'
    if entry.passages:
        title = (
            f'<button type="button" class="open" data-act="open" data-id="{escape(entry.id)}" lang="{tag}">'
            f"{escape(entry.title)}</button>"
        )
    languages = " ".join(f'<span class="spoken" lang="{_TAGS[each]}">{_NAMES[each]}</span>' for each in entry.languages)
    name = "" if entry.id == entry.title else f'<span class="id">{escape(entry.id)}</span>'
    problem = problem_html(entry.problem) if entry.problem else ""
    edited = ago_html(entry.edited) if entry.edited else "–"
    return (
        f'<tr><th scope="row">{title}<span class="about">{languages} {name}{_remove(entry)}</span>{problem}</th>'
        f'<td class="number">{entry.passages or "–"} <span class="unit">{both("passages", "个段落")}</span></td>'
        f'<td class="edited">{edited}</td>'
        f'<td><span class="state is-{entry.state}">{both(*_STATES[entry.state])}</span></td></tr>'
    )


def _remove(entry: TextEntry) -> str:
    if not entry.uploaded:
        return ""
    name = escape(entry.uploaded)
    sure = escape(label(f"Remove {entry.uploaded}?", f"要移除 {entry.uploaded} 吗？"))
    return (
        f' <button type="button" class="remove" data-act="remove" data-name="{name}" data-confirm="{sure}" '
        f'aria-label="{escape(label(f"Remove {entry.uploaded}", f"移除 {entry.uploaded}"))}">'
        f"{both('Remove', '移除')}</button>"
    )


def progress_html(done: int, total: int) -> str:
    """How far an update is; before it is known how much there is to do, that the texts are read."""
    words = both(f"Embedding passages: {done:,} of {total:,}", f"正在计算段落向量：{done:,} / {total:,}")
    if not total:
        words = both("Reading the texts", "正在读取文本")
    value = f' max="{total}" value="{done}"' if total else ""
    name = label("Progress of the update", "更新进度")
    return f'<div class="outcome"><p>{words}</p><progress aria-label="{name}"{value}></progress></div>'


def change_html(change: IndexChange) -> str:
    """What an update did, as a table."""
    rows = "".join(
        f'<tr><th scope="row">{both(*words)}</th><td class="number">{len(ids)}</td><td>{_ids(ids)}</td></tr>'
        for words, ids in (
            (("Added", "新增"), change.added),
            (("Changed", "有改动"), change.changed),
            (("Removed", "已移除"), change.removed),
        )
    )
    figures = "".join(
        f'<tr><th scope="row">{both(*words)}</th><td class="number">{figure}</td><td></td></tr>'
        for words, figure in (
            (("Passages embedded", "新计算的段落"), f"{change.embedded:,}"),
            (("Passages reused", "沿用的段落"), f"{change.reused:,}"),
            (("Seconds", "秒"), f"{change.seconds:.1f}"),
        )
    )
    done = both("The index follows the texts.", "索引已与文本一致。")
    return f'<div class="outcome" role="status"><p>{done}</p><table class="change">{rows}{figures}</table></div>'


def _ids(ids: tuple[str, ...]) -> str:
    return escape(", ".join(ids[:8])) + (" …" if len(ids) > 8 else "")
