"""What Qdrant keeps is ranked as what lies in files, to the last digit."""

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("qdrant_client")

from house import ROOT

from corpus import BUILT_IN_TEXTS, load_documents, load_glossary
from index import PassageIndex, update_index
from index.storage.qdrant.client import close_connections
from index.storage.qdrant.settings import QdrantSettings


@pytest.mark.slow
def test_questions_of_the_built_in_texts_are_ranked_the_same(
    built_in_index: PassageIndex, built_in_encoder: Any, tmp_path: Path, real_encoder: Any
) -> None:
    there = QdrantSettings(url=":memory:", collection="built-in")
    glossary = load_glossary(BUILT_IN_TEXTS)
    update_index(tmp_path, load_documents(), built_in_encoder, glossary=glossary, store=there)
    kept = PassageIndex.open(tmp_path, real_encoder, there)
    lines = (ROOT / "qa" / "evaluation" / "regression.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines[::4]]
    assert len(questions) == 81
    for question in questions:
        assert kept.retrieve(question).ranked == built_in_index.retrieve(question).ranked
    close_connections()
