"""Answers, hits and changes as the JSON that scripts rely on: the same in the shell, over REST and over MCP."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from corpus import language_of, references_of
from ui.html.citation_view import CitationView, answer_text, citation_view
from ui.html.shown import passage_text
from ui.html.written_words import no_writing

if TYPE_CHECKING:
    from corpus import Document, Place
    from index import Hit, IndexChange, Scope
    from qa import Answer, Citation
    from qa.writing import Written

Facts = dict[str, Any]
"""What ``json.dumps`` takes."""


def answer_facts(answer: "Answer", written: "Written | None" = None, undated: int = 0) -> Facts:
    """An answer, its citations, what is related where there is none, and what was written from it, if anything; so many
    texts were left out of its scope as ``undated``."""
    cited, related = (list(map(citation_view, each)) for each in (answer.citations, answer.related))
    return {
        "question": answer.question,
        "language": answer.language,
        "answered": answer.answered,
        "kind": answer.kind.value,
        "text": answer.text,
        "shown": answer_text(answer.text, cited),
        "seconds": answer.seconds,
        "confidence": answer.confidence,
        "understood": answer.understood,
        "unknown": list(answer.unknown),
        "scope": _scope_facts(answer.scope, undated),
        "citations": list(map(_citation_facts, answer.citations, cited)),
        "related": list(map(_citation_facts, answer.related, related)),
        "written": written_facts(written) if written else None,
    }


def written_facts(written: "Written") -> Facts:
    """A written answer: the sentences that hold as one text, and all of them with what their check came to."""
    return {
        "model": written.model,
        "place": written.place,
        "text": written.text,
        "sentences": [
            {
                "text": each.text,
                "numbers": list(each.numbers),
                "verdict": each.verdict.value,
                "support": round(each.support, 4),
                "detail": each.detail,
            }
            for each in written.sentences
        ],
        "sources": citations_facts(written.sources),
        "trouble": written.trouble and written.trouble.value,
        "told": no_writing(written.trouble, "en") if written.trouble else "",
        "seconds": written.seconds,
        "first_seconds": written.first_seconds,
    }


def citations_facts(citations: "Sequence[Citation]") -> list[Facts]:
    """Citations, each with where it stands and what it rests on."""
    return [_citation_facts(each, citation_view(each)) for each in citations]


def _scope_facts(scope: "Scope | None", undated: int) -> Facts | None:
    return asdict(scope) | {"texts": list(scope.texts), "undated": undated} if scope else None


def _citation_facts(citation: "Citation", view: CitationView) -> Facts:
    passage = citation.passage
    return {
        "number": view.number,
        "document_id": view.document_id,
        "title": view.title,
        "heading": view.heading,
        "language": view.language,
        "source": view.source,
        "digest": view.digest,
        "quote": view.quote,
        "shown": view.shown,
        "start": view.start,
        "end": view.end,
        "score": round(view.score, 4),
        "references": [asdict(each) for each in references_of(citation.document, passage)],  # with their keys
        "place": view.place and view.place.named("en"),
        "places": [_place_facts(each) for each in citation.document.places_in(view.start, view.end)],
        "passage": {"id": passage.id, "start": passage.start, "end": passage.end, "text": passage.text},
    }


def _place_facts(place: "Place") -> Facts:
    boxes = [list(each) for each in place.boxes]
    return {"kind": place.kind.value, "label": place.label, "boxes": boxes, "recognised": place.recognised}


def hits_facts(
    question: str,
    hits: "Sequence[Hit]",
    documents: "Mapping[str, Document]",
    seconds: float,
    scope: "Scope | None" = None,
    undated: int = 0,
) -> Facts:
    """The passages of ``documents`` found for ``question``, best first, and how long that took; ``scope`` is what was
    looked in, where that is not everything, of which so many texts were left out as ``undated``."""
    return {
        "question": question,
        "language": language_of(question),
        "seconds": seconds,
        "scope": _scope_facts(scope, undated),
        "hits": [_hit_facts(hit, documents) for hit in hits],
    }


def _hit_facts(hit: "Hit", documents: "Mapping[str, Document]") -> Facts:
    passage = hit.passage
    return {
        "document_id": passage.document_id,
        "title": passage.title,
        "heading": passage.heading,
        "language": passage.language,
        "text": passage.text,
        "shown": passage_text(passage, documents),
        "start": passage.start,
        "end": passage.end,
        "score": round(hit.score, 4),
        "passage_id": passage.id,
    }


def change_facts(change: "IndexChange") -> Facts:
    """What an update of the index did, or would do."""
    return asdict(change) | {"problems": [problem._asdict() for problem in change.problems]}
