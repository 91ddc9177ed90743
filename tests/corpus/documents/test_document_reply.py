"""What a process that a file has taken over may say, and nobody takes for a content."""

import json
from typing import Any

import pytest

from corpus import Box, Place, PlaceKind
from corpus.files.document_reply import Reply, check_number, content_of, fault_of, how_far

SAID: dict[str, Any] = {"text": "abc 风🪁", "places": [], "problems": [], "references": []}


def reply(**said: Any) -> Reply:
    return Reply(json.loads(json.dumps(SAID | said)), b"", None)


def placed(*place: Any) -> dict[str, Any]:
    return {"places": [place]}


def test_what_a_reader_says_is_taken_as_it_is() -> None:
    said = placed(0, 6, "page", "1", [[1, 2.5, 3, 4]], False) | {"problems": [[0, "torn"]], "references": ["a"]}
    content, counted = content_of(reply(title="风筝", **said)._replace(counted=(PlaceKind.PAGE, 3)))
    assert (content.text, content.title, content.author) == (SAID["text"], "风筝", "")
    assert content.places == (Place(0, 6, PlaceKind.PAGE, "1", (Box(1, 2.5, 3, 4),)),)
    assert (content.problems, content.references, counted) == (((0, "torn"),), ("a",), (PlaceKind.PAGE, 3))


@pytest.mark.parametrize(
    "said",
    [
        {"text": 7},
        {"text": None},
        {"text": "\ud83c"},  # half of a character
        {"colour": "red"},
        {"title": ["a"]},
        {"places": 7},
        {"places": [7]},
        placed(0, 1),
        placed("0", 1, "page", "1", [], False),
        placed(True, 1, "page", "1", [], False),
        placed(1, 7, "page", "1", [], False),
        placed(-1, 2, "page", "1", [], False),
        placed(2, 1, "page", "1", [], False),
        placed(0, 1, "kite", "1", [], False),
        placed(0, 1, "page", {}, [], False),
        placed(0, 1, "page", "x", [], False),
        placed(0, 1, "page", "²", [], False),
        placed(0, 1, "page", "9" * 5_000, [], False),
        placed(0, 1, "page", "1", [[10**400, 2, 3, 4]], False),
        {"places": [[0, 3, "page", "1", [], False], [2, 4, "page", "2", [], False]]},
        placed(0, 1, "page", "1", [["1", 2, 3, 4]], False),
        placed(0, 1, "page", "1", [[1, 2, 3]], False),
        placed(0, 1, "page", "1", [[float("inf"), 2, 3, 4]], False),
        placed(0, 1, "page", "1", [], 1),
        {"problems": [["1", "it is torn"]]},
        {"problems": [[1, 7]]},
        {"problems": [[1]]},
        {"references": [7]},
        {"references": 7},
    ],
)
def test_what_no_reader_says_is_no_content(said: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        content_of(reply(**said))


@pytest.mark.parametrize("name", SAID)
def test_nothing_may_be_missing(name: str) -> None:
    whole = reply()
    del whole.said[name]
    with pytest.raises((KeyError, TypeError)):
        content_of(whole)


def test_a_fault_is_a_message_of_some_length() -> None:
    assert fault_of(reply()) == ""
    assert fault_of(reply(error="a.pdf is torn 🪁.")) == "a.pdf is torn 🪁."
    for fault in (["it is torn"], 7, None, "x" * 30_000):
        with pytest.raises(TypeError):
            fault_of(reply(error=fault))


@pytest.mark.parametrize(
    "said",
    [
        7,
        {},
        {"kind": "kite", "done": 1, "total": 2},
        {"kind": "page", "done": 3, "total": 2},
        {"kind": "page", "done": -1, "total": 2},
        {"kind": "page", "done": True, "total": 2},
        {"kind": "page", "done": "1", "total": 2},
        {"kind": "page", "done": 1, "total": 99999999999999},
    ],
)
def test_nobody_is_further_than_the_end(said: Any) -> None:
    assert how_far({"kind": "page", "done": 1, "total": 2}) == (PlaceKind.PAGE, 1, 2)
    with pytest.raises((KeyError, TypeError, ValueError)):
        how_far(said)


@pytest.mark.parametrize("given", ["1", True, None, float("nan"), float("-inf"), 10**400, [1]])
def test_a_number_is_one(given: Any) -> None:
    assert check_number(1) == 1
    with pytest.raises(TypeError):
        check_number(given)
