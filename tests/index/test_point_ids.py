"""Which point has the vectors of a passage, and which points a search may find."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.storage.files import read_arrays
from index.storage.point_ids import PointIds, batches_of, point_id, rows_in_batches

IDS = st.lists(st.tuples(st.sampled_from([1, 7, 2**31 - 1]), st.integers(0, 5) | st.just(2**32 - 1)), max_size=30)


@given(IDS, IDS)
def test_rows_are_found_by_their_points(pairs: list[tuple[int, int]], asked: list[tuple[int, int]]) -> None:
    ids = np.array([point_id(*pair) for pair in pairs], np.uint64)
    assert (batches_of(ids).tolist(), rows_in_batches(ids).tolist()) == (
        [batch for batch, _ in pairs],
        [row for _, row in pairs],
    )
    points = PointIds.of(ids, {1: 6, 7: 6, 2**31 - 1: 6, 99: 1})
    assert points.batches.tolist() == sorted({batch for batch, _ in pairs})
    assert points.sizes.tolist() == [6] * len(points.batches)
    wanted = np.array([point_id(*pair) for pair in asked], np.uint64)
    which, rows = points.rows_of(wanted)
    found = sorted(zip(which.tolist(), rows.tolist(), strict=True))
    assert found == [(at, row) for at, one in enumerate(asked) for row, other in enumerate(pairs) if one == other]


def test_what_was_packed_comes_back(tmp_path: Path) -> None:
    points = PointIds.of(np.array([point_id(9, 1), point_id(3, 0), point_id(9, 0)], np.uint64), {3: 1, 9: 2})
    (tmp_path / "points.npz").write_bytes(points.pack())
    again = PointIds.unpack(read_arrays(tmp_path / "points.npz"))
    for name in ("ids", "batches", "sizes", "order"):
        np.testing.assert_array_equal(getattr(again, name), getattr(points, name))
    assert again.order.tolist() == [1, 2, 0]


@given(st.sets(st.integers(0, 12)), st.integers(13, 15))
def test_the_gaps_are_what_is_not_there(rows: set[int], size: int) -> None:
    pytest.importorskip("qdrant_client")
    from index.storage.qdrant.point_vectors import _gaps

    gaps = list(_gaps(np.array(sorted(rows), np.int64), size))
    assert {at for first, last in gaps for at in range(first, last + 1)} == set(range(size)) - rows
    assert all(first <= last for first, last in gaps)
    assert all(one[1] + 1 < other[0] for one, other in itertools.pairwise(gaps))
