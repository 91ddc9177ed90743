"""A build that is interrupted goes on where it was, and embeds nothing twice."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lanes import sweep
from states import vectors_of

from corpus import Document, StoredIndexError
from index import FloatArray, PassageIndex, rebuild_index, update_index
from index.storage.calibration import calibration

MANY = 600  # passages; more than are worth keeping


def documents(number: int = MANY // 4) -> list[Document]:
    """Texts of four passages each."""

    def text(at: int) -> str:
        return "\n\n".join(f"## {row}\n\nLake {at} 🎉, ship {row} 有鱼。" for row in range(4))

    return [Document(f"{at}.md", "A", "", text(at)) for at in range(number)]


@pytest.fixture(autouse=True)
def _calibrated(fake_encoders: Any) -> None:
    """Only the passages are left to be embedded."""
    calibration(fake_encoders())
    calibration(fake_encoders("other-9876543210"))


def kept(folder: Path) -> list[Path]:
    return list(folder.glob("embedded-*.bin"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("verb", "late_interaction"),
    [(update_index, True), (rebuild_index, False), sweep(update_index, False), sweep(rebuild_index, True)],
)
def test_a_failed_build_is_taken_up_again(
    tmp_path: Path, fake_encoders: Any, verb: Any, late_interaction: bool
) -> None:
    first = fake_encoders(fails_after=400)
    with pytest.raises(MemoryError):
        verb(tmp_path / "index", documents(), first, late_interaction=late_interaction)
    assert len(kept(tmp_path / "index")) == 1
    with pytest.raises(StoredIndexError, match="There is no index"):
        PassageIndex.open(tmp_path / "index", first)

    second, seen = fake_encoders(), []
    change = verb(
        tmp_path / "index",
        documents(),
        second,
        late_interaction=late_interaction,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert (len(first.seen), len(second.seen)) == (400, MANY - 400)
    assert set(first.seen).isdisjoint(second.seen)
    assert (change.embedded, change.reused, change.passages) == (MANY - 400, 400, MANY)
    assert seen[-1] == (MANY, MANY)
    assert min(done for done, total in seen if total == MANY) >= 400
    assert kept(tmp_path / "index") == []

    update_index(tmp_path / "fresh", documents(), fake_encoders(), late_interaction=late_interaction)
    ours, theirs = (PassageIndex.open(tmp_path / name, second).snapshot for name in ("index", "fresh"))
    assert list(ours.passages) == list(theirs.passages)
    np.testing.assert_array_equal(vectors_of(ours), vectors_of(theirs))
    if late_interaction:
        assert ours.tokens
        assert theirs.tokens
        rows = range(MANY)
        np.testing.assert_array_equal(ours.tokens.of(rows).vectors, theirs.tokens.of(rows).vectors)
        np.testing.assert_array_equal(ours.tokens.of(rows).sentences, theirs.tokens.of(rows).sentences)


@pytest.mark.skipif(sys.platform == "win32", reason="kills as a POSIX system does")
def test_a_killed_build_is_taken_up_again(tmp_path: Path, program: Any, fake_encoder: Any) -> None:
    lines = f"""
import signal
from corpus import Document
def text(at):
    return "\\n\\n".join(f"## {{row}}\\n\\nLake {{at}} 🎉, ship {{row}} 有鱼。" for row in range(4))
documents = [Document(f"{{at}}.md", "A", "", text(at)) for at in range({MANY // 4})]
def report(done, total):
    if done >= 450:
        os.kill(os.getpid(), signal.SIGKILL)
update_index(index, documents, FakeEncoder(), progress=report)
"""
    done = subprocess.run(program(lines), capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    change = update_index(tmp_path / "index", documents(), fake_encoder)
    assert change.embedded == len(fake_encoder.seen) <= MANY - 430
    assert PassageIndex.open(tmp_path / "index", fake_encoder).search("Lake 77", 1)[0].passage.document_id == "77.md"
    assert [path.name for path in (tmp_path / "index").iterdir() if path.name.startswith("segment")] != []
    assert kept(tmp_path / "index") == []


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, fake_encoders: Any) -> FloatArray:
    """The vectors of an index that was built in one go."""
    folder, encoder = tmp_path_factory.mktemp("whole"), fake_encoders()
    update_index(folder, documents(), encoder)
    return vectors_of(PassageIndex.open(folder, encoder).snapshot)


@pytest.mark.slow
@pytest.mark.in_folder  # what is kept lies in a file, whatever keeps the index
@pytest.mark.parametrize("damage", ["torn", "altered", "empty", "of nothing known"])
def test_what_was_kept_is_used_as_far_as_it_is_whole(
    tmp_path: Path, fake_encoders: Any, whole: FloatArray, damage: str
) -> None:
    with pytest.raises(MemoryError):
        update_index(tmp_path, documents(), fake_encoders(fails_after=500))
    (path,) = kept(tmp_path)
    raw = path.read_bytes()
    half = len(raw) // 2
    path.write_bytes(
        {
            "torn": raw[:half],
            "altered": raw[:half] + bytes([raw[half] ^ 1]) + raw[half + 1 :],
            "empty": b"",
            "of nothing known": os.urandom(4000),
        }[damage]
    )
    encoder = fake_encoders()
    change = update_index(tmp_path, documents(), encoder)
    assert change.embedded == len(encoder.seen) == len(set(encoder.seen))
    assert change.embedded in (range(340, 360) if damage in ("torn", "altered") else [MANY])
    np.testing.assert_array_equal(vectors_of(PassageIndex.open(tmp_path, encoder).snapshot), whole)


@pytest.mark.slow
@pytest.mark.in_folder  # what is kept lies in a file, whatever keeps the index
def test_vectors_of_another_model_are_not_taken(tmp_path: Path, fake_encoders: Any) -> None:
    with pytest.raises(MemoryError):
        update_index(tmp_path, documents(), fake_encoders(fails_after=500))
    other = fake_encoders("other-9876543210")
    assert update_index(tmp_path, documents(), other).embedded == len(other.seen) == MANY
    assert kept(tmp_path) == []  # nobody goes on with the first one any more


@pytest.mark.in_folder  # what is kept lies in a file, whatever keeps the index
def test_a_small_update_keeps_nothing(tmp_path: Path, fake_encoders: Any) -> None:
    with pytest.raises(MemoryError):
        update_index(tmp_path, documents(50), fake_encoders(fails_after=100))
    assert kept(tmp_path) == []
