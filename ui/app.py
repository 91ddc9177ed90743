"""The page: a chat on one side, the passages its answers cite beside it."""

import errno
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any, Protocol

import gradio as gr

from corpus import FoundationQAError, Term
from qa.answer import Answer
from qa.conversation import LONGEST_QUESTION
from ui.rendering import Turn, both, question_html, reply_html, sources_html

EXAMPLES = (
    "什么是基础模型？",
    "What is a foundation model?",
    "CLIP 是怎样给图像分类的？",
    "What are emergent abilities?",
)
_HERE = Path(__file__).parent
_GRADIO_SETTINGS = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    # After every event Gradio sums up all events so far, for a monitoring page that is off here.
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
}
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

_FAULT = ("The program failed on this question; its log says why.", "程序处理这个问题时出错，原因见日志。")

Messages = list[dict[str, Any]]


class Answering(Protocol):
    """What the page needs of an answerer; it is called from several threads at once."""

    @property
    def glossary(self) -> Sequence[Term]:
        """The terms to explain."""

    def ask(self, question: str, history: tuple[str, ...] = ()) -> Answer:
        """The answer to ``question``, asked after the earlier questions ``history``."""


def build_page(answerer: Answering, notice: Callable[[], str] | None = None) -> gr.Blocks:
    """The page that asks ``answerer``, not started yet; what a visitor has asked is kept per visitor.

    ``notice`` gives a line for the top of every visitor's page, plain text, empty for none; it is called every two
    seconds for each of them.
    """
    os.environ.update(_GRADIO_SETTINGS)
    page: gr.Blocks
    with gr.Blocks(title="Foundation model Q&A · 基础模型问答", analytics_enabled=False, fill_width=True) as page:
        gr.HTML(_header(), elem_id="top", apply_default_css=False, js_on_load=None)
        if notice is not None:
            _notice_line(notice)
        _ask_view(answerer)
    return page


def _notice_line(notice: Callable[[], str]) -> None:
    def line() -> str:
        message = notice()
        return f'<p role="status">{escape(message)}</p>' if message else ""

    shown = gr.HTML(line, elem_id="notice", apply_default_css=False, js_on_load=None)
    gr.Timer(2).tick(line, None, shown, queue=False, show_progress="hidden", api_visibility="private")


def _header() -> str:
    title = both("Foundation model Q&A", "基础模型问答")
    line = both("Every answer is made of exact quotes from the texts.", "每个回答都由原文的逐字引文组成。")
    return f"<h1>{title}</h1><p>{line}</p>"


def _ask_view(answerer: Answering) -> None:
    """Chat and sources, with their events."""
    turns = gr.State(())
    with gr.Row(elem_id="ask"):
        with gr.Column(scale=6, min_width=320, elem_id="talk"):
            with gr.Row(elem_classes="bar"):
                gr.HTML(f"<h2>{both('Chat', '对话')}</h2>", apply_default_css=False, js_on_load=None)
                anew = gr.Button("New chat / 新对话", size="sm", elem_id="anew")
            chat = gr.Chatbot(
                label="Chat / 对话",
                show_label=False,
                container=False,
                height=None,
                layout="bubble",
                buttons=[],
                feedback_options=None,
                placeholder=f'<p class="welcome">{both("Ask in English or Chinese.", "用中文或英文提问。")}</p>',
                examples=[{"text": example} for example in EXAMPLES],
                elem_id="chat",
            )
            hint = gr.HTML(elem_id="hint", apply_default_css=False, js_on_load=None)
            with gr.Row(elem_id="entry"):
                box = gr.Textbox(
                    label="Your question / 您的问题",
                    show_label=False,
                    container=False,
                    placeholder="Your question / 您的问题",
                    lines=1,
                    max_lines=6,
                    autofocus=True,
                    submit_btn="Ask / 提问",
                    elem_id="box",
                )
        with gr.Column(scale=5, min_width=320, elem_id="beside"):
            with gr.Row(elem_classes="bar"):
                gr.HTML(f"<h2>{both('Sources', '出处')}</h2>", apply_default_css=False, js_on_load=None)
            sources = gr.HTML(
                sources_html((), answerer.glossary), elem_id="sources", apply_default_css=False, js_on_load=None
            )

    def ask(question: str, earlier: tuple[Turn, ...]) -> Iterator[dict[Any, Any]]:
        question = question.strip()
        if problem := question_problem(question):
            yield {hint: problem}
            return
        # The question shows at once; the answer follows.
        yield {chat: _messages((*earlier, Turn(question))), box: "", hint: ""}
        history = tuple(turn.question for turn in earlier if turn.answer is not None)
        try:
            turn = Turn(question, answer=answerer.ask(question, history))
        except FoundationQAError as error:
            turn = Turn(question, problem=str(error))
        except Exception:
            # A fault of this program: the visitor keeps the question, the log gets the traceback.
            yield {chat: _messages(earlier), box: question, hint: _hint(*_FAULT)}
            raise
        now = (*earlier, turn)
        yield {chat: _messages(now), sources: sources_html(now, answerer.glossary), turns: now}

    everything = [chat, sources, turns, box, hint]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    # No limit of its own: visitors share the server's threads and never queue behind one another.
    asking: dict[str, Any] = {"fn": ask, "inputs": [box, turns], "outputs": everything, "concurrency_limit": None}
    box.submit(**asking, **quiet)
    chat.example_select(_chosen, None, box, queue=False, **quiet).then(**asking, **quiet)
    anew.click(lambda: ([], sources_html((), answerer.glossary), (), "", ""), None, everything, queue=False, **quiet)


def _chosen(event: gr.SelectData) -> str:
    return str(event.value["text"])


def question_problem(question: str) -> str:
    """Why ``question`` cannot be asked, as HTML in both languages; empty where it can."""
    if not question:
        return _hint("Please type a question first.", "请先输入问题。")
    if len(question) > LONGEST_QUESTION:
        english = (
            f"This question has {len(question):,} characters; {LONGEST_QUESTION:,} are allowed. Please shorten it."
        )
        chinese = f"这个问题有 {len(question):,} 个字符，最多 {LONGEST_QUESTION:,} 个，请缩短。"
        return _hint(english, chinese)
    return ""


def _hint(english: str, chinese: str) -> str:
    return f'<p role="alert">{both(english, chinese)}</p>'


def _messages(turns: tuple[Turn, ...]) -> Messages:
    """The chat's messages. Each is an HTML component: the chat would read a string as Markdown, even an escaped one."""
    messages: Messages = []
    for number, turn in enumerate(turns, 1):
        messages.append({"role": "user", "content": [_html(question_html(turn.question))]})
        messages.append({"role": "assistant", "content": [_html(reply_html(turn, number))]})
    return messages


def _html(value: str) -> gr.HTML:
    return gr.HTML(value, apply_default_css=False, js_on_load=None, render=False)


def start(
    answerer: Answering, host: str = "127.0.0.1", port: int = 7860, *, notice: Callable[[], str] | None = None
) -> gr.Blocks:
    """The page of :func:`build_page`, being served from a thread of its own at ``.local_url`` until its ``.close()``.

    :class:`FoundationQAError` where nothing can listen at ``host`` and ``port``.
    """
    _check_free(host, port)
    page = build_page(answerer, notice)
    try:
        with _without_proxies():
            page.launch(
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
                max_file_size="1kb",  # nothing is uploaded here
                theme=gr.themes.Base(font=_FONTS, font_mono=("ui-monospace", "Consolas", "monospace")),
                css_paths=[_HERE / "page.css"],
                head=f"<script>{(_HERE / 'page.js').read_text(encoding='utf-8')}</script>",
            )
    except OSError as error:  # taken since the check, or Gradio waited five seconds in vain
        raise FoundationQAError(_cannot_listen(host, port, "the server did not start")) from error
    return page


def serve(
    answerer: Answering, host: str = "127.0.0.1", port: int = 7860, *, notice: Callable[[], str] | None = None
) -> None:
    """Serve the page until Ctrl-C; print its address and nothing else. The rest as :func:`start`."""
    page = start(answerer, host, port, notice=notice)
    try:
        print(page.local_url, flush=True)  # noqa: T201  # all that this command says
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        pass
    finally:
        page.close(verbose=False)


def _check_free(host: str, port: int) -> None:
    """Raise where nothing can listen at ``host`` and ``port``: Gradio's own message would name neither."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as listener:
            if os.name == "posix":  # as the server does: a port just given up is free
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except (OSError, OverflowError) as error:
        in_use = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        reason = "it is in use" if in_use else getattr(error, "strerror", None) or str(error)
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
