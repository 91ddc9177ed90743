"""What a visitor's browser can ask of the server: an answer, a text, a file, and to take an opinion down."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Any, Protocol

from cachetools import LRUCache
from pydantic import TypeAdapter, ValidationError

from corpus import CorpusError, Document, FoundationQAError, Term, language_of
from index import Scope
from index.storage.scope import EVERYTHING
from qa import Answer, AnswerKind, Located, phrases
from qa.small_talk import LONGEST_QUESTION
from ui.chat.answer_html import cards_html, reply_html
from ui.chat.call_records import AskCall, ChoicesCall, Cited, DrawCall, KnownCall, LeafCall, OpenCall
from ui.chat.citation_html import opened_html, opened_leaf_html
from ui.chat.feedback_log import FeedbackLog, Opinion
from ui.chat.leaf_html import first_leaf
from ui.chat.markdown import conversation_markdown, turn_markdown
from ui.chat.scope_choice import choices, known
from ui.chat.suggestions import IndexState, next_questions
from ui.chat.turns import Turn, facts, kept, recalled
from ui.html.original_address import has_pages
from ui.html.visitor_message import visitor_message, visitor_messages
from ui.html.words import each_html, words_html
from ui.workspace.gap_log import OnGap
from ui.workspace.page_pictures import PagePictures

SUGGESTED = 3  # questions to go on with
_TRIED = 5  # candidates for them: each costs as much as a question
_PATIENCE = 3.0  # seconds that a visitor's suggestions wait for another's
_REMEMBERED = 2_000  # candidates of which it is known whether the texts answer them


class OpenIndex(Protocol):
    """What the chat needs of an index; :class:`index.PassageIndex` has it."""

    @property
    def snapshot(self) -> IndexState:
        """The current state."""

    def left_out(self, scope: Scope) -> int:
        """How many texts ``scope`` leaves out only because they name no date."""


class ChatAnswerer(Protocol):
    """What the chat needs of an answerer; :class:`qa.Answerer` has it. It is called from several threads at once."""

    @property
    def glossary(self) -> Sequence[Term]:
        """The terms to explain."""

    @property
    def passages(self) -> OpenIndex:
        """The index that is asked."""

    def ask(
        self, question: str, history: Sequence[str] = (), scope: Scope = EVERYTHING, *, rewriting: bool = True
    ) -> Answer:
        """The answer to ``question`` in ``scope``, asked after the earlier questions ``history``; without ``rewriting``
        no language model is asked what it means."""

    def answers(self, question: str, scope: Scope = EVERYTHING) -> bool:
        """Whether the texts in ``scope`` answer ``question``; cheaper than an answer."""

    def locate(self, document_id: str, digest: str, quote: str, start: int) -> Located:
        """Where a quote of an earlier answer stands now."""


class ChatCalls:
    """Answers the calls of the visitors' browsers. What they send is checked; what they get is HTML, escaped.

    Every call takes one JSON value and gives one JSON object; one with the key ``hint`` says in HTML, for the
    visitor, why there is nothing else. Nothing is remembered from one call to the next but whether the texts
    answer a suggested question.
    """

    def __init__(
        self,
        answerer: ChatAnswerer,
        on_gap: OnGap | None = None,
        feedback: FeedbackLog | None = None,
        pictures: PagePictures | None = None,
        *,
        share_originals: bool = False,
        place: str = "",
    ) -> None:
        """``place`` is where the answerer's language model is, if it asks one, see :class:`qa.writing.ChatModel`."""
        self.answerer, self.on_gap = answerer, on_gap
        self.pictures, self.share_originals, self.place = pictures, share_originals, place
        self.feedback = feedback or FeedbackLog.own()
        self._answered: LRUCache[tuple[str, str, Scope], bool] = LRUCache(_REMEMBERED)  # by generation, question, scope
        self._trying = Lock()  # around them, too

    def ask(self, call: AskCall) -> dict[str, Any]:
        """The answer to a question, drawn as the ``number``-th turn, and what the browser keeps of it."""
        question = call.question.strip()
        if hint := question_problem(question):
            return {"hint": hint}
        rewriting = call.writes and call.place == self.place  # nothing is sent where the visitor does not know of
        try:
            answer = self.answerer.ask(question, call.history, call.scope.scope, rewriting=rewriting)
        except FoundationQAError as error:
            turn = Turn(question, problem=visitor_message(error, language_of(question))[:5_000])
        else:
            turn = Turn(question, kept(answer, undated=self.answerer.passages.left_out(answer.scope)))
            if self.on_gap and answer.is_gap:
                self.on_gap(question, answer.language, answer.confidence)
        return drawn(turn, call.number, self.answerer.glossary)

    def draw(self, call: DrawCall) -> dict[str, Any]:
        """A turn that the browser changed, drawn anew."""
        (turn,) = recalled([call.turn])
        return drawn(turn, call.number, self.answerer.glossary)

    def restore(self, call: Any) -> dict[str, Any]:
        """An earlier conversation, as the browser kept it, drawn again."""
        glossary = self.answerer.glossary
        return {"turns": [drawn(turn, number, glossary) for number, turn in enumerate(recalled(call), 1)]}

    def suggest(self, call: Any) -> dict[str, Any]:
        """Questions to go on with after the last of the turns ``call``, which the texts answer."""
        turns = recalled(call)
        if not turns or (answer := turns[-1].answer) is None or answer.kind is AnswerKind.SMALL_TALK:
            return {"questions": []}
        texts = self.answerer.passages.snapshot
        asked = [turn.question for turn in turns]
        candidates = next_questions(answer, asked, self.answerer.glossary, texts)[:_TRIED]
        # One visitor at a time, so that suggestions never hold up answers; who waits too long gets none.
        if not self._trying.acquire(timeout=_PATIENCE):
            return {"questions": []}
        try:
            return {"questions": self._answered_of(candidates, texts.generation, answer.scope.scope)}
        except FoundationQAError:  # an answer stands there already: what cannot be suggested is left out
            return {"questions": []}
        finally:
            self._trying.release()

    def choices(self, call: ChoicesCall) -> dict[str, Any]:
        """The texts and folders that a question may be asked of, see :func:`ui.chat.scope_choice.choices`."""
        return choices(self.answerer.passages.snapshot.entries, call.sought)

    def known(self, call: KnownCall) -> dict[str, Any]:
        """Those of the texts and folders that a question may be asked of."""
        return {"known": known(self.answerer.passages.snapshot.entries, call.texts)}

    def open(self, call: OpenCall) -> dict[str, Any]:
        """The text of a citation as it is now, at the place of the quote; or its twin in the other language."""
        located, quote, documents = self._located(call)
        leaves = self.pictures is not None and has_pages(call.document_id)
        share = self.share_originals and call.document_id in self.answerer.passages.snapshot.documents
        html = opened_html(located, quote, documents, twin=call.twin, at=call.at, leaves=leaves, share=share)
        return {"html": html}

    def leaf(self, call: LeafCall) -> dict[str, Any]:
        """A page of the file of a citation as a picture, the quote marked on it; a hint where that cannot be had."""
        located, quote, _ = self._located(call)
        document = located.document
        first = first_leaf(document, (located.start, located.end)) if document else 0
        if self.pictures is None or document is None or not first:
            return {"hint": words_html("originals.no_pages" if document else "originals.gone")}
        number = call.number or first
        try:
            picture = self.pictures.picture(document.id, document.digest, number, call.width)
        except CorpusError as error:
            return {"hint": each_html(visitor_messages(error))}
        html = opened_leaf_html(located, document, quote, number, picture, share=self.share_originals)
        return {"html": html, "number": number, "count": picture.page_count}

    def export(self, call: Any) -> dict[str, Any]:
        """The conversation as a Markdown file."""
        now = datetime.now().astimezone()
        return {"name": f"foundation-qa-{now:%Y-%m-%d-%H%M}.md", "text": conversation_markdown(recalled(call), now)}

    def rate(self, call: Opinion) -> dict[str, Any]:
        """Store what a visitor thinks of an answer."""
        try:
            self.feedback.add(call)
        except FoundationQAError as error:
            return {"hint": f"{words_html('chat.opinion_lost')} {each_html(visitor_messages(error))}"}
        return {"html": words_html("chat.thanks")}

    def _located(self, call: Cited) -> tuple[Located, str, Mapping[str, Document]]:
        """Where a quote stands now, all of it, and the texts."""
        documents = self.answerer.passages.snapshot.quotable
        quote, document = call.quote, documents.get(call.document_id)
        if call.end is not None and document is not None and document.digest == call.digest:
            whole = document.text[call.start : call.end]
            quote = whole if whole.startswith(quote) else quote
        return self.answerer.locate(call.document_id, call.digest, quote, call.start), quote, documents

    def _answered_of(self, candidates: Sequence[str], generation: str, scope: Scope) -> list[str]:
        found: list[str] = []
        for question in candidates:
            if self._is_answered(question, generation, scope):
                found.append(question)
            if len(found) == SUGGESTED:
                break
        return found

    def _is_answered(self, question: str, generation: str, scope: Scope) -> bool:
        key = generation, question, scope
        known = self._answered.get(key)
        if known is None:
            known = self._answered[key] = self.answerer.answers(question, scope)
        return known


def drawn(turn: Turn, number: int, glossary: Sequence[Term]) -> dict[str, Any]:
    """All that a browser gets of the ``number``-th ``turn``."""
    return {
        "turn": facts((turn,))[0],
        "reply": reply_html(turn, number),
        "cards": cards_html(turn, number, glossary),
        "markdown": turn_markdown(turn),
    }


def checked_calls(calls: ChatCalls) -> list[Callable[[Any], dict[str, Any]]]:
    """What a browser may call of ``calls``, by name, as Gradio wants it; what is sent is checked first."""
    shapes: dict[str, Any] = {
        "ask": AskCall,
        "draw": DrawCall,
        "choices": ChoicesCall,
        "known": KnownCall,
        "open": OpenCall,
        "leaf": LeafCall,
        "rate": Opinion,
    }
    shapes |= {"restore": Any, "suggest": Any, "export": Any}  # turns, which ui.chat.turns checks

    def checked(name: str, shape: Any) -> Callable[[Any], dict[str, Any]]:
        sent, call = TypeAdapter(shape), getattr(calls, name)

        def reply(value: Any) -> dict[str, Any]:
            try:
                return dict(call(sent.validate_python(value)))
            except ValidationError:
                return {"hint": words_html("chat.page_too_old")}

        reply.__name__ = name
        return reply

    return [checked(name, shape) for name, shape in shapes.items()]


def question_problem(question: str) -> str:
    """Why ``question`` cannot be asked, as HTML in every language; empty where it can. It stays where it was typed."""
    if not question:
        return each_html(phrases.EMPTY_QUESTION)
    if len(question) > LONGEST_QUESTION:
        length, longest = f"{len(question):,}", f"{LONGEST_QUESTION:,}"
        told = phrases.LONG_QUESTION.items()
        return each_html({language: text.format(length=length, longest=longest) for language, text in told})
    return ""
