"""Passages become vectors; vectors are searched."""

from index.arrays import FloatArray
from index.encoder import OFFLINE, Encoder, SentenceEncoder
from index.encoder.e5_export import offline_model
from index.encoder.progress import Progress, quiet
from index.search.passage_index import Hit, PassageIndex
from index.storage.manifest import IndexChange, IndexManifest
from index.storage.scope import Scope
from index.storage.snapshot import Snapshot
from index.update.update import pending_change, rebuild_index, update_index

__all__ = [
    "OFFLINE",
    "Encoder",
    "FloatArray",
    "Hit",
    "IndexChange",
    "IndexManifest",
    "PassageIndex",
    "Progress",
    "Scope",
    "SentenceEncoder",
    "Snapshot",
    "offline_model",
    "pending_change",
    "quiet",
    "rebuild_index",
    "update_index",
]
