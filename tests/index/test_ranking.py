"""Only what is in front is looked at closely, and that changes nothing for what is found."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus import Document
from index import PassageIndex, rebuild_index
from index.search.ranking import Ranked, _first

LAKES = [
    f"# Lakes\n\nThe lake {number} is large and deep.\n\n## Ships\n\nOn it sail {number % 7} ships of {size} tons."
    for number, size in enumerate(range(100, 160))
]


def built(folder: Path, documents: list[Document], encoder: Any) -> PassageIndex:
    rebuild_index(folder, documents, encoder)
    return PassageIndex.open(folder, encoder)


def ranked(index: PassageIndex, question: str) -> dict[str, Ranked]:
    """What is found, best first, by the document's id and the passage's text."""
    found, passages = index.retrieve(question).ranked, index.snapshot.passages
    return {f"{passages[one.row].document_id} {passages[one.row].text}": one for one in found}


def test_what_is_found_first_is_what_is_found_where_all_are_looked_at(
    tmp_path: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = [Document(f"{number}.md", f"Lake {number}", "", text) for number, text in enumerate(LAKES)]
    index = built(tmp_path, documents, fake_encoder)
    for question in ("How many ships of 120 tons sail on lake number 20?", "哪个湖最深？ lake 31", "tons"):
        some = ranked(index, question)
        assert len(some) > 40
        with monkeypatch.context() as patch:
            for limit in ("_WORDS", "_NEIGHBOURS", "_TWINS"):
                patch.setattr(f"index.search.ranking.{limit}", 10**6)
            everything = ranked(index, question)
        assert list(some)[:10] == list(everything)[:10]
        for name in list(some)[:10]:
            assert some[name].lead == pytest.approx(everything[name].lead, abs=1e-5)


def test_the_order_of_rows_says_nothing_where_passages_are_alike(tmp_path: Path, fake_encoder: Any) -> None:
    # Sixty texts that answer alike: more than are in front, and each has a neighbour that makes it better.
    text = "# Lakes\n\nThe lake is deep.\n\nIt has three ships and a harbour with a crane that is older than the ships."
    documents = [Document(f"{number:02}.md", "Lakes", "", text) for number in range(60)]
    found = ranked(built(tmp_path, documents, fake_encoder), "How many ships has the deep lake?")
    leads = np.array([one.lead for one in found.values()])
    assert len(leads) > 40
    assert np.ptp(leads) < 1e-4


def test_as_many_are_in_front_as_are_asked_for_and_what_is_as_good() -> None:
    leads = np.array([0.1, 0.5, 0.3, 0.3, 0.5, 0.3 - 5e-6, 0.2], np.float32)
    assert _first(leads, 2).tolist() == [1, 4]
    assert _first(leads, 3).tolist() == [1, 2, 3, 4, 5]
    assert _first(leads, 6).tolist() == [1, 2, 3, 4, 5, 6]
    assert _first(leads, 7).tolist() == _first(leads, 100).tolist() == list(range(7))
    assert _first(leads[:0], 3).tolist() == []
