"""What the tests share: two encoders, a few texts, and folders that are nobody's home."""

import contextlib
import gc
import itertools
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import certifi
import pytest
from platformdirs import user_cache_path

# Before anything imports huggingface_hub, which reads it once: no test may wait for a network.
os.environ["HF_HUB_OFFLINE"] = "1"
# What runs on this machine beside the tests is not theirs to talk of.
os.environ["FOUNDATION_QA_FIND_MODELS"] = "0"
# Before anything imports numpy or faiss: several processes test at once, and threads that wait for a share of what is
# small turn round and round.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Before anything imports rich, whose consoles keep the width they find: pytest-xdist gives its processes a narrow one.
os.environ.pop("COLUMNS", None)

ROOT = Path(__file__).parent.parent

TEXTS = {
    "en/models.md": """---
title: Foundation models
---
A foundation model is trained on broad data at scale and can be adapted to a wide range of tasks.
The term was coined in 2021 at Stanford University.

## Parameters

GPT-3 has 175 billion parameters. It was released by OpenAI in 2020.

GPT-2 has 1.5 billion parameters and was released one year earlier.

## Energy

Training a large language model takes as much electricity as a hundred households use in a year.
""",
    "en/clip.md": """# CLIP

CLIP learns from 400 million pairs of images and captions with a contrastive loss.
A new image is classified by comparing it with the captions of all classes.
""",
    "zh/emergence.md": """# 涌现与同质化

涌现是指系统的行为并非由人明确设计，而是从训练中隐式产生的。

同质化是指许多应用都建立在同一个基础模型之上，因此一个缺陷会被所有应用继承。

## 注意力

注意力机制让模型在处理一个词时参考句子中的其他词。它由谷歌的研究人员在2017年提出。
""",
    "zh/risks.md": """# 风险

语言模型会重复训练数据中的偏见，例如把护士默认为女性。

深度伪造的图片和视频可以用来散布谣言，普通人很难分辨真假。
""",
}


def _authorities() -> Iterator[str]:
    """The certificates that httpx trusts, one by one."""
    end = "-----END CERTIFICATE-----\n"
    for each in Path(certifi.where()).read_text(encoding="utf-8").split(end)[:-1]:
        yield each[each.index("-----BEGIN") :] + end


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing is written into the user's folders but the converted model, which takes long to make."""
    users = user_cache_path("foundation-qa", appauthor=False)
    cache = tmp_path_factory.mktemp("cache")
    ours = cache / "foundation-qa"
    ours.mkdir()
    with contextlib.suppress(OSError):  # a home that cannot be written: then the model is made for these tests alone
        (users / "models").mkdir(parents=True, exist_ok=True)
        (ours / "models").symlink_to(users / "models")
    if (users / "calibrations").is_dir():
        shutil.copytree(users / "calibrations", ours / "calibrations")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        # Nobody is called over TLS, and every client of httpx would read a hundred and fifty authorities first.
        one = cache / "authority.pem"
        one.write_text(next(_authorities()), encoding="utf-8")
        patch.setenv("SSL_CERT_FILE", str(one))
        # Nobody pulls the plug, and thousands of small files would each wait for the disk.
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="session")
def _data_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One after the other: to make one more, pytest would look through those of all tests before."""
    place = tmp_path_factory.mktemp("data")
    return (place / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _own_data(_data_folders: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test starts without an index in the user's data folder."""
    folder = next(_data_folders)
    folder.mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Tests are not named by long texts, or by what files hold.

    Programs get the name in their environment, where room is scarce; and an archive holds the time at which it was
    made, while all processes of pytest-xdist have to find the same tests.
    """
    if isinstance(val, bytes) and len(val) > 30:
        return f"{len(val)} bytes"
    return f"{len(val)} characters" if isinstance(val, str) and len(val) > 1_000 else None


def pytest_collection_finish() -> None:
    """What is there now stays to the end: nobody needs to look through it for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in this hook, too, and would read them first
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def in_browser(item: pytest.Item) -> bool:
        return "browser" in item.path.parts

    def has_model(item: pytest.Item) -> bool:
        return "real_encoder" in getattr(item, "fixturenames", ()) or item.get_closest_marker("model") is not None

    # The driver of the browser leaves an event loop running in this thread, where others begin one of their own. What
    # has the model is the most that one process has to do, and so the first that is given to one.
    items.sort(key=lambda item: (in_browser(item), not has_model(item)))
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if {"program", "started"} & set(fixtures):  # a whole program, or a page that is served
            item.add_marker(pytest.mark.slow)
        if in_browser(item) or has_model(item):
            item.add_marker(pytest.mark.slow)
            if item.config.pluginmanager.hasplugin("xdist"):
                # One process has the model, once; each has a browser of its own, and the pages of one file are one's.
                item.add_marker(pytest.mark.xdist_group("model" if has_model(item) else item.path.stem))
        if "built_in_index" in fixtures:
            item.add_marker(pytest.mark.timeout(1800))  # the first of them waits until a thousand passages are encoded


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real texts and questions that lies beside some checkouts."""
    folder = ROOT.parent / "shared"
    if not (folder / "seeds").is_dir():
        pytest.skip(f"there is no {folder}")
    return folder


@pytest.fixture(scope="session")
def seeds(shared: Path) -> Path:
    """Five real texts of five authors."""
    return shared / "seeds"


@pytest.fixture(scope="session")
def fake_encoders() -> Any:
    """The class of the fake encoder, for tests that need one of their own kind."""
    from fake_encoder import FakeEncoder

    return FakeEncoder


@pytest.fixture
def fake_encoder(fake_encoders: Any) -> Any:
    """An encoder without a model, see fake_encoder.py."""
    return fake_encoders()


@pytest.fixture(scope="session")
def real_encoder() -> Any:
    """The offline model, loaded once."""
    from corpus import EncoderError
    from index import SentenceEncoder
    from index.encoder.e5_weights import data_file

    try:
        data_file()
    except EncoderError as error:
        pytest.skip(str(error))
    return SentenceEncoder()


def _write_texts(folder: Path) -> Path:
    for name, text in TEXTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def started() -> Callable[..., Any]:
    """:func:`pages.start_page`, of a page, or of an answerer and the options of :func:`pages.chat_page`."""
    from pages import chat_page, start_page

    from ui.server.page import Page

    def begin(asked: Any, *, port: int, **options: Any) -> Any:
        return start_page(asked if isinstance(asked, Page) else chat_page(asked, **options), port)

    return begin


@pytest.fixture(scope="session")
def write_texts() -> Callable[[Path], Path]:
    """Writes these texts into a folder of a test's choice."""
    return _write_texts


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A folder of short texts; every fact stands in one language only."""
    return _write_texts(tmp_path / "texts")


@pytest.fixture(scope="session")
def edit() -> Callable[[Path, str, str], None]:
    """Replaces what stands once in a file."""

    def replaced(path: Path, old: str, new: str) -> None:
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")

    return replaced


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], list[str]]:
    """Makes the command of a program that has an encoder, and the folders ``index`` and ``texts`` of ``tmp_path``."""

    def written(lines: str) -> list[str]:
        path = tmp_path / "program.py"
        path.write_text(
            f"""import os, sys
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "tests/support")!r}]
from corpus import StoredIndexError, load_documents
from index import rebuild_index, update_index
from fake_encoder import FakeEncoder
index, texts = {str(tmp_path / "index")!r}, {str(tmp_path / "texts")!r}
{lines}
""",
            encoding="utf-8",
        )
        # The warning is faiss-cpu's own, see pyproject.toml.
        warnings = ["-W", "error", "-W", "ignore::DeprecationWarning:importlib._bootstrap"]
        return [sys.executable, *warnings, str(path)]

    return written


@pytest.fixture
def small_index(texts: Path, tmp_path: Path, fake_encoder: Any) -> Any:
    """An index of these texts with the fake encoder, in ``tmp_path / "index"``."""
    from corpus import load_documents
    from index import PassageIndex, update_index

    folder = tmp_path / "index"
    update_index(folder, load_documents(texts), fake_encoder, corpus=[str(texts)])
    return PassageIndex.open(folder, fake_encoder)


@pytest.fixture(scope="session")
def real_index(tmp_path_factory: pytest.TempPathFactory, real_encoder: Any) -> Any:
    """An index of the same texts with the offline model; not to be changed."""
    from corpus import load_documents
    from index import PassageIndex, update_index

    folder = tmp_path_factory.mktemp("real")
    texts = _write_texts(folder / "texts")
    update_index(folder / "index", load_documents(texts), real_encoder, corpus=[str(texts)])
    return PassageIndex.open(folder / "index", real_encoder)


@pytest.fixture(scope="session")
def built_in_encoder(real_encoder: Any) -> Any:
    """The offline model, which remembers the built-in passages for whoever indexes them once more."""
    from remembering_encoder import RememberingEncoder

    return RememberingEncoder(real_encoder)


@pytest.fixture(scope="session")
def built_in_index(tmp_path_factory: pytest.TempPathFactory, real_encoder: Any, built_in_encoder: Any) -> Any:
    """The index of the built-in texts with the offline model, as users have it; not to be changed."""
    from corpus import BUILT_IN_TEXTS, load_documents, load_glossary
    from index import PassageIndex, update_index

    folder = tmp_path_factory.mktemp("built-in")
    update_index(folder, load_documents(), built_in_encoder, glossary=load_glossary(BUILT_IN_TEXTS))
    return PassageIndex.open(folder, real_encoder)
