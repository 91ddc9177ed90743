"""What stands around the map, as HTML: its topics, and the passages that are marked."""

from collections.abc import Sequence
from html import escape

import numpy as np

from ui.html.breadcrumbs import path
from ui.html.language_tags import tag
from ui.html.visible import glimpse
from ui.html.words import each_html, label, words_html
from ui.tabs.map_figure import colour
from ui.tabs.map_layout import Atlas, Topic

MOST_TOPICS = 60
MOST_ROWS = 300  # passages of a topic that are listed


def note_html(atlas: Atlas) -> str:
    """How much of the texts the map shows."""
    every, drawn = len(atlas.snapshot.passages), len(atlas.rows)
    words = words_html("map.every" if atlas.complete else "map.sample", every=every, drawn=drawn)
    return f'<p class="note">{words}</p>'


def legend_html(topics: Sequence[Topic], chosen: int | None) -> str:
    """The topics with their colours, as buttons that single one out."""
    chips = "".join(
        f'<li><button type="button" data-act="topic" data-topic="{number}" '
        f'aria-pressed="{"true" if number == chosen else "false"}"><i style="background:{colour(number)}"></i>'
        f"{each_html(topic.titles)}</button></li>"
        for number, topic in enumerate(topics[:MOST_TOPICS])
    )
    left = len(topics) - MOST_TOPICS
    more = f'<p class="note">{words_html("map.more_topics", count=left)}</p>' if left > 0 else ""
    return f'<ul class="topics" aria-label="{escape(label("map.topics"))}">{chips}</ul>{more}'


def hits_html(atlas: Atlas, hits: Sequence[int], question: str) -> str:
    """The passages that are marked, with the numbers they have on the map."""
    if not question:
        return f'<p class="empty">{words_html("map.nothing_marked")}</p>'
    asked = f'<p class="asked">{words_html("map.marked_for")} <q>{escape(question)}</q></p>'
    if not hits:
        return f'{asked}<p class="empty">{words_html("map.no_hits")}</p>'
    return f'{asked}<ol class="hits">{_passages(atlas, hits)}</ol>'


def topic_html(atlas: Atlas, topic: int | None) -> str:
    """All passages of the topic that is singled out, for those who do not point at a map."""
    if topic is None:
        return ""
    rows = np.flatnonzero(atlas.topic_of == topic).tolist()
    head = words_html("map.members", count=len(rows))
    return f'<details class="members"><summary>{head}</summary><ul>{_passages(atlas, rows[:MOST_ROWS])}</ul></details>'


def _passages(atlas: Atlas, rows: Sequence[int]) -> str:
    items = []
    for row in rows:
        passage = atlas.snapshot.passages[row]
        heading = path(passage.heading)
        items.append(
            f'<li><button type="button" data-act="open" data-row="{row}" data-passage="{escape(passage.id)}" '
            f'lang="{tag(passage.language)}"><i style="background:{colour(int(atlas.topic_of[row]))}"></i>'
            f"<b>{escape(passage.title)}</b> {escape(heading)}"
            f'<span class="beginning">{escape(glimpse(passage.text)[:90])}</span></button></li>'
        )
    return "".join(items)
