"""The line breaks inside a paragraph that a reader needs, because no sentence goes on behind them.

A blank stands for a line break, and parts words all the same. Chinese is written without blanks: what stands in two
lines becomes one word where the break is left out, although one line names who speaks, or labels the other.
"""

import re
from itertools import pairwise

from corpus import HAN, Span, readable, width
from corpus.parsing.labels import is_ended
from corpus.parsing.line_breaks import goes_on

_LINE = re.compile(r"[^\n]+")
_HAN = re.compile(f"[{HAN}]")
_CLAUSE = re.compile("[，、；。！？“「（]")  # no name and no label has one
_STAMP = re.compile(r"(?<!\d)\d{1,2}[:：]\d{2}(?!\d)")  # a time: of a message
_STAMP_WIDTH = 48  # columns; a longer line is no stamp
_FULL = 0.7  # of the widest line: a line that is so wide may have been broken because it was full
_WRAPPED = 40  # columns; lines wider than that were wrapped by an editor, others may be verses


def kept_breaks(text: str, span: Span) -> list[int]:
    """Where in the paragraph ``text[span]`` those line breaks between Han characters stand that are no soft ones.

    A break is soft where the sentence certainly goes on, or where its line was full.

    >>> text = "开户行\\n招商银行\\n把表格交给前台，\\n再等两天。"
    >>> kept_breaks(text, (0, len(text)))
    [3, 8]
    """
    if "\n" not in text[slice(*span)]:
        return []
    lines = [(match.end(), readable(match.group().strip("> \t"))) for match in _LINE.finditer(text, *span)]
    widest = max(width(line) for _, line in lines)
    ends = [is_ended(line) and not line.endswith((":", "：")) for _, line in lines]
    last_end = max((number for number, ended in enumerate(ends) if ended), default=-1)
    kept = []
    within = False  # whether the line goes on with the one above
    for number, ((place, line), (_, below)) in enumerate(pairwise(lines)):
        certain, clause = goes_on(line, below), within or bool(_CLAUSE.search(line))
        within = certain
        if certain or not (_HAN.match(line[-1:]) and _HAN.match(below)):
            continue
        stamp = _STAMP.search(line) and width(line) <= _STAMP_WIDTH
        full = width(line) >= widest * _FULL and not stamp
        within = (full or clause) and (widest > _WRAPPED or last_end > number)
        if not within:
            kept.append(place)
    return kept
