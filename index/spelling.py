"""Slips of the keyboard in a question, mended from the words of the texts.

Only what is no word is touched: a Latin word that no passage holds and that the tokenizer has to cut into pieces,
a Han character whose pairs with both neighbours no passage holds.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from corpus import HAN, Span
from index.encoder import Encoded
from index.lexical import simplified, words
from index.vocabulary import Vocabulary

_LATIN = re.compile(r"[A-Za-z]{5,24}")
_HAN_RUN = re.compile(f"[{HAN}]{{3,}}")
_COMMON = 2  # passages; a rarer word may be a slip itself
_TRIED = 5  # replacements of a character that are looked up in the texts


def mended(question: str, encoded: Encoded, vocabulary: Vocabulary, texts: Iterable[str]) -> str:
    """``question`` with its slips mended; itself where there are none.

    ``encoded`` tells how the tokenizer cut it; ``texts`` are what a Chinese correction has to occur in.
    """
    slips = [*_latin(question, encoded, vocabulary), *_han(question, vocabulary, texts)]
    for (start, end), better in sorted(slips, reverse=True):
        question = question[:start] + better + question[end:]
    return question


def _latin(question: str, encoded: Encoded, vocabulary: Vocabulary) -> list[tuple[Span, str]]:
    slips = []
    for match in _LATIN.finditer(question):
        written = match.group().casefold()
        if any(vocabulary.knows(word) for word in words(written)) or _pieces(match.span(), encoded) < 2:
            continue
        # First letters are rarely wrong (Pollock and Zamora 1984, https://doi.org/10.1145/358027.358048).
        known = [word for counts in vocabulary.counts.values() for word in counts if word[0] == written[0]]
        known = [word for word in known if abs(len(word) - len(written)) <= 2 and vocabulary.frequency(word) >= _COMMON]
        allowed = 1 if len(written) < 8 else 2
        near = process.extract(written, known, scorer=OSA.distance, score_cutoff=allowed, limit=None)
        if near:
            better = min(near, key=lambda found: (found[1], -vocabulary.frequency(found[0])))[0]
            slips.append((match.span(), better))
    return slips


def _pieces(span: Span, encoded: Encoded) -> int:
    return sum(bool(start < span[1] and end > span[0]) for start, end in encoded.spans.tolist())


def _han(question: str, vocabulary: Vocabulary, texts: Iterable[str]) -> list[tuple[Span, str]]:
    known = vocabulary.counts.get("zh", {})
    plain = simplified(question)
    slips = []
    documents: Sequence[str] | None = None
    for run in _HAN_RUN.finditer(plain):
        unknown = ["".join(pair) not in known for pair in pairwise(run.group())]
        for at in range(1, len(run.group()) - 1):
            if not (unknown[at - 1] and unknown[at]):
                continue
            before, after = run.group()[at - 1], run.group()[at + 1]
            candidates = [
                pair[1] for pair in known if pair[0] == before and len(pair) == 2 and pair[1] + after in known
            ]
            candidates.sort(key=lambda x: -min(known[before + x], known[x + after]))
            documents = list(texts) if documents is None else documents
            for better in candidates[:_TRIED]:
                if sum(text.count(before + better + after) for text in documents) >= _COMMON:
                    slips.append(((run.start() + at, run.start() + at + 1), better))
                    break
    return slips
