"""The house: which room knows which, where the heavy libraries live, and what each room offers."""

import ast
import importlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("corpus", "index", "qa", "ui")  # each may import those before it
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))

HOMES = {  # library -> the modules that may import it
    "yaml": ("corpus/files/", "corpus/editing/new_pair.py", "index/storage/calibration.py", "ui/workspace/settings.py"),
    "charset_normalizer": ("corpus/files/encodings.py",),
    "markdown_it": ("corpus/parsing/blocks.py",),
    "cachetools": ("index/storage/lru.py", "qa/memory.py", "ui/chat/calls.py"),
    "faiss": ("index/matching/four_bits.py", "index/storage/faiss_vectors.py"),
    "platformdirs": ("index/user_folders.py",),
    "opencc": ("index/matching/words.py",),
    "sentence_transformers": ("index/encoder/torch_model.py",),
    "transformers": ("index/encoder/torch_model.py",),
    "huggingface_hub": ("index/encoder/torch_model.py",),
    "torch": ("index/",),
    "openvino": ("index/encoder/openvino_import.py",),
    "sentencepiece": ("index/encoder/e5_tokenizer.py",),
    "tokenizers": ("index/encoder/e5_export.py",),
    "safetensors": ("index/",),
    "watchfiles": ("ui/workspace/watch.py",),
    "sqlite3": ("ui/workspace/log_database.py", "ui/workspace/gap_log.py", "ui/chat/feedback_log.py"),
    "xxhash": ("index/",),
    "rapidfuzz": ("index/search/spelling.py",),
    "sklearn": ("qa/evaluation/metrics.py", "qa/evaluation/fit.py", "ui/tabs/map_projection.py"),
    "ir_measures": ("qa/evaluation/metrics.py",),
    # The page and its tabs, and what is served beside it.
    "gradio": (
        "ui/server/page.py",
        "ui/chat/view.py",
        "ui/tabs/gaps.py",
        "ui/api/gradio_endpoints.py",
        "ui/tabs/sources.py",
        "ui/tabs/map.py",
        "ui/tabs/components.py",
    ),
    "mcp": ("ui/api/mcp_tools.py",),
    "starlette": (
        "ui/api/rest.py",
        "ui/api/mcp_tools.py",
        "ui/server/gate.py",
        "ui/server/request_body.py",
        "ui/server/options.py",
    ),
    "pydantic": ("ui/",),
    "typer": ("ui/cli.py", "ui/corpus_commands.py"),
    # The latter two are commands for developers.
    "rich": (
        "ui/terminal/output.py",
        "ui/terminal/progress.py",
        "qa/evaluation/ablation.py",
        "tests/bench/index_size.py",
    ),
}
EXPORTS = {
    "corpus": {
        "BUILT_IN_TEXTS",
        "HAN",
        "LANGUAGES",
        "PASSAGE_WIDTH",
        "CorpusError",
        "Document",
        "EncoderError",
        "FoundationQAError",
        "Passage",
        "Problem",
        "QuestionsError",
        "Reference",
        "Report",
        "SettingsError",
        "Span",
        "StoredIndexError",
        "Term",
        "TextFile",
        "check_texts",
        "encoder_text",
        "figures_in",
        "find_texts",
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
    },
    "index": {
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
    },
    "qa": {"Answer", "AnswerKind", "Answerer", "Citation", "Located", "State", "locate"},
}


def imports(path: Path) -> Iterator[str]:
    """The modules that ``path`` imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import hides which room it reaches into"
            yield str(node.module)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_run_one_way() -> None:
    back = [
        f"{name(path)} imports {module}"
        for path in SOURCES
        for module in imports(path)
        if module.split(".")[0] in ROOMS
        and ROOMS.index(module.split(".")[0]) > ROOMS.index(path.relative_to(ROOT).parts[0])
    ]
    assert len(SOURCES) > 20
    assert back == []


def test_a_library_is_imported_where_it_lives() -> None:
    strays = [
        f"{name(path)} imports {module}"
        for path in SOURCES
        for module in imports(path)
        if not name(path).startswith(HOMES.get(module.split(".")[0], ("",)))
    ]
    assert strays == []


def test_every_library_is_declared() -> None:
    facts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = " ".join(facts["project"]["dependencies"]).lower().replace("-", "_")
    called = {"yaml": "pyyaml", "sklearn": "scikit_learn", "markdown_it": "markdown_it_py", "faiss": "faiss_cpu"}
    # They come with sentence-transformers, whose own modules hand them out.
    comes_along = {"transformers", "huggingface_hub"}
    used = {module.split(".")[0] for path in SOURCES for module in imports(path)}
    foreign = used - set(sys.stdlib_module_names) - set(ROOMS) - comes_along
    assert sorted(library for library in foreign if called.get(library, library) not in declared) == []
    assert facts["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == list(ROOMS)


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("corpus", "index qa ui faiss torch numpy gradio"),
        ("index", "qa ui torch sentence_transformers transformers openvino sentencepiece tokenizers gradio"),
        ("qa", "ui torch sentence_transformers sklearn ir_measures gradio"),
        ("ui.cli", "faiss torch sentence_transformers sklearn gradio"),
        ("ui.server.page", "torch sentence_transformers sklearn"),
        ("ui.server.site", "torch sentence_transformers sklearn"),
    ],
)
def test_a_room_starts_without_what_it_does_not_need_yet(module: str, absent: str) -> None:
    code = f"import sys, {module}; print([name for name in {absent.split()} if name in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=environment)
    assert run.stdout == "[]\n", run.stderr


@pytest.mark.parametrize("room", EXPORTS)
def test_what_a_room_offers(room: str) -> None:
    package = importlib.import_module(room)
    assert set(package.__all__) == EXPORTS[room]
    assert [each for each in package.__all__ if not hasattr(package, each)] == []


@pytest.mark.parametrize("path", [*SOURCES, *TESTS], ids=name)
def test_every_text_file_is_opened_with_its_encoding(path: Path) -> None:
    nameless = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _opens_text(node) and not _names_encoding(node)
    ]
    assert nameless == []


def _opens_text(call: ast.Call) -> bool:
    function = call.func
    called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if called in ("read_text", "write_text"):
        return True
    if called != "open" or not (isinstance(function, ast.Name) or _is_path_open(call)):
        return False
    modes = [value for value in (*call.args, *(keyword.value for keyword in call.keywords)) if _is_mode(value)]
    return not any("b" in ast.literal_eval(mode) for mode in modes)


def _is_path_open(call: ast.Call) -> bool:
    """``path.open()`` takes a mode or nothing before its keywords; ``PassageIndex.open(folder, encoder)`` is none."""
    of_a_workplace = ast.unparse(call.func).startswith(("self.", "_workplace("))
    return not of_a_workplace and all(_is_mode(value) for value in call.args)


def _is_mode(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str) and set(value.value) <= set("rwaxbt+")


def _names_encoding(call: ast.Call) -> bool:
    return any(keyword.arg == "encoding" for keyword in call.keywords)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("path.open()", True),
        ("path.open('w')", True),
        ("open(path)", True),
        ("open(path, 'rb')", False),
        ("path.open('wb')", False),
        ("path.open(encoding='utf-8')", False),
        ("path.read_text()", True),
        ("path.write_text(text, encoding='utf-8')", False),
        ("PassageIndex.open(folder, encoder)", False),
    ],
)
def test_the_search_for_encodings_sees_what_it_should(line: str, wrong: bool) -> None:
    call = ast.parse(line, mode="eval").body
    assert isinstance(call, ast.Call)
    assert (_opens_text(call) and not _names_encoding(call)) is wrong


def test_the_pictures_of_the_readme_are_there_and_small() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", readme)
    assert sorted(shown) == sorted(name(path) for path in (ROOT / "ui/screenshots").iterdir())
    assert [each for each in shown if (ROOT / each).stat().st_size > 200_000] == []


def test_no_folder_of_tests_is_a_package() -> None:
    """A folder called like a room is none as long as it has no ``__init__.py``: a package goes before it."""
    assert [name(path) for path in (ROOT / "tests").rglob("__init__.py")] == []
