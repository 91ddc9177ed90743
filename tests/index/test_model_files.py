"""Which kind of model the files of a folder make."""

import json
from pathlib import Path
from typing import Any

import pytest

from index import SentenceEncoder
from index.encoder.model_files import is_multi_vector

DENSE = [{"path": "", "type": "sentence_transformers.models.Transformer"}]
MASKED = [*DENSE, {"path": "1", "type": "sentence_transformers.multi_vector_encoder.modules.MultiVectorMask"}]
PYLATE = [*DENSE, {"path": "1_Dense", "type": "pylate.models.Dense.Dense"}]
SETTINGS, MODULES, CONFIG = "config_sentence_transformers.json", "modules.json", "config.json"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, False),
        ({MODULES: DENSE, SETTINGS: {"prompts": {}}, CONFIG: {"architectures": ["BertModel"]}}, False),
        ({MODULES: DENSE, SETTINGS: {"model_type": "SentenceTransformer"}}, False),
        ({MODULES: DENSE, SETTINGS: {"model_type": "MultiVectorEncoder"}}, True),
        ({MODULES: PYLATE, SETTINGS: {"model_type": "ColBERT"}}, True),
        ({CONFIG: {"architectures": ["HF_ColBERT"]}}, True),
        ({CONFIG: {"architectures": ["HF_ColBERT"]}, SETTINGS: {"model_type": "SentenceTransformer"}}, False),
        ({CONFIG: {"architectures": None}}, False),
        ({MODULES: MASKED}, True),  # what is left of one
        ({MODULES: PYLATE}, True),
        ({SETTINGS: {"model_type": "ColBERT"}}, True),
        ({MODULES: {"not": "a list"}, SETTINGS: ["no", "mapping"], CONFIG: "text"}, False),
        ({MODULES: ["text", 3, {"type": None}]}, False),
    ],
)
def test_a_model_is_told_by_its_files(tmp_path: Path, files: dict[str, Any], expected: bool) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    assert is_multi_vector(tmp_path) is expected
    # What the same files made before, run as one of the other kind, is another model to an index.
    assert SentenceEncoder(tmp_path).digest.endswith("-1") is expected


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_is_no_json_says_nothing(tmp_path: Path, content: bytes) -> None:
    for name in (SETTINGS, MODULES, CONFIG):
        (tmp_path / name).write_bytes(content)
    assert is_multi_vector(tmp_path) is False
    (tmp_path / SETTINGS).write_text('{"model_type": "ColBERT"}', encoding="utf-8")
    assert is_multi_vector(tmp_path) is True
