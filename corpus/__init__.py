"""The texts, and how a text becomes passages."""

from corpus.checking import Problem, Report, check_texts
from corpus.document import Document, Passage, Span, references_of
from corpus.drafting import new_pair
from corpus.errors import (
    CorpusError,
    EncoderError,
    FoundationQAError,
    QuestionsError,
    SettingsError,
    StoredIndexError,
)
from corpus.figures import figures_in
from corpus.finding import BUILT_IN_TEXTS, TextFile, find_texts, load_documents
from corpus.glossary import Term, load_glossary
from corpus.language import HAN, LANGUAGES, language_of
from corpus.loading import load_document
from corpus.reading import encoder_text, readable
from corpus.references import Reference
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
    "Problem",
    "QuestionsError",
    "Reference",
    "Report",
    "Settings",
    "SettingsError",
    "Span",
    "StoredIndexError",
    "Term",
    "TextFile",
    "check_texts",
    "encoder_text",
    "figures_in",
    "find_texts",
    "language_of",
    "load_document",
    "load_documents",
    "load_glossary",
    "load_settings",
    "new_pair",
    "readable",
    "references_of",
    "sentence_spans",
    "split",
    "width",
]
