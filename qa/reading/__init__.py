"""Does a passage answer a question, and which of its sentences do? Read by a model that sees both together."""

from qa.reading.reader import NO_READER, OFFLINE_READER, Reader, Reading, open_reader

__all__ = ["NO_READER", "OFFLINE_READER", "Reader", "Reading", "open_reader"]
