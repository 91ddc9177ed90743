"""What stands around the map, as HTML: its topics, and the passages that are marked."""

from collections.abc import Sequence
from html import escape

import numpy as np

from ui.html.bilingual import both, label
from ui.html.breadcrumbs import path
from ui.html.language_tags import tag
from ui.tabs.map_figure import colour
from ui.tabs.map_layout import Atlas, Topic

MOST_TOPICS = 60
MOST_ROWS = 300  # passages of a topic that are listed


def note_html(atlas: Atlas) -> str:
    """How much of the texts the map shows."""
    every, drawn = len(atlas.snapshot.passages), len(atlas.rows)
    words = (f"All {every:,} passages.", f"全部 {every:,} 个段落。")
    if not atlas.complete:
        words = (
            f"A sample of {drawn:,} of {every:,} passages; marked ones outside of it lie amid their neighbours.",
            f"{every:,} 个段落中抽取的 {drawn:,} 个；不在样本中的标记段落放在其邻近段落之间。",
        )
    return f'<p class="note">{both(*words)}</p>'


def legend_html(topics: Sequence[Topic], chosen: int | None) -> str:
    """The topics with their colours, as buttons that single one out."""
    chips = "".join(
        f'<li><button type="button" data-act="topic" data-topic="{number}" '
        f'aria-pressed="{"true" if number == chosen else "false"}"><i style="background:{colour(number)}"></i>'
        f"{both(topic.english, topic.chinese)}</button></li>"
        for number, topic in enumerate(topics[:MOST_TOPICS])
    )
    left = len(topics) - MOST_TOPICS
    more = f'<p class="note">{both(f"And {left:,} more topics.", f"另有 {left:,} 个主题。")}</p>' if left > 0 else ""
    return f'<ul class="topics" aria-label="{label("Topics", "主题")}">{chips}</ul>{more}'


def hits_html(atlas: Atlas, hits: Sequence[int], question: str) -> str:
    """The passages that are marked, with the numbers they have on the map."""
    if not question:
        words = both("Ask something, and its passages are marked here.", "提问后，这里会标出相关段落。")
        return f'<p class="empty">{words}</p>'
    asked = f'<p class="asked">{both("Marked for", "标出与此相关的段落：")} <q>{escape(question)}</q></p>'
    if not hits:
        return f'{asked}<p class="empty">{both("No passage fits.", "没有相关段落。")}</p>'
    return f'{asked}<ol class="hits">{_passages(atlas, hits)}</ol>'


def topic_html(atlas: Atlas, topic: int | None) -> str:
    """All passages of the topic that is singled out, for those who do not point at a map."""
    if topic is None:
        return ""
    rows = np.flatnonzero(atlas.topic_of == topic).tolist()
    head = both(f"Passages of this topic ({len(rows)})", f"该主题的段落（{len(rows)}）")
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
            f'<span class="beginning">{escape(" ".join(passage.text.split())[:90])}</span></button></li>'
        )
    return "".join(items)
