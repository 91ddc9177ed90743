"""The tabs beside the one for asking, for a page that is served."""

from collections.abc import Callable
from dataclasses import dataclass

from qa import Answerer
from ui.tabs.gaps import gaps_view
from ui.tabs.map import map_view
from ui.tabs.sources import library_view
from ui.tabs.tab import View
from ui.workspace.gap_log import GapLog
from ui.workspace.workspace import Workplace


@dataclass(frozen=True, slots=True)
class Tabs:
    """What :func:`ui.server.page.start` takes as ``views`` and ``on_gap``."""

    views: tuple[View, ...]
    on_gap: Callable[[str, str, float], None] | None  # None: gaps are not kept


def tabs_of(workplace: Workplace, answerer: Answerer, *, allow_upload: bool = False, show_gaps: bool = True) -> Tabs:
    """The tabs for the texts of ``workplace``, which ``answerer`` answers from.

    With ``allow_upload`` visitors may bring texts: then let the page take files of
    :attr:`ui.workspace.workspace.Workplace.largest_file` bytes. Without ``show_gaps`` what was asked in vain is kept,
    and shown to no visitor.
    """
    log = GapLog(workplace.gap_log) if workplace.settings.log_gaps else None
    views = [
        View("sources", lambda: library_view(workplace, answerer.passages, allow_upload=allow_upload)),
        View("map", lambda: map_view(answerer)),
    ]
    if show_gaps:
        views.append(View("gaps", lambda: gaps_view(log)))
    return Tabs(tuple(views), log.add if log else None)
