"""The texts, and how a text becomes passages."""

from corpus.document import Document, Passage, Span
from corpus.errors import (
    CorpusError,
    EncoderError,
    FoundationQAError,
    QuestionsError,
    SettingsError,
    StoredIndexError,
)
from corpus.language import HAN, LANGUAGES, language_of
from corpus.loading import BUILT_IN_TEXTS, load_document, load_documents
from corpus.reading import encoder_text, readable
from corpus.sentences import sentence_spans, width
from corpus.settings import Settings, load_settings
from corpus.splitting import PASSAGE_WIDTH, split

__all__ = [
    "BUILT_IN_TEXTS",
    "HAN",
    "LANGUAGES",
    "PASSAGE_WIDTH",
    "CorpusError",
    "Document",
    "EncoderError",
    "FoundationQAError",
    "Passage",
    "QuestionsError",
    "Settings",
    "SettingsError",
    "Span",
    "StoredIndexError",
    "encoder_text",
    "language_of",
    "load_document",
    "load_documents",
    "load_settings",
    "readable",
    "sentence_spans",
    "split",
    "width",
]
