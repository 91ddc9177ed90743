"""The view for asking: a chat on one side, the passages its answers cite beside it."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import gradio as gr

from corpus import FoundationQAError, Term
from qa.answer import Answer
from qa.conversation import LONGEST_QUESTION
from ui.rendering import Turn, question_html, reply_html, sources_html
from ui.words import both

EXAMPLES = (
    "什么是基础模型？",
    "What is a foundation model?",
    "CLIP 是怎样给图像分类的？",
    "What are emergent abilities?",
)

_FAULT = ("The program failed on this question; its log says why.", "程序处理这个问题时出错，原因见日志。")

OnGap = Callable[[str, str, float], None]
"""Called with question, language and confidence."""

Messages = list[dict[str, Any]]


class Answering(Protocol):
    """What the page needs of an answerer; it is called from several threads at once."""

    @property
    def glossary(self) -> Sequence[Term]:
        """The terms to explain."""

    def ask(self, question: str, history: tuple[str, ...] = ()) -> Answer:
        """The answer to ``question``, asked after the earlier questions ``history``."""


def ask_view(answerer: Answering, on_gap: OnGap | None = None) -> None:
    """Chat and sources, with their events; ``on_gap`` hears of every question that the texts do not answer."""
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
