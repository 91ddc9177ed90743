"""What is served beside the page, and the gate before it."""

from dataclasses import dataclass
from typing import Any

from starlette.middleware import Middleware

from ui.api.mcp_tools import McpEndpoint
from ui.api.rest import rest_routes
from ui.api.service import Service
from ui.server.accounts import Accounts
from ui.server.gate import Gate
from ui.server.upload_room import Arrivals, arrivals_folder

_FILES_AT_ONCE = 4  # of the largest size, in one request
_FILES_ON_THEIR_WAY = 20  # of the largest size, of all visitors


@dataclass(frozen=True, slots=True)
class Serving:
    """How a page is served."""

    service: Service | None = None  # what other programs may call; None: nothing
    mcp: bool = False  # whether over MCP, too
    accounts: Accounts | None = None  # who may use it; None: everybody who reaches it
    largest_file: int = 0  # bytes of a file that a visitor may upload; 0: no uploads

    def app(self, host: str) -> dict[str, Any]:
        """What Gradio's server is made with, to listen at ``host``."""
        gate = Middleware(
            Gate,
            host=host,
            accounts=self.accounts,
            largest_upload=_FILES_AT_ONCE * self.largest_file,
            arrivals=Arrivals(arrivals_folder(), _FILES_ON_THEIR_WAY * self.largest_file),
        )
        made: dict[str, Any] = {"middleware": [gate]}
        if self.service is not None:
            made["routes"] = rest_routes(self.service)
            if self.mcp:
                endpoint = McpEndpoint(self.service)
                made |= {"routes": [*made["routes"], *endpoint.routes()], "lifespan": endpoint.lifespan}
        return made


PAGE_ALONE = Serving()
