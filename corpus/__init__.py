"""The texts, and how a text becomes passages."""

from corpus.document import Box, Document, Passage, Place, PlaceKind, Problem, Reference, Span, references_of
from corpus.editing.check import Report, check_texts
from corpus.editing.new_pair import new_pair
from corpus.errors import (
    BusyIndexError,
    ClusterError,
    CorpusError,
    EncoderError,
    FoundationQAError,
    QuestionsError,
    ScopeError,
    SettingsError,
    StoredIndexError,
)
from corpus.files.folders import BUILT_IN_TEXTS, TextFile, find_text, find_texts, load_documents, unread_message
from corpus.files.formats import load_document
from corpus.files.glossary import Term, load_glossary
from corpus.files.glossary_text import GlossaryText, glossary_texts
from corpus.files.limits import FileLimits
from corpus.language import HAN, LANGUAGES, language_of
from corpus.splitting.passages import PASSAGE_WIDTH, split
from corpus.wording.figures import figures_in
from corpus.wording.plain_text import encoder_text, readable
from corpus.wording.sentences import sentence_spans, width

__all__ = [
    "BUILT_IN_TEXTS",
    "HAN",
    "LANGUAGES",
    "PASSAGE_WIDTH",
    "Box",
    "BusyIndexError",
    "ClusterError",
    "CorpusError",
    "Document",
    "EncoderError",
    "FileLimits",
    "FoundationQAError",
    "GlossaryText",
    "Passage",
    "Place",
    "PlaceKind",
    "Problem",
    "QuestionsError",
    "Reference",
    "Report",
    "ScopeError",
    "SettingsError",
    "Span",
    "StoredIndexError",
    "Term",
    "TextFile",
    "check_texts",
    "encoder_text",
    "figures_in",
    "find_text",
    "find_texts",
    "glossary_texts",
    "language_of",
    "load_document",
    "load_documents",
    "load_glossary",
    "new_pair",
    "readable",
    "references_of",
    "sentence_spans",
    "split",
    "unread_message",
    "width",
]
