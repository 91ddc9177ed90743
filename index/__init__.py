"""Passages become vectors; vectors are searched."""

from index.arrays import FloatArray
from index.encoder import OFFLINE, Encoded, Encoder, SentenceEncoder
from index.encoder.e5_export import offline_model
from index.encoder.progress import Progress, quiet
from index.search.passage_index import Hit, PassageIndex
from index.search.retrieval import Retrieval
from index.storage.manifest import IndexChange, IndexManifest
from index.storage.qdrant.settings import QdrantSettings
from index.storage.scope import Scope
from index.storage.snapshot import Snapshot
from index.update.update import pending_change, rebuild_index, update_index
from index.update.workers import Workers

__all__ = [
    "OFFLINE",
    "Encoded",
    "Encoder",
    "FloatArray",
    "Hit",
    "IndexChange",
    "IndexManifest",
    "PassageIndex",
    "Progress",
    "QdrantSettings",
    "Retrieval",
    "Scope",
    "SentenceEncoder",
    "Snapshot",
    "Workers",
    "offline_model",
    "pending_change",
    "quiet",
    "rebuild_index",
    "update_index",
]
