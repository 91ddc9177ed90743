"""The page of a workplace: what it consists of, and who hears of what."""

from collections.abc import Sequence

from qa import Answerer
from qa.writing import Writer
from ui.api.service import Service
from ui.chat.calls import ChatCalls
from ui.chat.first_questions import first_questions
from ui.chat.view import chat_view
from ui.chat.writing_calls import WritingCalls
from ui.gate.accounts import Accounts
from ui.gate.public_address import PublicAddress
from ui.server.counted import CountedAnswerer, CountedWriter
from ui.server.metrics import Metrics
from ui.server.options import Serving
from ui.server.page import Page
from ui.server.readiness import look_at
from ui.tabs.all_tabs import tabs_of
from ui.tabs.tab import View
from ui.workspace.gap_log import GapLog
from ui.workspace.originals import Originals
from ui.workspace.page_pictures import PagePictures
from ui.workspace.subject import has_built_in, subject_of
from ui.workspace.workspace import Workplace


def assemble_page(
    workplace: Workplace,
    answerer: Answerer,
    *,
    mcp: bool = False,
    accounts: Accounts | None = None,
    allow_upload: bool = False,
    show_gaps: bool = True,
    share_originals: bool = False,
    public: PublicAddress | None = None,
    trusted_proxies: tuple[str, ...] = (),
    writer: Writer | None = None,
    metrics: Metrics | None = None,
) -> Page:
    """The page for the texts of ``workplace``, which ``answerer`` answers from; ``mcp``, ``accounts``, ``public`` and
    ``trusted_proxies`` as in :class:`ui.server.options.Serving`.

    With ``allow_upload`` visitors may bring texts. Without ``show_gaps`` what was asked in vain is kept, and shown to
    no visitor. With ``share_originals`` they may download the files that the texts were read from. With a ``writer``
    they can have answers written. With ``metrics`` what is done is counted.
    """
    log = GapLog(workplace.gap_log) if workplace.settings.log_gaps else None
    on_gap = log.add if log else None
    allowed = {"allow_upload": allow_upload, "show_gaps": show_gaps, "share_originals": share_originals}
    tabs = tabs_of(workplace, answerer, log, **allowed)
    largest_file = workplace.upload_limits.files.largest if allow_upload else 0
    service = Service(answerer, workplace.pending, on_gap, writer)
    originals = Originals(workplace.folders, lambda: answerer.passages.snapshot, workplace.limits)
    pictures = PagePictures(originals)
    written = CountedWriter(writer, metrics) if writer and metrics else writer
    # A question whose answer is written was asked, and counted, before.
    writing = WritingCalls(answerer, written) if written else None
    serving = Serving(
        service,
        mcp,
        accounts,
        largest_file,
        subject=subject_of(workplace),
        pictures=pictures,
        share_originals=share_originals,
        writing=writing,
        public=public,
        trusted_proxies=trusted_proxies,
        look=look_at(answerer),
        metrics=metrics,
    )
    place = writer.model.place if writer else ""
    asked = CountedAnswerer(answerer, metrics, "page") if metrics else answerer
    calls = ChatCalls(asked, on_gap, pictures=pictures, share_originals=share_originals, place=place)
    own = None if has_built_in(workplace) else first_questions(answerer)
    return Page(views=(chat_tab(calls, writing, own), *tabs), serving=serving)


def chat_tab(
    calls: ChatCalls, writing: WritingCalls | None = None, own: Sequence[tuple[str, str]] | None = None
) -> View:
    """The tab for asking, the first of every page; with ``writing`` answers can be written there; ``own`` as in
    :func:`ui.chat.view.chat_view`."""
    return View("ask", lambda: chat_view(calls, writing, own))
