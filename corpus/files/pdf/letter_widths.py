"""How wide letters are, in a face with serifs or without, right to a letter or two in a line."""

_WIDTHS = {  # of the size of the letters
    **dict.fromkeys("ijl.,;:'|!·’‘", 0.25),
    **dict.fromkeys("ftrI()[]-/ \u00ad", 0.32),  # the last is the hyphen at the end of a line
    **dict.fromkeys("acesvxyzkJ?", 0.47),
    **dict.fromkeys("wABCDEFGHKNOPQRTUVXYZ&+=", 0.68),
    **dict.fromkeys("mMW@%—…", 0.83),
    "\\": 0.0,  # it was put there for the parser's sake
}
_USUAL, _FULL = 0.52, 1.0


def width_of(text: str) -> float:
    """Of ``text`` in one line, in sizes of its letters."""
    return sum(_WIDTHS.get(character, _FULL if character >= "\u2e80" else _USUAL) for character in text)
