"""The tab Gaps: what was asked in vain, for those who write the texts."""

from datetime import datetime
from functools import partial
from html import escape
from typing import Any

from corpus import FoundationQAError
from ui.gradio_import import gr
from ui.html.language_tags import tag
from ui.html.messages import ago_html, language_html, problem_html
from ui.html.visitor_message import visitor_messages
from ui.html.words import label, unseen_html, words_html
from ui.tabs.components import QUIET, html, open_tab, said
from ui.workspace.gap_log import Gap, GapLog, Gaps, as_csv, as_json_lines

MOST_ROWS = 500

_NEWEST, _OFTEN = "newest", "often"
_SAVE = "(name, text) => foundationQA.saveFile(name, text, '{}')"  # in copying.js
_MEDIA_TYPES = {"csv": "text/csv", "jsonl": "application/jsonl"}


def gaps_view(log: GapLog | None) -> None:
    """Fill the open tab with what ``log`` holds; None: it was switched off."""
    if log is None:
        html(f'<p class="empty">{words_html("gaps.off")}</p>', "gaps")
        return

    def listing(order: str, done: bool) -> str:
        try:
            return gaps_html(log.read(), by_times=order == _OFTEN, done=done)
        except FoundationQAError as error:
            return problem_html(error)

    def seen_to(event: gr.EventData, order: str, done: bool) -> str:
        act, key = said(event, "act"), said(event, "key")
        try:
            if act == "remove":
                log.remove(key)
            elif act in ("done", "reopen"):
                log.mark(key, act == "done")
        except FoundationQAError as error:
            return problem_html(error)
        return listing(order, done)

    def exported(form: str) -> tuple[str, str]:
        try:
            gaps = log.read().gaps
        except FoundationQAError as error:
            raise gr.Error(" / ".join(visitor_messages(error).values()), print_exception=False) from error
        return f"gaps.{form}", as_csv(gaps) if form == "csv" else as_json_lines(gaps)

    with gr.Column(elem_id="gaps"):
        html(f'<p class="lead">{words_html("gaps.lead")} <code>{escape(log.path.name)}</code></p>')
        with gr.Row(elem_classes="controls"):
            order = gr.Radio(
                [(label("gaps.newest"), _NEWEST), (label("gaps.often"), _OFTEN)],
                value=_NEWEST,
                label=label("gaps.order"),
                show_label=False,
                container=False,
                elem_id="gaps-order",
            )
            done = gr.Checkbox(label=label("gaps.show_done"), container=False)
            csv = gr.Button(label("gaps.save_csv"), elem_id="gaps-csv")
            lines = gr.Button(label("gaps.save_jsonl"), elem_id="gaps-jsonl")
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


def gaps_html(found: Gaps, *, by_times: bool = False, done: bool = False) -> str:
    """The questions as a table, the newest or the most frequent first; with or without those that are ``done``."""
    gaps = [gap for gap in found.gaps if done or not gap.done]
    if by_times:
        gaps.sort(key=lambda gap: gap.times, reverse=True)  # stable: the newest first among equals
    damaged = ""
    if found.damaged:
        damaged = f'<p class="note" role="status">{words_html("gaps.damaged", count=found.damaged)}</p>'
    if not gaps:
        return f'{damaged}<p class="empty">{words_html("gaps.nothing")}</p>'
    heads = "".join(
        f'<th scope="col">{words_html(f"gaps.column_{column}")}</th>'
        for column in ("question", "times", "last", "confidence")
    )
    heads += f'<th scope="col">{unseen_html("gaps.column_actions")}</th>'
    rows = "".join(map(_row, gaps[:MOST_ROWS]))
    left = len(gaps) - MOST_ROWS
    more = ""
    if left > 0:
        more = f'<p class="note">{words_html("gaps.more", count=left)}</p>'
    return f'{damaged}<table class="gaps"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{more}'


def _row(gap: Gap) -> str:
    key, percent = escape(gap.key), round(100 * gap.confidence)
    act = "reopen" if gap.done else "done"
    return (
        f'<tr class="{"settled" if gap.done else "waiting"}"><th scope="row">'
        f'<span class="asked-in-vain" lang="{tag(gap.language)}">{escape(gap.question)}</span> '
        f"{language_html(gap.language)}</th>"
        f'<td class="number">{gap.times:,}{_unit("times")}</td>'
        f"<td>{ago_html(datetime.fromisoformat(gap.last))}</td>"
        f'<td class="number">{percent}%{_unit("confidence")}</td><td class="acts">'
        f'<button type="button" data-act="{act}" data-key="{key}">{words_html(f"gaps.{act}")}</button> '
        f'<button type="button" class="remove" data-act="remove" data-key="{key}" '
        f'data-confirm="{escape(label("gaps.remove_sure"))}">{words_html("gaps.remove")}</button>'
        f"</td></tr>"
    )


def _unit(column: str) -> str:
    """What a number of ``column`` counts, where the table has no head."""
    return f' <span class="unit">{words_html(f"gaps.unit_{column}")}</span>'
