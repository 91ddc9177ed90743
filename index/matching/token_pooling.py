"""Token pooling: of the tokens of a passage those that are nearly alike become one vector.

Half of the vectors find as much as all of them (Clavié, Chaffin and Adams 2024, https://arxiv.org/abs/2409.14683;
what it changes here: MEASUREMENTS, "Fewer token vectors"). Those of a question are compared one by one all the same.
"""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from index.arrays import FloatArray, unit

TOKEN_SHARE = 0.5
"""How many vectors are kept of a passage, as a share of its tokens."""

_FEWEST = 3  # tokens; fewer are worth no pooling


def pool_tokens(
    tokens: FloatArray, sentences: NDArray[np.uint32], share: float = TOKEN_SHARE
) -> tuple[FloatArray, NDArray[np.uint32]]:
    """``share`` as many vectors as there are ``tokens`` (rounded up), and the sentences of each; few stay as they are.

    ``tokens`` has shape (tokens, dimension), each of unit length, and so have the vectors: each is the mean direction
    of a cluster (Ward's method). ``sentences``, shape (tokens,), says by a bit which one each token stands in; a
    vector has the bits of all its tokens. What is no number is not pooled. Time grows with the square of the tokens.
    """
    count = ceil(len(tokens) * share)
    if len(tokens) < _FEWEST or count >= len(tokens) or not np.isfinite(tokens).all():
        return tokens, sentences
    clusters = _clusters(tokens, count)
    members = (clusters == np.arange(count)[:, None]).astype(np.float32)
    bits = np.zeros(count, np.uint32)
    np.bitwise_or.at(bits, clusters, sentences)
    return unit(members @ tokens), bits


def _clusters(tokens: FloatArray, count: int) -> NDArray[np.int64]:
    """Which of ``count`` clusters each of ``tokens`` is in, shape (tokens,)."""
    from scipy.cluster.hierarchy import linkage  # only where passages are embedded: it takes .2 s

    # As many of the nearest are joined as are too many. SciPy's own cuts are by distance: of equal ones all or none.
    joined = linkage(tokens, "ward")[: len(tokens) - count, :2].astype(int).tolist()
    within = [[at] for at in range(len(tokens))]  # of each token and of each cluster that comes to be, its tokens
    for one, other in joined:
        within.append(within[one] + within[other])
        within[one] = within[other] = []
    clusters = np.empty(len(tokens), np.int64)
    for number, those in enumerate(filter(None, within)):
        clusters[those] = number
    return clusters
