"""The tab Gaps: what was asked in vain, for those who write the texts."""

from datetime import datetime
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from corpus import FoundationQAError
from ui.html.bilingual import both, label
from ui.html.language_tags import tag
from ui.html.messages import ago_html, language_html, problem_html
from ui.tabs.components import QUIET, html, open_tab, said
from ui.workspace.gap_log import Gap, GapLog, Gaps, as_csv, as_json_lines

MOST_ROWS = 500

_NEWEST, _OFTEN = "newest", "often"
_SAVE = "(name, text) => foundationQA.saveFile(name, text, '{}')"  # in copying.js
_MEDIA_TYPES = {"csv": "text/csv", "jsonl": "application/jsonl"}


def gaps_view(log: GapLog | None) -> None:
    """Fill the open tab with what ``log`` holds; None: it was switched off."""
    if log is None:
        html(f'<p class="empty">{both(*_OFF)}</p>', "gaps")
        return

    def listing(order: str, done: bool) -> str:
        try:
            return gaps_html(log.read(), by_times=order == _OFTEN, done=done)
        except FoundationQAError as error:
            return problem_html(str(error))

    def seen_to(event: gr.EventData, order: str, done: bool) -> str:
        act, key = said(event, "act"), said(event, "key")
        try:
            if act == "remove":
                log.remove(key)
            elif act in ("done", "reopen"):
                log.mark(key, act == "done")
        except FoundationQAError as error:
            return problem_html(str(error))
        return listing(order, done)

    def exported(form: str) -> tuple[str, str]:
        try:
            gaps = log.read().gaps
        except FoundationQAError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return f"gaps.{form}", as_csv(gaps) if form == "csv" else as_json_lines(gaps)

    with gr.Column(elem_id="gaps"):
        html(f'<p class="lead">{both(*_LEAD)} <code>{escape(str(log.path))}</code></p>')
        with gr.Row(elem_classes="controls"):
            order = gr.Radio(
                [(label("Newest first", "最新在前"), _NEWEST), (label("Most frequent first", "最常问在前"), _OFTEN)],
                value=_NEWEST,
                label=label("Order", "排序"),
                show_label=False,
                container=False,
                elem_id="gaps-order",
            )
            done = gr.Checkbox(label=label("Show those that are done", "显示已处理的"), container=False)
            csv = gr.Button(label("Save as CSV", "导出 CSV 文件"), elem_id="gaps-csv")
            lines = gr.Button(label("Save as JSON Lines", "导出 JSON Lines 文件"), elem_id="gaps-jsonl")
        rows = html(elem_id="gap-rows", actions="tabActions")
    name, text = gr.Textbox(visible=False), gr.Textbox(visible=False)

    shown: dict[str, Any] = {"fn": listing, "inputs": [order, done], "outputs": rows} | QUIET
    open_tab().select(**shown)
    order.change(**shown)
    done.change(**shown)
    rows.click(seen_to, [order, done], rows, **QUIET)
    for button, form in ((csv, "csv"), (lines, "jsonl")):
        made = button.click(partial(exported, form), None, [name, text], **QUIET)
        made.then(None, [name, text], None, js=_SAVE.format(_MEDIA_TYPES[form]), **QUIET)


_LEAD = (
    "Questions that the texts did not answer: what to write about next. Only the question is kept, nothing of who "
    "asked it. The list never leaves this machine; 'log_gaps: false' in a settings file switches it off.",
    "文本未能回答的问题：接下来可以写什么。只保存问题本身，不保存提问者的任何信息。列表只保存在本机；在设置文件中写入 "
    "“log_gaps: false” 即可关闭。",
)
_OFF = (
    "Questions that the texts do not answer are not kept: 'log_gaps' is false in the settings.",
    "未答问题没有保存：设置中的 log_gaps 为 false。",
)


def gaps_html(found: Gaps, *, by_times: bool = False, done: bool = False) -> str:
    """The questions as a table, the newest or the most frequent first; with or without those that are ``done``."""
    gaps = [gap for gap in found.gaps if done or not gap.done]
    if by_times:
        gaps.sort(key=lambda gap: gap.times, reverse=True)  # stable: the newest first among equals
    damaged = ""
    if found.damaged:
        words = (
            f"{found.damaged} damaged lines of the file were passed over.",
            f"文件中有 {found.damaged} 行损坏，已跳过。",
        )
        damaged = f'<p class="note" role="status">{both(*words)}</p>'
    if not gaps:
        return f'{damaged}<p class="empty">{both("Nothing was asked in vain.", "没有未答的问题。")}</p>'
    heads = "".join(
        f'<th scope="col">{both(*words)}</th>'
        for words in (("Question", "问题"), ("Times", "次数"), ("Last asked", "最近提问"), ("Confidence", "把握"))
    )
    heads += f'<th scope="col"><span class="unseen">{both("Actions", "操作")}</span></th>'
    rows = "".join(map(_row, gaps[:MOST_ROWS]))
    left = len(gaps) - MOST_ROWS
    more = ""
    if left > 0:
        more = f'<p class="note">{both(f"And {left:,} more in the file.", f"文件中另有 {left:,} 条。")}</p>'
    return f'{damaged}<table class="gaps"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{more}'


def _row(gap: Gap) -> str:
    key, percent = escape(gap.key), round(100 * gap.confidence)
    act, words = ("reopen", ("Open again", "重新打开")) if gap.done else ("done", ("Done", "已处理"))
    return (
        f'<tr class="{"settled" if gap.done else "waiting"}"><th scope="row">'
        f'<span class="asked-in-vain" lang="{tag(gap.language)}">{escape(gap.question)}</span> '
        f"{language_html(gap.language)}</th>"
        f'<td class="number">{gap.times:,}{_unit("×", "次")}</td>'
        f"<td>{ago_html(datetime.fromisoformat(gap.last))}</td>"
        f'<td class="number">{percent}%{_unit("confidence", "把握")}</td><td class="acts">'
        f'<button type="button" data-act="{act}" data-key="{key}">{both(*words)}</button> '
        f'<button type="button" class="remove" data-act="remove" data-key="{key}" '
        f'data-confirm="{label("Remove this question?", "要移除这个问题吗？")}">{both("Remove", "移除")}</button>'
        f"</td></tr>"
    )


def _unit(english: str, chinese: str) -> str:
    """What a number counts, where the table has no head."""
    return f' <span class="unit">{both(english, chinese)}</span>'
