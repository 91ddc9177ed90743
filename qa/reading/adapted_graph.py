"""A graph of the offline model with what was trained on top of it merged in, made once and kept in the cache folder."""

from functools import cached_property
from pathlib import Path
from threading import Lock

from index import Encoder, SentenceEncoder
from index.encoder.adapted_weights import AdaptedWeights, digest_of
from index.encoder.cache_folder import check_digests, models_folder, open_made, write_digests
from index.encoder.e5_openvino import OpenVinoModel, open_offline
from index.encoder.e5_tokenizer import Tokenizer
from index.encoder.e5_weights import DATA_SHA256, MODEL_NAME, data_file, opened
from index.encoder.openvino_runs import GraphRunner, compiled


class AdaptedGraph:
    """Runs the offline model with the weights in ``path`` merged into it, and the last layer mapped by ``head``.

    It is loaded when it is first used; safe to be used by several threads.

    ``encoder`` is the one beside it: where that is the offline one, both share word embeddings and tokenizer.
    """

    def __init__(self, path: Path, head: str, encoder: Encoder | None = None) -> None:
        self._path, self._head, self._encoder = path, head, encoder
        self._files = (f"{head}.xml", f"{head}.bin")
        self._lock = Lock()

    @property
    def tokenizer(self) -> Tokenizer:
        """What cuts texts for it."""
        return self._model.tokenizer

    @property
    def runner(self) -> GraphRunner:
        """What runs token ids through it."""
        with self._lock:
            return self._runner

    @cached_property
    def _model(self) -> OpenVinoModel:
        """What the encoder has loaded already, if it is the offline one."""
        model = self._encoder.model if isinstance(self._encoder, SentenceEncoder) else None
        return model if isinstance(model, OpenVinoModel) else open_offline()

    @cached_property
    def _runner(self) -> GraphRunner:
        folder = models_folder() / f"{MODEL_NAME}-{DATA_SHA256[:12]}-{self._head}-{digest_of(self._path)[:12]}"
        return open_made(folder, self._make, self._open, megabytes=50)

    def _make(self, folder: Path) -> None:
        from index.encoder.e5_graph import write_graph

        with opened(data_file()) as weights:
            write_graph(AdaptedWeights(weights, self._path), folder / self._files[0], self._head)
        write_digests(folder, self._files)

    def _open(self, folder: Path) -> GraphRunner:
        check_digests(folder, self._files)
        return GraphRunner(compiled(folder / self._files[0]), self._model.words)
