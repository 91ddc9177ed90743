"""The page: its tabs, and how it is served."""

import errno
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from corpus import LANGUAGES, FoundationQAError
from ui.api.closing import Closing
from ui.api.gradio_endpoints import add_api
from ui.gate.upload_room import arrivals_folder
from ui.gradio_import import gr
from ui.html.language_tags import name_of, tag
from ui.html.visitor_message import visitor_messages
from ui.html.words import each_html, label, words_html, words_script
from ui.server.ending import PATIENCE, end
from ui.server.json_log import JsonLog
from ui.server.listener import bound
from ui.server.log import BoundedLog, bounded_log
from ui.server.options import PAGE_ALONE, Serving
from ui.server.visitor_state import MOST_SESSIONS
from ui.tabs.tab import View
from ui.terminal.endings import Terminated, longer_by

_STATIC = Path(__file__).parents[1] / "static"
STYLE_SHEETS = (
    "page",
    *("chat", "conversations", "turns", "writing", "entry", "scope", "cards", "quotes", "reader", "leaf"),
    *("tabs", "tables", "panel", "map"),
    "phone",
)
"""In this order: of rules that weigh alike the later one counts."""
_GRADIO_SETTINGS = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    # After every event Gradio sums up all events so far, for a monitoring page that is off here.
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
    "GRADIO_ANALYTICS_MAX_EVENTS": "100",
}
# Seconds after which Gradio looks for what a tab asks; else every millisecond, which keeps a processor busy that nobody
# asks anything of. The chat, REST and MCP wait for no look. And for news of progress bars, of which the page has none.
_LOOKS_EVERY, _PROGRESS_EVERY = 0.1, 1.0
_PATIENCE_OF_A_PERSON = 5.0  # seconds that answers may take after a Ctrl-C
# Fonts of the visitor's own system, and Chinese ones by name where a system names them: nothing is fetched.
_FONTS = (
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "sans-serif",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page consists of; :func:`ui.server.site.assemble_page` makes that of a workplace."""

    views: tuple[View, ...]  # its tabs; the first one is open at first
    notice: Callable[[], str] | None = None
    """Gives a line for the top of every visitor's page: a problem with the texts, plain text, empty for none. It is
    called every two seconds for each of them. None: there is no such line."""
    serving: Serving = PAGE_ALONE  # what is served beside it, and to whom


def build_page(page: Page) -> gr.Blocks:
    """The ``page``, not started yet; what a visitor has asked is kept per visitor."""
    os.environ.update(_GRADIO_SETTINGS, GRADIO_TEMP_DIR=str(arrivals_folder()))
    built: gr.Blocks
    with gr.Blocks(title=label("page.title"), analytics_enabled=False, fill_width=True) as built:
        if (service := page.serving.service_by("gradio")) is not None:
            add_api(service)  # first: an event of the page that is called "ask", too, gets another name
        gr.HTML(_header(), elem_id="top", apply_default_css=False, js_on_load=None)
        if page.notice is not None:
            _notice_line(page.notice)
        with gr.Tabs(elem_id="views", elem_classes="several" if len(page.views) > 1 else "single"):
            for view in page.views:
                with gr.Tab(label(f"views.{view.key}"), id=view.key):
                    view.mount()
    return built


def _style_sheets() -> list[Path]:
    return [_STATIC / f"{name}.css" for name in STYLE_SHEETS]


def _head() -> str:
    """The page's words, and the scripts that use them: that of the whole page first."""
    files = sorted(_STATIC.glob("*.js"), key=lambda file: (file.stem != "page", file.name))
    return words_script() + "".join(f"<script>{file.read_text(encoding='utf-8')}</script>" for file in files)


def _notice_line(notice: Callable[[], str]) -> None:
    def line() -> str:
        message = notice()
        return f'<p role="status">{each_html(visitor_messages(message))}</p>' if message else ""

    def changed(before: str | None) -> Any:
        now = line()
        return gr.skip() if now == (before or "") else now  # what is set again would be read out again

    shown = gr.HTML("", elem_id="notice", apply_default_css=False, js_on_load=None)
    timer = gr.Timer(2)
    timer.tick(changed, shown, shown, queue=False, show_progress="hidden", api_visibility="private")


def _header() -> str:
    buttons = "\n".join(
        f'  <button type="button" data-language="{each}" lang="{tag(each)}">{escape(name_of(each))}</button>'
        for each in LANGUAGES
    )
    return f"""
<div class="title"><h1>{words_html("page.title")}</h1><p>{words_html("page.line")}</p></div>
<div class="languages" role="group" aria-label="{escape(label("page.language"))}">
{buttons}
</div>"""


def start(page: Page, host: str = "127.0.0.1", port: int = 7860, closing: Closing | None = None) -> gr.Blocks:
    """The ``page``, being served from a thread of its own at ``.local_url`` until its ``.close()``; ``closing`` is told
    of its end before.

    :class:`FoundationQAError` where nothing can listen at ``host`` and ``port``.
    """
    port = _free_port(host, port)
    built = build_page(page)
    built._queue.sleep_when_free, built._queue.progress_update_sleep_when_free = _LOOKS_EVERY, _PROGRESS_EVERY
    try:
        with _without_proxies():
            built.launch(
                server_name=f"[{host}]" if ":" in host else host,
                server_port=port,
                prevent_thread_lock=True,
                quiet=True,
                share=False,
                inbrowser=False,
                ssr_mode=False,
                run_history=False,
                enable_monitoring=False,
                footer_links=[],
                max_file_size=max(page.serving.largest_file, 1),
                root_path=page.serving.public.path if page.serving.public else None,
                state_session_capacity=MOST_SESSIONS,
                app_kwargs=page.serving.app(host, closing or Closing()),
                mcp_server=False,  # ours is part of app_kwargs: Gradio's sends no JSON, and asks for no password
                theme=gr.themes.Base(font=_FONTS, font_mono=("ui-monospace", "Consolas", "monospace")),
                css_paths=_style_sheets(),
                head=_head(),
            )
    except OSError as error:  # taken since the check, or Gradio waited five seconds in vain
        raise FoundationQAError(_cannot_listen(host, port, "the server did not start")) from error
    bound(built.server, page.serving.proxies)
    return built


def serve(page: Page, host: str = "127.0.0.1", port: int = 7860, drain: float = 0.0) -> None:
    """Serve the ``page`` until Ctrl-C, or until the system says so; print its address and nothing else.

    Where the system says so the page goes on for ``drain`` seconds, see :func:`ui.server.ending.end`. The rest as
    :func:`start`. What is logged meanwhile has bounds.
    """
    closing = Closing()
    with bounded_log() as log, longer_by(drain + PATIENCE):
        served = start(page, host, port, closing)
        waiting, patience = 0.0, PATIENCE
        try:
            print(page.serving.public or served.local_url, flush=True)  # noqa: T201  # all that this command says
            _tell(log, "started")
            while True:
                time.sleep(3600)
        except Terminated:
            waiting = drain
        except KeyboardInterrupt:  # whoever sits before it wants an end soon
            patience = _PATIENCE_OF_A_PERSON
        finally:
            _tell(log, "stopping")
            end(served, closing, waiting, patience)
            _tell(log, "stopped")


def _tell(log: BoundedLog, event: str) -> None:
    if isinstance(log, JsonLog):
        log.tell(event)


def _free_port(host: str, port: int) -> int:
    """The ``port`` of ``host``, or any free one where it is 0; Gradio knows no such port.

    :class:`FoundationQAError` where nothing can listen there: Gradio's own message would name neither.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as listener:
            if os.name == "posix":  # as the server does: a port just given up is free
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            return int(listener.getsockname()[1])
    except (OSError, OverflowError, UnicodeError) as error:  # the last: no name can look like this
        number = getattr(error, "errno", None)
        if isinstance(error, (socket.gaierror, UnicodeError)) or number == errno.EADDRNOTAVAIL:
            raise FoundationQAError(
                f"The page cannot be served at {host!r}: this machine is not known by that name or address. "
                f"Name one of its own, such as --host 127.0.0.1."
            ) from error
        reason = "it is in use" if number == errno.EADDRINUSE else getattr(error, "strerror", None) or str(error)
        raise FoundationQAError(_cannot_listen(host, port, reason)) from error


def _cannot_listen(host: str, port: int, reason: str) -> str:
    another = port + 1 if 1023 < port < 65535 else 7860
    return f"The page cannot be served at {host}, port {port}: {reason}. Name another port: --port {another}."


@contextmanager
def _without_proxies() -> Iterator[None]:
    """Gradio asks its own address once at start; a proxy named in the environment must not answer for it."""
    names = [name for name in os.environ if name.lower() in ("http_proxy", "https_proxy", "all_proxy")]
    kept = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(kept)
