"""Text of strangers in a terminal."""

from rich.markup import escape


def plain(text: str) -> str:
    """``text`` of a stranger on one line: nothing in it moves the cursor or colours the terminal."""
    return escape("".join(each if each.isprintable() else " " for each in text))
