"""The map of the texts: where passages lie, and what the figure says."""

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from states import twin_of

from corpus import load_documents
from index import PassageIndex, Snapshot, update_index
from ui.tabs.map import _questions
from ui.tabs.map_figure import COLOURS, MARKED, figure
from ui.tabs.map_html import hits_html, legend_html, note_html, topic_html
from ui.tabs.map_layout import Atlas, Cartographer, Topic
from ui.tabs.map_projection import level, means, placed, project, sampled

HOSTILE = "<img src=x onerror=alert(1)>"


def clusters(count: int, size: int, dimension: int = 32) -> Any:
    """``count`` groups of ``size`` unit vectors, one after the other."""
    random = np.random.default_rng(0)
    centres = random.standard_normal((count, dimension))
    vectors = np.repeat(centres, size, axis=0) + 0.25 * random.standard_normal((count * size, dimension))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def share_of_own(places: Any, groups: Any, k: int = 5) -> float:
    """The share of the ``k`` nearest points that are of the same group."""
    distances = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1)[:, :k]
    return float(np.mean(groups[nearest] == groups[:, None]))


# Projection


def test_what_is_near_stays_near() -> None:
    places = project(clusters(6, 30))
    assert places.shape == (180, 2)
    assert np.abs(places).max() == pytest.approx(1)
    assert share_of_own(places, np.repeat(np.arange(6), 30)) > 0.95


def test_the_same_vectors_are_laid_out_the_same_way() -> None:
    vectors = clusters(4, 30)
    np.testing.assert_array_equal(project(vectors), project(vectors.copy()))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10, 91])
def test_few_passages_have_places_too(count: int) -> None:
    places = project(clusters(1, max(count, 1))[:count])
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()
    assert len({tuple(place) for place in places.tolist()}) == count


@pytest.mark.parametrize("count", [5, 120])
def test_passages_that_are_all_alike_have_places_too(count: int) -> None:
    assert np.isfinite(project(np.ones((count, 8), np.float32))).all()


def test_some_passages_that_are_alike_do_no_harm() -> None:
    vectors = clusters(3, 40)
    vectors[5:25] = vectors[5]
    vectors[60] = 0
    assert np.isfinite(project(vectors)).all()


def test_a_sample_is_always_the_same_and_survives_an_update() -> None:
    ids = [f"text.md#{at}" for at in range(500)]
    drawn = sampled(ids, 50)
    assert len(drawn) == 50
    assert drawn.tolist() == sorted(drawn.tolist()) == sampled(ids, 50).tolist()
    more = ["new.md#1", *ids]
    kept = {more[row] for row in sampled(more, 50)} & {ids[row] for row in drawn}
    assert len(kept) >= 49
    assert sampled(ids, 500).tolist() == list(range(500))


def test_what_a_language_has_in_common_is_taken_away() -> None:
    vectors = clusters(5, 20)
    languages = ["en", "zh"] * 50
    shifted = vectors.copy()
    shifted[1::2] += 3 * vectors[0]
    levelled = level(shifted, languages, means(shifted, languages))
    np.testing.assert_allclose(np.linalg.norm(levelled, axis=1), 1, atol=1e-4)
    spoken = np.array(languages)
    assert (
        share_of_own(level(shifted, languages, dict.fromkeys("en zh".split(), shifted.mean(axis=0))), spoken, 15) > 0.9
    )
    assert share_of_own(levelled, spoken, 15) < 0.6


def test_a_passage_outside_of_the_sample_lies_amid_its_neighbours() -> None:
    vectors = clusters(4, 40)
    places = project(vectors[::2])
    groups = np.repeat(np.arange(4), 40)
    for row, place in zip(range(1, 160, 20), placed(vectors[1::20], vectors[::2], places), strict=True):
        nearest = int(np.linalg.norm(places - place, axis=1).argmin())
        assert groups[::2][nearest] == groups[row]


# The atlas


@pytest.fixture
def snapshot(small_index: PassageIndex) -> Snapshot:
    return small_index.snapshot


@pytest.fixture
def atlas(snapshot: Snapshot, tmp_path: Path) -> Atlas:
    return Cartographer(tmp_path / "maps").atlas(snapshot)


def test_every_passage_has_a_place_and_a_topic(atlas: Atlas, snapshot: Snapshot) -> None:
    assert atlas.complete
    assert atlas.places.shape == (len(snapshot.passages), 2)
    assert sum(topic.passages for topic in atlas.topics) == len(snapshot.passages)
    np.testing.assert_array_equal(atlas.place([2, 0]), atlas.places[[2, 0]])
    assert atlas.place([]).shape == (0, 2)


def test_a_text_and_its_translation_are_one_topic(tmp_path: Path, fake_encoder: Any) -> None:
    folder = tmp_path / "pairs"
    for name, title, twin in (
        ("en/a.md", "Alpha", ""),
        ("zh/a.md", "甲", "en/a.md"),
        ("en/b.md", "Beta", "zh/gone.md"),
        ("zh/c.md", "丙", "en/a.md"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"---\ntitle: {title}\ntwin: {twin}\n---\n{title} is here.\n", encoding="utf-8")
    update_index(tmp_path / "index", load_documents(folder), fake_encoder)
    atlas = Cartographer(tmp_path / "maps").atlas(PassageIndex.open(tmp_path / "index", fake_encoder).snapshot)
    names = [(topic.titles["en"], topic.titles["zh"]) for topic in atlas.topics]
    assert ("Alpha", "甲") in names or ("Alpha", "丙") in names
    assert ("Beta", "Beta") in names
    of = {
        passage.document_id: int(topic) for passage, topic in zip(atlas.snapshot.passages, atlas.topic_of, strict=True)
    }
    assert of["en/a.md"] == of["zh/a.md"] != of["en/b.md"]


def test_a_state_is_laid_out_once_and_a_new_one_anew(
    snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def counted(vectors: Any) -> Any:
        drawn.append(len(vectors))
        return project(vectors)

    monkeypatch.setattr("ui.tabs.map_layout.project", counted)
    cartographer = Cartographer(tmp_path / "maps")
    found: list[Atlas] = []
    threads = [threading.Thread(target=lambda: found.append(cartographer.atlas(snapshot))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(atlas) for atlas in found}) == 1
    again = Cartographer(tmp_path / "maps").atlas(snapshot)
    assert drawn == [len(snapshot.passages)]
    np.testing.assert_array_equal(again.places, found[0].places)
    (file,) = (tmp_path / "maps").iterdir()
    file.write_bytes(b"damaged")
    np.testing.assert_array_equal(Cartographer(tmp_path / "maps").atlas(snapshot).places, found[0].places)
    assert len(drawn) == 2


def test_a_cache_folder_that_cannot_be_written_does_no_harm(snapshot: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert Cartographer(tmp_path / "file" / "maps").atlas(snapshot).complete


def test_many_passages_are_shown_by_a_sample_that_says_so(
    snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.tabs.map_layout.sampled", lambda ids: sampled(ids, 5))
    atlas = Cartographer(tmp_path / "maps").atlas(snapshot)
    assert len(atlas.rows) == 5 < len(snapshot.passages)
    assert f"A sample of 5 of {len(snapshot.passages)} passages" in note_html(atlas)
    outside = next(row for row in range(len(snapshot.passages)) if row not in atlas.rows)
    chart = json.loads(figure(atlas, [outside]))
    assert len(chart["data"][0]["x"]) == 5
    assert chart["data"][2]["customdata"][0][0] == outside


# The figure


def test_the_figure_has_a_point_for_each_passage_coloured_by_topic_and_shaped_by_language(atlas: Atlas) -> None:
    points = json.loads(figure(atlas))["data"][0]
    passages = atlas.snapshot.passages
    assert points["marker"]["symbol"] == ["diamond" if each.language == "zh" else "circle" for each in passages]
    colours: dict[int, set[str]] = {}
    for topic, colour in zip(atlas.topic_of.tolist(), points["marker"]["color"], strict=True):
        colours.setdefault(topic, set()).add(colour)
    assert all(len(each) == 1 for each in colours.values())
    assert len(set.union(*colours.values())) == len(atlas.topics)
    assert [said[1] for said in points["customdata"]] == [passage.id for passage in passages]


def test_a_heading_is_shown_without_the_title_and_never_cut_within_a_word(tmp_path: Path, fake_encoder: Any) -> None:
    text = "---\ntitle: CLIP\n---\n# {}\n\nCLIP learns from pairs of images and captions.\n"
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/a.md").write_text(text.format("CLIP"), encoding="utf-8")
    (tmp_path / "texts/b.md").write_text(text.format("CLIP 是怎样训练的"), encoding="utf-8")
    update_index(tmp_path / "index", load_documents(tmp_path / "texts"), fake_encoder)
    atlas = Cartographer(tmp_path / "maps").atlas(PassageIndex.open(tmp_path / "index", fake_encoder).snapshot)
    assert [said[3] for said in json.loads(figure(atlas))["data"][0]["customdata"]] == ["", "CLIP 是怎样训练的"]
    listed = hits_html(atlas, [0, 1], "CLIP")
    assert '<b>CLIP</b> <span class="beginning">' in listed
    assert "<b>CLIP</b> CLIP 是怎样训练的<span" in listed


def test_hits_are_marked_with_their_rank(atlas: Atlas) -> None:
    points, rings, targets = json.loads(figure(atlas, [4, 1, 2]))["data"]
    assert [said[0] for said in targets["customdata"]] == [4, 1, 2]
    assert targets["marker"]["size"] < points["marker"]["size"]  # so that it is the one that is clicked
    assert rings["text"] == ["1", "2", "3"]
    np.testing.assert_allclose(rings["x"], atlas.places[[4, 1, 2], 0], atol=1e-4)
    assert len(json.loads(figure(atlas, list(range(7)) * 3))["data"][1]["x"]) == MARKED


def test_a_topic_that_is_singled_out_lets_the_others_step_back(atlas: Atlas) -> None:
    opacity = json.loads(figure(atlas, (), 1))["data"][0]["marker"]["opacity"]
    strong = {topic for topic, each in zip(atlas.topic_of.tolist(), opacity, strict=True) if each > 0.5}
    assert strong == {1}


def test_nothing_of_the_figure_is_read_as_html_by_the_library(tmp_path: Path, fake_encoder: Any) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/trap.md").write_text(f"---\ntitle: '{HOSTILE}'\n---\nA trap {HOSTILE} here.\n", encoding="utf-8")
    update_index(tmp_path / "index", load_documents(tmp_path / "texts"), fake_encoder)
    atlas = Cartographer(tmp_path / "maps").atlas(PassageIndex.open(tmp_path / "index", fake_encoder).snapshot)
    for trace in json.loads(figure(atlas, [0]))["data"]:
        assert trace["hoverinfo"] in ("none", "skip")
        assert HOSTILE not in json.dumps({name: value for name, value in trace.items() if name != "customdata"})
    shown = legend_html(atlas.topics, 0) + hits_html(atlas, [0], HOSTILE) + topic_html(atlas, 0)
    assert "<img" not in shown
    assert shown.count("&lt;img") >= 4


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("ground", ["#ffffff", "#faf9f6", "#1d2025", "#15171b"])
def test_points_stand_out_from_the_page_light_and_dark(ground: str) -> None:
    for colour in COLOURS:
        bright, dark = sorted((luminance(colour), luminance(ground)), reverse=True)
        assert (bright + 0.05) / (dark + 0.05) >= 3, colour


def test_the_legend_ends_somewhere() -> None:
    topics = [Topic({"en": f"Topic {at}", "zh": f"主题 {at}"}, passages=1) for at in range(100)]
    shown = legend_html(topics, 3)
    assert shown.count("<li>") == 60
    assert shown.count('aria-pressed="true"') == 1
    assert "And 40 more topics." in shown


@pytest.mark.parametrize(
    ("sent", "questions"),
    [
        ('["one", " 二 "]', ("one", "二")),
        ("", ()),
        ("[", ()),
        ('{"a": 1}', ()),
        ('[1, null, ["x"], "ok", "  "]', ("ok",)),
        ("[" * 100_000, ()),
        (json.dumps([str(at) for at in range(50)]), tuple(str(at) for at in range(41, 50))),
    ],
)
def test_what_a_browser_sends_is_checked(sent: str, questions: tuple[str, ...]) -> None:
    assert _questions(sent) == questions


# The built-in texts


def test_a_passage_and_its_translation_lie_together(built_in_index: PassageIndex, tmp_path: Path) -> None:
    snapshot = built_in_index.snapshot
    atlas = Cartographer(tmp_path / "maps").atlas(snapshot)
    topics = np.asarray(atlas.topic_of)
    assert share_of_own(atlas.places, topics, 10) > 0.7
    languages = np.array([passage.language == "zh" for passage in snapshot.passages])
    # Of the neighbours, not the language tells: 46 % are in the other one, as many as there would be by chance.
    assert 1 - share_of_own(atlas.places, languages, 10) > 0.4
    distances = np.linalg.norm(atlas.places[:, None] - atlas.places[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest = np.argsort(distances, axis=1)[:, :10]
    twins = [(row, twin) for row in range(len(languages)) if (twin := twin_of(snapshot, row)) >= 0]
    assert len(twins) > 1000
    assert np.mean([twin in nearest[row] for row, twin in twins]) > 0.75
