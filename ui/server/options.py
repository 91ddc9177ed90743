"""What is served beside the page, and the gate before it."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.middleware import Middleware

from ui.api.closing import Closing
from ui.api.mcp_http import mcp_routes
from ui.api.mcp_tools import McpServer
from ui.api.openai_routes import openai_routes
from ui.api.rest import rest_routes
from ui.api.service import Service
from ui.chat.writing_calls import WritingCalls
from ui.gate.accounts import Accounts
from ui.gate.forwarding import Forwarding
from ui.gate.gate import Gate
from ui.gate.public_address import LOOPBACK, PublicAddress, TrustedProxies
from ui.gate.upload_room import Arrivals, arrivals_folder
from ui.server.counted import CountedAnswerer, CountedWriter
from ui.server.entrance import Entrance
from ui.server.metrics import Metrics
from ui.server.originals import original_routes
from ui.server.probes import Probes, figures_routes
from ui.server.readiness import Look, Readiness
from ui.server.visitor_state import EventBounds, VisitorState
from ui.server.writing import writing_routes
from ui.workspace.page_pictures import PagePictures

_FILES_AT_ONCE = 4  # of the largest size, in one request
_FILES_ON_THEIR_WAY = 8  # of the largest size, of all visitors


@dataclass(frozen=True, slots=True)
class Serving:
    """How a page is served."""

    service: Service | None = None  # what other programs may call; None: nothing
    mcp: bool = False  # whether over MCP, too
    accounts: Accounts | None = None  # who may use it; None: everybody who reaches it
    largest_file: int = 0  # bytes of a file that a visitor may upload; 0: no uploads
    pictures: PagePictures | None = None  # of pages of the files that texts were read from; None: none are shown
    share_originals: bool = False  # whether those files can be downloaded
    writing: WritingCalls | None = None  # has answers written; None: nobody does
    public: PublicAddress | None = None  # where a proxy lets others find it; None: there is none, or it is not known
    trusted_proxies: tuple[str, ...] = ()  # addresses; none: with a public address those of this machine
    subject: str = ""  # what the texts are about, or where they are, for a language model that may call it
    look: Look | None = None  # whether everything is there to answer; None: it is
    metrics: Metrics | None = None  # what is done is counted there, and told; None: it is not

    @property
    def proxies(self) -> TrustedProxies:
        """Whose word is taken for who a visitor is; :class:`ui.gate.public_address.AddressError` for no address.

        Where there is a public address, something stands before the page, and mostly on the same machine. Without one
        nobody is believed: every program of this machine could else say that it is anybody.
        """
        return TrustedProxies(self.trusted_proxies or (LOOPBACK if self.public else ()))

    def service_by(self, endpoint: str) -> Service | None:
        """What other programs may call who come by the way ``endpoint``."""
        if self.service is None or self.metrics is None:
            return self.service
        answerer = partial(CountedAnswerer, metrics=self.metrics, endpoint=endpoint)
        return self.service.through(answerer, partial(CountedWriter, metrics=self.metrics))

    def app(self, host: str, closing: Closing) -> dict[str, Any]:
        """What Gradio's server is made with, to listen at ``host``; ``closing`` tells of its end."""
        state = VisitorState()
        gate = Middleware(
            Gate,
            host=host,
            accounts=self.accounts,
            largest_upload=_FILES_AT_ONCE * self.largest_file,
            arrivals=Arrivals(arrivals_folder(), _FILES_ON_THEIR_WAY * self.largest_file),
            public=self.public,
        )
        forwarding = Middleware(Forwarding, public=self.public, proxies=self.proxies)
        figures = self.metrics.figures if self.metrics else None
        entrance = Middleware(Entrance, closing=closing, proxies=self.proxies)
        probes = Middleware(Probes, readiness=Readiness(self.look, closing), figures=figures)
        made: dict[str, Any] = {
            "middleware": [entrance, forwarding, probes, gate, Middleware(EventBounds, state=state)]
        }
        made["lifespan"] = state.lifespan
        made["routes"] = original_routes(self.pictures, share=self.share_originals) if self.pictures else []
        made["routes"] += writing_routes(self.writing) if self.writing else []
        made["routes"] += figures_routes(figures, has_accounts=self.accounts is not None) if figures else []
        rest, openai, mcp = map(self.service_by, ("rest", "openai", "mcp"))
        if rest and openai and mcp:
            made["routes"] += [*rest_routes(rest), *openai_routes(openai, self.public)]
            if self.mcp:
                made["routes"] += mcp_routes(
                    McpServer(lambda: mcp, elsewhere=mcp.writes_elsewhere, subject=self.subject)
                )
        return made


PAGE_ALONE = Serving()
