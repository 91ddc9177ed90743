"""The view for asking: a chat, and beside it the passages its answers cite and the texts they stand in.

The conversation lives in the visitor's browser alone (``asking.js``), so no visitor can see another's. The
server answers single calls, each with all that it needs: :class:`ui.chat.calls.Desk`.
"""

from collections.abc import Sequence
from html import escape

import gradio as gr

from corpus import Term, language_of
from ui.chat.answer_html import glossary_html
from ui.chat.calls import Answering, Desk, OnGap, calls_of
from ui.chat.feedback_log import FeedbackLog
from ui.html.bilingual import both, unseen
from ui.html.language_tags import tag

EXAMPLES = (
    "什么是基础模型？",
    "What is a foundation model?",
    "CLIP 是怎样给图像分类的？",
    "What are emergent abilities?",
)


def ask_view(answerer: Answering, on_gap: OnGap | None = None, feedback: FeedbackLog | None = None) -> None:
    """Chat and sources; ``on_gap`` hears of every question that the texts do not answer."""
    desk = Desk(answerer, on_gap, feedback)
    gr.HTML(
        _frame(answerer.glossary),
        elem_id="ask",
        apply_default_css=False,
        js_on_load="foundationQA.beginAsking(element, server);",
        server_functions=calls_of(desk),
    )


def _frame(glossary: Sequence[Term]) -> str:
    """The view before the first question; the script fills it."""
    examples = "".join(
        f'<li><button type="button" class="example" lang="{tag(language_of(each))}">{escape(each)}</button></li>'
        for each in EXAMPLES
    )
    terms = glossary_html(glossary, both("Glossary", "术语表"))
    empty = both("The passages behind an answer appear here.", "回答所依据的原文段落会显示在这里。")
    return f"""
<div class="asking">
  <section class="talk" aria-labelledby="talk-title">
    <div class="strip">
      <h2 id="talk-title" class="unseen">{both("Conversation", "对话")}</h2>
      <button type="button" class="export" hidden>{both("Save as Markdown", "导出 Markdown")}</button>
      <button type="button" class="anew" hidden>{both("New chat", "新对话")}</button>
    </div>
    <div class="turns" tabindex="0" role="log" aria-labelledby="talk-title">
      <div class="welcome">
        <p class="greeting">{both("What would you like to know?", "想了解什么？")}</p>
        <p class="advice">{
        both(
            "Ask in English or Chinese. Answers are quotes, each with its source.",
            "用中文或英文提问。回答由引文组成，每句都注明出处。",
        )
    }</p>
        <ul class="examples">{examples}</ul>
      </div>
    </div>
    <div class="hint" role="alert"></div>
    <form class="entry">
      <label class="unseen" for="question">{both("Your question", "您的问题")}</label>
      <textarea id="question" name="question" rows="1" autocomplete="off"
        data-placeholder-en="Ask about foundation models" data-placeholder-zh="就基础模型提问"></textarea>
      <button type="submit" class="send">{both("Ask", "提问")}</button>
      <button type="button" class="stop" hidden>{both("Stop", "停止")}</button>
    </form>
  </section>
  <aside class="beside" aria-labelledby="beside-title">
    <div class="sources">
      <div class="strip"><button type="button" class="back to-talk">{both("Chat", "对话")}</button>
        <h2 id="beside-title">{both("Sources", "出处")}</h2></div>
      <div class="cards" tabindex="0" role="region" aria-labelledby="beside-title">
        <div class="nothing"><p class="empty">{empty}</p>{terms}</div>
      </div>
    </div>
    <div class="reader" role="region" aria-labelledby="reader-title" hidden>
      <div class="strip">
        <span class="ways"><button type="button" class="back close">{both("Close", "关闭")}</button>
          <span class="other"></span></span>
        <span class="steps"><button type="button" class="icon previous">{
        unseen("Citation before", "上一处引文")
    }</button>
          <span class="step" aria-live="polite"></span>
          <button type="button" class="icon next">{unseen("Next citation", "下一处引文")}</button></span>
      </div>
      <div class="page" tabindex="0" role="region" aria-labelledby="reader-title"></div>
    </div>
  </aside>
</div>"""
