"""An answer in sentences, written by a language model that the user runs, each held to the quotes that it names."""

from qa.writing.chat_model import ChatModel, Message, Trouble, WritingError
from qa.writing.writer import Draft, Reading, Writer, WritingEvent
from qa.writing.written import Verdict, Written, WrittenSentence, marks

__all__ = [
    "ChatModel",
    "Draft",
    "Message",
    "Reading",
    "Trouble",
    "Verdict",
    "Writer",
    "WritingError",
    "WritingEvent",
    "Written",
    "WrittenSentence",
    "marks",
]
