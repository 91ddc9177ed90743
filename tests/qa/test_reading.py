"""What a reader makes of passages, and what becomes of it in an answer."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fake_reader import FakeReader

from corpus import Document, EncoderError, Passage, Term, load_documents, split
from index import PassageIndex, update_index
from index.encoder.adapted_weights import AdaptedWeights, digest_of, write_weights
from index.search.query import Query
from qa import Answerer
from qa.definitions import definitions_for
from qa.read_evidence import PASSAGE_FEATURES
from qa.read_quotes import READ, READ_ON, evidence_of, read_passages
from qa.reading import NO_READER, OFFLINE_READER, Reading, open_reader
from qa.reading.pairs import LONGEST, head_of, pair_of
from qa.reading.weights import FILE

EN = "GPT-3 has 175 billion parameters. It was released in 2020 by OpenAI. 🚀"
ZH = "磨坊建于1871年，由林阿土建造。磨坊有四片风帆（后来只剩三片）。"


def passages_of(text: str, title: str = "Title 标题") -> list[Passage]:
    return split(Document("t.md", title, "t.md", text))


@pytest.fixture
def read_by(small_index: PassageIndex) -> Any:
    return lambda *answering, **options: Answerer(small_index, FakeReader(*answering, **options))


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("How many parameters has GPT-3?", "175"),
        ("GPT-3 有多少参数？", "175"),
    ],
)
def test_the_first_quote_is_what_the_reader_says_answers(read_by: Any, question: str, fact: str) -> None:
    answer = read_by(fact).ask(question)
    assert answer.answered
    assert fact in answer.citations[0].quote
    for citation in answer.citations:
        assert citation.document.text[citation.start : citation.end] == citation.quote


def test_what_the_reader_finds_nowhere_is_not_answered(read_by: Any, small_index: PassageIndex) -> None:
    question = "How many parameters has GPT-3?"
    assert read_by("175").ask(question).answered
    refused = read_by("no passage says this").ask(question)
    assert not refused.answered
    assert refused.confidence < read_by("175").ask(question).confidence
    assert Answerer(small_index, NO_READER).reader is None


def test_confidence_and_fit_tell_one_story(read_by: Any) -> None:
    sure, unsure = (read_by(said).ask("How many parameters has GPT-3?") for said in ("175", "nothing"))
    assert sure.citations[0].score > 0.5
    assert all(citation.score < 0.5 for citation in unsure.related)


def test_only_passages_in_front_are_read_once(read_by: Any) -> None:
    answerer = read_by("175")
    answerer.consult("How many parameters has GPT-3?")
    ((_, read),) = answerer.reader.asked
    assert 0 < len(read) <= READ
    assert len(set(read)) == len(read)


def test_further_passages_are_read_where_none_in_front_surely_answers(tmp_path: Path, fake_encoder: Any) -> None:
    said = [f"Kite number {number} flies over the lake in May. 风筝" for number in range(40)]
    documents = [Document(f"{number}.md", "Kites", f"{number}.md", text) for number, text in enumerate(said)]
    update_index(tmp_path, documents, fake_encoder)
    retrieval = PassageIndex.open(tmp_path, fake_encoder).retrieve("Which kite flies over the lake in May?")
    ranked = [retrieval.passage(one.row) for one in retrieval.ranked]
    assert len(ranked) > READ + READ_ON

    def read_by(*answering: str, **options: Any) -> tuple[FakeReader, list[Passage]]:
        reader = FakeReader(*answering, **options)
        return reader, [one.passage for one in read_passages(retrieval, reader, ranked[-1:])]

    first, further = ranked[:READ], ranked[READ : READ + READ_ON]
    for surely in (first[-1].text, ranked[-1].text):
        reader, read = read_by(surely)
        assert (read, len(reader.asked)) == ([*first, ranked[-1]], 1)
    for vainly in ("what no passage says", further[-1].text):
        reader, read = read_by(vainly)
        assert (read, len(reader.asked)) == ([*first, *further, ranked[-1]], 2)  # the definition stays the last
    reader, read = read_by("what no passage says", tells_sentences=False)
    assert (read, len(reader.asked)) == ([*first, ranked[-1]], 1)


def test_a_reader_that_cannot_tell_sentences_orders_what_was_found(read_by: Any, small_index: PassageIndex) -> None:
    question = "How many parameters has GPT-3?"
    plain = Answerer(small_index, NO_READER).ask(question)
    read = read_by("175", tells_sentences=False).ask(question)
    assert "175" in read.citations[0].quote
    assert read.confidence == plain.confidence  # nothing was fitted to such a reader


TERM = Term({"en": "attention", "zh": "注意力"}, {"en": "Weighing <b>what</b> matters.", "zh": "给重要的东西加权。"})


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda found: found[1:], r"returned \d readings of \d passages; expected one of each, in order"),
        (lambda found: [0.5 for _ in found], r"returned 0\.5 \(float\) of a passage; expected a Reading"),
        (
            lambda found: [replace(one, answers=math.nan) for one in found],
            r"returned NaN in Reading\(answers=nan.*of '",
        ),
        (lambda found: [replace(one, located=math.nan) for one in found], r"returned NaN in Reading\("),
        (
            lambda found: [replace(one, sentences=(*one.sentences, 1.0)) for one in found],
            r"returned \d 'sentences' of a passage that has \d, '.*; expected one number of each, or none",
        ),
    ],
)
def test_what_a_reader_returns_that_is_no_reading_is_named(
    small_index: PassageIndex, spoil: Callable[[list[Reading]], Any], message: str
) -> None:
    class Own(FakeReader):
        name = "own"

        def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
            return spoil(super().read(question, passages))

    with pytest.raises(EncoderError, match=rf"^The reader 'own' {message}"):
        Answerer(small_index, Own("175")).ask("How many parameters has GPT-3?")


@pytest.mark.parametrize(("question", "language"), [("What is attention?", "en"), ("什么是注意力 attention？", "zh")])
def test_a_definition_is_read_and_quoted_with_its_source(
    texts: Path, tmp_path: Path, fake_encoder: Any, question: str, language: str
) -> None:
    update_index(tmp_path / "own", load_documents(texts), fake_encoder, glossary=[TERM])
    passages = PassageIndex.open(tmp_path / "own", fake_encoder)
    definition = passages.snapshot.glossary_texts[language].definitions[TERM].text
    answer = Answerer(passages, FakeReader(definition)).ask(question)
    first = answer.citations[0]
    assert (first.quote, first.document.id) == (definition, f"glossary.{language}")
    assert first.document.text[first.start : first.end] == definition
    unread = Answerer(passages, FakeReader("what no passage says")).ask(question)
    assert unread.confidence < answer.confidence / 2


def test_a_definition_counts_as_far_as_it_is_surely_asked_for(
    texts: Path, tmp_path: Path, fake_encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_index(tmp_path / "own", load_documents(texts), fake_encoder, glossary=[TERM])
    passages = PassageIndex.open(tmp_path / "own", fake_encoder)
    asked: list[tuple[str, Sequence[str]]] = []

    def told(question: str) -> float:
        retrieval = passages.retrieve(question)
        read = read_passages(retrieval, FakeReader(), definitions_for(question, passages.snapshot))
        found = evidence_of(retrieval, read)[:, PASSAGE_FEATURES.index("definition")]
        assert len(found) > 2
        assert not found[:-1].any()
        assert read[-1].passage.document_id.startswith("glossary.")
        return float(found[-1])

    assert told("What is attention?") == 0  # nothing is fitted to this encoder

    def sure(query: Query, names: Sequence[str]) -> float:
        asked.append((query.text, names))
        return {"What is attention?": 0.9, "Who needs Attention?": 0.3}.get(query.text, 0.7)

    monkeypatch.setattr("qa.read_evidence.asks_for_definition", sure)
    assert told("What is attention?") == pytest.approx(0.4)
    assert told("Who needs Attention?") == 0
    assert told("什么是注意力？") == pytest.approx(0.2)
    asking = ("What is attention?", "Who needs Attention?", "什么是注意力？")
    assert asked == [(question, TERM.forms) for question in asking]  # whichever of its names the question has


def test_an_index_of_another_encoder_has_no_offline_reader(fake_encoder: Any) -> None:
    assert open_reader(OFFLINE_READER, fake_encoder) is None


def test_weights_come_back_nearly_as_they_were(tmp_path: Path) -> None:
    chance = np.random.default_rng(0)
    down, up = (chance.normal(size=shape).astype(np.float32) for shape in ((3, 8), (16, 3)))
    bias = chance.normal(size=5).astype(np.float32)
    write_weights(tmp_path / "r.npz", {"l0.fi.down": down, "l0.fi.up": up, "reader.b": bias})
    base = {"l0.fi.w": np.ones((16, 8), np.float32), "l0.fi.b": np.zeros(16, np.float32)}
    merged = AdaptedWeights(base, tmp_path / "r.npz")  # type: ignore[arg-type]  # of which no sizes are asked
    np.testing.assert_allclose(merged["l0.fi.w"], 1 + up @ down, atol=0.1)
    np.testing.assert_array_equal(merged["reader.b"], bias)
    np.testing.assert_array_equal(merged["l0.fi.b"], base["l0.fi.b"])
    assert digest_of(tmp_path / "r.npz") != digest_of(FILE)


def test_the_weights_that_ship_are_small() -> None:
    assert FILE.stat().st_size < 6e6


@pytest.mark.model
@pytest.mark.parametrize("text", [EN, ZH])
@pytest.mark.parametrize("question", ["Who made it?", "是谁做的？🙂", "很长的问题" * 60])
def test_a_pair_holds_the_question_and_what_fits_of_the_passage(real_encoder: Any, text: str, question: str) -> None:
    (passage,) = passages_of(text)
    tokenizer = real_encoder.model.tokenizer
    pair = pair_of(tokenizer, question, head_of(passage), passage.text)
    assert len(pair.ids) == len(pair.places) <= LONGEST
    inside = [passage.text[max(start, 0) : end] for start, end in pair.places.tolist() if end > max(start, 0)]
    assert "".join(inside).replace(" ", "") == passage.text.replace(" ", "")
    assert all(end <= 0 for _, end in pair.places[: pair.first].tolist())
    first = next(at for at, (_, end) in enumerate(pair.places.tolist()) if end > 0)
    assert first > pair.first  # the title stands between


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("When was the mill built?", "1871"),
        ("磨坊是谁建造的？", "林阿土"),
        ("Who released GPT-3?", "OpenAI"),
        ("GPT-3 有多少参数？", "175"),
    ],
)
def test_the_reader_that_ships_reads_in_both_languages(real_encoder: Any, question: str, right: str) -> None:
    reader = open_reader(OFFLINE_READER, real_encoder)
    assert reader is not None
    passages = [*passages_of(EN), *passages_of(ZH), *passages_of("Cats sleep for most of the day. They dream.")]
    found = reader.read(question, passages)
    best = max(range(len(found)), key=lambda at: found[at].answers)
    assert right in passages[best].text
    sentences = found[best].sentences
    start, end = passages[best].sentences[sentences.index(max(sentences))]
    assert right in passages[best].text[start:end]
    assert all(math.isfinite(each.answers) and each.located <= 0 for each in found)
    assert reader.read(question, []) == []


@pytest.mark.model
def test_passages_read_together_are_read_as_alone(real_encoder: Any) -> None:
    reader = open_reader(OFFLINE_READER, real_encoder)
    assert reader is not None
    passages = [*passages_of(EN), *passages_of(ZH), *passages_of("x " * 120)]
    together = reader.read("Who released GPT-3?", passages)
    alone = [reader.read("Who released GPT-3?", [passage])[0] for passage in passages]
    for one, other in zip(together, alone, strict=True):
        assert one.answers == pytest.approx(other.answers, abs=0.05)


@pytest.mark.model
def test_a_cross_encoder_of_other_people_can_be_named(tmp_path: Path) -> None:
    from sentence_transformers import CrossEncoder
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    from index import offline_model

    tokenizer = AutoTokenizer.from_pretrained(offline_model())
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    config = BertConfig(vocab_size=len(tokenizer), num_labels=1, **sizes)
    BertForSequenceClassification(config).save_pretrained(tmp_path / "tiny")
    tokenizer.save_pretrained(tmp_path / "tiny")
    reader = open_reader(str(tmp_path / "tiny"), None)  # type: ignore[arg-type]  # which it does not look at
    assert reader is not None
    passages = [*passages_of(EN), *passages_of(ZH)]
    found = reader.read("Who? 谁？", passages)
    expected = CrossEncoder(str(tmp_path / "tiny")).model.config.num_labels
    assert (expected, len(found), {each.sentences for each in found}) == (1, 2, {()})
    assert reader.read("Who?", []) == []
    with pytest.raises(EncoderError, match=r"'no-such-folder/x/y' cannot be loaded: .* Set 'reader' to 'offline'"):
        open_reader("no-such-folder/x/y", None).read("Who?", passages)  # type: ignore[arg-type, union-attr]
