"""What somebody writes who has sentence-transformers and FAISS and no foundation-qa.

Not a part of the program: ``make bench`` (:mod:`compare`) measures it as the other side of the comparison, so it
is written as the documentation of these libraries does it, and uses nothing of ours.
"""

import json
import sys
from pathlib import Path
from typing import Any

import faiss
from sentence_transformers import SentenceTransformer


def load(model: str) -> Any:
    """The sentence-transformers model in the folder ``model``, on eager torch."""
    return SentenceTransformer(model, device="cpu")


def build(model: Any, texts: list[str], folder: Path) -> None:
    """Embed ``texts`` and write an index of them into ``folder``."""
    write(model.encode_document(texts), texts, folder)


def write(vectors: Any, texts: list[str], folder: Path) -> None:
    """Write the index of ``vectors``, shape (texts, dimension), and what they are of."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    faiss.write_index(index, str(folder / "stock.faiss"))
    (folder / "stock.json").write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")


def read(folder: Path) -> tuple[Any, list[str]]:
    """The index in ``folder``, and its texts."""
    texts = json.loads((folder / "stock.json").read_text(encoding="utf-8"))
    return faiss.read_index(str(folder / "stock.faiss")), texts


def search(model: Any, index: Any, texts: list[str], question: str, k: int = 5) -> list[tuple[float, str]]:
    """The ``k`` texts closest to ``question``, best first, with their similarity."""
    scores, rows = index.search(model.encode_query([question]), k)
    return [(float(score), texts[row]) for score, row in zip(scores[0], rows[0], strict=True)]


def main(model: str, folder: str, question: str) -> None:
    """Answer one question from process start: ``python -m stock MODEL FOLDER QUESTION``."""
    loaded = load(model)
    for score, text in search(loaded, *read(Path(folder)), question):
        sys.stdout.write(f"{score:.3f} {text}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
