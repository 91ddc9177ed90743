"""One tab of the page."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class View:
    """What a tab is called, and what makes its content."""

    key: str  # of its title in the table "views" of the page's words; the id of the tab, too
    mount: Callable[[], None]  # called once inside the open ``gr.Tab``: makes components, and their events
