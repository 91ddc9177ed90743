"""What the measuring commands ask: an answerer over an index that is there, or over the built-in texts."""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus import BUILT_IN_TEXTS, load_documents, load_glossary
from index import PassageIndex, SentenceEncoder, update_index
from qa.answerer import Answerer


@contextmanager
def asked_texts(index: Path | None) -> Iterator[Answerer]:
    """An answerer over the folder ``index``, or over an index of the built-in texts that is made for it alone.

    :class:`corpus.StoredIndexError` where ``index`` is none, or one of another model.
    """
    encoder = SentenceEncoder()
    if index is not None:
        yield Answerer(PassageIndex.open(index, encoder))
        return
    with tempfile.TemporaryDirectory() as folder:
        update_index(folder, load_documents(), encoder, glossary=load_glossary(BUILT_IN_TEXTS))
        yield Answerer(PassageIndex.open(folder, encoder))


def options_of(doc: str | None) -> argparse.ArgumentParser:
    """The options of such a command; ``doc`` says what it does."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, metavar="FOLDER", help="an index of the built-in texts; else one is made")
    parser.add_argument("--wrong", action="store_true", help="show each question that went wrong, too")
    return parser
