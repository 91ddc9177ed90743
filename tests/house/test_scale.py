"""The benches of a search over shards, and the page that says what larger indexes would take."""

from dataclasses import fields, replace

import numpy as np
import pytest
from held import growth, held_table
from scale import PAGE, SIZES, tables, with_tables
from scale_rates import Rates
from shard_search import GROUP, GraphShards, Texts, best, dealt, grown, merged, recalls, shared, spread
from shards import Ranked, candidate_rows, front_rows, graph_rows, recall_table
from slowest import Waited, measured, slowest, slowest_table

from index.arrays import unit
from index.search.ranking import CANDIDATES

TEXT = PAGE.read_text(encoding="utf-8")
RATES = Rates.read(TEXT)


def texts(passages: int = 800, questions: int = 20) -> Texts:
    """Made-up ones of eight numbers a vector."""
    real = unit(np.random.default_rng(3).standard_normal((100, 8)).astype(np.float32))
    return grown(real, passages, questions)


def test_the_tables_of_the_page_are_made_of_the_rates_that_it_names() -> None:
    assert with_tables(TEXT, tables(RATES)) == TEXT, "python tests/bench/scale.py --write puts them right"


def test_another_rate_makes_another_page() -> None:
    for field in fields(Rates):
        other = replace(RATES, **{field.name: getattr(RATES, field.name) * 3})
        assert tables(other) != tables(RATES), field.name


@pytest.mark.parametrize(
    ("page", "named"),
    [
        (TEXT.replace("| `tokens` |", "| tokens |"), "tokens"),
        (TEXT.replace("| `tokens` |", "| `pieces` |"), "pieces, tokens"),
        (TEXT + "\n| `tokens` | 70 | once more | |\n", "tokens"),
    ],
)
def test_a_page_without_a_rate_or_with_one_too_many_says_which(page: str, named: str) -> None:
    with pytest.raises(SystemExit, match=f": {named}$"):
        Rates.read(page)


def test_a_page_without_a_table_says_so() -> None:
    with pytest.raises(SystemExit, match=r"head of a table once: \| build \|"):
        with_tables(TEXT.replace("| build |", "| builds |"), tables(RATES))


def test_bytes_are_added_up() -> None:
    assert RATES.whole == 1536
    assert RATES.token_bytes == pytest.approx(196 * RATES.vectors)
    words = RATES.word_tables(RATES.counted)
    assert words == pytest.approx(RATES.words * RATES.word)
    rest = RATES.text + RATES.lines + RATES.places
    assert RATES.small(RATES.counted) == pytest.approx(RATES.counted * rest + words)
    one = RATES.folder(1e6) - RATES.small(1e6)
    assert one == pytest.approx(1e6 * (1536 + 768 + 8 + RATES.token_bytes))
    assert RATES.stored(1e6) > RATES.folder(1e6) > RATES.searched(1e6) > 384e6


def test_no_shard_is_larger_than_its_limits() -> None:
    for size in SIZES:
        shards = max(RATES.shards_for(size).values())
        assert RATES.search_ms(size / shards) <= RATES.shard_ms
        assert RATES.searched(size) / shards <= RATES.memory * 1e9 * RATES.filled
        assert RATES.stored(size) / shards <= RATES.disk * 1e9 * RATES.filled
    assert max(RATES.shards_for(SIZES[0]).values()) < max(RATES.shards_for(SIZES[-1]).values())


def test_a_search_in_cells_takes_as_long_as_it_was_measured() -> None:
    assert RATES.search_ms(2 * RATES.cells) == pytest.approx(2 * RATES.cells_ms)
    assert RATES.search_ms(8 * RATES.cells) == pytest.approx(4 * RATES.cells_ms)


def test_the_slowest_shard_is_read_off_the_percentiles_of_one() -> None:
    assert RATES.slowest(1, 0.5) == pytest.approx(1)
    assert RATES.slowest(1, 0.95) == pytest.approx(RATES.tail_95)
    assert RATES.slowest(1, 0.99) == pytest.approx(RATES.tail_99)
    waits = [RATES.slowest(shards, 0.95) for shards in (1, 4, 16, 64)]
    assert waits == sorted(waits)
    assert waits[-1] > RATES.tail_99


def test_shards_that_give_as_many_as_are_wanted_lose_nothing_however_passages_lie() -> None:
    some = texts()
    wanted = best(some.vectors, some.questions)
    for deals in dealt(some, 4).values():
        assert all((recalls(deal[wanted], CANDIDATES) == 1).all() for deal in deals)


def test_what_is_counted_is_what_merging_finds() -> None:
    some = texts()
    wanted = best(some.vectors, some.questions)
    for deals in dealt(some, 5).values():
        for each in (3, 12, 48):
            found = [merged(question @ some.vectors.T, deals[0], each) for question in some.questions]
            assert recalls(deals[0][wanted], each) == pytest.approx(shared(found, wanted))


def test_what_lies_together_by_meaning_loses_most() -> None:
    some = texts(4000)
    wanted = best(some.vectors, some.questions)
    found = {
        name: np.mean([recalls(deal[wanted], 12).mean() for deal in deals]) for name, deals in dealt(some, 8).items()
    }
    assert found["by meaning"] < found["by document"] < found["by chance"]


def test_documents_lie_in_one_shard_and_chance_deals_evenly() -> None:
    some = texts()
    deals = dealt(some, 4)
    for deal in deals["by document"]:
        assert all(len(set(deal[some.documents == each])) == 1 for each in set(some.documents))
    assert np.bincount(deals["by chance"][0]).min() > 150
    assert {len(each) for each in deals["by meaning"]} == {800}


def test_made_up_passages_of_a_document_are_alike_and_spread_as_real_ones_do() -> None:
    some = texts(GROUP * 20)
    assert np.linalg.norm(some.vectors, axis=1) == pytest.approx(1, abs=1e-5)
    alike = some.vectors[:GROUP] @ some.vectors[:GROUP].T
    assert alike.mean() > (some.vectors[:GROUP] @ some.vectors[GROUP:].T).mean() + 0.2
    flat = np.zeros((50, 8), np.float32)
    flat[:, :2] = np.random.default_rng(0).standard_normal((50, 2))
    assert spread(grown(unit(flat), 500, 5).vectors) < 2.1 < 5 < spread(some.vectors)


def test_graphs_that_look_at_everything_find_what_comparing_all_finds() -> None:
    some = texts()
    wanted = best(some.vectors, some.questions)
    shards = GraphShards(some.vectors, dealt(some, 3)["by chance"][0])
    search = shards.searcher(some.questions, 800)
    assert shared(search(CANDIDATES), wanted).mean() > 0.99
    assert (shared(search(8), wanted) <= 24 / CANDIDATES).all()


def test_a_shard_with_few_passages_gives_these() -> None:
    some = texts(60)
    homes = np.repeat([0, 1], [50, 10])
    found = GraphShards(some.vectors, homes).searcher(some.questions, 200)(CANDIDATES)
    assert found.min() >= 0
    assert shared(found, best(some.vectors, some.questions)).mean() > 0.99


def test_each_row_of_a_table_has_an_interval_for_each_number_of_candidates() -> None:
    some = texts()
    lines = recall_table(candidate_rows([some, some], [2]))
    assert [line.split(" | ")[0] for line in lines[2:]] == [
        "| by chance, 2 shards", "| by document, 2 shards", "| by meaning, 2 shards",
    ]  # fmt: skip
    assert {line.count("|") for line in lines} == {6}
    assert lines[2].split(" | ")[1] == "1.000"
    graphs = recall_table(graph_rows(some, [1, 2], [50]))
    assert [line.split(" | ")[0] for line in graphs[2:]] == [
        "| by chance, 1 shard, 50 in view", "| by chance, 2 shards, 50 in view", "| by meaning, 2 shards, 50 in view",
    ]  # fmt: skip


def test_a_passage_in_front_stays_where_its_twin_is_a_candidate() -> None:
    some = texts(200, 10)
    similar = some.questions @ some.vectors.T
    first, last = similar.argmax(axis=1), similar.argmin(axis=1)
    none, rows = np.full(200, -1), [np.arange(200)]
    twins = none.copy()
    twins[first] = last

    def kept(fronts: np.ndarray, twins: np.ndarray) -> float:
        _, values_of = next(front_rows([some], Ranked([fronts[[at]] for at in range(10)], twins, rows), [2]))
        return float(np.mean(values_of(CANDIDATES)[0]))

    assert kept(first, none) == 1
    assert kept(last, none) == 0
    assert kept(last, twins) == 1


def test_a_question_waits_for_the_slowest_of_its_shards() -> None:
    one = np.random.default_rng(0).exponential(1, 5000) + 1
    for shards in (1, 8, 64):
        waited = np.percentile(slowest(one, shards), 90)
        assert waited == pytest.approx(np.percentile(one, 100 * 0.9 ** (1 / shards)), rel=0.03)
    assert np.percentile(slowest(one, 64, copies=True), 95) < np.percentile(slowest(one, 64), 95) - 0.5
    assert slowest(one, 4).tolist() == slowest(one, 4).tolist()
    lines = slowest_table(one, (1, 4))
    assert {line.count("|") for line in lines} == {8}


def test_searches_of_one_shard_are_timed() -> None:
    some = texts()
    taken = measured(some.vectors, some.questions, 100)
    assert len(taken) == 95
    ends = Waited.of(taken)
    assert 0 < ends.median <= ends.most <= ends.nearly_all < 1000


def test_what_is_the_same_in_both_indexes_is_no_cost_of_a_passage() -> None:
    keys = ("held", "peak", "built", "opened", "renewed", "updated", "unchanged")
    small = {"passages": 1000.0, **dict.fromkeys(keys, 5e6)}
    large = {"passages": 3000.0, **dict.fromkeys(keys, 5e6)} | {"held": 5.4e6, "opened": 5e6 + 0.002}
    cells = [line.strip("|").split(" | ") for line in held_table(small, large)[2:]]
    assert [row[-1].strip() for row in cells] == ["200", "0", "0.0", "1.00", "0.00", "0.00", "0.00"]


def test_words_grow_with_texts_that_hold_new_ones() -> None:
    assert growth(["the same few words"] * 40) == (4, 0)
    words, power = growth([f"nothing like number{at}" for at in range(400)])
    assert words == 402
    assert 0.9 < power < 1.01


@pytest.mark.sweep
@pytest.mark.slow
def test_the_bytes_of_an_index_are_measured_step_by_step() -> None:
    from held import measure

    found = measure(64)
    assert 64 <= found["passages"] < 80  # an edit may add one
    assert found["held"] > 10_000
    assert min(found.values()) > 0
