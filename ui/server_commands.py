"""The shell commands that answer others: people with a browser, and programs."""

import os
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from enum import StrEnum
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from corpus import FoundationQAError
from corpus.machine import is_loopback
from ui import terminal
from ui.command_options import Corpus, Index, NoWriter, SettingsFile, not_empty, workplace_of
from ui.gate.accounts import VARIABLE, load_accounts, warnings
from ui.gate.public_address import PublicAddress, TrustedProxies
from ui.terminal.endings import Terminated
from ui.workspace.uploads import Uploads
from ui.workspace.workspace import Workplace

if TYPE_CHECKING:
    from ui.api.service import Service


class LogFormat(StrEnum):
    """How the log of a page is written."""

    TEXT = "text"
    JSON = "json"


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0: any that is free.", min=0, max=65535)] = 7860,
    corpus: Corpus = None,
    index: Index = None,
    settings: SettingsFile = None,
    watch: Annotated[bool, typer.Option("--watch", help="Update the index whenever a text is saved.")] = False,
    mcp: Annotated[bool, typer.Option("--mcp", help="Offer ask, search and status as MCP tools, too.")] = False,
    auth: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            callback=not_empty,
            help=f"File of user:password lines; without it, those in {VARIABLE}.",
        ),
    ] = None,
    allow_upload: Annotated[
        bool, typer.Option("--allow-upload", help="Let visitors add and remove texts of their own.")
    ] = False,
    share_originals: Annotated[
        bool, typer.Option("--share-originals", help="Let visitors download the files that the texts were read from.")
    ] = False,
    public_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", callback=not_empty, help="Where a proxy lets visitors find the page: https://host/path."
        ),
    ] = None,
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS",
            help="Proxy that is believed who its visitors are; repeatable. Default with --public-url: this machine.",
        ),
    ] = None,
    no_writer: NoWriter = False,
    metrics: Annotated[
        bool,
        typer.Option(
            "--metrics",
            help="Tell Prometheus at /metrics how much is asked: programs of this machine, others with a password.",
        ),
    ] = False,
    log_format: Annotated[
        LogFormat, typer.Option(help="How the log on stderr is written; json: an object a line.")
    ] = LogFormat.TEXT,
    drain: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=0,
            max=600,
            help="How long to go on after SIGTERM, while /readyz tells a proxy that looks there.",
        ),
    ] = 0.0,
) -> None:
    """Bring the index up to date and open the page for asking in a browser."""
    with _logged(log_format):
        accounts = load_accounts(auth)
        public = PublicAddress.parse(public_url) if public_url else None
        trusted = tuple(trusted_proxy or ())
        TrustedProxies(trusted)  # what is no address is named before the index is built
        for warning in warnings(host, accounts, auth, public):
            terminal.warn(warning)
        workplace = workplace_of(corpus, index, settings)
        if allow_upload:
            uploads = Uploads(workplace.uploads)
            uploads.check_folder()
            uploads.remove_left_overs()
        counting = None
        if metrics:
            from ui.server.metrics import Metrics

            counting = Metrics(lambda: answerer.passages.snapshot)  # that it cannot is said before the index is built
        answerer = workplace.answerer(follow=True, writes=not no_writer)
        from ui.gate.upload_room import arrivals_folder

        os.environ["GRADIO_TEMP_DIR"] = str(arrivals_folder())  # before Gradio is loaded, which makes a folder at once
        from ui.server.model_discovery import tell_of_models
        from ui.server.page import serve as serve_page
        from ui.server.site import assemble_page

        page = assemble_page(
            workplace,
            answerer,
            mcp=mcp,
            accounts=accounts,
            allow_upload=allow_upload,
            # What one visitor asked in vain is not for every other one who happens to reach this page.
            show_gaps=accounts is not None or (is_loopback(host) and public is None),
            share_originals=share_originals or workplace.settings.share_originals,
            public=public,
            trusted_proxies=trusted,
            writer=None if no_writer else workplace.writer(answerer.passages),
            metrics=counting,
        )
        if workplace.settings.writer is None and not no_writer:
            tell_of_models(port)
        if not watch:
            serve_page(page, host, port, drain)
            return
        from ui.workspace.watch import Watch

        with Watch(workplace, counting.updated if counting else None) as watching:
            serve_page(replace(page, notice=lambda: watching.problem), host, port, drain)


@contextmanager
def _logged(log_format: LogFormat) -> Iterator[None]:
    """Let what a command says on stderr be written like that, down to the error that ends it."""
    if log_format is LogFormat.TEXT:
        yield
        return
    from ui.server.json_log import json_log

    with json_log():
        try:
            yield
        except FoundationQAError as error:
            terminal.fail(str(error))
            raise typer.Exit(1) from error
        except OSError:  # of stdout, which is told of as ever
            raise
        except Exception as error:
            sys.stderr.write(traceback.format_exc())
            raise typer.Exit(1) from error


def mcp(corpus: Corpus = None, index: Index = None, settings: SettingsFile = None, no_writer: NoWriter = False) -> None:
    """Offer ask, search and status as MCP tools over standard input and output, to a client that starts this."""
    workplace = workplace_of(corpus, index, settings)
    outgoing = sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing but messages may go there
    from ui.api.mcp_stdio import converse
    from ui.api.mcp_tools import McpServer
    from ui.workspace.subject import subject_of

    service = _service_later(workplace, writes=not no_writer)
    elsewhere = workplace.writes_elsewhere and not no_writer
    server = McpServer(service.result, elsewhere=elsewhere, subject=subject_of(workplace))
    with suppress(KeyboardInterrupt, Terminated):
        converse(server, sys.stdin.buffer, outgoing)


def _service_later(workplace: Workplace, *, writes: bool) -> "Future[Service]":
    """The service of a workplace, whose index is brought up to date meanwhile: the client need not wait for that."""
    service: Future[Service] = Future()
    gap_log = workplace.gap_log if workplace.settings.log_gaps else None  # what is wrong with the options is said now

    def prepare() -> None:
        from ui.api.service import Service
        from ui.workspace.gap_log import GapLog

        try:
            on_gap = GapLog(gap_log).add if gap_log else None
            answerer = workplace.answerer(writes=writes)
            writer = workplace.writer(answerer.passages) if writes else None
            service.set_result(Service(answerer, workplace.pending, on_gap, writer))
        except FoundationQAError as error:
            terminal.fail(str(error))
            service.set_exception(error)
        except BaseException as error:
            service.set_exception(error)
            raise

    Thread(target=prepare, name="service", daemon=True).start()
    return service
