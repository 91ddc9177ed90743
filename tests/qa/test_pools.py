"""Pools of two languages: the figures are those of the field, and what is wrong with the files is said in a line."""

import io
import json
import math
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from corpus import LANGUAGES, CorpusError, Document, FoundationQAError, QuestionsError
from index import PassageIndex, rebuild_index
from index.search.retrieval import retrieve
from qa.evaluation import pools
from qa.evaluation.intervals import mean_interval
from qa.evaluation.pool_differences import Measured, differences
from qa.evaluation.pool_files import Pool, PoolQuestion, both_pool, mixed_pool, single_pools
from qa.evaluation.pool_rankings import Rankings, rank_by_program, rank_by_vectors, values_of
from qa.evaluation.pools import PROGRAM, Row, main, measure_both, measure_mixed, measure_single, table_of
from qa.evaluation.question_files import Gold, Question

PARAGRAPHS = {
    "salt": {
        "en": "The lake of Orm gives salt in summer. Workers rake 40 tons of salt a day, and donkeys carry it away.",
        "zh": "奥姆湖在夏天出产盐。工人每天耙出40吨盐，再由驴子运走。",
        "asked_en": "How much salt do the workers rake in a day?",
        "asked_zh": "工人每天耙出多少盐？",
    },
    "railway": {
        "en": "The railway over the pass was opened in 1911. The train climbs for two hours and stops nine times.",
        "zh": "翻越山口的铁路于1911年通车。火车要爬两个小时，中途停九次。",
        "asked_en": "When was the railway over the pass opened?",
        "asked_zh": "翻越山口的铁路是哪一年通车的？",
    },
    "bird": {
        "en": "The grey bird of the marsh builds its nest on floating leaves. It lays three eggs in May.",
        "zh": "沼泽里的灰鸟在漂浮的叶子上筑巢。它在五月产三枚蛋。",
        "asked_en": "Where does the grey bird build its nest?",
        "asked_zh": "灰鸟在哪里筑巢？",
    },
    "tea": {
        "en": "Tea from the northern slope is picked before sunrise. The leaves are dried over beech wood.",
        "zh": "北坡的茶在日出之前采摘。茶叶用山毛榉木烘干。",
        "asked_en": "When is the tea picked?",
        "asked_zh": "北坡的茶什么时候采摘？",
    },
}


def write_pools(folder: Path, *, front: Callable[[str, str], str] = lambda language, name: "") -> Path:
    """A folder as ``make pools`` takes it; ``front`` gives what stands above each text."""
    lines: dict[str, list[str]] = {}
    for at, (name, facts) in enumerate(PARAGRAPHS.items()):
        only = LANGUAGES[at % 2]
        for language in LANGUAGES:
            places = [folder / language, *([folder / "mixed/texts"] if language == only else [])]
            for place in places:
                place.mkdir(parents=True, exist_ok=True)
                (place / f"{name}.md").write_text(front(language, name) + facts[language] + "\n", encoding="utf-8")
            row = {"id": f"{name}-{language}", "lang": language, "question": facts[f"asked_{language}"]}
            line = json.dumps({**row, "gold": [{"doc": f"{name}.md"}]}, ensure_ascii=False)
            for file in (
                *(f"{language}-{other}" for other in LANGUAGES),
                f"mixed/{'cross same'.split()[language == only]}",
            ):
                lines.setdefault(file, []).append(line)
    for file, written in lines.items():
        (folder / f"{file}.jsonl").write_text("\n".join(written), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_pools(tmp_path / "池")


def asked(right: str, *, language: str = "en", text: str = "?", paragraph: str = "a") -> PoolQuestion:
    """A question that the documents in ``right`` answer, parted by blanks."""
    question = Question(
        id=text,
        language=language,
        question=text,
        kind="factoid",
        gold=(Gold(paragraph, ""),),
        facts=(),
        history=(),
    )
    return PoolQuestion(question, language, frozenset(right.split()), paragraph)


def ranked(*rankings: str) -> Rankings:
    """Documents, parted by blanks, for each question."""
    nothing = (0.0,) * len(rankings)
    return Rankings(tuple(tuple(each.split()) for each in rankings), nothing, nothing)


def pool_of(names: str, *questions: PoolQuestion) -> Pool:
    return Pool(tuple(Document(name, name, name, "Text.") for name in names.split()), questions)


BOTH = "en/a zh/a en/b zh/b en/c zh/c"


@pytest.mark.parametrize(
    ("ranking", "precision", "gain", "place"),
    [
        ("en/a zh/a en/b zh/b", 1.0, 1.0, 1),
        ("en/b zh/a zh/b en/a", (1 / 2 + 2 / 4) / 2, (1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3)), 2),
        ("zh/a en/b zh/b", 1 / 2, 1 / (1 + 1 / math.log2(3)), 1),  # the other twin was not found
        ("en/b en/c zh/b", 0.0, 0.0, 6),  # neither: behind all others
    ],
)
def test_figures_are_those_that_one_computes_by_hand(ranking: str, precision: float, gain: float, place: int) -> None:
    values = values_of(pool_of(BOTH, asked("en/a zh/a")), ranked(ranking))
    assert values["map"] == [pytest.approx(precision)]
    assert values["ndcg@10"] == [pytest.approx(gain)]
    assert values["rank"] == [place]
    assert values["reciprocal"] == [1 / place if precision else 0.0]
    assert values["recall@1"] == [float(place == 1)]


def test_places_beyond_the_tenth_and_the_fifth_count_nothing() -> None:
    names = " ".join(f"en/{at}" for at in range(12))
    pool = pool_of(names, *(asked(f"en/{at}") for at in range(12)))
    values = values_of(pool, ranked(*[names] * 12))
    assert values["ndcg@10"] == pytest.approx([1 / math.log2(at + 2) if at < 10 else 0.0 for at in range(12)])
    assert values["recall@5"] == [1.0] * 5 + [0.0] * 7
    assert values["rank"] == list(range(1, 13))
    assert values["reciprocal"] == pytest.approx([1 / place for place in range(1, 13)])


def test_the_first_text_is_in_the_questions_language_whether_right_or_not() -> None:
    pool = pool_of(BOTH, *(asked("en/a zh/a", language=language) for language in ("en", "zh", "zh", "en")))
    values = values_of(pool, ranked("en/b zh/a", "en/a zh/a", "zh/c", ""))
    assert values["own_language_first"] == [1.0, 0.0, 1.0, 0.0]


def test_a_text_stands_where_the_best_of_its_passages_does(fake_encoder: Any) -> None:
    texts = [("far", "The wind is cold."), ("near", "Fish swim."), ("near", "Gold and silver."), ("far", "The moon.")]
    found = rank_by_vectors(texts, fake_encoder, pool_of("far near", asked("near", text="Where is gold?")))
    assert found.documents == (("near", "far"),)


def test_whole_vectors_are_taken_as_the_model_gives_them(fake_encoder: Any) -> None:
    texts = [(name, facts[language]) for name, facts in PARAGRAPHS.items() for language in LANGUAGES]
    questions = [facts[f"asked_{language}"] for facts in PARAGRAPHS.values() for language in LANGUAGES]
    found = rank_by_vectors(texts, fake_encoder, pool_of("salt", *(asked("salt", text=each) for each in questions)))
    vectors = {at: each.vector for at, each in fake_encoder.encode_passages([text for _, text in texts])}
    for question, documents in zip(questions, found.documents, strict=True):
        (encoded,) = fake_encoder.encode_questions([question])
        best = max(vectors, key=lambda at: float(np.dot(vectors[at], encoded.vector)))
        assert documents[0] == texts[best][0]
        assert set(documents) == set(PARAGRAPHS)


def test_the_program_ranks_as_it_does_for_everybody(folder: Path, tmp_path: Path, fake_encoder: Any) -> None:
    pool = mixed_pool(folder)
    rebuild_index(tmp_path / "index", pool.documents, fake_encoder)
    snapshot = PassageIndex.open(tmp_path / "index", fake_encoder).snapshot
    found = rank_by_program(snapshot, fake_encoder, pool)
    assert len(found.documents) == len(found.searching) == len(found.embedding) == len(pool.questions) == 8
    for each, documents in zip(pool.questions, found.documents, strict=True):
        retrieved = retrieve(each.question.question, fake_encoder, snapshot)
        expected = dict.fromkeys(retrieved.passage(one.row).document_id for one in retrieved.ranked)
        assert documents == tuple(expected)


def test_twins_that_are_named_are_strangers_here(tmp_path: Path, fake_encoder: Any) -> None:
    def named(language: str, name: str) -> str:
        other = next(other for other in LANGUAGES if other != language)
        return f"---\ntitle: {name}\ntwin: {other}/{name}.md\n---\n"

    folder = write_pools(tmp_path / "pools", front=named)
    assert {document.twin for document in single_pools(folder)[0].documents} == {f"zh/{name}.md" for name in PARAGRAPHS}
    pool = both_pool(folder)
    assert sorted(document.id for document in pool.documents) == sorted(
        f"{language}/{name}.md" for language in LANGUAGES for name in PARAGRAPHS
    )
    rebuild_index(tmp_path / "index", pool.documents, fake_encoder)
    snapshot = PassageIndex.open(tmp_path / "index", fake_encoder).snapshot
    assert snapshot.twins(np.arange(len(snapshot.passages))).tolist() == [-1] * len(snapshot.passages)
    for documents in rank_by_program(snapshot, fake_encoder, pool).documents:
        assert set(documents) == {document.id for document in pool.documents}  # neither twin is taken out


def test_either_version_of_a_paragraph_answers_where_both_are_there(folder: Path) -> None:
    pool = both_pool(folder)
    assert [(each.group, each.paragraph, sorted(each.right)) for each in pool.questions] == [
        (language, f"{name}.md", [f"en/{name}.md", f"zh/{name}.md"]) for language in LANGUAGES for name in PARAGRAPHS
    ]


def test_each_row_has_the_questions_of_its_languages(folder: Path, fake_encoder: Any) -> None:
    rows = measure_single(single_pools(folder), fake_encoder)
    assert [(row.group, row.questions, row.paragraphs) for row in rows] == [
        ("en-en", 4, 4), ("zh-zh", 4, 4), ("en-zh", 4, 4), ("zh-en", 4, 4),
    ]  # fmt: skip
    rows = measure_mixed(mixed_pool(folder), fake_encoder)
    assert [(row.group, row.questions) for row in rows] == [("zh-en", 2), ("en-zh", 2), ("en-en", 2), ("zh-zh", 2)]
    rows = measure_both(both_pool(folder), fake_encoder)
    assert [(row.group, row.questions, row.paragraphs) for row in rows] == [
        ("all", 8, 4),
        ("en", 4, 4),
        ("zh", 4, 4),
    ] * 3
    names = dict.fromkeys(row.ranked_by for row in rows)
    assert list(names) == ["raw vectors of passages", "raw vectors of paragraphs", PROGRAM]


def test_intervals_are_those_of_other_paragraphs_not_of_other_questions(folder: Path, fake_encoder: Any) -> None:
    documents = mixed_pool(folder).documents
    questions = [asked("salt.md", text=PARAGRAPHS["salt"]["asked_en"], paragraph="salt.md")] * 10
    # Its questions are held against another text than the one they are about: all of them go wrong.
    questions += [asked("bird.md", text=PARAGRAPHS["salt"]["asked_en"], paragraph="bird.md")] * 10
    (row,) = measure_mixed(Pool(documents, tuple(questions)), fake_encoder)
    assert (row.questions, row.paragraphs, row.figures["recall@1"]) == (20, 2, 0.5)
    assert row.intervals["recall@1"] == (0.0, 1.0)
    assert mean_interval([1.0] * 10 + [0.0] * 10, [str(at) for at in range(20)])[0] > 0.2


def test_a_table_shows_each_figure_with_its_interval() -> None:
    row = Row(
        pool="both",
        ranked_by=PROGRAM,
        group="all",
        questions=1224,
        paragraphs=120,
        figures={"map": 0.91234, "rank": 1.346},
        intervals={"map": (0.9, 0.92), "rank": (1.2, 1.5)},
        embedding=5.12,
        milliseconds=4.06,
        values={},
        of=(),
    )
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(table_of("Both", [row, row]))
    shown = console.export_text()
    for said in ("mAP", "rank of the better twin", ".912 (.900 to .920)", "1.35 (1.20 to 1.50)", "1224", "120", "4.1"):
        assert said in shown
    assert "ranked by" not in shown


def run(monkeypatch: pytest.MonkeyPatch, encoder: Any, *arguments: object) -> list[str]:
    """Run the command with ``encoder``, and give the names of the models it asked for."""
    names: list[str] = []

    def named(name: str) -> Any:
        names.append(name)
        return encoder

    monkeypatch.setattr(pools, "SentenceEncoder", named)
    monkeypatch.setattr(sys, "argv", ["pools", *map(str, arguments)])
    main()
    return names


def test_the_command_prints_three_tables_and_writes_the_same_figures(
    folder: Path, tmp_path: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "figures.json"
    assert run(monkeypatch, fake_encoder, folder, "--json", file, "--encoder", "another") == ["another"]
    printed = capsys.readouterr().out
    written = file.read_text(encoding="utf-8")
    facts = json.loads(written)
    assert "池" in written
    assert (facts["encoder"], facts["late_interaction"]) == ("another", True)
    assert {row["pool"] for row in facts["rows"]} == {"single", "mixed", "both"}
    assert len(facts["rows"]) == 4 + 4 + 9
    for row in facts["rows"]:
        for figure, value in row["figures"].items():
            low, high = row["intervals"][figure]
            assert low <= value <= high
            digits = 2 if figure == "rank" else 3
            assert f"{value:.{digits}f}".removeprefix("0") in printed


def test_without_token_vectors_there_are_none(folder: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[bool] = []

    def build(place: Any, documents: Any, encoder: Any, *, late_interaction: bool) -> Any:
        built.append(late_interaction)
        return rebuild_index(place, documents, encoder, late_interaction=late_interaction)

    monkeypatch.setattr(pools, "rebuild_index", build)
    run(monkeypatch, fake_encoder, folder, "--no-late-interaction")
    run(monkeypatch, fake_encoder, folder)
    assert built == [False] * 4 + [True] * 4


def broken(file: str, text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / file).write_text(text, encoding="utf-8") and None


LINE = '{"id": "q7", "lang": "en", "question": "What?", "gold": [{"doc": "%s"}]}'


@pytest.mark.parametrize(
    ("damage", "kind", "said"),
    [
        (lambda folder: shutil.rmtree(folder / "zh"), CorpusError, "There is no folder {folder}/zh."),
        (lambda folder: shutil.rmtree(folder), CorpusError, "There is no folder {folder}/en."),
        (lambda folder: (folder / "en-zh.jsonl").unlink(), QuestionsError, "en-zh.jsonl cannot be read: No such"),
        (broken("zh-zh.jsonl", LINE % "tea.md" + "\n{"), QuestionsError, "zh-zh.jsonl, line 2: this is not JSON"),
        (broken("mixed/same.jsonl", LINE.replace("en", "fr") % "tea.md"), QuestionsError, "line 1: 'lang' is 'fr'"),
        (broken("mixed/cross.jsonl", LINE % "coffee.md"), QuestionsError, "q7 names coffee.md, which is no text in"),
        (broken("en-en.jsonl", LINE.replace('{"doc": "%s"}', "")), QuestionsError, "en-en.jsonl holds no question"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_line_before_anything_is_measured(
    damage: Callable[[Path], None],
    kind: type[FoundationQAError],
    said: str,
    folder: Path,
    fake_encoder: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    damage(folder)
    with pytest.raises(SystemExit) as left:
        run(monkeypatch, fake_encoder, folder)
    message = str(left.value.code)
    assert message.startswith("Error: ")
    assert said.format(folder=folder) in message
    assert "\n" not in message
    assert isinstance(left.value.__context__, kind)
    assert fake_encoder.seen == []
    assert capsys.readouterr().out == ""


def test_a_second_run_is_held_against_the_first(
    folder: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(monkeypatch, fake_encoder, folder, "--json", tmp_path / "first.json")
    capsys.readouterr()
    run(monkeypatch, fake_encoder, folder, "--beside", tmp_path / "first.json")
    shown = capsys.readouterr().out.partition("Beside the other run")[2]
    assert shown.count("+0.000 (+0.000 to +0.000)") > 20
    assert "*" not in shown
    assert "single, the program, en-zh" in shown


def test_what_a_second_run_gains_is_told_question_by_question() -> None:
    of = [f"p{at // 2}" for at in range(40)]
    worse = Measured(name="mixed", values={"recall@1": [at % 2 for at in range(40)]}, of=of)
    better = Measured(name="mixed", values={"recall@1": [1.0] * 40, "rank": [1.0] * 40}, of=of)
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(differences({"mixed": worse}, [better, Measured(name="both", values={}, of=[])]))
    shown = console.export_text()
    assert "+0.500 (+0.500 to +0.500)*" in shown  # each paragraph gains one of two: nothing to draw from
    assert "both" not in shown
    with pytest.raises(FoundationQAError, match=r"other questions: mixed\."):
        differences({"mixed": worse}, [Measured(name="mixed", values={}, of=of[1:])])


@pytest.mark.parametrize("content", ["{", "[]", '{"rows": [{}]}'])
def test_a_file_of_something_else_is_no_run(
    folder: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    (tmp_path / "other.json").write_text(content, encoding="utf-8")
    with pytest.raises(SystemExit, match=r"other\.json is no file that --json has written"):
        run(monkeypatch, fake_encoder, folder, "--beside", tmp_path / "other.json")
    with pytest.raises(SystemExit, match=r"no\.json cannot be read: No such file"):
        run(monkeypatch, fake_encoder, folder, "--beside", tmp_path / "no.json")
    assert fake_encoder.seen == []


def test_a_file_that_cannot_be_written_is_told_after_the_figures(
    folder: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=r"figures\.json cannot be written: No such file or directory"):
        run(monkeypatch, fake_encoder, folder, "--json", folder / "nowhere" / "figures.json")
    assert "mAP" in capsys.readouterr().out


def test_the_model_itself_finds_both_versions(folder: Path, real_encoder: Any) -> None:
    rows = measure_both(both_pool(folder), real_encoder)
    found = {row.ranked_by: row for row in rows if row.group == "all"}
    ours, stock = found[PROGRAM], found["raw vectors of passages"]
    assert ours.figures["rank"] == 1.0
    assert ours.figures["map"] > stock.figures["map"]
    assert stock.figures["own_language_first"] == 1.0  # the bias that is measured here
    assert ours.milliseconds > 0
    assert all(row.figures["recall@1"] == 1.0 for row in measure_mixed(mixed_pool(folder), real_encoder))
