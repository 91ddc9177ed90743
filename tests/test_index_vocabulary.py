"""How many passages hold a word, kept up as texts come and go."""

import random
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Document, Passage, Term, load_documents, split
from index import PassageIndex, rebuild_index, update_index
from index.vocabulary import Vocabulary


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


def test_it_counts_passages_not_occurrences_in_each_language() -> None:
    known = Vocabulary.of(passages(*TEXTS))
    assert known.passages == {"en": 4, "zh": 3}
    assert known.counts["en"]["clip"] == 2  # full-width letters are the same word
    assert known.counts["en"]["image"] == 1
    assert known.counts["zh"]["涌现"] == 2  # so are traditional characters
    assert (known.counts["en"]["gpt-3"], known.counts["zh"]["gpt-3"]) == (1, 1)
    assert known.frequency("gpt-3") == 2
    assert (known.frequency("gpt-4"), known.frequency("gpt"), known.frequency("")) == (1, 0, 0)
    assert known.knows("涌现")
    assert known.knows("read")
    assert [word for word in ("湧現", "CLIP", "reads", "gpt-5", "🎉", "") if known.knows(word)] == []


def test_a_title_counts_as_what_the_encoder_sees() -> None:
    assert Vocabulary.of(passages("A lake.", "A river.", title="Waters")).frequency("water") == 2


def test_what_was_removed_leaves_nothing_behind() -> None:
    all_of_them, some = passages(*TEXTS), passages(*TEXTS)[:3]
    full = Vocabulary.of(all_of_them)
    assert full.changed(all_of_them[3:], ()) == Vocabulary.of(some)
    assert full.changed((), ()) == full
    gone = full.changed(all_of_them, ())
    assert not gone.knows("clip")
    assert gone.changed((), all_of_them).frequency("clip") == 2
    assert full.frequency("clip") == 2  # a vocabulary itself does not change


@given(st.lists(st.lists(st.sampled_from(TEXTS), max_size=6), max_size=5))
@settings(deadline=None)
def test_changes_lead_where_a_count_from_nothing_leads(states: list[list[str]]) -> None:
    known, before = Vocabulary.of(()), passages()
    for state in states:
        after = passages(*state)
        known, before = known.changed(before, after), after
        fresh = Vocabulary.of(after)
        assert {name: counts for name, counts in known.counts.items() if counts} == fresh.counts
        assert known.passages == fresh.passages


def test_a_word_of_few_passages_is_as_rare_as_any() -> None:
    few = Vocabulary.of(passages(*["The same lake."] * 29))
    assert [few.rarity(word, language) for word in ("lake", "sea") for language in ("en", "zh")] == [1.0] * 4
    enough = Vocabulary.of(passages(*["The same lake."] * 30))
    assert enough.rarity("lake", "en") < 0.1
    assert enough.rarity("lake", "zh") == 1.0  # there is nothing in Chinese
    assert enough.rarity("sea", "en") == pytest.approx(1.0)


def test_rarity_falls_with_every_passage_and_stays_above_nothing() -> None:
    texts = [" ".join(f"word{number}x" for number in range(40) if number <= at) for at in range(40)]
    known = Vocabulary.of(passages(*texts))
    rarities = [known.rarity(f"word{number}x", "en") for number in range(40)]
    assert rarities == sorted(rarities)
    assert 0 < rarities[0] < 0.1 < rarities[20] < rarities[39] < 1


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    for known in (Vocabulary.of(passages(*TEXTS, "𠮷野家\u2028“<b>”")), Vocabulary.of(())):
        known.write(tmp_path)
        assert Vocabulary.read(tmp_path) == known


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
        assert kept.passages == fresh.passages, step
        assert {name: counts for name, counts in kept.counts.items() if counts} == fresh.counts, step


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

    vocabulary = small_index.snapshot.vocabulary
    clip = Term(
        "contrastive loss", "对比损失", "What CLIP learns with.", "CLIP 的「損失」🎉", "CL", ("对比学习", "ＣＬ2")
    )
    fake_encoder.seen.clear()
    assert update() == (0, False)
    assert update(clip) == (0, True)
    assert update(clip) == (0, False)
    assert update(Term(clip.en, clip.zh, clip.definition_en, "别的")) == (0, True)
    assert update() == (0, True)
    assert fake_encoder.seen == []
    assert small_index.snapshot.vocabulary == vocabulary


def test_a_long_text_costs_no_more_than_its_length() -> None:
    def seconds(times: int) -> float:
        found = passages("模型" * 400 + " word" * 400 + ".")
        start = time.perf_counter()
        Vocabulary.of(found * times)
        return time.perf_counter() - start

    seconds(1)
    assert seconds(40) < 40 * max(seconds(4), 0.005)
