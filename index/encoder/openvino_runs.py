"""Token ids through a graph of :mod:`index.encoder.e5_graph` on OpenVINO, in runs of like length."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.encoder.e5_weights import BLOCK, dequantized

if TYPE_CHECKING:
    from index.encoder.openvino_import import InferRequest

_TOKENS_AT_ONCE = 1024  # in one run; more takes memory
_STEP, _LEAST = 8, 24
"""Texts are padded to a multiple of so many tokens, and to so many at least: a run of another shape than that of the
run before takes some milliseconds longer, and four of five questions have 24 tokens or less."""
_MOST_THREADS = 8


class GraphRunner:
    """Runs a compiled graph; ``words`` are the word embeddings in four-bit blocks, see ``Weights.blocks``."""

    def __init__(self, request: "InferRequest", words: NDArray[Any]) -> None:
        self.dimension = int(words.shape[1] * BLOCK)
        self.words = words
        self._request = request
        # One run has all threads; forty questions at once wait for each other instead of fighting.
        self._turn = Lock()

    def run(self, texts: Sequence[NDArray[np.int64]]) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """For each text, given as ids, its number and the graph's output for its tokens: shape (tokens, numbers)."""
        for chosen in _runs([len(ids) for ids in texts]):
            found = self._run_together([texts[at] for at in chosen])
            for at, own in zip(chosen, found, strict=True):
                yield at, own[: len(texts[at])]

    def _run_together(self, texts: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
        """Shape (texts, tokens of the longest with its padding, numbers)."""
        lengths = np.array([len(ids) for ids in texts])
        padding = np.arange(_padded(int(lengths.max()))) >= lengths[:, None]
        words = np.zeros((*padding.shape, self.dimension), np.float32)
        words[~padding] = dequantized(self.words[np.concatenate(texts)]).reshape(-1, self.dimension)
        mask = np.where(padding, np.float32(-np.inf), np.float32(0))[:, None, None]
        with self._turn:
            # The names are e5_graph.WORDS and MASK, which cannot be imported without openvino.
            vectors = self._request.infer({"words": words, "mask": mask}, share_inputs=True, share_outputs=True)[0]
            return np.array(vectors)  # the next run writes where these are


def _padded(tokens: int) -> int:
    """How many tokens a text of so many has in a run."""
    return max(_LEAST, -(-tokens // _STEP) * _STEP)


def _runs(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Numbers of texts that share a run: of like length, and not too many tokens with their padding."""
    members: list[int] = []
    for at in sorted(range(len(lengths)), key=lambda at: -lengths[at]):
        if members and (len(members) + 1) * _padded(lengths[members[0]]) > _TOKENS_AT_ONCE:
            yield members
            members = []
        members.append(at)
    if members:
        yield members


def compiled(path: Path, threads: int | None = None) -> "InferRequest":
    """The graph in the file ``path``, ready to run on this machine, on so many ``threads`` (default: one for each
    processor). Their number changes no number that comes out."""
    from index.encoder.openvino_import import openvino

    core = openvino.Core()
    # Half the time where the processor has the instructions, and vectors that agree to a cosine of .99999; with
    # eight-bit integers they agree to .9999, and are there no sooner.
    brain_float = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    settings: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": "bf16" if brain_float else "f32",
        "INFERENCE_NUM_THREADS": threads or min(_processors(), _MOST_THREADS),
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,  # beside other programs a thread must be able to move
    }
    graph = core.read_model(path)  # which maps the weights beside it
    return core.compile_model(graph, "CPU", settings).create_infer_request()


def _processors() -> int:
    """Processors that this process may use; a container has fewer than its machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
