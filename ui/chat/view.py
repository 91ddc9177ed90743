"""The view for asking: a chat, and beside it the passages its answers cite and the texts they stand in.

The conversation lives in the visitor's browser alone (``chat.js``), so no visitor can see another's. The
server answers single calls, each with all that it needs: :class:`ui.chat.calls.ChatCalls`.
"""

from collections.abc import Sequence
from html import escape

from corpus import LANGUAGES, Term
from qa.small_talk import LONGEST_QUESTION
from qa.writing import ChatModel
from ui.chat.answer_html import glossary_html
from ui.chat.calls import ChatCalls, checked_calls
from ui.chat.scope_chooser import button_html, chooser_html
from ui.chat.writing_calls import WritingCalls
from ui.chat.writing_switch import switch_html, switch_note_html
from ui.gradio_import import gr
from ui.html.language_tags import tag
from ui.html.words import label, unseen_html, word, words_html

EXAMPLES = tuple(
    (word(f"examples.{key}", language), language) for key in ("first", "second") for language in reversed(LANGUAGES)
)
"""Questions to begin with that the built-in texts answer, each with its language."""


def chat_view(
    calls: ChatCalls, writing: WritingCalls | None = None, own: Sequence[tuple[str, str]] | None = None
) -> None:
    """Fill the open tab with chat and sources; its script makes ``calls``, and has answers written by ``writing``.

    ``own`` are questions to begin with, each with its language, where the texts are not the built-in ones.
    """
    gr.HTML(
        _frame(calls.answerer.glossary, writing.writer.model if writing else None, own),
        elem_id="ask",
        apply_default_css=False,
        js_on_load="foundationQA.beginAsking(element, server);",
        server_functions=checked_calls(calls),
    )


def _frame(glossary: Sequence[Term], model: ChatModel | None, own: Sequence[tuple[str, str]] | None) -> str:
    """The view before the first question, with a switch where a ``model`` writes; the script fills it."""
    examples = "".join(
        f'<li><button type="button" class="example" lang="{tag(language)}">{escape(question)}</button></li>'
        for question, language in (EXAMPLES if own is None else own)
    )
    hint = "chat.placeholder" if own is None else "chat.placeholder_own"
    placeholders = " ".join(f'data-placeholder-{language}="{escape(word(hint, language))}"' for language in LANGUAGES)
    terms = glossary_html(glossary, words_html("chat.glossary"))
    return f"""
<div class="asking">
  <section class="talk" aria-labelledby="talk-title">
    <div class="strip">
      <h2 id="talk-title" class="unseen">{words_html("chat.conversation")}</h2>
      <button type="button" class="listed" aria-expanded="false" aria-controls="conversations" hidden>
        {words_html("list.title")}</button>
      <button type="button" class="export" hidden>{words_html("chat.export")}</button>
      <button type="button" class="anew" hidden>{words_html("chat.anew")}</button>
    </div>
    {_conversations()}
    <div class="turns" tabindex="0" role="log" aria-labelledby="talk-title">
      <div class="welcome">
        <p class="greeting">{words_html("chat.greeting")}</p>
        <p class="advice">{words_html("chat.advice")}</p>
        {f'<ul class="examples">{examples}</ul>' if examples else ""}
      </div>
    </div>
    <div class="told" role="status"></div>
    <div class="hint" role="alert"></div>
    {chooser_html()}
    <div class="looking" role="status" hidden></div>
    {switch_note_html(model)}
    <form class="entry">
      <label class="unseen" for="question">{words_html("chat.your_question")}</label>
      <textarea id="question" name="question" rows="1" autocomplete="off"
        data-longest="{LONGEST_QUESTION}" {placeholders}></textarea>
      {button_html()}{switch_html(model)}
      <button type="submit" class="send">{words_html("chat.ask")}</button>
      <button type="button" class="stop" hidden>{words_html("chat.stop")}</button>
    </form>
  </section>
  <aside class="beside" aria-labelledby="beside-title">
    <div class="sources">
      <div class="strip"><button type="button" class="back to-talk">{words_html("chat.back")}</button>
        <h2 id="beside-title">{words_html("answer.sources")}</h2></div>
      <div class="cards" tabindex="0" role="group" aria-labelledby="beside-title">
        <div class="nothing"><p class="empty">{words_html("chat.nothing_cited")}</p>{terms}</div>
      </div>
    </div>
    <div class="reader" hidden>
      <div class="strip">
        <span class="ways"><button type="button" class="back close">{words_html("chat.close")}</button>
          <span class="other"></span>
          <button type="button" class="link">{words_html("chat.copy_link")}</button></span>
        <span class="steps"><button type="button" class="icon previous">{unseen_html("chat.citation_before")}</button>
          <span class="step" aria-live="polite"></span>
          <button type="button" class="icon next">{unseen_html("chat.next_citation")}</button></span>
      </div>
      <div class="leaf-bar" role="group" aria-label="{escape(label("leaf.turning"))}" hidden>
        <span><button type="button" class="icon turn-back">{unseen_html("leaf.before")}</button>
          <span class="leaf-count" aria-live="polite"></span>
          <button type="button" class="icon turn-on">{unseen_html("leaf.next")}</button></span>
        <span><button type="button" class="icon smaller">{unseen_html("leaf.smaller")}</button>
          <button type="button" class="fit-width">{words_html("leaf.fit")}</button>
          <button type="button" class="icon larger">{unseen_html("leaf.larger")}</button></span>
      </div>
      <div class="page" tabindex="0" role="region" aria-labelledby="reader-title"></div>
    </div>
  </aside>
</div>"""


def _conversations() -> str:
    """The list of the conversations that the browser keeps, which the script fills."""
    return f"""
    <section id="conversations" class="conversations" aria-labelledby="conversations-title" tabindex="-1" hidden>
      <div class="strip"><h3 id="conversations-title">{words_html("list.title")}</h3>
        <button type="button" class="icon close-list">{unseen_html("list.close")}</button></div>
      <label><span class="unseen">{words_html("list.search")}</span><input type="search" autocomplete="off"></label>
      <div class="told" role="status"></div>
      <ul class="kept"></ul>
      <p class="none-found" hidden>{words_html("list.none")}</p>
      <div class="end"><p>{words_html("list.where")}</p>
        <button type="button" class="delete-all">{words_html("list.delete_all")}</button></div>
    </section>"""
