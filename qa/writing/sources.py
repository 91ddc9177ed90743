"""What a writer reads for an answer: the passages of its quotes, and more where a few quotes do not say it all."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from itertools import islice, zip_longest

from index import PassageIndex, Snapshot
from index.search.ranking import Ranked
from index.search.retrieval import Retrieval, retrieve
from qa.answer import Answer, Citation
from qa.glossary_terms import terms_in
from qa.question_kinds import QuestionKind, question_kind
from qa.question_names import names_asked_for, words_and_names
from qa.quotes import Quote
from qa.translated_quotes import version_of
from qa.writing.portions import tokens_of
from qa.writing.whole_sets import asks_for_whole_set
from qa.writing.whole_texts import rows_in, whole_text_of

_OF_SET, _OF_BROAD = 24, 4  # passages beside the quotes, at most, of a whole-set question and of another broad one
_MOST = 99  # sources in all: a [n] has two digits at most, for whoever reads one and for what a browser keeps
_REMOTE = 0.2  # a passage that stands out less is about something else, in units of similarity
_SIDES = 4  # things that are compared, at most
_BY_ITSELF = {"en": "What is {}?", "zh": "{} 是什么？"}


def sources_of(answer: Answer, passages: PassageIndex, most_tokens: int) -> list[Citation]:
    """What is to be read to write ``answer``, numbered from 1; empty where nothing is to be written.

    First the answer's own citations, whatever they take: a source is read as :func:`qa.writing.portions.text_of` says,
    not only its quote. Behind them, up to ``most_tokens`` in all, come whole passages: of a text that is to be
    summarised (see :func:`qa.writing.whole_texts.whole_text_of`) its own in their order, even where the quotes answer
    nothing; for a question that asks for all of something, or compares, those that fit it, best first, of two versions
    that say the same one. What does not fit is left out from the end of the ranking, or evenly from the text.

    :class:`corpus.ScopeError` and :class:`corpus.StoredIndexError` where the index has changed since, as for
    :meth:`qa.Answerer.ask`.
    """
    snapshot = passages.snapshot.narrowed(answer.scope)
    cited = list(answer.citations)
    room, most = most_tokens - sum(map(tokens_of, cited)), _MOST - len(cited)
    known = {citation.passage.id for citation in cited}
    text = whole_text_of(answer.question, answer.scope, snapshot)
    if text is not None:
        rows = [row for row in rows_in(text, answer.scope, snapshot) if snapshot.passages[row].id not in known]
        ranked = [Ranked(row, 1.0, 1.0) for row in _spread(rows, snapshot)]
        chosen = sorted(_fitting(ranked, snapshot, room, most), key=lambda source: source.start)
    elif answer.answered:
        chosen = _fitting(_found(answer, passages, snapshot, known), snapshot, room, most)
    else:
        return []
    return [*cited, *(replace(source, number=number) for number, source in enumerate(chosen, len(cited) + 1))]


def _found(answer: Answer, passages: PassageIndex, snapshot: Snapshot, known: Set[str]) -> Iterator[Ranked]:
    """The passages beside the ``known`` ones that fit the question of ``answer``, best first."""
    asked = answer.understood or answer.question
    kind = question_kind(asked)
    most = _OF_SET if asks_for_whole_set(asked) else _OF_BROAD if kind.broad else 0
    if not most:
        return
    # One of two that are compared may fill the front of what is found for both.
    sides = _sides(asked, answer.language, snapshot) if kind is QuestionKind.COMPARISON else []
    found = (retrieve(each, passages.encoder, snapshot) for each in [asked, *sides])
    seen = set(known)
    for one in (one for ranks in zip_longest(*map(_versions, found)) for one in ranks if one):
        if not most:
            return
        if (name := snapshot.passages[one.row].id) not in seen:
            seen.add(name)
            most -= 1
            yield one


def _versions(retrieval: Retrieval) -> Iterator[Ranked]:
    """What was found and is not remote, best first; of two versions that say the same the one in the question's
    language, at the better place. (Of texts that name each other the ranking finds one version only.)"""
    for one in retrieval.ranked:
        if one.lead < _REMOTE:
            continue
        passage = retrieval.passage(one.row)
        if passage.language != retrieval.query.language:
            whole = Quote(one, passage, (passage.start, passage.end), passage.text)
            yield version_of(retrieval, whole) or one
        else:
            yield one


def _sides(question: str, language: str, snapshot: Snapshot) -> list[str]:
    """What is compared, each asked for by itself."""
    terms = [name for _, name in terms_in(question, snapshot.glossary)]
    in_terms = {word for term in terms for word in words_and_names(term)}
    names = [" ".join(sorted(name.writings[0])) for name in names_asked_for(question) if not name.words <= in_terms]
    return [_BY_ITSELF[language].format(side) for side in dict.fromkeys([*names, *terms])][:_SIDES]


def _spread(rows: Sequence[int], snapshot: Snapshot) -> list[int]:
    """``rows`` so that the first of them, however many, are spread over the text: those that begin a section, then the
    others, each halving the widest gap."""
    digits = len(rows).bit_length()
    halving = sorted(range(len(rows)), key=lambda at: int(f"{at:0{digits}b}"[::-1], 2))
    return sorted((rows[at] for at in halving), key=lambda row: int(snapshot.sections[row]) != row)


def _fitting(ranked: Iterable[Ranked], snapshot: Snapshot, room: int, most: int) -> list[Citation]:
    """Those of ``ranked`` that take at most ``room`` tokens, up to the first that does not fit any more; ``most`` at
    most."""
    chosen: list[Citation] = []
    for one in islice(ranked, most):
        source = _source(snapshot, one)
        room -= tokens_of(source)
        if room < 0:
            break
        chosen.append(source)
    return chosen


def _source(snapshot: Snapshot, one: Ranked) -> Citation:
    passage = snapshot.passages[one.row]
    return Citation(
        number=0,  # until it is known what comes before it
        document=snapshot.quotable[passage.document_id],
        passage=passage,
        quote=passage.text,
        start=passage.start,
        end=passage.end,
        score=one.score,
    )
