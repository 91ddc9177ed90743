"""Passages in two dimensions, for a map: near ones say similar things, in whatever language."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatArray, unit

MOST_POINTS = 2000
"""Passages that are laid out; of more, a sample. The time grows a little faster than their number."""

_PERPLEXITY = 30  # about how many neighbours each point is drawn to
_STEPS = 300  # the first 250 make the clusters; after 1,000 as many neighbours are right
_NEIGHBOURS = 5  # that say where a passage outside of the sample belongs


def sampled(ids: Sequence[str], most: int = MOST_POINTS) -> NDArray[np.int64]:
    """The rows of at most ``most`` of ``ids``, in order: always the same ones, and mostly the same after an update.

    Shape (sampled,). They are drawn by the digests of the ids, so each passage stands or falls by itself.
    """
    if len(ids) <= most:
        return np.arange(len(ids), dtype=np.int64)
    digests = [hashlib.sha256(each.encode("utf-8")).digest() for each in ids]
    return np.sort(np.array(sorted(range(len(ids)), key=digests.__getitem__)[:most], np.int64))


def means(vectors: FloatArray, languages: Sequence[str]) -> dict[str, FloatArray]:
    """The mean of the ``vectors`` (passages, dimension) of each language."""
    spoken = np.asarray(languages)
    return {each: np.asarray(vectors[spoken == each].mean(axis=0), np.float32) for each in sorted(set(languages))}


def level(vectors: FloatArray, languages: Sequence[str], centres: Mapping[str, FloatArray]) -> FloatArray:
    """Unit vectors without what the passages of a language have in common, shape (passages, dimension).

    The vectors of an index are centred on a sample of other texts. Centred once more on these ones, more passages have
    their translation among their ten neighbours on the map: .83 of them instead of .65.
    """
    return unit(np.array([vector - centres[each] for vector, each in zip(vectors, languages, strict=True)]))


def project(vectors: FloatArray) -> FloatArray:
    """A place for each of ``vectors`` (points, dimension) in the square from -1 to 1: shape (points, 2).

    t-SNE (van der Maaten and Hinton 2008) from principal components, so that the same vectors are always laid out
    the same way.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    count = len(vectors)
    if count < 3 or not np.ptp(vectors, axis=0).any():
        flat = np.zeros((count, 2), np.float32)
        flat[:, 0] = np.linspace(-1, 1, count) if count > 1 else 0
        return flat
    places = PCA(2, svd_solver="full").fit_transform(vectors)
    if count > 3 * _PERPLEXITY:
        start = (places / places[:, 0].std() * 1e-4).astype(np.float32)  # as small as the method wants it
        layout = TSNE(2, perplexity=_PERPLEXITY, metric="cosine", init=start, max_iter=_STEPS, random_state=0)
        places = layout.fit_transform(vectors)
    places = places - (places.max(axis=0) + places.min(axis=0)) / 2
    return np.asarray(places / np.abs(places).max(), np.float32)


def placed(vectors: FloatArray, drawn: FloatArray, places: FloatArray) -> FloatArray:
    """Where ``vectors`` (passages, dimension) belong that were not laid out: amid their nearest neighbours among
    ``drawn`` (points, dimension), which stand at ``places`` (points, 2). Shape (passages, 2)."""
    nearest = np.argsort(-(vectors @ drawn.T), axis=1, kind="stable")[:, :_NEIGHBOURS]
    return np.asarray(np.median(places[nearest], axis=1), np.float32)
