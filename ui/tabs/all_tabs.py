"""The tabs beside the one for asking, for a page that is served."""

from qa import Answerer
from ui.tabs.gaps import gaps_view
from ui.tabs.map import map_view
from ui.tabs.sources import library_view
from ui.tabs.tab import View
from ui.workspace.gap_log import GapLog
from ui.workspace.workspace import Workplace


def tabs_of(
    workplace: Workplace,
    answerer: Answerer,
    log: GapLog | None,
    *,
    allow_upload: bool = False,
    show_gaps: bool = True,
    share_originals: bool = False,
) -> tuple[View, ...]:
    """The tabs for the texts of ``workplace``, which ``answerer`` answers from.

    With ``allow_upload`` visitors may bring texts, as far as
    :attr:`ui.workspace.workspace.Workplace.upload_limits` let them. ``log`` holds what was asked in vain (None: it is
    not kept); without ``show_gaps`` no visitor sees it. With ``share_originals`` they may download what texts were read
    from.
    """
    allowed = {"allow_upload": allow_upload, "share_originals": share_originals}
    views = [
        View("sources", lambda: library_view(workplace, answerer.passages, **allowed)),
        View("map", lambda: map_view(answerer)),
    ]
    if show_gaps:
        views.append(View("gaps", lambda: gaps_view(log)))
    return tuple(views)
