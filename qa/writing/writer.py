"""An answer becomes sentences: written by a language model from the quotes alone, each held to those that it names."""

import logging
import re
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from threading import Event

from corpus import ScopeError, StoredIndexError, language_of
from index import PassageIndex
from index.matching.words import words_in
from qa.answer import Answer, Citation
from qa.writing import prompts
from qa.writing.chat_model import ChatModel, Message, Trouble, WritingError
from qa.writing.heads import only_names
from qa.writing.portions import portions, text_of
from qa.writing.sentences import SaidSentence, SentenceStream
from qa.writing.sources import sources_of
from qa.writing.support import Check, SupportCheck
from qa.writing.written import Verdict, Written, WrittenSentence

_log = logging.getLogger(__name__)

MOST_SENTENCES = 40
"""Of a written answer: a model that goes on is called off."""

_FOR_ANSWER = 0.3  # share of what a model can read that is left for what it writes
_PORTIONS = 4  # so many times what it can read at once is read for one answer, at most
_RULES = 300  # tokens of what it is told beside the passages
_MOST_TRIED = 6  # passages that a sentence is held to beside those that it names
_SHORTEST_TOLD = 8  # letters of a sentence whose language can be told
_OF_ITS_WORDS = (Trouble.DECLINED, Trouble.WRONG_LANGUAGE, Trouble.UNSUPPORTED)  # nothing is wrong with its server
_DECLINES = re.compile(
    r"\W*(?:not in the texts|the (?:texts|passages) do(?:es)? not (?:say|answer|mention|contain|provide)|"
    r"资料中?没有(?:提到|说明|回答)|(?:段落|资料|文中)(?:里|中)?(?:没有|未)(?:提到|提及|说明|回答))",
    re.I,
)
_REFUSES = re.compile(
    r"\W*(?:i(?:'m| am) sorry|i can(?:not|'t)|as an ai|"
    r"抱歉|对不起|很遗憾|我(?:无法|不能)|作为(?:一个)?(?:ai|人工智能))",
    re.I,
)
_NUMBERED = re.compile(r"\s*(\d{1,2})\s*[.)、:：．]\s*(.*)")


@dataclass(frozen=True, slots=True)
class Draft:
    """The beginning of a sentence that is being written; the next event replaces it."""

    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read beside the answer's own citations, numbered after those; it comes first, if there is any."""

    sources: tuple[Citation, ...]


WritingEvent = Reading | Draft | WrittenSentence | Written
"""What happens while an answer is written: a :class:`Written` comes last, and replaces all before it."""


class Writer:
    """Writes answers with ``model``, from the texts of ``passages``. Safe to be used by several threads.

    ``check`` holds each sentence to what it names (default: the one that ships, :class:`corpus.EncoderError` where its
    model is not installed).
    """

    def __init__(self, model: ChatModel, passages: PassageIndex, check: Check | None = None) -> None:
        self.model, self.passages = model, passages
        self.check = check or SupportCheck(passages.encoder, passages.snapshot.glossary)

    def write(self, answer: Answer, stop: Event | None = None) -> Iterator[WritingEvent]:
        """Write what the quotes of ``answer`` say to its question, as it happens. It never fails for what the model
        does: a trouble stands in the :class:`Written` at the end. Nothing comes where nothing is to be written:
        where ``answer`` is none of quotes, or the index has changed since.

        Once ``stop`` is set, or the iterator is closed, the model is called off.
        """
        room = int(self.model.reads * (1 - _FOR_ANSWER)) - _RULES
        try:
            sources = sources_of(answer, self.passages, _PORTIONS * room)
        except (ScopeError, StoredIndexError):  # what it was asked of is gone: the quotes know their texts, and stay
            return
        if not sources:
            return
        calling = Event() if stop is None else stop
        work = _Work(self, answer, sources, room, calling)
        try:
            yield from work.events()
        finally:
            if stop is None:
                calling.set()

    def written(self, answer: Answer, stop: Event | None = None) -> Written | None:
        """The same, all of it at once; None where nothing is to be written."""
        return next((event for event in self.write(answer, stop) if isinstance(event, Written)), None)


@dataclass
class _Work:
    """One answer that is being written."""

    writer: Writer
    answer: Answer
    sources: Sequence[Citation]
    room: int  # tokens of passages that fit
    stop: Event
    begin: float = field(default_factory=time.monotonic)
    first: float = 0.0  # seconds to the first word
    sentences: list[WrittenSentence] = field(default_factory=list)
    trouble: Trouble | None = None
    said: str = ""  # all that the model said

    def events(self) -> Iterator[WritingEvent]:
        messages: list[Message] = []
        own = {each.number for each in self.answer.citations}
        if further := tuple(each for each in self.sources if each.number not in own):
            yield Reading(further)
        try:
            messages = yield from self._messages()
            yield from self._write(messages)
            if any(not each.verdict.holds for each in self.sentences) and not self.stop.is_set():
                self._mend(messages)
        except WritingError as error:
            self.trouble = error.trouble
            if error.trouble not in _OF_ITS_WORDS:  # a reader is told less, and can mend nothing
                _log.warning("An answer was not written: %s", error)
        if self.stop.is_set() and self.trouble is None:
            self.trouble = Trouble.STOPPED
        if self.trouble is None and not any(each.verdict.holds for each in self.sentences):
            self.trouble = Trouble.UNSUPPORTED if self.sentences else Trouble.EMPTY
        cited = {number for each in self.sentences for number in each.numbers}
        yield Written(
            model=self.writer.model.name,
            place=self.writer.model.place,
            sentences=tuple(self.sentences),
            sources=tuple(each for each in further if each.number in cited),
            trouble=self.trouble,
            seconds=round(time.monotonic() - self.begin, 3),
            first_seconds=round(self.first, 3),
        )

    def _messages(self) -> Generator[WritingEvent, None, list[Message]]:
        """What asks for the answer. Where the passages do not fit, notes on each portion are asked for first."""
        question, language = self.answer.understood or self.answer.question, self.answer.language
        parts = portions(self.sources, self.room)
        if len(parts) == 1:
            whole = len(self.sources) > len(self.answer.citations)
            return prompts.answer_messages(question, language, parts[0], whole=whole)
        notes: list[str] = []
        for part in parts:
            stream = SentenceStream()
            for piece in self._pieces(prompts.note_messages(question, language, part)):
                for said in stream.add(piece):
                    notes += self._note(said)
                yield Draft(stream.draft)
            for said in stream.end():
                notes += self._note(said)
        if not notes:
            raise WritingError(Trouble.UNSUPPORTED, "No note on a part of the passages is carried by what it names.")
        return prompts.joining_messages(question, language, notes)

    def _note(self, said: SaidSentence) -> list[str]:
        judged = self._judged(said)
        return [f"- {judged.text} {judged.marks}"] if judged.verdict.holds else []

    def _write(self, messages: Sequence[Message]) -> Iterator[WritingEvent]:
        stream = SentenceStream()
        pieces = self._pieces(messages)
        for piece in pieces:
            self.said += piece
            for said in stream.add(piece):
                if only_names(said.text, self.sources):
                    continue
                if self._goes_round(said):
                    pieces.close()
                    return
                yield self._taken(said)
            if draft := stream.draft:
                yield Draft(draft)
        if self.stop.is_set():
            return  # what it was about to say is no sentence
        for said in stream.end():
            if not only_names(said.text, self.sources) and not self._goes_round(said):
                yield self._taken(said)

    def _pieces(self, messages: Sequence[Message]) -> Generator[str]:
        """What the model says to ``messages``; closing this calls the model off."""
        for piece in self.writer.model.stream(messages, self.stop):
            if piece.strip() and not self.first:
                self.first = time.monotonic() - self.begin
            yield piece

    def _taken(self, said: SaidSentence) -> WrittenSentence:
        """The check of a sentence that the model said; WritingError where it says that there is no answer."""
        if not self.sentences:
            if _DECLINES.match(said.text):
                raise WritingError(Trouble.DECLINED, "The model says that the passages do not answer.")
            if _REFUSES.match(said.text):
                raise WritingError(Trouble.DECLINED, "The model refuses.")
        letters = sum(map(str.isalpha, said.text))
        if letters >= _SHORTEST_TOLD and language_of(said.text) != self.answer.language:
            self.sentences.clear()
            raise WritingError(Trouble.WRONG_LANGUAGE, "The model writes in another language than the question's.")
        judged = self._judged(said)
        self.sentences.append(judged)
        return judged

    def _goes_round(self, said: SaidSentence) -> bool:
        """Whether the model repeats itself, or does not come to an end."""
        return any(said.text == each.text for each in self.sentences) or len(self.sentences) >= MOST_SENTENCES

    def _judged(self, said: SaidSentence) -> WrittenSentence:
        """``said`` held to the passages that it names; to each alone, where it names none, or none of ours.

        What a passage carries that it did not name is shown with that: the numbers that are shown are those that
        carry it.
        """
        known = {each.number: each for each in self.sources}
        numbers = tuple(number for number in said.numbers if number in known)
        found = self._checked(said, numbers) if numbers else None
        if found and found.verdict.holds:
            return found
        others = [self._checked(said, (number,)) for number in self._nearest(said) if (number,) != numbers]
        best = max((each for each in others if each.verdict.holds), key=lambda each: each.support, default=None)
        if best:
            return best
        uncited = WrittenSentence(
            text=said.text, numbers=(), verdict=Verdict.UNCITED, support=0.0, begins_item=said.begins_item
        )
        return found or uncited

    def _nearest(self, said: SaidSentence) -> list[int]:
        """The numbers of the sources that may carry ``said``: those that share most words with it. Of a text that is
        read as a whole there are many, and each check takes its time."""
        words = words_in(said.text)
        shared = {each.number: len(words & words_in(text_of(each))) for each in self.sources}
        return sorted(shared, key=lambda number: -shared[number])[:_MOST_TRIED]

    def _checked(self, said: SaidSentence, numbers: tuple[int, ...]) -> WrittenSentence:
        known = {each.number: each for each in self.sources}
        passages = [text_of(known[number]) for number in numbers]
        verdict, support, detail = self.writer.check.judge(said.text, passages)
        return WrittenSentence(
            text=said.text,
            numbers=numbers,
            verdict=verdict,
            support=support,
            detail=detail,
            begins_item=said.begins_item,
        )

    def _mend(self, messages: Sequence[Message]) -> None:
        """Ask once more for the sentences that do not hold; those that hold then take their place."""
        failing = [at for at, each in enumerate(self.sentences) if not each.verdict.holds]
        texts = [self.sentences[at].text for at in failing]
        asked = prompts.mending_messages(messages, self.said, self.answer.language, texts)
        try:
            lines = "".join(self._pieces(asked)).splitlines()
        except WritingError:
            return  # what was written stays as it is judged: this was to make it better
        told = [found for found in map(_NUMBERED.match, lines) if found]
        for found in told:
            place = int(found.group(1)) - 1
            if not 0 <= place < len(failing) or prompts.drop_word(self.answer.language) in found.group(2):
                continue
            stream = SentenceStream()
            said = [*stream.add(found.group(2)), *stream.end()]
            if len(said) != 1 or language_of(said[0].text) != self.answer.language:
                continue
            judged = self._judged(replace(said[0], begins_item=self.sentences[failing[place]].begins_item))
            if judged.verdict.holds and judged.text not in [each.text for each in self.sentences]:
                self.sentences[failing[place]] = judged
