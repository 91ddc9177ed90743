"""Passages become vectors; vectors are searched."""

from index.encoder import OFFLINE, Encoder, FloatArray, SentenceEncoder
from index.exporting import offline_model
from index.manifest import IndexChange, IndexManifest
from index.searching import Hit, PassageIndex
from index.snapshot import Snapshot
from index.updating import pending_change, rebuild_index, update_index
from index.weights import Progress, quiet

__all__ = [
    "OFFLINE",
    "Encoder",
    "FloatArray",
    "Hit",
    "IndexChange",
    "IndexManifest",
    "PassageIndex",
    "Progress",
    "SentenceEncoder",
    "Snapshot",
    "offline_model",
    "pending_change",
    "quiet",
    "rebuild_index",
    "update_index",
]
