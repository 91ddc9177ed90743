"""One tab of the page."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """A title in both languages and what makes the tab's content."""

    english: str
    chinese: str
    mount: Callable[[], None]  # called once inside the open ``gr.Tab``: makes components, and their events
