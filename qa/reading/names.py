"""The door to readers, by their names: the one that ships, a cross-encoder that the user names, or none."""

from corpus import EncoderError
from index import Encoder
from index.encoder.e5_openvino import DIGEST
from qa.reading.checked_reader import check_reader
from qa.reading.cross_encoder import CrossEncoderReader
from qa.reading.offline_reader import OFFLINE_READER, OfflineReader
from qa.reading.reader import Reader

NO_READER = "none"


def reader_of(reader: Reader | str | None, encoder: Encoder) -> Reader | None:
    """``reader``, or the one of this name; TypeError where it is neither."""
    if isinstance(reader, str):
        return open_reader(reader, encoder)
    if reader is not None:
        check_reader(reader)
    return reader


def open_reader(name: str, encoder: Encoder) -> Reader | None:
    """The reader ``name``: "offline", "none" (None), or a cross-encoder of sentence-transformers, a folder or a name.

    It is loaded when it is first used. What the offline reader says is weighed together with what the offline encoder
    found, and was fitted to that: with another ``encoder`` there is none. :class:`EncoderError` where the name is
    empty.
    """
    if not name.strip():
        raise EncoderError(
            f"The name of the reader is empty: {name!r}. Set 'reader' to 'offline', to 'none', to the folder of a "
            f"cross-encoder of sentence-transformers, or to a name on the hub."
        )
    if name == NO_READER:
        return None
    if name == OFFLINE_READER:
        if encoder.digest != DIGEST:
            return None
        return OfflineReader(encoder)
    return CrossEncoderReader(name)
