"""How many passages hold a word, kept up as texts come and go."""

import random
import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from records import term_of
from states import vocabulary_of

from corpus import LANGUAGES, Document, Passage, Term, encoder_text, load_documents, split
from index import PassageIndex, rebuild_index, update_index
from index.matching.words import words_in
from index.storage.files import read_arrays
from index.storage.word_counts import Tally, Vocabulary, WordTable


def passages(*texts: str, title: str = "") -> list[Passage]:
    """Each text as a passage, in its own language."""
    documents = [Document(f"{at}.md", title or str(at), "", text) for at, text in enumerate(texts)]
    return [passage for document in documents for passage in split(document)]


TEXTS = [
    "CLIP reads images, images and images.",
    "ＣＬＩＰ reads captions 🎉.",
    "涌现能力来自规模。",
    "湧現是「隱式」的！",
    "GPT-3 is no GPT-4.",
    "用GPT-3写代码。",
    "Words.",
]
ALL_WORDS = sorted(
    {word for text in TEXTS for word in words_in(text)}
    | words_in("同一个 title 一 x 0 1 2 3 4 5 6 7")
    | {"gone", "没有"}
)


def table(added: Iterable[Passage] = (), removed: Iterable[Passage] = ()) -> WordTable:
    """The counts of a segment with the passages ``added`` that took away those ``removed``."""
    tally = Tally()
    for passage in added:
        tally.count(passage)
    for passage in removed:
        tally.count(passage, -1)
    return tally.table()


def joined(tables: Iterable[WordTable]) -> WordTable:
    """The counts of a segment made of several."""
    tally = Tally()
    for each in tables:
        tally.add(each)
    return tally.table()


def told(known: Vocabulary, asked: Iterable[str] = ALL_WORDS) -> dict[str, Any]:
    """All that a vocabulary says, of the words ``asked`` and of those it finds itself."""
    beginnings = {word[:1] for word in asked}
    found = {
        language: {word for each in beginnings for word in known.words_with_prefix(each, language)}
        for language in LANGUAGES
    }
    either = {word for each in beginnings for word in known.words_with_prefix(each)}
    every = sorted({*asked, *either})
    return {
        "passages": known.passages,
        "found": {"": either, **found},
        "counts": {(word, language): known.count(word, language) for word in every for language in LANGUAGES},
        "frequencies": {word: known.frequency(word) for word in every},
        "known": {word for word in every if known.knows(word)},
        "rarities": {(word, language): known.rarity(word, language) for word in every for language in LANGUAGES},
    }


def test_it_counts_passages_not_occurrences_in_each_language() -> None:
    known = vocabulary_of(passages(*TEXTS))
    assert known.passages == {"en": 4, "zh": 3}
    assert known.count("clip", "en") == 2  # full-width letters are the same word
    assert known.count("image", "en") == 1
    assert known.count("涌现", "zh") == 2  # so are traditional characters
    assert (known.count("gpt-3", "en"), known.count("gpt-3", "zh")) == (1, 1)
    assert (known.count("clip", "zh"), known.count("涌现", "en")) == (0, 0)
    assert known.frequency("gpt-3") == 2
    assert (known.frequency("gpt-4"), known.frequency("gpt"), known.frequency("")) == (1, 0, 0)
    assert known.knows("涌现")
    assert known.knows("read")
    assert [word for word in ("湧現", "CLIP", "reads", "gpt-5", "🎉", "", "\ud800", "zz") if known.knows(word)] == []


def test_words_are_found_by_their_beginning() -> None:
    known = vocabulary_of(passages(*TEXTS))
    assert sorted(known.words_with_prefix("gpt")) == ["gpt-3", "gpt-4"]
    assert sorted(known.words_with_prefix("gpt", "zh")) == ["gpt-3"]
    assert set(known.words_with_prefix("涌")) == {word for word in words_in(TEXTS[2]) if word[0] == "涌"} != set()
    assert set(known.words_with_prefix("涌", "en")) == set()
    assert sorted(known.words_with_prefix("")) == sorted(
        {word for one in passages(*TEXTS) for word in words_in(encoder_text(one))}
    )
    for letters in ("湧", "CLIP", "clips", "gpt-33", "🎉", "\ud800", "\U0010ffff"):
        assert list(known.words_with_prefix(letters)) == []
    either = list(Vocabulary([table(passages(*TEXTS)), table(passages(*TEXTS))]).words_with_prefix("g"))
    assert len(either) == len(set(either)) > 0  # each once


def test_a_title_counts_as_what_the_encoder_sees() -> None:
    assert vocabulary_of(passages("A lake.", "A river.", title="Waters")).frequency("water") == 2


def test_what_was_removed_leaves_nothing_behind() -> None:
    all_of_them, some = passages(*TEXTS), passages(*TEXTS)[:3]
    first = table(all_of_them)
    full = Vocabulary([first])
    assert told(Vocabulary([first, table(removed=all_of_them[3:])])) == told(vocabulary_of(some))
    assert told(Vocabulary([first, table()])) == told(full)
    gone = [first, table(removed=all_of_them)]
    assert not Vocabulary(gone).knows("clip")
    assert told(Vocabulary(gone)) == told(vocabulary_of(())) == told(Vocabulary([]))
    assert Vocabulary([*gone, table(all_of_them)]).frequency("clip") == 2
    assert full.frequency("clip") == 2  # a vocabulary itself does not change
    whole = joined(gone)
    assert (len(whole.letters), whole.counts.shape, whole.passages.tolist()) == (0, (2, 0), [0, 0])


@pytest.mark.slow
@given(st.lists(st.lists(st.sampled_from(TEXTS), max_size=6), max_size=6), st.data())
@settings(deadline=None)
def test_changes_lead_where_a_count_from_nothing_leads(states: list[list[str]], data: st.DataObject) -> None:
    tables, before = [table()], passages()
    for state in states:
        after = passages(*state)
        tables.append(table(after, before))
        before = after
        # Any of them may be merged at any time, whether or not they came one after the other.
        chosen = data.draw(st.sets(st.integers(0, len(tables) - 1)))
        if chosen:
            merged = joined(tables[at] for at in sorted(chosen))
            tables = [*(each for at, each in enumerate(tables) if at not in chosen), merged]
        assert told(Vocabulary(tables)) == told(vocabulary_of(after))


def test_a_word_of_few_passages_is_as_rare_as_any() -> None:
    few = vocabulary_of(passages(*["The same lake."] * 29))
    assert [few.rarity(word, language) for word in ("lake", "sea") for language in ("en", "zh")] == [1.0] * 4
    enough = vocabulary_of(passages(*["The same lake."] * 30))
    assert enough.rarity("lake", "en") < 0.1
    assert enough.rarity("lake", "zh") == 1.0  # there is nothing in Chinese
    assert enough.rarity("sea", "en") == pytest.approx(1.0)


def test_rarity_falls_with_every_passage_and_stays_above_nothing() -> None:
    texts = [" ".join(f"word{number}x" for number in range(40) if number <= at) for at in range(40)]
    known = vocabulary_of(passages(*texts))
    rarities = [known.rarity(f"word{number}x", "en") for number in range(40)]
    assert rarities == sorted(rarities)
    assert 0 < rarities[0] < 0.1 < rarities[20] < rarities[39] < 1


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    texts = passages(*TEXTS, "𠮷野家\u2028“<b>”")
    for number, written in enumerate((table(texts), table(()), table(texts[:2], texts), table((), texts))):
        path = tmp_path / f"{number}.npz"
        path.write_bytes(written.pack())
        read = WordTable.unpack(read_arrays(path))
        assert read.letters == written.letters
        for name in ("at", "counts", "passages"):
            ours, theirs = getattr(read, name), getattr(written, name)
            np.testing.assert_array_equal(ours, theirs)
            assert ours.dtype == theirs.dtype
        assert told(Vocabulary([read])) == told(Vocabulary([written]))
        assert read.pack() == written.pack()


WORDS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=4) | st.text(
    "ab模型é𠮷\xff", max_size=5
)


@given(
    st.dictionaries(WORDS, st.tuples(st.integers(-2, 3), st.integers(-2, 3)), max_size=12), st.lists(WORDS, max_size=5)
)
@settings(deadline=None)
def test_a_table_finds_what_a_dictionary_finds(counts: dict[str, tuple[int, int]], others: list[str]) -> None:
    tally = Tally()
    for word, (english, chinese) in counts.items():
        tally.counts["en"][word], tally.counts["zh"][word] = english, chinese
    found, known = tally.table(), Vocabulary([tally.table()])
    kept = {word for word, both in counts.items() if any(both)}
    assert {found.word(number) for number in range(len(found.at) - 1)} == kept
    for word in {*counts, *others, *(each[:1] for each in (*counts, *others)), ""}:
        assert tuple(found.of(word).tolist()) == counts.get(word, (0, 0))
        starting = {each for each in kept if each.startswith(word)}
        assert {found.word(number) for number in found.places_of_prefix(word)} == starting
        assert set(known.words_with_prefix(word)) == {each for each in starting if sum(counts[each]) > 0}
        assert set(known.words_with_prefix(word, "zh")) == {each for each in starting if counts[each][1] > 0}


@pytest.mark.slow
def test_after_any_updates_an_index_holds_what_a_fresh_one_would(tmp_path: Path, fake_encoder: Any) -> None:
    chance = random.Random(4)
    for step in range(12):
        chosen = chance.sample(range(8), chance.randint(1, 8))
        documents = [
            Document(f"{name}.md", "同一个 title", "", f"{TEXTS[chance.randrange(7)]}\n\n## 一\n\n{TEXTS[name % 7]}\n")
            for name in chosen
        ]
        update_index(tmp_path / "kept", documents, fake_encoder, late_interaction=False)
        rebuild_index(tmp_path / "fresh", documents, fake_encoder, late_interaction=False)
        kept = PassageIndex.open(tmp_path / "kept", fake_encoder).snapshot.vocabulary
        fresh = PassageIndex.open(tmp_path / "fresh", fake_encoder).snapshot.vocabulary
        assert told(kept) == told(fresh), step


STATES = st.lists(
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(TEXTS), min_size=1), min_size=1, max_size=7
)


@pytest.mark.slow
@given(STATES, st.integers(2, 8))
@settings(max_examples=15, deadline=None)
def test_updates_and_merges_lead_where_a_fresh_build_leads(
    fake_encoders: Any, states: list[dict[str, str]], many: int
) -> None:
    encoder = fake_encoders("small", 16)
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.update.merge._MANY", many)  # merged often
        for step, state in enumerate(states):
            documents = [Document(f"{name}.md", "", "", text) for name, text in state.items()]
            update_index(folder, documents, encoder, late_interaction=False)
            known = PassageIndex.open(folder, encoder).snapshot.vocabulary
            assert told(known) == told(vocabulary_of(one for each in documents for one in split(each))), step


def test_a_change_of_the_glossary_alone_is_kept_and_embeds_nothing(
    small_index: PassageIndex, texts: Path, fake_encoder: Any
) -> None:
    def update(*glossary: Term) -> tuple[int, bool]:
        before = small_index.snapshot.generation
        change = update_index(
            small_index.folder, load_documents(texts), fake_encoder, corpus=[str(texts)], glossary=glossary
        )
        assert (change.added, change.changed, change.removed) == ((), (), ())
        assert small_index.snapshot.glossary == glossary
        return change.embedded, small_index.snapshot.generation != before

    asked = sorted({word for one in small_index.snapshot.passages for word in words_in(encoder_text(one))})
    vocabulary = told(small_index.snapshot.vocabulary, asked)
    clip = term_of(
        "contrastive loss", "对比损失", "What CLIP learns with.", "CLIP 的「損失」🎉", "CL", ("对比学习", "ＣＬ2")
    )
    fake_encoder.seen.clear()
    assert update() == (0, False)
    assert update(clip) == (0, True)
    assert update(clip) == (0, False)
    assert update(term_of("contrastive loss", "对比损失", "What CLIP learns with.", "别的")) == (0, True)
    assert update() == (0, True)
    assert fake_encoder.seen == []
    assert told(small_index.snapshot.vocabulary, asked) == vocabulary


def test_a_long_text_costs_no_more_than_its_length() -> None:
    def seconds(times: int) -> float:
        found = passages("模型" * 400 + " word" * 400 + ".")
        start = time.process_time()
        vocabulary_of(found * times)
        return time.process_time() - start

    seconds(1)
    assert seconds(40) < 40 * max(seconds(4), 0.005)


@pytest.mark.slow
def test_a_word_is_found_in_a_large_vocabulary_without_looking_through_it() -> None:
    def tables(count: int) -> list[WordTable]:
        tally = Tally()
        tally.counts["en"].update({f"word{number:06}": 1 for number in range(count)})
        return [tally.table()] * 8

    def seconds(count: int) -> float:
        known = Vocabulary(tables(count))
        start = time.process_time()
        assert all(known.frequency(f"word{number:06}") == 8 for number in range(0, 500))
        assert not any(known.knows(f"word{number:06}x") for number in range(0, 500))
        assert [len(list(known.words_with_prefix(f"word00{number:03}"))) for number in range(100)] == [10] * 100
        return time.process_time() - start

    seconds(1000)
    assert seconds(200_000) < 10 * max(seconds(1000), 0.02)
