"""What the reader of a document found, as tests look at it."""

from corpus.document import FileContent


def texts_by_place(content: FileContent) -> dict[str, str]:
    """What stands at each place, by its label."""
    return {place.label: content.text[place.start : place.end] for place in content.places}
