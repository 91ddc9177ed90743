"""The reader of PDF, and where a quote stands on its pages."""

from corpus.files.pdf.places import boxes_of
from corpus.files.pdf.reader import read_pdf

__all__ = ["boxes_of", "read_pdf"]
