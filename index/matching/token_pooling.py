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
    tokens: FloatArray, sentences: NDArray[np.uint16], share: float = TOKEN_SHARE
) -> tuple[FloatArray, NDArray[np.uint16]]:
    """At most ``share`` as many vectors as there are ``tokens`` (rounded up), and the sentences of each.

    ``tokens`` has shape (tokens, dimension), each of unit length, and so have the vectors: each is the mean direction
    of a cluster (Ward's method). ``sentences``, shape (tokens,), says by a bit which one each token stands in; a
    vector has the bits of all its tokens.
    """
    count = ceil(len(tokens) * share)
    if len(tokens) < _FEWEST or count == len(tokens):
        return tokens, sentences
    from scipy.cluster.hierarchy import fcluster, linkage  # only where passages are embedded: it takes .2 s

    clusters = fcluster(linkage(tokens, "ward"), count, "maxclust") - 1
    sums = np.zeros((clusters.max() + 1, tokens.shape[1]), np.float32)
    np.add.at(sums, clusters, tokens)
    bits = np.zeros(len(sums), np.uint16)
    np.bitwise_or.at(bits, clusters, sentences)
    return unit(sums), bits
