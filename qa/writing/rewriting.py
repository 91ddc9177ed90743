"""What a follow-up means by itself, as a language model says it, if that can be trusted to be the same question."""

import logging
import re
from collections.abc import Sequence
from threading import Event, Timer

from corpus import language_of
from corpus.parsing.labels import asks
from index.matching.words import words_in
from qa.question_names import Name, names_asked_for, words_and_names
from qa.small_talk import reply_to_small_talk
from qa.writing import prompts
from qa.writing.chat_model import ChatModel, Message, WritingError
from qa.writing.thoughts import Thoughts

_log = logging.getLogger(__name__)

_EARLIER = 3  # questions before that it is shown: what is asked rarely leans on more
_TOKENS = 60  # that it may say
_LONGEST, _TIMES = 300, 3  # characters of what it says; times those of the question and the ones before
_KEPT = 0.25  # share of the question's words, at least
_SHOWN = 4 * _LONGEST  # characters after which nobody waits for the end of what it says

_EARLIER_TAG, _LAST_TAG = {"en": "earlier", "zh": "前面的问题"}, {"en": "last", "zh": "最后的问题"}

_LABEL = re.compile(
    r"(?:sure[,!. ]*|here(?:'s| is) |the )*(?:(?:rewritten|rephrased|stand-?alone|self-contained|full|new|final|last|"
    r"revised|complete) )*(?:question|query|version|rewrite|output|answer)(?: is)?\s*[:：]|"
    r"(?:(?:改写|重写|完整|独立|最后|新)(?:之?后)?的?)*(?:问题|提问|问句|结果|输出)(?:是|为|如下)?\s*[:：]",
    re.I,
)
_TAGS = re.compile(rf"</?(?:{'|'.join([*_EARLIER_TAG.values(), *_LAST_TAG.values()])})>")
_BEGINS_LINE = re.compile(r"^(?:[#>•\s-]+|\d\. |\* )")
_MARKED = re.compile(r"([“\"'‘「『`*_]+)([^“”\"‘「」『』`*_]+)([”\"'’」』`*_]+)")  # all of it
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_ORDERED = re.compile(
    r"(?:please |can you |could you )*(?:tell|explain|describe|give|show|compare|define|list|name|summari[sz]e|discuss|"
    r"elaborate|outline|mention)\b|请|(?:介绍|解释|说明|说说|讲讲|谈谈|描述|列[出举]|比较|对比|总结|概括|举)",
    re.I,
)


class Rewriter:
    """Asks ``model`` what a follow-up means; see :data:`qa.answerer.Rewrite`. Safe to be used by several threads.

    ``seconds`` is how long it may take; then the model is called off.
    """

    def __init__(self, model: ChatModel, seconds: float = 5.0) -> None:
        self.model, self.seconds = model, seconds

    def __call__(self, question: str, history: Sequence[str]) -> str | None:
        """``question`` as it would be asked without those of ``history``, oldest first; itself if that is the same.

        None where the model says nothing in time, or something that cannot be the same question.
        """
        earlier = [each for each in history if reply_to_small_talk(each) is None][-_EARLIER:]
        if not earlier or len(question) > _LONGEST:
            return question
        try:
            said = self._said(_messages(question, earlier))
        except WritingError as error:
            # No fault of the answer: without a rewriting the rules decide, as they do where there is no model.
            _log.info("%s rewrote no question: %s", self.model.name, error)
            return None
        meant = _cleaned(said)
        if fault := _fault(meant, question, earlier):
            _log.info("What %s made of a question was not used: %s.", self.model.name, fault)
            return None
        return meant

    def _said(self, messages: Sequence[Message]) -> str:
        """What the model says until its first line is there; empty if that takes too long."""
        stop = Event()
        timer = Timer(self.seconds, stop.set)
        timer.daemon = True
        timer.start()
        said = ""
        try:
            for piece in self.model.stream(messages, stop, _TOKENS):
                said += piece
                whole, line_end, _ = said.rpartition("\n")
                if len(said) > _SHOWN or (line_end and _cleaned(whole)):
                    return said
            return "" if stop.is_set() else said
        finally:
            stop.set()
            timer.cancel()
            timer.join()


def _messages(question: str, earlier: Sequence[str]) -> list[Message]:
    language = language_of(question)
    before, last = _EARLIER_TAG[language], _LAST_TAG[language]
    lines = [f"<{before}>{_as_data(each)}</{before}>" for each in earlier]
    return [
        prompts.rewriting_rules(language),
        Message("user", "\n".join([*lines, f"<{last}>{_as_data(question)}</{last}>"])),
    ]


def _as_data(question: str) -> str:
    """``question`` on one line, without what could end the tag that it stands in."""
    return " ".join(_UNSEEN.sub("", question).split())[:_LONGEST].replace("<", "‹").replace(">", "›")


def _cleaned(said: str) -> str:
    """The first line of what a model ``said``, without its thoughts, labels and quotation marks."""
    thoughts = Thoughts()
    spoken = thoughts.said(said) + thoughts.rest()
    for line in _UNSEEN.sub("", _TAGS.sub("", spoken)).splitlines():
        bare, before = _BEGINS_LINE.sub("", line, count=1).strip(), ""
        while bare != before:
            before = bare
            bare = _MARKED.sub(r"\2", bare) if _MARKED.fullmatch(bare) else bare
            bare = _LABEL.sub("", bare, count=1).strip() if _LABEL.match(bare) else bare
        if bare.strip("*_`"):
            return " ".join(bare.split())
    return ""


def _fault(meant: str, question: str, earlier: Sequence[str]) -> str:
    """Why ``meant`` cannot be what ``question`` means after the ``earlier`` ones; empty: it can."""
    asked = " ".join([*earlier, question])
    if not meant:
        return "it is empty"
    if len(meant) > min(_LONGEST, _TIMES * len(asked)):
        return "it is too long"
    if language_of(meant) != language_of(question):
        return "it is in another language"
    if reply_to_small_talk(meant) is not None or not (asks(meant) or _ORDERED.match(meant)):
        return "it is no question"
    if not all(_stands_in(name, meant) for name in names_asked_for(question)):
        return "it drops a name"
    words = words_in(question)
    if len(words & words_in(meant)) < _KEPT * len(words):
        return "it is another question"
    if not all(_stands_in(name, asked) for name in names_asked_for(meant)):
        return "it names what nobody named"
    return ""


def _stands_in(name: Name, text: str) -> bool:
    there = words_and_names(text)
    return name.words <= there or any(writing <= there for writing in name.writings)
