"""What an update is given, checked before anything is made for it: a mistake leaves no folder and no lock behind."""

from collections.abc import Collection, Iterable
from numbers import Real

from corpus import Document, Term, TextFile
from corpus.arguments import several, shown, whole_number
from index.encoder.checks import check_encoder

_NARROWEST = 2  # columns of a passage: those of a Chinese character


def documents_of(documents: object) -> Iterable[Document | TextFile]:
    """``documents``; TypeError where they are none. What is no collection is looked at as it is gone through."""
    example = repr(documents) if isinstance(documents, str) else "FOLDER"
    expected = f"documents, as load_documents({example}), or texts that were found, as find_texts({example})"

    def checked(one: object) -> Document | TextFile:
        if not isinstance(one, (Document, TextFile)):
            raise TypeError(f"'documents' holds {shown(one)}; expected {expected}.")
        return one

    found = several("documents", documents, expected)
    return [checked(one) for one in found] if isinstance(found, Collection) else map(checked, found)


def terms_of(glossary: object) -> tuple[Term, ...]:
    """``glossary``; TypeError where it holds anything else than terms."""
    expected = "terms, as load_glossary(FOLDER)"
    found = []
    for one in several("glossary", glossary, expected):
        if not isinstance(one, Term):
            raise TypeError(f"'glossary' holds {shown(one)}; expected {expected}.")
        found.append(one)
    return tuple(found)


def check_token_share(share: object) -> None:
    """TypeError where ``share`` is no number, ValueError where it is no share of what there is."""
    if not isinstance(share, Real):
        raise TypeError(f"'token_share' is {shown(share)}; expected a number.")
    if not 0 < float(share) <= 1:
        raise ValueError(f"token_share must be above 0 and at most 1, not {share}")


def check_width(passage_width: object) -> None:
    """TypeError where ``passage_width`` is no whole number, ValueError where not one character fits in it."""
    whole_number("passage_width", passage_width, _NARROWEST)


def check_work(encoder: object, passage_width: object, workers: object) -> None:
    """TypeError where ``encoder`` or ``workers`` are none, ValueError where no passage fits in ``passage_width``."""
    check_encoder(encoder)
    check_width(passage_width)
    if not all(callable(getattr(workers, name, None)) for name in ("read", "embed")):
        raise TypeError(f"'workers' is {shown(workers)}; expected Workers, as RayWorkers(…) within a with block.")
