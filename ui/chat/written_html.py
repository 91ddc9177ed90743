"""A written answer becomes HTML: its sentences, each with the sign of its check, above the quotes that it rests on.

What a language model says, what it is called and where it is are as untrusted as a question: all of it is escaped.
"""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from qa.writing import Trouble
from ui.chat.citation_links import number_html, own_html, quote_id
from ui.chat.turns import KeptAnswer, KeptSentence, KeptWriting
from ui.html.words import unseen_html
from ui.html.written_words import no_writing, whose, why_struck

_HOLDS, _STRUCK = "✓", "✗"
_NO_BREAK = "&nbsp;"  # neither sign nor number is parted from its sentence


def written_html(answer: KeptAnswer, turn: int) -> str:
    """What was written of the ``turn``-th turn's ``answer``; empty where nothing was."""
    written = answer.written
    if written is None:
        return ""
    blocks = "".join(_blocks_html(answer, turn))
    end = _trouble(answer, written)
    end += f'<p class="sent-to">{own_html(answer, "written.sent", place=written.place)}</p>' if written.place else ""
    tools = f'<div class="tools">{thumbs_html("written.good", "written.bad")}</div>' if written.holds else ""
    # Who hears the page has heard each sentence when it came.
    inner = f'<div class="sentences" aria-live="off">{blocks}</div>' if blocks else ""
    return _section(turn, escape(whose(written, answer.speaks)), f"{inner}{end}{tools}")


def begun_html(answer: KeptAnswer, turn: int, written: KeptWriting) -> str:
    """The same while it is being written, without a sentence yet; and what stands between it and the quotes."""
    inner = (
        f'<div class="sentences"></div><p class="writing"><span class="dots" aria-hidden="true"><i></i><i></i><i></i>'
        f"</span>{own_html(answer, 'written.writing')}</p>"
    )
    return _section(turn, own_html(answer, "written.by", model=written.model), inner) + _quotes_head(answer)


def sentence_html(answer: KeptAnswer, turn: int, sentence: KeptSentence) -> str:
    """A sentence with the sign of its check, links to what it names, and why it does not count, if so."""
    cited = {each.number: each for each in (*answer.citations, *answer.sources)}
    links = "".join(
        number_html(cited[number], turn, f' aria-describedby="{quote_id(number, turn)}"' * _is_quoted(answer, number))
        if number in cited
        else f'<span class="cite">[{number}]</span>'
        for number in sentence.numbers
    )
    marked = f'data-turn="{turn}" data-numbers="{" ".join(map(str, sentence.numbers))}"'
    text = f'<span class="said-so">{escape(sentence.text)}</span>'
    if sentence.verdict.holds:
        sign = _sign(answer, "written.held", _HOLDS)
        return f'<span class="sentence held" {marked}>{sign}{text}{_NO_BREAK}{links}</span> '
    sign = _sign(answer, "written.struck", _STRUCK)
    why = escape(why_struck(sentence, answer.speaks))
    return (
        f'<span class="sentence struck" {marked}>{sign}<del>{text}</del>{_NO_BREAK}{links} '
        f'<span class="why">({why})</span></span> '
    )


def quotes_head_html(answer: KeptAnswer) -> str:
    """What stands between a written answer and the quotes."""
    return _quotes_head(answer) if answer.written else ""


def _quotes_head(answer: KeptAnswer) -> str:
    return f'<h3 class="quotes-head">{own_html(answer, "written.quotes")}</h3>'


def thumbs_html(good: str = "answer.good", bad: str = "answer.bad") -> str:
    """The thumbs, up and down; ``good`` and ``bad`` are the keys of what they say."""
    return "".join(
        f'<button type="button" class="rate icon {name}" data-helpful="{helpful}" aria-pressed="false">'
        f"{unseen_html(key)}</button>"
        for name, helpful, key in (("up", "yes", good), ("down", "no", bad))
    )


def blocks_of(sentences: Sequence[KeptSentence]) -> list[list[KeptSentence]]:
    """The sentences as paragraphs and items of lists, of each the first one tells which."""
    blocks: list[list[KeptSentence]] = []
    for sentence in sentences:
        if sentence.begins_item or not blocks:
            blocks.append([])
        blocks[-1].append(sentence)
    return blocks


def _blocks_html(answer: KeptAnswer, turn: int) -> Iterator[str]:
    blocks = blocks_of(answer.written.sentences if answer.written else ())
    for is_list, together in groupby(blocks, key=lambda block: block[0].begins_item):
        said = ["".join(sentence_html(answer, turn, each) for each in block) for block in together]
        if is_list:
            yield f"<ul>{''.join(f'<li>{each}</li>' for each in said)}</ul>"
        else:
            yield from (f"<p>{each}</p>" for each in said)


def _section(turn: int, head: str, inner: str) -> str:
    name = f"written-{turn}"
    return f'<section class="written" aria-labelledby="{name}"><h3 id="{name}">{head}</h3>{inner}</section>'


def _trouble(answer: KeptAnswer, written: KeptWriting) -> str:
    """One line that says why there is no written answer, or no whole one."""
    if written.trouble is None:
        return ""
    said = escape(no_writing(written.trouble, answer.speaks))
    rest = "" if written.holds else f" {own_html(answer, 'written.quotes_answer')}"
    stopped = " stopped" if written.trouble is Trouble.STOPPED else ""
    return f'<p class="trouble{stopped}">{said}{rest}</p>'


def _sign(answer: KeptAnswer, key: str, sign: str) -> str:
    unseen = f'<span class="unseen">{own_html(answer, key)} </span>'
    return f'<span class="sign" aria-hidden="true">{sign}</span>{unseen}{_NO_BREAK}'


def _is_quoted(answer: KeptAnswer, number: int) -> bool:
    """Whether a quote with this number stands below."""
    return any(each.number == number for each in answer.citations)
