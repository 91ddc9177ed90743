"""The door to readers, by their names: the one that ships, a cross-encoder that the user names, or none."""

from index import Encoder
from index.encoder.e5_openvino import DIGEST
from qa.reading.cross_encoder import CrossEncoderReader
from qa.reading.offline_reader import OFFLINE_READER, OfflineReader
from qa.reading.reader import Reader

NO_READER = "none"


def open_reader(name: str, encoder: Encoder) -> Reader | None:
    """The reader ``name``: "offline", "none" (None), or a cross-encoder of sentence-transformers, a folder or a name.

    It is loaded when it is first used. What the offline reader says is weighed together with what the offline encoder
    found, and was fitted to that: with another ``encoder`` there is none.
    """
    if name == NO_READER:
        return None
    if name == OFFLINE_READER:
        if encoder.digest != DIGEST:
            return None
        return OfflineReader(encoder)
    return CrossEncoderReader(name)
