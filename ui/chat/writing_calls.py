"""A visitor's browser has an answer written, and hears of it as it happens."""

from collections.abc import Generator, Iterator
from threading import Event
from time import monotonic
from typing import Any, Protocol

from corpus import FoundationQAError
from qa import Answer, Citation
from qa.writing import ChatModel, Draft, Reading, WritingEvent, WrittenSentence
from ui.chat.call_records import WriteCall
from ui.chat.calls import ChatAnswerer, drawn, question_problem
from ui.chat.turns import Turn, begun_writing, kept, kept_sentence, sentence_facts, sources_facts, writing_facts
from ui.chat.written_html import begun_html, sentence_html
from ui.html.visitor_message import visitor_messages
from ui.html.words import each_html, words_html

_EVERY = 0.1  # seconds between two drafts at least
_LONGEST_DRAFT = 2_000  # characters


class ChatWriter(Protocol):
    """What the chat needs of a writer; :class:`qa.writing.Writer` has it. It is called from several threads at once."""

    @property
    def model(self) -> ChatModel:
        """The language model, whose name and place a visitor is told."""

    def write(self, answer: Answer, stop: Event | None = None) -> Iterator[WritingEvent]:
        """See :meth:`qa.writing.Writer.write`."""


class WritingCalls:
    """Has ``writer`` write what ``answerer`` answers. What is sent is checked, what comes is HTML, escaped."""

    def __init__(self, answerer: ChatAnswerer, writer: ChatWriter) -> None:
        self.answerer, self.writer = answerer, writer

    def write(self, call: WriteCall, stop: Event) -> Generator[dict[str, Any]]:
        """What happens while the answer to a question is written, until ``stop`` is set.

        First ``begun``, the HTML to fill, and ``written``, what is kept of it as long as no sentence is there; then
        any number of ``draft``, plain text, and ``sentence``, HTML with what is kept of it and of the further sources
        that it is the first to name; last what
        :func:`ui.chat.calls.drawn` gives. In place of all that a ``hint``, HTML, where nothing can be written.
        """
        question = call.question.strip()
        if hint := question_problem(question):
            yield {"hint": hint}
            return
        if call.place != self.writer.model.place:  # nothing is sent where the visitor does not know of
            yield {"hint": words_html("chat.page_too_old")}
            return
        try:
            answer = self.answerer.ask(question, call.history, call.scope.scope, rewriting=call.writes)
        except FoundationQAError as error:
            yield {"hint": each_html(visitor_messages(error))}
            return
        yield from self._written(question, answer, call.number, stop)

    def _written(self, question: str, answer: Answer, number: int, stop: Event) -> Generator[dict[str, Any]]:
        undated = self.answerer.passages.left_out(answer.scope)
        shown = kept(answer, undated=undated)
        if answer.answered:
            begun = begun_writing(self.writer.model)
            yield {"begun": begun_html(shown, number, begun), "written": writing_facts(begun)}
        last, unnamed = -_EVERY, dict[int, Citation]()
        for event in self.writer.write(answer, stop):
            if isinstance(event, Reading):
                unnamed = {each.number: each for each in event.sources}
            elif isinstance(event, Draft):
                if monotonic() - last >= _EVERY:
                    last = monotonic()
                    yield {"draft": event.text[:_LONGEST_DRAFT]}
            elif isinstance(event, WrittenSentence):
                sentence = kept_sentence(event)
                named = [unnamed.pop(each) for each in sentence.numbers if each in unnamed]
                yield {
                    "sentence": sentence_html(shown, number, sentence),
                    "kept": sentence_facts(sentence),
                    "sources": sources_facts(named),
                }
            else:
                shown = kept(answer, event, undated=undated)
        yield drawn(Turn(question, shown), number, self.answerer.glossary)
