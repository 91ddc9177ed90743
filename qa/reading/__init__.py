"""Does a passage answer a question, and which of its sentences do? Read by a model that sees both together."""

from qa.reading.checked_reader import CheckedReader
from qa.reading.names import NO_READER, open_reader, reader_of
from qa.reading.offline_reader import OFFLINE_READER
from qa.reading.reader import Reader, Reading

__all__ = ["NO_READER", "OFFLINE_READER", "CheckedReader", "Reader", "Reading", "open_reader", "reader_of"]
