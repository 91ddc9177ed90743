"""The texts, and what an update did to their index, as HTML."""

from html import escape
from itertools import groupby

from corpus import language_of
from index import IndexChange
from ui.html.bilingual import both, label
from ui.html.language_tags import tag
from ui.html.messages import ago_html, language_html, problem_html
from ui.workspace.text_states import State, Survey, TextEntry

MOST_ROWS = 2000  # texts that are listed; a browser shows more, but nobody reads them

_STATES = {
    State.CURRENT: ("current", "最新"),
    State.CHANGED: ("changed", "有改动"),
    State.NEW: ("new", "新增"),
    State.REMOVED: ("removed", "已移除"),
    State.UNREADABLE: ("cannot be read", "无法读取"),
}


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
