"""What the tabs beside the one for asking have in common."""

from collections.abc import Callable
from typing import Any

from index import PassageIndex
from ui.gradio_import import Context, gr
from ui.html.document_panel import panel_html

HTML = gr.HTML

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": None}
"""For events of the page itself: no spinner, not callable from elsewhere, no queueing behind other visitors."""


def open_tab() -> gr.Tab:
    """The tab that is being filled; RuntimeError outside of one."""
    if isinstance(Context.block, gr.Tab):
        return Context.block
    raise RuntimeError("a view is mounted inside an open gr.Tab")


def html(value: str = "", elem_id: str = "", *, actions: str | None = None) -> gr.HTML:
    """HTML of ours, as it is. ``actions`` is a function of tabs.js that makes its buttons trigger ``click``."""
    script = f"{actions}(element, trigger, watch)" if actions else None
    return gr.HTML(value, elem_id=elem_id, apply_default_css=False, js_on_load=script)


def calling_html(elem_id: str, actions: str, *calls: Callable[[Any], dict[str, Any]]) -> gr.HTML:
    """HTML that ``actions``, a function of our scripts, fills: it makes ``calls`` of the server by their names."""
    script = f"{actions}(element, server, trigger)"
    return gr.HTML(elem_id=elem_id, apply_default_css=False, js_on_load=script, server_functions=list(calls))


def said(event: gr.EventData, name: str) -> str:
    """What a click sent as ``name``; empty if nothing. It comes from a visitor: anything may stand there."""
    data = event._data if isinstance(event._data, dict) else {}
    value = data.get(name)
    return value if isinstance(value, str) else ""


def reader(empty: str, passages: PassageIndex, elem_id: str, *, share: bool = False) -> gr.HTML:
    """A place where texts are opened, which says ``empty`` (HTML) until then; its own buttons work. ``share`` as in
    :func:`ui.html.document_panel.panel_html`."""
    place = html(empty, elem_id, actions="tabActions")

    def turned(event: gr.EventData) -> Any:
        act, at = said(event, "act"), said(event, "at")
        if act == "close":
            return empty
        if act in ("open", "part"):
            where = int(at) if at.isdecimal() and len(at) < 12 else 0
            documents = passages.snapshot.documents
            return panel_html(documents, said(event, "id"), at=where, place=elem_id, share=share)
        return gr.skip()

    place.click(turned, None, place, **QUIET)
    return place
