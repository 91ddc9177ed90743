"""Language models and writers that say what a test wants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Event

from qa import Answer
from qa.writing import Draft, Message, Trouble, Verdict, WritingError, WritingEvent, Written, WrittenSentence


@dataclass
class ScriptedModel:
    """See :class:`qa.writing.ChatModel`. Each call says the next of ``replies``: a text, word by word, or an error."""

    replies: list[str | WritingError] = field(default_factory=list)
    name: str = "scripted"
    place: str = ""
    reads: int = 4_000
    asked: list[list[Message]] = field(default_factory=list)  # what it was sent

    def stream(self, messages: Sequence[Message], stop: Event, most_tokens: int = 0) -> Iterator[str]:
        self.asked.append(list(messages))
        reply = self.replies.pop(0) if self.replies else ""
        if isinstance(reply, WritingError):
            raise reply
        for number, word in enumerate(reply.split(" ")):
            if stop.is_set():
                return
            yield f" {word}" if number else word


@dataclass
class ScriptedWriter:
    """Stands for :class:`qa.writing.Writer`: writes ``sentences`` of whatever is answered, each after a draft of it.

    ``wait``, if given, is waited for before each sentence but the first; ``stopped`` tells that it was called off.
    """

    sentences: tuple[WrittenSentence, ...] = ()
    trouble: Trouble | None = None
    model: ScriptedModel = field(default_factory=ScriptedModel)
    wait: Event | None = None
    stopped: Event = field(default_factory=Event)

    def write(self, answer: Answer, stop: Event | None = None) -> Iterator[WritingEvent]:
        if not answer.answered:
            return
        said: list[WrittenSentence] = []
        trouble = self.trouble
        try:
            for number, sentence in enumerate(self.sentences):
                while number and self.wait and not self.wait.wait(0.05) and not (stop and stop.is_set()):
                    yield Draft(sentence.text[:5])
                if stop and stop.is_set():
                    trouble = Trouble.STOPPED
                    break
                yield Draft(sentence.text[: len(sentence.text) // 2])
                said.append(sentence)
                yield sentence
        except GeneratorExit:
            self.stopped.set()
            raise
        if trouble is Trouble.STOPPED:
            self.stopped.set()
        yield Written(
            model=self.model.name,
            place=self.model.place,
            sentences=tuple(said),
            trouble=trouble,
            seconds=1.5,
            first_seconds=0.2,
        )

    def written(self, answer: Answer, stop: Event | None = None) -> Written | None:
        *_, last = [*self.write(answer, stop)] or [None]
        return last if isinstance(last, Written) else None


def sentence(text: str, *numbers: int, verdict: Verdict = Verdict.SUPPORTED, detail: str = "") -> WrittenSentence:
    """A sentence that names the citations ``numbers``."""
    return WrittenSentence(text=text, numbers=numbers or (1,), verdict=verdict, support=0.9, detail=detail)
