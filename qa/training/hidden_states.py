"""Hidden states of token ids behind some layers of a model, written to disk once."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from index.encoder.e5_graph import write_graph
from index.encoder.e5_weights import Matrices
from index.encoder.openvino_runs import GraphRunner, compiled

_AT_ONCE = 512  # texts: among these, those of like length share a run


def ends_of(texts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Where each of ``texts``, given as ids, begins among the tokens of all, and the last ends: shape (texts + 1,)."""
    return np.cumsum([0, *map(len, texts)], dtype=np.int64)


def write_states(
    texts: Sequence[NDArray[np.int64]], weights: Matrices, words: NDArray[Any], file: Path, tell: Callable[[int], None]
) -> None:
    """Write into ``file`` what the layers of ``weights`` make of ``texts``, given as ids.

    It is an array of float16, shape (tokens of all, hidden), and is there once all of it is. ``words`` are the
    embeddings, see :class:`index.encoder.openvino_runs.GraphRunner`; ``tell`` hears now and then of how many texts it
    has the states.
    """
    ends = ends_of(texts)
    new = file.with_suffix(".new")
    with tempfile.TemporaryDirectory() as work:
        write_graph(weights, Path(work) / "lower.xml")
        runner = GraphRunner(compiled(Path(work) / "lower.xml"), words)
        states = open_memmap(new, mode="w+", dtype=np.float16, shape=(int(ends[-1]), weights.hidden))
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for start in range(0, len(order), _AT_ONCE):
            if start:
                tell(start)
            chosen = order[start : start + _AT_ONCE]
            for place, found in runner.run([texts[at] for at in chosen]):
                at = chosen[place]
                states[ends[at] : ends[at + 1]] = found
        states.flush()
    new.replace(file)
