"""Where in a text a passage stands, in words: its title, and the headings above the passage."""


def path(heading: str) -> str:
    """The headings above a passage (``Passage.heading``) in one line. The title of its text is never one of them."""
    return heading.replace(" > ", " › ")


def place(title: str, heading: str) -> str:
    """The title of a text and the headings above a passage in it, in one line."""
    return " › ".join(part for part in (title, path(heading)) if part)


def last_heading(heading: str) -> str:
    """The heading right above a passage; empty where there is none."""
    return heading.split(" > ")[-1]
