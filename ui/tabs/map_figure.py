"""The map of the texts as a figure of Plotly's: https://plotly.com/javascript/reference/."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from corpus import LANGUAGES
from index import FloatArray
from ui.html.breadcrumbs import path
from ui.html.visible import glimpse
from ui.html.words import label
from ui.tabs.map_layout import Atlas


class Shape(NamedTuple):
    """How a point is drawn: the name that Plotly has for it, and the character that looks like it."""

    symbol: str
    sign: str


COLOURS = (
    "#c92f33",
    "#0ca270",
    "#854ece",
    "#b47d07",
    "#0b7f94",
    "#da4c94",
    "#548109",
    "#577efa",
    "#b74c05",
    "#109e8f",
    "#a041b4",
    "#9f8900",
    "#087bab",
    "#e44969",
    "#04893e",
    "#866ff3",
    "#a0600a",
    "#0f9ba5",
    "#b43693",
    "#839405",
)
"""Colours of topics, in the order of their numbers, then from the beginning. Neighbours differ in hue by the golden
angle and in lightness; each has a contrast of 3 to 1 and more to the page, light or dark."""

MARKED = 8  # hits of the last question that are marked
_SHAPES = (Shape("circle", "●"), Shape("diamond", "◆"), Shape("square", "■"), Shape("triangle-up", "▲"))
_SHOWN = 220  # characters of a passage when it is pointed at
_REACH = 1.14  # of the axes: room for a ring and its number at the edge
_PALE = 0.12  # opacity of what is not of the chosen topic


def colour(topic: int) -> str:
    """The colour of the topic with this number."""
    return COLOURS[topic % len(COLOURS)]


def shape(language: str) -> Shape:
    """How passages in ``language`` are drawn: each known language has a shape, as long as there are some left."""
    return _SHAPES[LANGUAGES.index(language) % len(_SHAPES)] if language in LANGUAGES else _SHAPES[0]


def figure(atlas: Atlas, hits: Sequence[int] = (), topic: int | None = None) -> str:
    """The figure as JSON: a point for each passage, and rings with numbers around ``hits`` (rows, best first).

    ``topic`` lets the passages of all other topics step back. What a point says when it is pointed at stands in its
    ``customdata``, as plain text: row, id, title, heading, beginning of the text, language.
    """
    topics = atlas.topic_of[atlas.rows]
    opacity = np.where((topics == topic) | (topic is None), 0.85, _PALE)
    points = {
        "type": "scatter",
        "mode": "markers",
        "name": "passages",
        "x": _short(atlas.places[:, 0]),
        "y": _short(atlas.places[:, 1]),
        "customdata": [_said(atlas, int(row)) for row in atlas.rows],
        "hoverinfo": "none",  # tabs.js shows it: Plotly's own labels are not as wide as the page
        "marker": {
            "size": 8,
            "color": [colour(int(each)) for each in topics],
            "symbol": [shape(atlas.snapshot.language(row)).symbol for row in atlas.rows],
            "opacity": opacity.tolist(),
            "line": {"width": 0},
        },
    }
    rows = list(hits)[:MARKED]
    places = atlas.place(rows)
    rings = {
        "type": "scatter",
        "mode": "markers+text",
        "name": "hits",
        "x": _short(places[:, 0]),
        "y": _short(places[:, 1]),
        "text": [str(number) for number in range(1, len(rows) + 1)],
        "textposition": _outward(places),
        "textfont": {"size": 14},
        "hoverinfo": "skip",
        "marker": {"size": 17, "symbol": "circle-open", "line": {"width": 2.5}, "color": "#888888"},
    }
    # Of points that lie over one another Plotly takes the smallest for the one pointed at: what is marked comes first.
    targets = {
        "type": "scatter",
        "mode": "markers",
        "name": "targets",
        "x": rings["x"],
        "y": rings["y"],
        "customdata": [_said(atlas, row) for row in rows],
        "hoverinfo": "none",
        "marker": {"size": 4, "opacity": 0},
    }
    hidden = {"visible": False, "range": [-_REACH, _REACH]}
    layout = {
        "showlegend": False,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "xaxis": hidden,
        "yaxis": hidden,
        "dragmode": "pan",
        "hovermode": "closest",
        "hoverdistance": 14,
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": "#808080", "activecolor": "#808080"},
    }
    words = {
        "Zoom in": label("map.zoom_in"),
        "Zoom out": label("map.zoom_out"),
        "Reset axes": label("map.show_all"),
    }
    config = {
        "displaylogo": False,
        "displayModeBar": True,
        "modeBarButtons": [["zoomIn2d", "zoomOut2d", "resetScale2d"]],
        "showTips": False,
        "locale": "every",
        "locales": {"every": {"dictionary": words}},
    }
    return json.dumps({"data": [points, rings, targets], "layout": layout, "config": config}, ensure_ascii=False)


def _said(atlas: Atlas, row: int) -> list[Any]:
    passage = atlas.snapshot.passages[row]
    text = glimpse(passage.text)
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN].rstrip()} …"
    heading = path(passage.heading)
    return [row, passage.id, passage.title, heading, shown, passage.language]


def _outward(places: FloatArray) -> list[str]:
    """On which side of each of ``places`` (points, 2) its number stands: away from the others, which may be near."""
    sides = []
    for x, y in places - places.mean(axis=0) if len(places) else ():
        vertical = "middle" if abs(y) < abs(x) / 2.5 else "top" if y >= 0 else "bottom"
        horizontal = "center" if abs(x) < abs(y) / 2.5 else "right" if x >= 0 else "left"
        sides.append("top center" if (vertical, horizontal) == ("middle", "center") else f"{vertical} {horizontal}")
    return sides


def _short(numbers: Any) -> list[float]:
    """As many digits as a screen has pixels, and two."""
    return [round(float(number), 5) for number in numbers]
