"""What is asked is counted, for Prometheus, by way and outcome; no word of it is told."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import prometheus_client.exposition
import pytest
from ports import free_port
from scripted_writing import ScriptedModel

from corpus import FoundationQAError, ScopeError, SettingsError, load_documents
from index import PassageIndex, Scope, update_index
from qa import Answerer
from qa.writing import Trouble, Writer, WritingError
from ui.server.counted import CountedAnswerer, CountedWriter
from ui.server.metrics import Metrics
from ui.server.site import assemble_page
from ui.workspace.settings import Settings
from ui.workspace.watch import Watch
from ui.workspace.workspace import Workplace

ENGLISH, CHINESE = "How many parameters has GPT-3?", "GPT-3 有多少参数？"
IN_VAIN = "Who won the chess game on Mars?"


def told(metrics: Metrics) -> dict[str, float]:
    """The figures that are not zero, by their names."""
    text = metrics.figures()[0].decode("utf-8")
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines if float(value) and "_created" not in name}


def questions(metrics: Metrics) -> dict[str, float]:
    begin = "foundation_qa_questions_total"
    return {name.removeprefix(begin): value for name, value in told(metrics).items() if name.startswith(begin)}


def test_questions_are_counted_by_way_and_outcome(small_index: PassageIndex) -> None:
    metrics = Metrics()
    answerer = Answerer(small_index)
    rest, page = CountedAnswerer(answerer, metrics, "rest"), CountedAnswerer(answerer, metrics, "page")
    assert rest.ask(ENGLISH).answered
    assert page.ask(CHINESE).answered
    assert not rest.ask(IN_VAIN).answered
    page.ask("Hello!")
    with pytest.raises(ScopeError):
        rest.ask(ENGLISH, scope=Scope(("no-such-text.md",)))
    found = questions(metrics)
    kind = rest.ask(IN_VAIN).kind.value.replace("not_in_texts", "refused")
    refused = 2.0 if kind == "refused" else 1.0
    assert found['{endpoint="rest",outcome="answered"}'] == 1
    assert found['{endpoint="page",outcome="answered"}'] == 1
    assert found['{endpoint="page",outcome="small_talk"}'] == 1
    assert found['{endpoint="rest",outcome="refused"}'] == refused
    assert sum(found.values()) == 5
    assert told(metrics)['foundation_qa_answer_seconds_count{endpoint="page"}'] == 2
    assert "foundation_qa_questions_in_progress" not in told(metrics)


def test_what_fails_is_an_error_and_is_not_in_progress_any_more(small_index: PassageIndex) -> None:
    metrics = Metrics()
    answerer = CountedAnswerer(Answerer(small_index), metrics, "mcp")
    (small_index.folder / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(FoundationQAError):
        answerer.ask(ENGLISH)
    assert told(metrics) == {'foundation_qa_questions_total{endpoint="mcp",outcome="error"}': 1}


def test_who_is_being_answered_is_in_progress() -> None:
    metrics = Metrics()
    with metrics.asking("page"), metrics.asking("rest"):
        assert told(metrics) == {"foundation_qa_questions_in_progress": 2}


def test_the_state_of_the_index_is_told_as_it_is(small_index: PassageIndex, texts: Path) -> None:
    metrics = Metrics(lambda: small_index.snapshot)
    before = told(metrics)
    generation = small_index.snapshot.generation
    assert before[f'foundation_qa_index_info{{generation="{generation}"}}'] == 1
    assert before["foundation_qa_index_documents"] == 4
    assert before["foundation_qa_index_passages"] == len(small_index.snapshot.passages)
    assert 0 <= before["foundation_qa_index_age_seconds"] < 60
    (texts / "zh/risks.md").unlink()
    update_index(small_index.folder, load_documents(texts), small_index.encoder, corpus=[str(texts)])
    after = told(metrics)
    assert after["foundation_qa_index_documents"] == 3
    assert f'foundation_qa_index_info{{generation="{generation}"}}' not in after
    (small_index.folder / "manifest.json").write_text("{", encoding="utf-8")
    assert told(metrics) == {}  # and no trouble


@pytest.mark.slow
def test_written_answers_are_counted_by_what_became_of_them(small_index: PassageIndex) -> None:
    metrics = Metrics()
    answer = Answerer(small_index).ask(ENGLISH)
    said = "GPT-3 has 175 billion parameters [1]."
    replies: list[str | WritingError] = [said, WritingError(Trouble.AWAY, "nobody there"), said]
    writer = CountedWriter(Writer(ScriptedModel(replies), small_index), metrics)
    assert writer.written(answer) is not None
    writer.written(answer)
    writing = iter(writer.write(answer))
    next(writing)
    writing.close()  # type: ignore[attr-defined]
    begin = "foundation_qa_written_answers_total"
    found = {name.removeprefix(begin): value for name, value in told(metrics).items()}
    assert sum(found.values()) == 3
    assert found['{outcome="none"}'] >= 1
    assert found['{outcome="stopped"}'] == 1


@pytest.mark.slow
def test_updates_by_watch_are_counted(
    texts: Path, tmp_path: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch, edit: Any
) -> None:
    metrics = Metrics()
    workplace = Workplace(Settings(), (str(texts),), str(tmp_path / "index"))
    vars(workplace)["encoder"] = fake_encoder
    workplace.update(quietly=True)
    with Watch(workplace, metrics.updated):
        edit(texts / "en/models.md", "175 billion", "176 billion")
        _until(lambda: told(metrics).get('foundation_qa_updates_total{outcome="landed"}') == 1)
        fake_encoder.fails_after = 0
        (tmp_path / "index/manifest.json").write_text("{", encoding="utf-8")
        edit(texts / "en/models.md", "176 billion", "177 billion")
        _until(lambda: told(metrics).get('foundation_qa_updates_total{outcome="failed"}') == 1)


def _until(holds: Any) -> None:
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture(scope="module")
def page(
    started: Any, write_texts: Any, tmp_path_factory: pytest.TempPathFactory, fake_encoders: Any
) -> Iterator[tuple[str, Metrics]]:
    """A whole page that counts, and what it counts."""
    folder = tmp_path_factory.mktemp("counted")
    texts = write_texts(folder / "texts")
    workplace = Workplace(Settings(), (str(texts),), str(folder / "index"))
    vars(workplace)["encoder"] = fake_encoders()
    answerer = workplace.answerer(follow=True)
    metrics = Metrics(lambda: answerer.passages.snapshot)
    served = started(assemble_page(workplace, answerer, mcp=True, metrics=metrics), port=free_port())
    yield str(served.local_url).rstrip("/"), metrics
    served.close(verbose=False)


def test_every_way_in_is_counted_and_no_word_is_told(page: tuple[str, Metrics]) -> None:
    url, metrics = page
    before = questions(metrics)
    components = httpx.get(f"{url}/config").json()["components"]
    call = {
        "data": {"question": CHINESE, "history": [], "number": 1},
        "component_id": next(each["id"] for each in components if each["props"].get("server_fns")),
        "fn_name": "ask",
        "session_hash": "abc",
    }
    assert "cards" in httpx.post(f"{url}/gradio_api/component_server", json=call).json()
    assert httpx.post(f"{url}/api/ask", json={"question": ENGLISH}).status_code == 200
    chat = {"model": "foundation-qa", "messages": [{"role": "user", "content": ENGLISH}]}
    assert httpx.post(f"{url}/v1/chat/completions", json=chat).status_code == 200
    rpc = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    called = rpc | {"params": {"name": "ask", "arguments": {"question": ENGLISH}}}
    assert httpx.post(f"{url}/gradio_api/mcp", json=called).status_code == 200
    run = {"data": [IN_VAIN, None, None, None, None, None]}
    assert httpx.post(f"{url}/gradio_api/run/ask", json=run).status_code == 200
    after = questions(metrics)
    grown = {name for name in after if after[name] > before.get(name, 0)}
    assert {name.partition(",")[0] for name in grown} == {
        f'{{endpoint="{each}"' for each in ("page", "rest", "openai", "mcp", "gradio")
    }
    text = httpx.get(f"{url}/metrics").text
    for word in ("parameters", "参数", "chess", "models.md", "GPT"):
        assert word not in text


def test_figures_need_no_more_than_the_first_release_that_is_allowed_has(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in vars(prometheus_client.exposition) if each.startswith("CONTENT_TYPE_PLAIN")]:
        monkeypatch.delattr(prometheus_client.exposition, name)  # of later ones
    content, media_type = Metrics().figures()
    assert content.startswith(b"# HELP foundation_qa_questions_total ")
    assert media_type == "text/plain; version=0.0.4; charset=utf-8"


def test_without_the_library_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(SettingsError, match=r"python -m pip install 'foundation-qa\[metrics\]'"):
        Metrics()
