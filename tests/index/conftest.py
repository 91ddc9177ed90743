"""The tests of the index run twice: on an index in its folder, and on one whose truth is in an embedded Qdrant."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ONLY_IN_A_FOLDER = {  # modules that have no index in them, or only what lies beside one or in its files
    "test_blas_threads",
    "test_calibration",
    "test_disk",
    "test_e5_weights",
    "test_encoder",
    "test_lru",
    "test_model_files",
    "test_point_ids",
    "test_query",  # what a question becomes, from words and letters that are in files anyway
    "test_ray",  # compares files; one of its tests has a store of its own
    "test_ray_address",
    "test_ray_faults",
    "test_runtime",
    "test_segments",
    "test_spelling",
    "test_token_vectors",
    "test_two_dimensions",
    "test_vectors",
    "test_word_counts",
    "test_words",
}
MODELS = {"real_encoder", "real_index", "built_in_index"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    once = (
        metafunc.module.__name__.rpartition(".")[2] in ONLY_IN_A_FOLDER
        or metafunc.module.__name__.rpartition(".")[2].startswith("test_qdrant")
        or MODELS & set(metafunc.fixturenames)
        or "program" in metafunc.fixturenames  # an embedded Qdrant serves one process
        or any(mark.name in ("in_folder", "model") for mark in metafunc.definition.iter_markers())
    )
    metafunc.parametrize("store", ["folder"] if once else ["folder", "qdrant"], indirect=True)


@pytest.fixture(autouse=True)
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What keeps an index where a test does not say: None for its folder, or what has the settings of others."""
    if request.param == "folder":
        yield None
        return
    pytest.importorskip("qdrant_client")
    from index.storage.qdrant.client import close_connections
    from index.storage.qdrant.settings import QdrantSettings
    from index.storage.qdrant.store import QdrantStore

    class Embedded:
        # Who asks while updates land needs it; where merging is tried, all goes that can.
        keep_seconds = 0.0 if request.path.stem == "test_merging" else 60.0

        def settings(self, folder: Path) -> QdrantSettings:
            name = hashlib.sha256(str(folder).encode("utf-8")).hexdigest()[:16]
            return QdrantSettings(url=":memory:", collection=name, keep_seconds=self.keep_seconds, batch=3)

    one = Embedded()
    monkeypatch.setattr("index.storage.store.FolderStore", lambda folder: QdrantStore(folder, one.settings(folder)))
    yield one
    close_connections()
