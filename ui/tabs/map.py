"""The tab Map: all passages in two dimensions, and where the passages for a question lie."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from corpus import LANGUAGES, FoundationQAError, Passage
from index import Snapshot
from qa import Answerer, AnswerKind
from qa.small_talk import LONGEST_QUESTION
from ui.gradio_import import PlotData, gr
from ui.html.document_panel import panel_html
from ui.html.language_tags import name_of, tag
from ui.html.messages import fault_html, problem_html
from ui.html.words import label, words_html
from ui.tabs.components import QUIET, html, open_tab, reader, said
from ui.tabs.map_figure import MARKED, figure, shape
from ui.tabs.map_html import hits_html, legend_html, note_html, topic_html
from ui.tabs.map_layout import Cartographer

_READER = "map-reader"
_REMEMBERED = 9  # questions of the chat: the last one, and those it may lean on
# The first input becomes what the visitor asked in the tab for asking, oldest first; see chat.js.
_SELECT = "(_, ...others) => [JSON.stringify(foundationQA.questions?.() ?? []), ...others]"

Questions = tuple[str, ...]
"""Of a conversation, oldest first; the passages for the last one are marked."""


def map_view(answerer: Answerer, cartographer: Cartographer | None = None) -> None:
    """Fill the open tab with the map of the texts that ``answerer`` answers from."""
    cartographer = cartographer or Cartographer()

    def drawn(asked: Questions, topic: int | None, before: object) -> Iterator[dict[Any, Any]]:
        """The map with the passages for ``asked``; nothing where that is what is there already, ``before``."""
        snapshot = answerer.passages.snapshot
        now = (snapshot.generation, asked, topic)
        if before == now:
            yield {question: asked[-1] if asked else ""}
            return
        yield {note: f'<p class="note working" role="status">{words_html("map.drawing")} …</p>'}
        try:
            hits, problem = _hits(answerer, snapshot, asked), ""
        except FoundationQAError as error:
            hits, problem = [], problem_html(error)
        try:
            atlas = cartographer.atlas(snapshot)
        except Exception:
            yield {note: fault_html()}
            raise
        if topic is not None and topic >= len(atlas.topics):
            topic = None
        yield {
            plot: PlotData(type="plotly", plot=figure(atlas, hits, topic)),
            legend: legend_html(atlas.topics, topic),
            found: problem + hits_html(atlas, hits, asked[-1] if asked else "") + topic_html(atlas, topic),
            note: note_html(atlas),
            question: asked[-1] if asked else "",
            chosen: topic,
            marked: asked,
            shown: now,
        }

    def arrived(said_json: str, marked: Questions, topic: int | None, before: object) -> Iterator[dict[Any, Any]]:
        yield from drawn(_questions(said_json) or marked, topic, before)

    def typed(words: str, topic: int | None, before: object) -> Iterator[dict[Any, Any]]:
        words = words.strip()[:LONGEST_QUESTION]
        yield from drawn((words,) if words else (), topic, before)

    def picked(event: gr.EventData, marked: Questions, topic: int | None, before: object) -> Iterator[dict[Any, Any]]:
        number = said(event, "topic")
        if said(event, "act") == "topic":
            picked = int(number) if number.isdecimal() and len(number) < 8 else None
            yield from drawn(marked, None if picked == topic else picked, before)

    def pointed(event: gr.EventData) -> Any:
        if said(event, "act") != "open":
            return gr.skip()
        snapshot = answerer.passages.snapshot
        passage = _passage(snapshot, said(event, "passage"), said(event, "row"))
        document_id = passage.document_id if passage else said(event, "passage").rpartition("#")[0]
        mark = (passage.start, passage.end) if passage else (0, 0)
        return panel_html(snapshot.documents, document_id, mark, place=_READER)

    marked, chosen, shown = gr.State(()), gr.State(None), gr.State(None)
    asked_json = gr.Textbox(visible=False)
    with gr.Row(elem_id="map", elem_classes="split"):
        with gr.Column(scale=7, min_width=320, elem_classes="split-list"):
            html(_lead())
            question = gr.Textbox(
                label=label("map.question"),
                placeholder=label("map.question_hint"),
                max_length=LONGEST_QUESTION,
                container=False,
                submit_btn=label("map.mark"),
                elem_id="map-question",
            )
            plot = gr.Plot(show_label=False, container=False, elem_id="map-plot")
            point = html('<div class="map-tip" hidden></div>', "map-tip", actions="mapActions")
            note = html(elem_id="map-note")
            legend = html(elem_id="map-legend", actions="tabActions")
        with gr.Column(scale=5, min_width=320, elem_classes="split-text"):
            found = html(elem_id="map-found", actions="tabActions")
            opened = reader(_nothing_open(), answerer.passages, _READER)
    outputs = [plot, legend, found, note, question, chosen, marked, shown]
    open_tab().select(arrived, [asked_json, marked, chosen, shown], outputs, js=_SELECT, **QUIET)
    question.submit(typed, [question, chosen, shown], outputs, **QUIET)
    legend.click(picked, [marked, chosen, shown], outputs, **QUIET)
    for clicked in (point, found):
        clicked.click(pointed, None, opened, **QUIET)


def _questions(sent: str) -> Questions:
    """The questions in ``sent``, JSON from a browser."""
    try:
        values = json.loads(sent or "[]")
    except (ValueError, RecursionError):
        return ()
    texts = [each for each in values if isinstance(each, str)] if isinstance(values, list) else []
    return tuple(each for text in texts[-_REMEMBERED:] if (each := text.strip()[:LONGEST_QUESTION]))


def _hits(answerer: Answerer, snapshot: Snapshot, asked: Questions) -> list[int]:
    """Rows in ``snapshot`` of the passages for the last of ``asked``, best first; those that are cited come first."""
    if not asked:
        return []
    answer = answerer.ask(asked[-1], asked[:-1], rewriting=False)  # which remembers what the chat has just asked
    if answer.kind is AnswerKind.SMALL_TALK:
        return []
    hits = answerer.passages.search(answer.understood or answer.question, 2 * MARKED)
    ranked = [*(citation.passage for citation in answer.citations), *(hit.passage for hit in hits)]
    found = dict.fromkeys(_row(snapshot, passage) for passage in ranked[: 2 * MARKED])
    return [row for row in found if row is not None][:MARKED]


def _row(snapshot: Snapshot, passage: Passage) -> int | None:
    """Where ``passage`` stands in ``snapshot``, which may be a later one than it came from."""
    return next((row for row in snapshot.rows_of(passage.document_id) if snapshot.passages[row] == passage), None)


def _passage(snapshot: Snapshot, passage_id: str, row: str) -> Passage | None:
    """The passage ``passage_id``, which stood in ``row`` when the map was drawn."""
    at = int(row) if row.isdecimal() and len(row) < 10 else -1
    if 0 <= at < len(snapshot.passages) and snapshot.passages[at].id == passage_id:
        return snapshot.passages[at]
    rows = snapshot.rows_of(passage_id.rpartition("#")[0])
    return next((snapshot.passages[each] for each in rows if snapshot.passages[each].id == passage_id), None)


def _lead() -> str:
    shapes = " ".join(
        f'<span class="shape" lang="{tag(each)}">'
        f'<i aria-hidden="true">{shape(each).sign}</i> {escape(name_of(each))}</span>'
        for each in LANGUAGES
    )
    return f'<p class="lead">{words_html("map.lead")} <span class="shapes">{shapes}</span></p>'


def _nothing_open() -> str:
    return f'<p class="empty">{words_html("map.nothing_open")}</p>'
