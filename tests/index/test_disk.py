"""Files that are replaced in one step, and the folders of the user."""

import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.disk import PARTIAL, replace_file
from index.storage.folder_store import FolderStore
from index.user_folders import cache_folder, data_folder


@pytest.mark.parametrize("durable", [True, False])
def test_a_file_is_replaced_whole(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "file.bin"
    for data in (b"first", b"", b"\r\n\x00" * 100_000):
        replace_file(path, data, durable=durable)
        assert path.read_bytes() == data
        assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_replaced_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*given: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "file.bin"
    replace_file(path, b"first")
    with monkeypatch.context() as patch:
        patch.setattr("os.replace", refused)
        with pytest.raises(PermissionError):
            replace_file(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(NotADirectoryError):
        replace_file(path / "below", b"")


def test_many_replace_one_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "file.bin"
    sent = [bytes([number]) * 200_000 for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda data: replace_file(path, data, durable=False), sent))
    assert path.read_bytes() in sent
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_private_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        for private, mode in ((True, 0o600), (False, 0o644)):
            replace_file(tmp_path / "file.bin", b"", private=private)
            assert stat.S_IMODE((tmp_path / "file.bin").stat().st_mode) == mode
    finally:
        os.umask(before)


def test_what_a_dead_process_left_of_an_index_goes(tmp_path: Path) -> None:
    left = ["manifest.json", f"glossary-{'0' * 16}.jsonl", f"calibration-{'a' * 16}.npz"]
    for name in left:
        (tmp_path / f"{name}.01234567{PARTIAL}").touch()
        (tmp_path / f"{name}{PARTIAL}").touch()  # as an earlier version called it
    theirs = [tmp_path / "manifest.json", tmp_path / f"notes.01234567{PARTIAL}"]
    for path in theirs:
        path.touch()
    FolderStore(tmp_path).tidy(None)
    assert sorted(tmp_path.iterdir()) == theirs


def test_the_user_s_folders_are_looked_up_at_each_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "other"):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / name / "cache"))
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / name / "data"))
        assert (cache_folder().name, data_folder().name) == ("foundation-qa", "foundation-qa")
        if sys.platform == "linux":
            assert cache_folder().parent == tmp_path / name / "cache"
            assert data_folder().parent == tmp_path / name / "data"
