"""The index follows the texts while they are edited."""

from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import TYPE_CHECKING

from corpus import CorpusError, FoundationQAError, StoredIndexError
from ui.workplace import Workplace

if TYPE_CHECKING:
    from index import IndexChange

_QUIET = 200  # milliseconds without a further change, after which an edit counts as saved
_AGAIN = 0.5  # seconds after which an update that failed is tried again, and a folder that went is looked for


def follow(workplace: Workplace, stop: Event, told: Callable[["IndexChange | FoundationQAError"], None]) -> None:
    """Update the index whenever its texts have changed, until ``stop`` is set.

    ``told`` hears what each update did; or why it failed, once for each reason: then it is tried again. An update that
    had nothing to do is not mentioned, unless it ends a failure.
    """
    failure = ""
    for changed in _occasions(workplace, stop):
        if not changed and not failure:
            continue
        try:
            change = workplace.update(quietly=True)
        except (CorpusError, StoredIndexError) as error:
            if str(error) != failure:
                failure = str(error)
                told(error)
        else:
            if failure or change.added or change.changed or change.removed:
                failure = ""
                told(change)


def _occasions(workplace: Workplace, stop: Event) -> Iterator[bool]:
    """True whenever the texts may have changed; False from time to time, for those who want to try again."""
    import watchfiles

    while not stop.is_set():
        yield True
        folders = [path for path in workplace.folders() if path.is_dir()]
        if len(folders) < len(workplace.folders()):
            stop.wait(_AGAIN)  # a folder that is not there cannot be watched
            continue
        waiting = int(1000 * _AGAIN)
        watched = False
        try:
            for changes in watchfiles.watch(
                *folders, stop_event=stop, debounce=1600, step=_QUIET, rust_timeout=waiting, yield_on_timeout=True
            ):
                if not all(path.is_dir() for path in folders):
                    break
                # The first time, a text may have been saved after the last update and before the watch began.
                yield bool(changes) or not watched
                watched = True
        except OSError as error:  # as where the system watches no more files for one user
            raise CorpusError(
                f"The folders of texts cannot be watched: {error}. Set WATCHFILES_FORCE_POLLING=true to look for "
                f"changes instead, or run 'foundation-qa index update' after an edit."
            ) from error


class Watch:
    """Follows the texts in a thread of its own, beside a page that is being served."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._problem = ""
        self._stop = Event()
        self._thread = Thread(target=self._run, name="watch", daemon=True)

    @property
    def problem(self) -> str:
        """Why the last update failed, as text; empty where it did not."""
        return self._problem

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            follow(self._workplace, self._stop, self._heard)
        except FoundationQAError as error:
            self._problem = str(error)

    def _heard(self, outcome: "IndexChange | FoundationQAError") -> None:
        self._problem = str(outcome) if isinstance(outcome, FoundationQAError) else ""
