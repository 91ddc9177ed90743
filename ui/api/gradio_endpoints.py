"""Gradio's API: a service for those who use Gradio's client."""

from collections.abc import Callable
from functools import wraps
from inspect import signature

from corpus import FoundationQAError
from ui.api.records import Facts
from ui.api.service import OPERATIONS, Service
from ui.gradio_import import api, gr


def add_api(service: Service) -> None:
    """Add ``/ask``, ``/search`` and ``/status`` to the Gradio page that is being built, for ``gradio_client``."""
    for operation in OPERATIONS:
        # Not queued: a call is one request and one reply, and callers share the server's threads.
        api(_endpoint(service, operation), api_name=operation, queue=False)


def _endpoint(service: Service, operation: str) -> Callable[..., Facts]:
    """What Gradio calls, by position; problems reach the caller as messages and leave no traceback in the log."""
    method = getattr(service, operation)
    takes = signature(method)

    @wraps(method)  # Gradio tells its callers of the arguments by their types
    def call(*given: object) -> Facts:
        try:
            return service.call(operation, takes.bind(*given).arguments)
        except FoundationQAError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return call
