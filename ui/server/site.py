"""The page of a workplace: what it consists of, and who hears of what."""

from qa import Answerer
from ui.api.service import Service
from ui.chat.calls import ChatCalls
from ui.chat.view import chat_view
from ui.gate.accounts import Accounts
from ui.gate.public_address import PublicAddress
from ui.server.options import Serving
from ui.server.page import Page
from ui.tabs.all_tabs import tabs_of
from ui.tabs.tab import View
from ui.workspace.gap_log import GapLog
from ui.workspace.workspace import Workplace


def assemble_page(
    workplace: Workplace,
    answerer: Answerer,
    *,
    mcp: bool = False,
    accounts: Accounts | None = None,
    allow_upload: bool = False,
    show_gaps: bool = True,
    public: PublicAddress | None = None,
    trusted_proxies: tuple[str, ...] = (),
) -> Page:
    """The page for the texts of ``workplace``, which ``answerer`` answers from; ``mcp``, ``accounts``, ``public`` and
    ``trusted_proxies`` as in :class:`ui.server.options.Serving`.

    With ``allow_upload`` visitors may bring texts. Without ``show_gaps`` what was asked in vain is kept, and shown to
    no visitor.
    """
    log = GapLog(workplace.gap_log) if workplace.settings.log_gaps else None
    on_gap = log.add if log else None
    tabs = tabs_of(workplace, answerer, log, allow_upload=allow_upload, show_gaps=show_gaps)
    largest_file = workplace.largest_file if allow_upload else 0
    service = Service(answerer, workplace.pending, on_gap)
    serving = Serving(service, mcp, accounts, largest_file, public, trusted_proxies)
    return Page(views=(chat_tab(ChatCalls(answerer, on_gap)), *tabs), serving=serving)


def chat_tab(calls: ChatCalls) -> View:
    """The tab for asking, the first of every page."""
    return View("ask", lambda: chat_view(calls))
