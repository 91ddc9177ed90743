"""Who knows whom: the rooms, their folders, and where the heavy libraries live."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

import pytest
from house import MODULES, ROOMS, ROOT, SOURCES, imports, name

# The floors of each room: its folders, and the modules beside them. Whoever stands on a floor may import from the
# floors before it, and from nobody on its own: those do not know each other. A room's __init__.py stands above all.
FLOORS = {
    "corpus": (
        ("document", "language", "errors", "machine", "user_folders"),
        ("api_key", "arguments", "server_address"),
        ("wording",),
        ("parsing",),
        ("splitting",),
        ("files",),
        ("editing",),
    ),
    "index": (
        ("arrays", "blas_threads", "disk", "user_folders"),
        ("encoder", "matching"),
        ("storage",),
        ("search", "update"),
    ),
    "qa": (  # in the order of an answer
        (
            *("answer", "phrases", "glossary_terms", "location", "leaning", "reading"),
            *("question_kinds", "question_names", "question_frames"),
        ),
        ("memory", "small_talk", "talk", "quotes", "definitions", "definition_questions", "unknown_names"),
        ("follow_ups", "evidence", "read_evidence", "translated_quotes"),
        ("confidence",),
        ("read_quotes", "consideration"),
        ("answerer",),
        ("writing",),
        ("evaluation",),
        ("training",),
    ),
    "ui": (
        ("gradio_import", "html"),
        ("terminal",),
        ("gate", "workspace"),
        ("api", "chat", "tabs"),
        ("server",),
        ("command_options",),
        ("corpus_commands", "server_commands"),
        ("cli",),
        ("__main__",),
    ),
}
HOMES = {  # library -> the folders and modules that may import it
    "pypdfium2": ("corpus/files/pdf/pdfium.py",),
    "docutils": (
        "corpus/files/markup/rst_file.py",
        "corpus/files/markup/rst_names.py",
        "corpus/files/markup/rst_tree.py",
    ),
    "pylatexenc": (
        "corpus/files/markup/tex_blocks.py",
        "corpus/files/markup/tex_commands.py",
        "corpus/files/markup/tex_flow.py",
        "corpus/files/markup/tex_names.py",
    ),
    "rapidocr": ("corpus/files/ocr/recogniser.py",),
    "PIL": ("corpus/files/ocr/writing.py",),
    "lxml": ("corpus/files/office/xml.py", "corpus/files/web/tree.py"),
    "yaml": ("corpus/files/", "corpus/editing/new_pair.py", "index/storage/calibration.py", "ui/workspace/settings.py"),
    "charset_normalizer": ("corpus/files/encodings.py",),
    "markdown_it": ("corpus/parsing/blocks.py",),
    "cachetools": (
        "corpus/files/content_cache.py",
        "index/storage/lru.py",
        "qa/memory.py",
        "ui/chat/calls.py",
        "ui/workspace/",
    ),
    "faiss": ("index/matching/four_bits.py", "index/storage/faiss_vectors.py"),
    "platformdirs": ("corpus/user_folders.py",),
    "opencc": ("index/matching/words.py",),
    "sentence_transformers": (
        "index/encoder/stock_model.py",
        "index/encoder/torch_model.py",
        "index/encoder/multi_vector_model.py",
        "qa/reading/cross_encoder.py",
    ),
    "transformers": ("index/encoder/stock_model.py", "qa/training/train.py"),
    "huggingface_hub": ("index/encoder/model_files.py",),
    # Sentence-transformers brings what we need of it elsewhere.
    "torch": ("index/encoder/multi_vector_model.py", "qa/training/"),
    "openvino": ("index/encoder/openvino_import.py",),
    "sentencepiece": ("index/encoder/e5_tokenizer.py",),
    "tokenizers": ("index/encoder/e5_export.py",),
    "safetensors": ("index/encoder/",),
    "watchfiles": ("ui/workspace/watch.py",),
    "sqlite3": (
        "index/storage/qdrant/client.py",  # what an embedded one keeps its points in
        "ui/workspace/log_database.py",
        "ui/workspace/gap_log.py",
        "ui/chat/feedback_log.py",
    ),
    "qdrant_client": ("index/storage/qdrant/",),
    "threadpoolctl": ("index/blas_threads.py",),
    "xxhash": ("index/storage/", "index/update/spool.py"),
    "grpc": ("index/storage/qdrant/client.py", "index/update/ray_cluster.py"),
    "ray": ("index/update/ray_cluster.py",),
    "scipy": ("index/matching/token_pooling.py",),
    "rapidfuzz": ("index/search/spelling.py", "index/storage/scope.py"),
    "sklearn": ("qa/evaluation/", "qa/training/", "ui/tabs/map_projection.py"),
    "ir_measures": ("qa/evaluation/metrics.py", "qa/evaluation/pool_rankings.py"),
    "openai": ("qa/writing/",),
    "httpx2": ("qa/writing/",),
    # The page and its tabs, and what is served beside it.
    "gradio": ("ui/gradio_import.py",),
    "mcp": ("ui/api/mcp_tools.py",),
    "prometheus_client": ("ui/server/metrics.py",),
    "uvicorn": ("ui/server/listener.py",),
    "starlette": ("ui/api/", "ui/gate/", "ui/server/"),
    "pydantic": ("ui/",),
    "typer": ("ui/cli.py", "ui/command_options.py", "ui/corpus_commands.py", "ui/server_commands.py"),
    "rich": (  # the latter six are commands for developers
        "ui/terminal/",
        "qa/evaluation/ablation.py",
        "qa/evaluation/plain_questions.py",
        "qa/evaluation/monotony.py",
        "qa/evaluation/pools.py",
        "qa/evaluation/pool_differences.py",
        "qa/training/reading_figures.py",
    ),
}


def test_rooms_import_one_way() -> None:
    back = [
        f"{name(path)} imports {module}"
        for path in SOURCES
        for module in imports(path)
        if module.split(".")[0] in ROOMS
        and ROOMS.index(module.split(".")[0]) > ROOMS.index(path.relative_to(ROOT).parts[0])
    ]
    assert len(SOURCES) > 20
    assert back == []


@pytest.mark.parametrize("room", ROOMS)
def test_folders_import_one_way(room: str) -> None:
    known = {module: imports(path) for module, path in MODULES.items() if module.startswith(f"{room}.")}
    assert arrows_back(room, known) == []


def arrows_back(room: str, known: Mapping[str, frozenset[str]]) -> list[str]:
    """What is wrong with the imports of the modules of ``room``: who stands on no floor, and who looks up or beside."""
    floor_of = {each: number for number, floor in enumerate(FLOORS[room]) for each in floor}
    wrong = []
    for module, imported in known.items():
        place = module.split(".")[1]
        if place not in floor_of:
            wrong.append(f"{module} stands on no floor of FLOORS")
            continue
        for other in imported:
            first, _, below = other.partition(".")
            if first != room or below.split(".")[0] == place:
                continue
            if floor_of.get(below.split(".")[0], len(FLOORS[room])) >= floor_of[place]:
                wrong.append(f"{module} imports {other}")
    return wrong


@pytest.mark.parametrize(
    ("module", "imported", "wrong"),
    [
        ("index.storage.store", "index.encoder.model", []),
        ("index.storage.store", "index.storage.lock", []),
        ("index.storage.store", "corpus", []),
        ("index.storage.store", "index.search.query", ["index.storage.store imports index.search.query"]),
        ("index.update.plan", "index.search.query", ["index.update.plan imports index.search.query"]),
        ("index.update.plan", "index", ["index.update.plan imports index"]),
        ("index.arrays", "index.disk", ["index.arrays imports index.disk"]),
        ("index.attic.box", "numpy", ["index.attic.box stands on no floor of FLOORS"]),
    ],
)
def test_an_arrow_back_is_seen(module: str, imported: str, wrong: list[str]) -> None:
    assert arrows_back("index", {module: frozenset({imported})}) == wrong


def test_every_floor_is_lived_on() -> None:
    places = {room: {module.split(".")[1] for module in MODULES if module.startswith(f"{room}.")} for room in ROOMS}
    assert {room: {each for floor in floors for each in floor} for room, floors in FLOORS.items()} == places


def test_no_modules_go_in_a_circle() -> None:
    assert circle({module: imports(path) for module, path in MODULES.items()}) == []


def circle(known: Mapping[str, frozenset[str]]) -> list[str]:
    """Modules that import one another in a circle, the first of them again at the end; empty where there is none."""
    try:
        TopologicalSorter({module: imported & known.keys() - {module} for module, imported in known.items()}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_a_circle_is_seen() -> None:
    straight = {"a": frozenset({"b", "numpy"}), "b": frozenset({"c"}), "c": frozenset[str]()}
    assert circle(straight) == []
    assert set(circle({**straight, "c": frozenset({"a"})})) == {"a", "b", "c"}


def test_a_library_is_imported_where_it_lives() -> None:
    strays = [
        f"{name(path)} imports {module}"
        for path in SOURCES
        for module in imports(path)
        if not name(path).startswith(HOMES.get(module.split(".")[0], ("",)))
    ]
    assert strays == []


def test_no_home_of_a_library_stands_empty() -> None:
    lived = {(module.split(".")[0], name(path)) for path in SOURCES for module in imports(path)}
    empty = [
        f"nothing of {home} imports {library}"
        for library, homes in HOMES.items()
        for home in homes
        if not any(library == each and path.startswith(home) for each, path in lived)
    ]
    assert empty == []


def test_every_library_is_declared() -> None:
    facts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = facts["project"]["optional-dependencies"]
    extra = ("documents", "ocr", "writer", "metrics", "ray", "qdrant")
    needed = [*facts["project"]["dependencies"], *(each for name in extra for each in extras[name])]
    declared = " ".join(needed).lower().replace("-", "_")
    called = {"yaml": "pyyaml", "sklearn": "scikit_learn", "markdown_it": "markdown_it_py", "faiss": "faiss_cpu"}
    called["PIL"] = "pillow"
    # They come with sentence-transformers, whose own modules hand them out, and with Qdrant's client, whose errors are.
    comes_along = {"transformers", "huggingface_hub", "grpc"}
    used = {module.split(".")[0] for path in SOURCES for module in imports(path)}
    foreign = used - set(sys.stdlib_module_names) - set(ROOMS) - comes_along
    assert sorted(library for library in foreign if called.get(library, library) not in declared) == []
    assert facts["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == list(ROOMS)


@pytest.mark.slow
@pytest.mark.parametrize(
    "one_after_the_other",
    [
        {
            "corpus": "index qa ui faiss torch numpy gradio",
            "index": "qa ui torch sentence_transformers transformers openvino sentencepiece gradio ray scipy",
            "qa": "ui torch sentence_transformers sklearn ir_measures gradio",
        },
        {"ui.cli": "faiss torch sentence_transformers sklearn gradio ray scipy"},
        {
            "ui.server.page": "torch sentence_transformers sklearn prometheus_client",
            "ui.server.site": "torch sentence_transformers sklearn",
        },
    ],
    ids=" ".join,
)
def test_a_room_starts_without_what_it_does_not_need_yet(one_after_the_other: dict[str, str]) -> None:
    lines = ["import sys", "early = []"]
    for module, absent in one_after_the_other.items():
        lines += [
            f"import {module}",
            f"early += [({module!r}, name) for name in {absent.split()} if name in sys.modules]",
        ]
    code = "\n".join([*lines, "print(early)"])
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=environment)
    assert run.stdout == "[]\n", run.stderr
