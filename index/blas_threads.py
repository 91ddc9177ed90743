"""NumPy's products on one thread, where another library is to have the processors right after."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


@contextmanager
def single_blas_thread() -> Iterator[None]:
    """Within it products of NumPy take one thread, in the whole process.

    The threads of OpenBLAS go on turning for a while after a product, and what OpenVINO runs meanwhile takes twice as
    long; products as small as ours gain nothing from a second thread. Of several threads within it the first one
    decides, and gives back what was before: threadpoolctl sees to that.
    """
    with _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> ThreadpoolController:
    """Of the libraries that are loaded when it is first asked for: NumPy is."""
    return ThreadpoolController()
