"""The index follows the texts while they are edited."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from corpus import CorpusError, FoundationQAError
from corpus.files.formats import SUFFIXES
from corpus.files.own_folders import is_own
from ui import terminal
from ui.workspace.update_run import UpdateCancelledError
from ui.workspace.workspace import Workplace

if TYPE_CHECKING:
    from watchfiles import Change

    from index import IndexChange

_QUIET = 200  # milliseconds without a further change, after which an edit counts as saved
_AGAIN = 0.5  # seconds after which an update that failed is tried again, then twice as long each time,
_SLOWEST = 30.0  # and at last so long


def follow(workplace: Workplace, stop: Event, told: Callable[["IndexChange | FoundationQAError"], None]) -> None:
    """Update the index whenever its texts have changed, until ``stop`` is set.

    ``told`` hears what each update did; or why it failed, once for each reason: then it is tried again, as it is where
    some of the texts cannot be read. An update that had nothing to do is not mentioned, unless it ends a failure.
    """
    failure, idle, patience = "", 0.0, _AGAIN
    for changed in _occasions(workplace, stop):
        if not changed:
            idle += _AGAIN
            if not failure or idle < patience:
                continue
        patience = _AGAIN if changed else min(2 * patience, _SLOWEST)
        idle = 0.0
        try:
            change = workplace.update(quietly=True)
        except UpdateCancelledError:
            failure = ""  # whoever cancelled it wants no further try until there is a further change
        except FoundationQAError as error:
            if str(error) != failure:
                failure = str(error)
                told(error)
        else:
            problems = "\n".join(map(str, change.problems))
            if problems != failure or not change.empty:
                failure = problems
                told(change)


def _occasions(workplace: Workplace, stop: Event) -> Iterator[bool]:
    """True whenever the texts may have changed; False from time to time, for those who want to try again."""
    import watchfiles

    while not stop.is_set():
        folders = [path for path in workplace.folders() if path.is_dir()]
        if len(folders) < len(workplace.folders()):
            yield True
            stop.wait(_AGAIN)  # a folder that is not there cannot be watched
            continue
        waiting = int(1000 * _AGAIN)
        watched = False
        roots = {str(each) for folder in folders for each in (folder, folder.resolve())}
        try:
            for changes in watchfiles.watch(
                *folders,
                watch_filter=_Texts(folders),
                stop_event=stop,
                debounce=1600,
                step=_QUIET,
                rust_timeout=waiting,
                yield_on_timeout=True,
            ):
                gone = roots.intersection(name for _, name in changes) or not all(path.is_dir() for path in folders)
                if gone or workplace.folders() != folders:
                    break  # another folder of the same name has to be watched anew
                # The first time all that was saved before counts, too: nothing that is saved from now on is missed.
                yield bool(changes) or not watched
                watched = True
        except FileNotFoundError:
            stop.wait(_AGAIN)  # a folder went between the look at it and the watch
        except OSError as error:  # as where the system watches no more files for one user
            raise CorpusError(
                f"The folders of texts cannot be watched: {error}. Set WATCHFILES_FORCE_POLLING=true to look for "
                f"changes instead, or run 'foundation-qa index update' after an edit."
            ) from error


class _Texts:
    """Passes over what is no text and no list beside the texts, and all files of an index in the same folder: what an
    update writes there would be the reason for the next one."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._roots = [*folders, *(folder.resolve() for folder in folders)]  # systems differ in which they tell

    def __call__(self, change: "Change", name: str) -> bool:
        path = Path(name)
        # A folder that comes or goes takes its texts along; one that is gone cannot be told from a file.
        kind = path.suffix.lower() in (*SUFFIXES, ".yaml") or path.is_dir() or change.name == "deleted"
        roots = [root for root in self._roots if path.is_relative_to(root)]
        return kind and any(not _is_hidden(path, root) and not is_own(path, root) for root in roots)


def _is_hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


class Watch:
    """Follows the texts in a thread of its own, beside a page that is being served. ``updated`` hears True whenever the
    index has changed, and False whenever an update failed, once for each reason, or the texts are followed no more."""

    def __init__(self, workplace: Workplace, updated: Callable[[bool], None] | None = None) -> None:
        self._workplace, self._updated = workplace, updated
        self._problem = ""
        self._stop = Event()
        self._thread = Thread(target=self._run, name="watch", daemon=True)

    @property
    def problem(self) -> str:
        """Why the last update failed, or what it found wrong with texts, as text; empty where nothing is."""
        return self._problem

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        while self._thread.is_alive():  # again and again: one may be just about to begin
            self._workplace.updates.cancel()  # nobody is there to see it land: the next start makes it
            self._thread.join(_AGAIN)

    def _run(self) -> None:
        try:
            follow(self._workplace, self._stop, self._heard)
        except FoundationQAError as error:
            self._heard(error)
        except Exception as error:
            self._count(False)
            # A fault of this program: the page tells that the texts are no longer followed, the log gets the traceback.
            self._problem = f"The texts are no longer watched: {error or type(error).__name__}."
            raise

    def _heard(self, outcome: "IndexChange | FoundationQAError") -> None:
        if isinstance(outcome, FoundationQAError) or not outcome.empty:
            self._count(not isinstance(outcome, FoundationQAError))
        # The log is told where the texts are, and visitors are not.
        if isinstance(outcome, FoundationQAError):
            self._problem = str(outcome)
            terminal.warn(self._problem)
        else:
            self._problem = "\n".join(map(str, outcome.problems))
            self._workplace.told_problems.tell(outcome)

    def _count(self, landed: bool) -> None:
        if self._updated is not None:
            self._updated(landed)
