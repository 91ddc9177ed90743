"""The shell commands: what scripts rely on, and what a person is told when something is wrong."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from scripted_writing import ScriptedModel, ScriptedWriter, sentence

from qa import Answer
from qa.writing import Trouble, Verdict
from ui import cli
from ui.chat.feedback_log import FeedbackLog, Opinion
from ui.command_options import MOST_HITS
from ui.workspace.workspace import Workplace

ROOT = Path(__file__).parents[2]
ANSWER = {"question", "language", "answered", "kind", "text", "seconds", "confidence", "understood", "unknown"}
ANSWER |= {"shown", "scope", "citations", "related", "written"}
WRITTEN = {"model", "place", "text", "sentences", "sources", "trouble", "told", "seconds", "first_seconds"}
CITATION = {"number", "document_id", "title", "heading", "language", "source", "digest"}
CITATION |= {"quote", "shown", "start", "end", "score", "references", "passage"}
CITATION |= {"place", "places"}
HIT = {"document_id", "title", "heading", "language", "text", "shown", "start", "end", "score", "passage_id"}
CHANGE = {"added", "changed", "removed", "documents", "passages", "embedded", "reused", "seconds", "problems", "unread"}


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, which must be JSON and nothing else."""
        assert self.status == 0, self.err
        return json.loads(self.out)

    @property
    def message(self) -> str:
        """The message of a command that failed, which must be all that it printed."""
        assert (self.status, self.out) == (1, "")
        assert "Traceback" not in self.err
        assert self.err.startswith("Error: ")
        assert self.err.count("Error") == 1
        return " ".join(self.err.split())


Command = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fake_encoders: Any) -> Command:
    """Runs a command in this process, with the fake encoder for the model; the setting names its digest."""
    monkeypatch.setattr("index.SentenceEncoder", lambda name, progress: fake_encoders(digest=f"fake-{name}"))
    monkeypatch.setenv("COLUMNS", "200")

    def command(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["foundation-qa", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        code = left.value.code
        captured = capsys.readouterr()
        return Ran(code if isinstance(code, int) else 0, captured.out, captured.err)

    return command


@pytest.fixture
def index(run: Command, texts: Path, tmp_path: Path) -> Path:
    """An index of ``texts`` that was named."""
    folder = tmp_path / "index"
    assert run("index", "update", "--corpus", texts, "--index", folder).status == 0
    return folder


def files_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Contents and times of all files below ``folder``."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("question", "language"), [("How many parameters has GPT-3?", "en"), ("GPT-3 有多少参数？", "zh")]
)
def test_ask_prints_the_answer_as_json(run: Command, index: Path, texts: Path, question: str, language: str) -> None:
    ran = run("ask", question, "--index", index, "--json")
    assert set(ran.json) == ANSWER
    assert (ran.json["question"], ran.json["language"], ran.json["answered"]) == (question, language, True)
    assert ran.json["kind"] == "answered"
    assert "\\u" not in ran.out
    for number, citation in enumerate(ran.json["citations"], 1):
        assert set(citation) == CITATION
        assert set(citation["passage"]) == {"id", "start", "end", "text"}
        text = (texts / citation["document_id"]).read_text(encoding="utf-8")
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert text[citation["passage"]["start"] : citation["passage"]["end"]] == citation["passage"]["text"]
        assert citation["number"] == number
        assert f"“{citation['quote']}” [{number}]" in ran.json["text"]


def rest_on_a_list(texts: Path) -> None:
    """Let one section, and the title of another text, name sources of a list."""
    replace(texts / "en/models.md", "## Parameters\n", "## Parameters\n\n<!-- references: brown2020 -->\n")
    replace(texts / "zh/emergence.md", "# 涌现与同质化\n", "# 涌现与同质化\n\n<!-- references: fang2023, gone -->\n")
    (texts / "references.yaml").write_text(
        "brown2020: {authors: Brown et al., year: 2020, title: '“GPT-3”: 模型', address: 'https://example.org/b'}\n"
        "fang2023: {authors: 方圆, title: <b>大模型</b>🎉}\n",
        encoding="utf-8",
    )


def test_an_answer_names_what_its_section_rests_on(run: Command, index: Path, texts: Path) -> None:
    rest_on_a_list(texts)
    assert run("index", "update", "--index", index).status == 0
    brown = {"key": "brown2020", "text": "Brown et al. (2020). “GPT-3”: 模型", "address": "https://example.org/b"}
    first = run("ask", "How many parameters has GPT-3?", "--index", index, "--json").json["citations"][0]
    assert (first["document_id"], first["references"]) == ("en/models.md", [brown])
    first = run("ask", "什么是涌现？", "--index", index, "--json").json["citations"][0]
    assert first["document_id"] == "zh/emergence.md"
    assert first["references"] == [
        {"key": "fang2023", "text": "方圆. <b>大模型</b>🎉", "address": ""},
        {"key": "gone", "text": "gone", "address": ""},
    ]


def test_an_edit_of_the_list_of_sources_reaches_the_answers_and_embeds_nothing(
    run: Command, index: Path, texts: Path
) -> None:
    rest_on_a_list(texts)
    run("index", "update", "--index", index)
    replace(texts / "references.yaml", "https://example.org/b", "https://example.org/new")
    change = run("index", "update", "--index", index, "--json").json
    assert (change["changed"], change["embedded"]) == (["en/models.md"], 0)
    first = run("ask", "How many parameters has GPT-3?", "--index", index, "--json").json["citations"][0]
    assert first["references"][0]["address"] == "https://example.org/new"
    (texts / "references.yaml").write_text("brown2020: [", encoding="utf-8")
    assert "references.yaml is not YAML in UTF-8" in run("index", "update", "--index", index).message


def test_an_honest_no_is_no_failure(run: Command, index: Path) -> None:
    ran = run("ask", "Who won the chess game on Mars?", "--index", index, "--json")
    assert (ran.json["answered"], ran.json["citations"]) == (False, [])


def test_ask_prints_quotes_and_where_they_stand(run: Command, index: Path, texts: Path) -> None:
    replace(texts / "en/models.md", "GPT-3 has 175 billion", "GPT-3 has [bold]175[/bold] [red] billion")
    run("index", "update", "--index", index)
    ran = run("ask", "How many parameters has GPT-3?", "--index", index)
    assert ran.status == 0
    assert "“GPT-3 has [bold]175[/bold] [red] billion parameters.” [1]" in ran.out
    assert "[1] Foundation models › Parameters (en, en/models.md:" in ran.out


def test_search_prints_passages_best_first(run: Command, index: Path, texts: Path) -> None:
    found = run("search", "什么是涌现？", "-k", 3, "--index", index, "--json").json
    assert set(found) == {"question", "language", "seconds", "scope", "hits"}
    assert len(found["hits"]) == 3
    scores = [hit["score"] for hit in found["hits"]]
    assert scores == sorted(scores, reverse=True)
    for hit in found["hits"]:
        assert set(hit) == HIT
        assert (texts / hit["document_id"]).read_text(encoding="utf-8")[hit["start"] : hit["end"]] == hit["text"]
    shown = run("search", "什么是涌现？", "-k", 1, "--index", index).out
    assert shown.startswith("1. 涌现与同质化 (zh, zh/emergence.md, ")
    assert "\n2. " not in shown


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "scope", "expected"),
    [
        (("--in", "zh"), (["zh"], "", ""), {"zh/emergence.md", "zh/risks.md"}),
        (("--in", "zh/risks.md", "--in", "en/clip.md"), (["en/clip.md", "zh/risks.md"], "", ""), None),
        (("--language", "zh"), ([], "zh", ""), {"zh/emergence.md", "zh/risks.md"}),
        (("--since", "2021年"), ([], "", "2021"), {"en/models.md"}),
        (("--in", "en", "--since", "2020-12", "--language", "en"), (["en"], "en", "2020-12"), {"en/models.md"}),
    ],
)
def test_a_part_of_the_texts_is_asked(
    run: Command,
    index: Path,
    texts: Path,
    options: tuple[str, ...],
    scope: tuple[list[str], str, str],
    expected: set[str] | None,
) -> None:
    replace(texts / "en/models.md", "title: Foundation models", "title: Foundation models\ndate: 2021-08-16")
    run("index", "update", "--index", index)
    for command in ("ask", "search"):
        found = run(command, "什么是基础模型？", *options, "--index", index, "--json").json
        undated = {"": 0, "2021": 3, "2020-12": 1}[scope[2]]
        named = dict(zip(("texts", "language", "since"), scope, strict=True))
        assert found["scope"] == named | {"undated": undated}
        cited = found["hits"] if command == "search" else [*found["citations"], *found["related"]]
        assert {each["document_id"] for each in cited} <= (expected or set(scope[0]))
        shown = run(command, "什么是基础模型？", *options, "--index", index).out
        assert shown.startswith("Looked only in: ")
        assert all(name in shown.split("\n")[0] for name in scope[0])
    whole = run("ask", "什么是基础模型？", "--index", index, "--json").json
    assert whole["scope"] is None


def test_it_is_told_how_many_texts_have_no_date_where_a_part_answers_nothing(
    run: Command, index: Path, texts: Path
) -> None:
    replace(texts / "en/models.md", "title: Foundation models", "title: Foundation models\ndate: 2021-08-16")
    run("index", "update", "--index", index)
    told = "Texts that name no date, and were left out: 3.\n"
    vain = ("ask", "Who won the chess game on Mars?", "--index", index)
    assert run(*vain, "--since", "2021").err == told
    assert run(*vain, "--since", "2021", "--json").err == told
    assert run(*vain).err == ""
    assert run(*vain, "--language", "en").err == ""
    assert run("search", QUESTION, "-k", 90, "--since", "2021", "--index", index).err.endswith(told)
    assert run("search", QUESTION, "-k", 1, "--since", "2021", "--index", index).err == ""


def test_that_fewer_passages_are_found_than_were_asked_for_is_told(
    run: Command, index: Path, texts: Path, tmp_path: Path
) -> None:
    found = run("search", "lake", "-k", 90, "--index", index)
    count = found.out.count("(en, ") + found.out.count("(zh, ")
    assert found.err == f"{count} passages were found, and not 90: what was looked in holds no more.\n"
    assert run("search", "lake", "-k", 90, "--index", index, "--json").err == found.err
    many = tmp_path / "many"
    many.mkdir()
    (many / "a.md").write_text("\n\n".join(f"# {at}\n\nThe lake has salt." for at in range(60)), encoding="utf-8")
    err = run("search", "lake", "-k", 60, "--corpus", many).err
    assert "48 passages were found, and not 60: of the 60 in what was looked in, the nearest 48 of each" in err
    assert run("search", "lake", "-k", 48, "--corpus", many).err == ""


def test_a_part_may_be_named_by_its_path(
    run: Command, index: Path, texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(texts / "zh")

    def looked_in(*names: object) -> Any:
        options = [part for name in names for part in ("--in", name)]
        return run("search", "bias", *options, "--index", index, "--json").json["scope"]["texts"]

    assert looked_in(texts / "en/clip.md") == looked_in("../en/clip.md") == ["en/clip.md"]
    assert looked_in("risks.md", "emergence.md") == ["zh/emergence.md", "zh/risks.md"]
    assert looked_in(".") == looked_in(f"{texts}/zh/") == ["zh"]
    assert looked_in(texts) == looked_in("..") == ["en/clip.md", "en/models.md", "zh/emergence.md", "zh/risks.md"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--in", "en/modle.md"), "The index has no text and no folder called en/modle.md. Near by: en/models.md"),
        (("--in", "/nowhere/at/all"), "The index has no text and no folder called /nowhere/at/all. There are, for"),
        (("--in", ""), "The name of a text to ask is empty."),
        (("--language", "fr"), "There is no language 'fr' here; expected one of: en, zh."),
        (("--since", "soon"), "'soon' is no date. Write it as 2021, 2021-08 or 2021-08-16."),
        (
            ("--since", "2021"),
            "None of the 4 texts is of 2021 or later. 4 of them name no date: a text says its",
        ),
        (("--in", "en", "--language", "zh"), "Nothing in the 2 texts that were asked for is in the language 'zh'."),
    ],
)
@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_part_that_holds_nothing_is_named_with_what_mends_it(
    run: Command, index: Path, command: str, options: tuple[str, ...], message: str
) -> None:
    assert message in run(command, "What is emergence?", *options, "--index", index, "--json").message


def test_an_update_embeds_what_an_edit_touched_and_the_next_answer_quotes_it(
    run: Command, index: Path, texts: Path
) -> None:
    first = run("index", "status", "--index", index, "--json").json
    assert (first["changed"], first["embedded"]) == ([], 0)
    replace(texts / "en/models.md", "175 billion", "176 billion")
    change = run("index", "update", "--index", index, "--json").json
    assert set(change) == CHANGE
    assert (change["added"], change["changed"], change["removed"]) == ([], ["en/models.md"], [])
    assert change["embedded"] == 1
    assert change["reused"] == change["passages"] - 1 == first["passages"] - 1
    answer = run("ask", "How many parameters has GPT-3?", "--index", index, "--json").json
    assert answer["citations"][0]["quote"] == "GPT-3 has 176 billion parameters."


def test_an_update_adds_and_removes_texts(run: Command, index: Path, texts: Path) -> None:
    (texts / "zh/risks.md").unlink()
    (texts / "new.txt").write_text("The zeppelin crossed the ocean in 1928.", encoding="utf-8")
    change = run("index", "update", "--index", index, "--json").json
    assert (change["added"], change["changed"], change["removed"]) == (["new.txt"], [], ["zh/risks.md"])
    assert (change["documents"], change["embedded"]) == (4, 1)


def test_status_tells_what_an_update_would_do_and_does_nothing(run: Command, index: Path, texts: Path) -> None:
    replace(texts / "en/models.md", "175 billion", "176 billion")
    before = files_of(index)
    pending = run("index", "status", "--index", index, "--json").json
    assert files_of(index) == before
    done = run("index", "update", "--index", index, "--json").json
    assert pending | {"seconds": 0} == done | {"seconds": 0}
    nowhere = index.parent / "nowhere"
    assert run("index", "status", "--corpus", texts, "--index", nowhere, "--json").json["embedded"] > 1
    assert not nowhere.exists()
    shown = run("index", "status", "--index", index).out
    assert "Pending for" in shown
    assert "to embed" in shown


def test_a_rebuild_embeds_everything(run: Command, index: Path) -> None:
    change = run("index", "rebuild", "--index", index, "--json").json
    assert (change["embedded"], change["reused"]) == (change["passages"], 0)
    assert run("ask", "什么是涌现？", "--index", index, "--json").json["answered"]


def test_evaluate_prints_figures(run: Command, index: Path, tmp_path: Path) -> None:
    gold = {"doc": "en/models.md", "span": "GPT-3 has 175 billion parameters."}
    rows = [
        {"id": "1", "lang": "en", "question": "How many parameters has GPT-3?", "gold": [gold], "facts": ["175"]},
        {"id": "2", "lang": "zh", "question": "GPT-3 有多少参数？", "gold": [gold], "kind": "crosslingual"},
        {"id": "3", "lang": "zh", "question": "火星上的象棋比赛谁赢了？", "gold": []},
        {"id": "4", "lang": "en", "question": "How many parameters has GPT-3?", "gold": [{"doc": "gone.md"}]},
    ]
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    figures = run("evaluate", questions, "--index", index, "--json").json
    assert (figures["questions"], figures["answerable"], figures["gold_missing"]) == (4, 3, 1)
    assert (figures["recall@1"], figures["facts"], figures["inexact_quotes"]) == (1, 1, 0)
    assert figures["by_direction"]["zh->en"]["recall@1"] == 1
    shown = run("evaluate", questions, "--index", index)
    assert shown.status == 0
    assert "4 questions, 3 answerable" in shown.out
    assert "crosslingual" in shown.out
    assert "1 questions have their answer in texts that this index does not hold" in shown.err
    questions.write_text("{}", encoding="utf-8")
    assert "line 1: no key 'lang'" in run("evaluate", questions, "--index", index).message


def _missing(texts: Path) -> list[object]:
    return ["--corpus", texts / "gone"]


def _empty(texts: Path) -> list[object]:
    (texts / "empty").mkdir()
    return ["--corpus", texts / "empty"]


def _binary(texts: Path) -> list[object]:
    (texts / "binary.md").write_bytes(bytes(range(256)) * 20)
    return []


def _large(texts: Path) -> list[object]:
    (texts / "large.md").write_text("A line of text.\n" * 1_300_000, encoding="utf-8")
    return []


def _wrong_key(texts: Path) -> list[object]:
    (texts.parent / "settings.yaml").write_text("passage_widht: 300\n", encoding="utf-8")
    return ["--settings", texts.parent / "settings.yaml"]


def _another_model(texts: Path) -> list[object]:
    (texts.parent / "settings.yaml").write_text("encoder: org/another\n", encoding="utf-8")
    return ["--settings", texts.parent / "settings.yaml"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_missing, "There is no folder"),
        (_empty, "holds no text"),
        (_wrong_key, "unknown key 'passage_widht'. Did you mean 'passage_width'?"),
        (_another_model, "was built with the model 'fake' (fake-offline), not 'fake' (fake-org/ano)"),
    ],
)
def test_what_is_wrong_is_said_once_and_the_old_index_answers(
    run: Command, index: Path, texts: Path, spoil: Callable[[Path], list[object]], words: str
) -> None:
    before = files_of(index)
    options = spoil(texts)
    assert words in run("index", "update", "--index", index, *options).message
    assert words in run("index", "update", "--index", index, *options, "--json").message
    assert files_of(index) == before
    answer = run("ask", "How many parameters has GPT-3?", "--index", index, "--json").json
    assert answer["citations"][0]["quote"] == "GPT-3 has 175 billion parameters."


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_binary, "binary.md is not a text: it is in none of the encodings"),
        (_large, "large.md has 20.8 MB; a text may have 8.0 MB."),
    ],
)
def test_a_text_that_cannot_be_read_is_told_with_status_1_and_the_others_are_indexed(
    run: Command, index: Path, texts: Path, spoil: Callable[[Path], list[object]], words: str
) -> None:
    before = files_of(index)
    spoil(texts)
    for options in ([], ["--json"]):
        ran = run("index", "update", "--index", index, *options)
        assert ran.status == 1
        assert words in ran.err
        assert "1 text cannot be read; the index keeps what it had of that." in ran.err
    assert [words.startswith(name) for name in json.loads(ran.out)["unread"]] == [True]
    assert files_of(index) == before
    replace(texts / "en/models.md", "175 billion", "176 billion")
    pending = run("index", "status", "--index", index, "--json")
    assert (pending.status, json.loads(pending.out)["changed"]) == (1, ["en/models.md"])
    assert run("index", "update", "--index", index).status == 1
    answer = run("ask", "How many parameters has GPT-3?", "--index", index, "--json").json
    assert answer["citations"][0]["quote"] == "GPT-3 has 176 billion parameters."


def test_a_text_whose_front_matter_is_wrong_is_read_with_a_warning(run: Command, index: Path, texts: Path) -> None:
    (texts / "en/odd.md").write_text("---\ntitle: Lake: a survey\n---\n\nThe lake has salt.\n", encoding="utf-8")
    ran = run("index", "update", "--index", index)
    assert ran.status == 0
    assert "In the texts:\nen/odd.md:2: the front matter is not YAML: mapping values are not allowed here." in ran.err
    ran = run("index", "status", "--index", index, "--json")
    assert ran.json["problems"][0]["document_id"] == "en/odd.md"
    assert ran.json["unread"] == []
    assert (
        run("ask", "What has the lake?", "--index", index, "--json").json["citations"][0]["title"] == "Lake: a survey"
    )


def test_an_index_that_is_not_there_or_damaged_is_named_with_what_mends_it(
    run: Command, index: Path, tmp_path: Path
) -> None:
    nowhere = tmp_path / "nowhere"
    assert f"foundation-qa index update --index {nowhere}" in run("ask", "Who?", "--index", nowhere).message
    assert not nowhere.exists()
    (documents,) = index.glob("*/documents.jsonl")
    documents.write_text(documents.read_text(encoding="utf-8") + " ", encoding="utf-8")
    for command in (("ask", "Who?"), ("search", "Who?"), ("index", "update")):
        assert f"foundation-qa index rebuild --index {index}" in run(*command, "--index", index).message


@pytest.mark.parametrize(
    "arguments",
    [
        ["answer"],
        ["ask"],
        ["ask", "one", "two"],
        ["ask", "Who?", "--colour"],
        ["search", "Who?", "-k", "0"],
        ["search", "Who?", "-k", "many"],
        ["search", "Who?", "-k", str(MOST_HITS + 1)],
        ["serve", "--port", "70000"],
        ["index", "drop"],
        ["evaluate"],
    ],
)
def test_wrong_usage_is_status_2(run: Command, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("Usage: ")
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", [["ask"], ["search"], ["ask", "Who?", "--after"]])
@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("", "Please type a question."),
        ("?!", "Please type a question."),
        ("长" * 1001, "这个问题有 1001 个字符，最多可以问 1000 个。"),
        ("x" * 1001, "This question has 1001 characters; at most 1000 can be asked."),
    ],
)
def test_a_question_that_is_empty_or_too_long_is_wrong_usage(
    run: Command, command: list[str], question: str, message: str
) -> None:
    ran = run(*command, question)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("Usage: ")
    assert message in " ".join(ran.err.replace("│", " ").split())


def test_as_many_passages_can_be_asked_for_as_over_rest() -> None:
    from ui.api import arguments

    assert MOST_HITS == arguments.MOST_HITS


def test_a_follow_up_knows_the_questions_before(run: Command, index: Path) -> None:
    follow_up = ("ask", "And how many has it in parameters?", "--index", index, "--json")
    assert "GPT-3" not in run(*follow_up).json["understood"]
    after = run(*follow_up, "--after", "What is CLIP?", "--after", "What is GPT-3?").json
    assert "GPT-3" in after["understood"]
    assert after["citations"][0]["quote"] == QUOTE


def test_a_writer_is_asked_what_a_follow_up_means_and_no_other_question(
    run: Command, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bool] = []
    answerer = Workplace.answerer

    def heard(self: Workplace, *, follow: bool | None = None, writes: bool = True) -> Any:
        made.append(writes)
        return answerer(self, follow=follow, writes=writes)

    monkeypatch.setattr(Workplace, "answerer", heard)
    for options in ([], ["--after", "What is GPT-3?"], ["--after", "What is GPT-3?", "--no-writer"]):
        assert run("ask", "And how big is it?", *options, "--index", index).status == 0
    assert made == [False, True, False]


@pytest.mark.parametrize(
    "arguments",
    [
        *[
            [*command, option, value]
            for command in (["ask", "Who?"], ["search", "Who?"], ["watch"], ["serve"], ["mcp"], ["index", "update"])
            for option in ("--corpus", "--index", "--settings")
            for value in ("", " ")
        ],
        *[[*command, "--corpus", ""] for command in (["index", "rebuild"], ["index", "status"], ["evaluate", "x"])],
        ["ask", "Who?", "--corpus", "texts", "--corpus", ""],
        *[["corpus", "check", option, ""] for option in ("--corpus", "--against")],
        ["corpus", "new", "T", "--zh", "题", "--corpus", ""],
        *[["serve", option, ""] for option in ("--auth", "--public-url")],
        *[["ask", "Who?", option, ""] for option in ("--language", "--since")],
    ],
)
def test_an_option_without_a_value_is_wrong_usage_and_not_this_folder(run: Command, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert (ran.status, ran.out) == (2, "")
    option = next(each for each in reversed(arguments) if each.startswith("--"))
    assert f"Invalid value for '{option}': it is empty, as an unset variable is." in ran.err


@pytest.mark.slow
def test_an_index_nobody_named_lies_in_the_data_folder_one_for_each_choice(
    run: Command, texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert run("ask", "什么是涌现？", "--corpus", texts, "--json").json["answered"]
    assert run("ask", "什么是涌现？", "--corpus", texts / "zh", "--json").json["answered"]
    indexes = tmp_path / "data" / "foundation-qa" / "indexes"
    assert len(list(indexes.iterdir())) == 2
    monkeypatch.chdir(texts)
    assert run("ask", "什么是涌现？", "--corpus", "zh", "--json").json["answered"]
    assert len(list(indexes.iterdir())) == 2
    assert run("ask", "什么是涌现？", "--corpus", texts / "en", "--corpus", texts / "zh", "--json").json["answered"]
    assert len(list(indexes.iterdir())) == 3
    assert len(run("search", "基础模型", "--json").json["hits"]) == 5
    assert sum(folder.name.startswith("built-in-") for folder in indexes.iterdir()) == 1


def test_an_index_nobody_named_follows_its_texts(run: Command, texts: Path) -> None:
    question = ("ask", "How many parameters has GPT-3?", "--corpus", texts, "--json")
    assert run(*question).json["citations"][0]["quote"] == "GPT-3 has 175 billion parameters."
    replace(texts / "en/models.md", "175 billion", "176 billion")
    assert run(*question).json["citations"][0]["quote"] == "GPT-3 has 176 billion parameters."
    (texts / "binary.md").write_bytes(bytes(range(256)))
    ran = run(*question)
    assert ran.json["citations"][0]["quote"] == "GPT-3 has 176 billion parameters."
    assert "binary.md is not a text" in ran.err
    assert "the index keeps what it had of that" in ran.err


def odd(texts: Path, name: str) -> None:
    (texts / name).write_text("---\ntitle: Lake: a survey\n---\n\nThe lake has salt.\n", encoding="utf-8")


def test_texts_that_cannot_be_read_are_told_apart_from_those_read_in_part(
    run: Command, index: Path, texts: Path
) -> None:
    odd(texts, "en/a.md")
    (texts / "en/binary.md").write_bytes(bytes(range(256)))
    for command in ("update", "status"):
        first, unread, second, partly = run("index", command, "--index", index).err.splitlines()[-4:]
        assert first == "1 text cannot be read; the index keeps what it had of that. In the texts:"
        assert unread.startswith("en/binary.md is not a text")
        assert second == "1 text was read in part. In the texts:"
        assert partly.startswith("en/a.md:2: the front matter is not YAML")
    odd(texts, "en/b.md")
    assert "\n2 texts were read in part. In the texts:\nen/a.md:2:" in run("index", "status", "--index", index).err


def test_ask_tells_what_is_wrong_with_the_texts_in_full_once(run: Command, texts: Path) -> None:
    odd(texts, "en/a.md")
    (texts / "en/binary.md").write_bytes(bytes(range(256)))
    question = ("ask", QUESTION, "--corpus", texts)
    first = run(*question)
    assert "en/binary.md is not a text" in first.err
    assert "en/a.md:2: the front matter is not YAML" in first.err
    again = f"What is wrong with them: foundation-qa index status --corpus {texts}"
    assert run(*question).err == f"As told before: 1 text unread, 1 text read in part. {again}\n"
    assert run(*question, "--json").err == run(*question).err
    odd(texts, "en/b.md")
    lines = run(*question).err.splitlines()
    assert lines[-3:-1][0] == "1 text was read in part. In the texts:"
    assert lines[-2].startswith("en/b.md:2: the front matter is not YAML")
    assert lines[-1] == f"As told before: 1 text unread, 1 text read in part. {again}"
    whole = run("index", "status", "--corpus", texts).err
    assert all(f"en/{name}" in whole for name in ("a.md:2", "b.md:2", "binary.md is"))
    (texts / "en/binary.md").unlink()
    assert "binary" not in run(*question).err
    (texts / "en/binary.md").write_bytes(bytes(range(256)))
    assert "en/binary.md is not a text" in run(*question).err  # it is new once more


def test_what_index_update_told_is_not_told_again(run: Command, texts: Path) -> None:
    (texts / "en/binary.md").write_bytes(bytes(range(256)))
    for _ in range(2):
        assert "en/binary.md is not a text" in run("index", "update", "--corpus", texts).err
    assert run("ask", QUESTION, "--corpus", texts).err.startswith("As told before: 1 text unread. What is wrong")


def test_an_index_that_was_named_is_only_written_by_the_commands_for_that(
    run: Command, index: Path, texts: Path
) -> None:
    replace(texts / "en/models.md", "175 billion", "176 billion")
    before = files_of(index)
    run("search", "Who?", "--index", index, "--corpus", texts)
    answer = run("ask", "How many parameters has GPT-3?", "--index", index, "--json").json
    assert answer["citations"][0]["quote"] == "GPT-3 has 175 billion parameters."
    assert files_of(index) == before


def test_settings_name_texts_and_index_and_an_option_wins(run: Command, texts: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text("corpus: texts/zh\nindex: from-settings\n", encoding="utf-8")
    change = run("index", "update", "--settings", settings, "--json").json
    assert change["added"] == ["emergence.md", "risks.md"]
    assert (tmp_path / "from-settings" / "manifest.json").exists()
    options = ("--corpus", texts / "en", "--index", tmp_path / "from-option")
    assert run("index", "update", "--settings", settings, *options, "--json").json["added"] == ["clip.md", "models.md"]
    assert (tmp_path / "from-option" / "manifest.json").exists()
    assert "settings file" in run("ask", "Who?", "--settings", tmp_path / "gone.yaml").message


def test_every_command_explains_itself(run: Command) -> None:
    shown = run("--help")
    assert shown.status == 0
    for command in (["serve"], ["ask"], ["search"], ["index", "update"], ["index", "status"], ["evaluate"]):
        assert command[0] in shown.out
        told = run(*command, "--help")
        assert told.status == 0
        for option in ("--corpus", "--index", "--settings", "--help"):
            assert option in told.out
    assert "what visitors of the page thought" in run("feedback", "--help").out
    assert "feedback" in shown.out
    assert set(run("index", "--help").out.split()) >= {"update", "rebuild", "status"}


def test_feedback_is_printed_for_people_and_programs(run: Command) -> None:
    ran = run("feedback")
    assert (ran.status, ran.out) == (0, "")
    assert "There is no feedback in" in ran.err
    log = FeedbackLog.own()
    log.add(
        Opinion(
            id="one",
            helpful=True,
            reason="",
            question="什么是涌现？",
            answered=True,
            confidence=0.87,
            cited=("zh/a.md",),
        )
    )
    log.add(
        Opinion(
            id="two",
            helpful=False,
            reason="Too [short]\x1b[2J\n\x9b",
            question="Who won?",
            answered=False,
            confidence=0.1,
            cited=(),
        )
    )
    ran = run("feedback", "--json")
    assert (ran.status, ran.err) == (0, "")
    one, two = map(json.loads, ran.out.splitlines())
    assert one.pop("time").endswith("+00:00")
    assert one == {
        "id": "one",
        "helpful": True,
        "reason": "",
        "question": "什么是涌现？",
        "answered": True,
        "confidence": 0.87,
        "cited": ["zh/a.md"],
        "written": False,
    }
    assert (two["helpful"], two["reason"]) == (False, "Too [short]\x1b[2J\n\x9b")
    log.add(
        Opinion(
            id="three",
            helpful=True,
            reason="",
            question="Why?",
            answered=True,
            confidence=0.5,
            cited=("a.md",),
            written=True,
        )
    )
    assert json.loads(run("feedback", "--json").out.splitlines()[2])["written"] is True
    ran = run("feedback")
    assert (ran.status, ran.err) == (0, "")
    first, second, reason, third = ran.out.splitlines()
    assert first.startswith("good")
    assert first.endswith("什么是涌现？ (confidence 87%, zh/a.md)")
    assert second.startswith("bad")
    assert second.endswith("Who won? (not answered)")
    assert reason.split() == ["Too", "[short]", "[2J"]  # nothing that a terminal obeys
    assert third.endswith("Why? (written answer, confidence 50%, a.md)")


def test_feedback_that_cannot_be_read_is_named_with_what_mends_it(run: Command) -> None:
    path = FeedbackLog.own().path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database" * 100)
    assert "feedback.sqlite is damaged: move it away" in run("feedback").message


def test_ctrl_c_ends_without_a_traceback(run: Command, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("qa.Answerer.ask", interrupted)
    ran = run("ask", "Who?", "--index", index)
    assert (ran.status, ran.out) == (130, "")
    assert "Traceback" not in ran.err


QUESTION, QUOTE = "How many parameters has GPT-3?", "GPT-3 has 175 billion parameters."
STRUCK = sentence("It has 3 \x1b[2Jtrillion.", 1, verdict=Verdict.NUMBER, detail="3 trillion")


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> ScriptedWriter:
    """What the settings of a command name."""
    scripted = ScriptedWriter((sentence("It has [red]175[/] billion\x1b[2J.", 1), STRUCK))
    monkeypatch.setattr("ui.workspace.workspace.Workplace.writer", lambda *_: scripted)
    return scripted


def test_ask_prints_what_is_written_above_the_quotes(run: Command, index: Path, writer: ScriptedWriter) -> None:
    ran = run("ask", QUESTION, "--index", index)
    assert ran.status == 0
    first, whose, empty, quote, *_ = ran.out.splitlines()
    assert first == "It has [red]175[/] billion [2J. [1]"
    assert whose == "Written by scripted from the quotes below"
    assert (empty, quote) == ("", f"“{QUOTE}” [1]")
    assert ran.err.splitlines() == ["Struck: It has 3  [2Jtrillion. (“3 trillion” is not in [1])"]
    assert "\x1b" not in ran.out + ran.err


def test_ask_says_why_nothing_is_written_and_where_the_quotes_went(
    run: Command, index: Path, writer: ScriptedWriter
) -> None:
    writer.sentences, writer.trouble = (STRUCK,), Trouble.UNSUPPORTED
    writer.model = ScriptedModel(name="big\x1b[31m", place="models.example.org")
    lines = run("ask", QUESTION, "--index", index).out.splitlines()
    assert lines[0] == "big [31m wrote no answer"
    assert lines[1].startswith("No sentence of it could be found in the quotes")
    assert lines[1].endswith("The question and passages of the texts were sent to models.example.org.")
    assert lines[2:4] == ["", f"“{QUOTE}” [1]"]


@pytest.mark.parametrize("options", [["--no-writer"], ["--no-writer", "--json"]])
def test_without_the_writer_ask_prints_what_it_did(
    run: Command, index: Path, monkeypatch: pytest.MonkeyPatch, writer: ScriptedWriter, options: list[str]
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("It is not to be written.")

    with monkeypatch.context() as patch:
        patch.setattr(ScriptedWriter, "write", never)
        ran = run("ask", QUESTION, "--index", index, *options)
    assert ran.status == 0
    assert "scripted" not in ran.out
    assert (ran.out.startswith(f"“{QUOTE}” [1]\n")) or ran.json["written"] is None


def test_ask_gives_what_is_written_as_json(run: Command, index: Path, writer: ScriptedWriter) -> None:
    ran = run("ask", QUESTION, "--index", index, "--json")
    assert set(ran.json) == ANSWER
    written = ran.json["written"]
    assert set(written) == WRITTEN
    assert (written["model"], written["place"], written["trouble"], written["told"]) == ("scripted", "", None, "")
    assert [each["verdict"] for each in written["sentences"]] == ["supported", "number"]
    assert written["sentences"][1] == {
        "text": STRUCK.text,
        "numbers": [1],
        "verdict": "number",
        "support": 0.9,
        "detail": "3 trillion",
    }
    assert run("ask", "Who won the chess game on Mars?", "--index", index, "--json").json["written"] is None
    writer.trouble = Trouble.AWAY
    told = run("ask", QUESTION, "--index", index, "--json").json["written"]
    assert (told["trouble"], told["told"]) == ("away", "The language model could not be reached.")


def test_nothing_is_written_of_what_the_texts_do_not_say(run: Command, index: Path, writer: ScriptedWriter) -> None:
    asked = ("ask", "Who won the chess game on Mars?", "--index", index)
    assert run(*asked).out == run(*asked, "--no-writer").out


def test_ctrl_c_while_it_is_written_leaves_the_quotes(
    run: Command, index: Path, monkeypatch: pytest.MonkeyPatch, writer: ScriptedWriter
) -> None:
    def write(_: ScriptedWriter, answer: Answer, stop: Any = None) -> Any:
        yield sentence("So it is.", 1)
        raise KeyboardInterrupt

    monkeypatch.setattr(ScriptedWriter, "write", write)
    ran = run("ask", QUESTION, "--index", index)
    assert ran.status == 130
    assert ran.out.startswith(f"“{QUOTE}” [1]\n")
    assert ran.err == "The writing was stopped.\n"


@pytest.mark.slow
def test_ask_without_a_writer_loads_nothing_for_one(texts: Path, tmp_path: Path, real_encoder: Any) -> None:
    code = (
        "import sys; from ui import cli\n"
        "try: cli.main()\n"
        "finally: print([each for each in ('openai', 'httpx', 'ui.terminal.written') if each in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(tmp_path / "data")}
    for options in ([], ["--json"]):
        command = [sys.executable, "-c", code, "ask", QUESTION, "--corpus", str(texts), *options]
        ran = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment)
        assert QUOTE in ran.stdout, ran.stderr
        assert ran.stdout.endswith("\n[]\n")


def shell(*arguments: object, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Runs ``python -m ui`` as a shell would."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    command = [sys.executable, "-m", "ui", *(each if isinstance(each, bytes) else str(each) for each in arguments)]
    return subprocess.run(command, capture_output=True, cwd=cwd, env=environment)


@pytest.mark.slow
def test_the_module_is_the_command(tmp_path: Path) -> None:
    shown = shell("--help")
    assert shown.returncode == 0
    assert b"QUESTION" not in shown.stderr
    assert all(name in shown.stdout for name in (b"serve", b"ask", b"search", b"index", b"evaluate"))
    failed = shell("index", "status", "--corpus", tmp_path / "gone")
    assert (failed.returncode, failed.stdout) == (1, b"")
    assert failed.stderr.startswith(b"Error: There is no folder")


@pytest.mark.slow
def test_packages_from_different_places_are_named(tmp_path: Path) -> None:
    (tmp_path / "qa").mkdir()
    (tmp_path / "qa" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    failed = shell(
        "index", "status", cwd=tmp_path / "elsewhere", PYTHONPATH=os.pathsep.join([str(tmp_path), str(ROOT)])
    )
    assert (failed.returncode, failed.stdout) == (1, b"")
    assert f"qa from {tmp_path}" in failed.stderr.decode("utf-8")


@pytest.mark.slow
def test_the_real_model_answers_in_the_shell(texts: Path, tmp_path: Path, real_encoder: Any) -> None:
    # A terminal that knows no Chinese, and a question that is not UTF-8: the JSON is whole all the same.
    variables = {"PYTHONIOENCODING": "cp1252", "XDG_DATA_HOME": str(tmp_path / "data")}
    asked = shell("ask", "GPT-3 有多少参数？ ".encode() + b"\xff", "--corpus", texts, "--json", **variables)
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout.decode("utf-8"))
    assert answer["citations"][0]["quote"] == "GPT-3 has 175 billion parameters."
    assert b"Traceback" not in asked.stderr
    # The index is there now: nothing is left to say but the answer.
    told = shell("ask", "什么是涌现？", "--corpus", texts, **variables)
    assert (told.returncode, told.stderr) == (0, b"")
    assert told.stdout.startswith("“涌".encode("cp1252", "backslashreplace"))


@pytest.mark.parametrize("verb", ["update", "rebuild"])
def test_a_cluster_that_does_not_answer_is_told_and_the_index_stays(
    run: Command, texts: Path, index: Path, monkeypatch: pytest.MonkeyPatch, fake_encoders: Any, verb: str
) -> None:
    pytest.importorskip("ray", reason="Ray is not installed")
    before = files_of(index)
    monkeypatch.setattr("index.update.ray_workers.SentenceEncoder", fake_encoders)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    ran = run("index", verb, "--corpus", texts, "--index", index, "--ray", address)
    assert ran.message.startswith(f"Error: No Ray cluster answers at {address}: Connection refused. Start one with")
    assert files_of(index) == before


def test_an_address_that_is_empty_is_no_address(
    run: Command, texts: Path, index: Path, monkeypatch: pytest.MonkeyPatch, fake_encoders: Any
) -> None:
    monkeypatch.setattr("index.update.ray_workers.SentenceEncoder", fake_encoders)
    pytest.importorskip("ray", reason="Ray is not installed")
    ran = run("index", "update", "--corpus", texts, "--index", index, "--ray", "")
    assert ran.message.startswith("Error: '' is no address of a Ray cluster")


def test_what_is_wrong_with_the_texts_is_told_before_a_cluster_begins(
    run: Command, tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.update.ray_workers.RayWorkers", pytest.fail)
    ran = run("index", "update", "--corpus", tmp_path / "none", "--index", index, "--ray", "local")
    assert ran.message.startswith(f"Error: There is no folder {tmp_path / 'none'}")


def test_workers_without_a_cluster_are_told(run: Command, texts: Path, index: Path) -> None:
    ran = run("index", "update", "--corpus", texts, "--index", index, "--ray-workers", 2)
    assert ran.message.endswith("name it with --ray ADDRESS.")


def test_a_cluster_without_the_extra_is_told(
    run: Command, texts: Path, index: Path, monkeypatch: pytest.MonkeyPatch, fake_encoders: Any
) -> None:
    monkeypatch.setattr("index.update.ray_workers.SentenceEncoder", fake_encoders)
    monkeypatch.setitem(sys.modules, "ray", None)
    ran = run("index", "update", "--corpus", texts, "--index", index, "--ray", "auto")
    assert ran.message.endswith("Run: python -m pip install 'foundation-qa[ray]'")
