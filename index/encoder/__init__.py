"""How does a text become vectors? The offline model, or any model of sentence-transformers."""

from index.encoder.encoder import OFFLINE, Encoded, Encoder, SentenceEncoder

__all__ = ["OFFLINE", "Encoded", "Encoder", "SentenceEncoder"]
