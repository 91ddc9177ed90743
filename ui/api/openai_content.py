"""An answer as a message in Markdown, as chat front ends show it: what it says with [n], then what stands at each n."""

from collections.abc import Iterable, Iterator, Sequence

from qa import Answer, AnswerKind, Citation
from qa.writing import WritingEvent, Written, WrittenSentence
from ui.html.citation_view import CitationView, citation_view
from ui.html.language_tags import name_of
from ui.html.markdown_signs import escaped, on_one_line, quoted
from ui.html.words import word
from ui.html.written_words import notes, whose


class ChatContent:
    """The message for ``answer``, piece by piece, of which ``events`` tell how it is written, if it is.

    No sentence is in it that was not found to hold. ``page`` is the address of our page, to which citations lead.
    """

    def __init__(self, answer: Answer, events: Iterable[WritingEvent], page: str) -> None:
        self._answer, self._events, self._page = answer, events, page
        self._begun = False
        self.written: Written | None = None
        """What was written, if anything was: there once all pieces are."""

    def __iter__(self) -> Iterator[str]:
        answer, speaks = self._answer, self._answer.language
        if answer.understood:
            yield self._block(f"*{word('answer.understood', speaks, question=on_one_line(answer.understood))}*")
        if not answer.answered:
            yield self._block(escaped(answer.text))
            if answer.related:
                nearest = answer.kind is AnswerKind.NEAREST
                yield self._sources("cards.nearest" if nearest else "cards.related", answer.related, numbered=False)
            return
        yield from self._sentences()
        if self.written:
            said = filter(None, (whose(self.written, speaks), notes(self.written, speaks)))
            yield self._block("\n".join(f"*{on_one_line(each)}*" for each in said))
        if self.written and self.written.holds:
            named = {number for each in self.written.sentences if each.verdict.holds for number in each.numbers}
            further = [each for each in self.written.sources if each.number in named]
            yield self._sources("answer.sources", (*answer.citations, *further))
            return
        for each in map(citation_view, answer.citations):
            yield self._block(f"{quoted(each.said)} [{each.number}]")
        yield self._sources("answer.sources", answer.citations, quoting=False)

    def _sentences(self) -> Iterator[str]:
        """What is written, sentence by sentence as each is found to hold."""
        said: list[WrittenSentence] = []
        for event in self._events:
            if isinstance(event, Written):
                self.written = event
            elif isinstance(event, WrittenSentence) and event.verdict.holds and event.text not in _texts(said):
                yield self._said(event, first=not said)
                said.append(event)
        whole = [each for each in self.written.sentences if each.verdict.holds] if self.written else []
        if not _texts(said) <= _texts(whole):
            yield self._block(f"*{word('api.withdrawn', self._answer.language)}*")
            said = []
        for each in whole:  # what was written anew in the place of what did not hold
            if each.text not in _texts(said):
                yield self._said(each, first=not said)
                said.append(each)

    def _said(self, sentence: WrittenSentence, *, first: bool) -> str:
        """A sentence with its [n], after others if it is not the ``first``."""
        text = sentence.joined(f"{on_one_line(sentence.text)} {sentence.marks}", first=first)
        return self._block(text) if first else text

    def _block(self, text: str) -> str:
        """``text`` as a block of its own."""
        before, self._begun = "\n\n" if self._begun else "", True
        return before + text

    def _sources(self, key: str, citations: Sequence[Citation], *, numbered: bool = True, quoting: bool = True) -> str:
        speaks = self._answer.language
        rows = [
            self._source(view, f"[{view.number}] " if numbered else "", quoting=quoting)
            for view in map(citation_view, citations)
        ]
        return self._block(f"**{word(key, speaks)}**\n\n" + "\n".join(rows))

    def _source(self, view: CitationView, number: str, *, quoting: bool) -> str:
        speaks = self._answer.language
        named = on_one_line(view.breadcrumb)
        linked = f"[{named}]({link(self._page, view)})" if self._page else named
        place = f", {on_one_line(view.place.named(speaks))}" if view.place else ""
        rows = [f"- {number}{linked} ({name_of(view.language)}; {on_one_line(view.document_id)}{place})"]
        if quoting:
            rows.append(f"  - {on_one_line(view.said)}")
        rows += [f"  - {on_one_line(each.line)}" for each in view.references]
        return "\n".join(rows)


def link(page: str, view: CitationView) -> str:
    """Where a browser opens our page, which is at ``page``, at a citation."""
    return f"{page}#{view.address}"


def _texts(sentences: Iterable[WrittenSentence]) -> set[str]:
    return {each.text for each in sentences}
