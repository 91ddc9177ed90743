"""Files that a visitor brings, while they are read and kept: how far that is, and an end to it."""

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from corpus import CorpusError
from corpus.files.progress import FileProgress
from ui.html.messages import problem_html
from ui.html.visitor_message import VisitorError
from ui.html.words import label, words_html
from ui.tabs.sources_html import reading_words
from ui.workspace.uploads import Uploads

_LOOK = 0.4  # seconds between two looks at how far it is
_FORGOTTEN = 30.0  # seconds without such a look, after which the visitor has left, and nothing more is read


class UploadRun:
    """Files that are being kept among ``uploads``, one after the other, in a thread of its own.

    ``token`` is what its visitor alone knows: whoever says it may end it.
    """

    def __init__(self, uploads: Uploads, files: Sequence[Path], *, replace: bool) -> None:
        self.token = secrets.token_urlsafe(12)
        self.turn = threading.Lock()  # held while a file is read; runs may share one
        self.let_go: Callable[[Path], None] = _remove  # of a file that is kept, or will not be
        self.files = tuple(files)
        self.kept: Future[list[str]] = Future()  # what became of each file
        self._uploads, self._replace = uploads, replace
        self._reading: FileProgress | None = None
        self._stopped = False
        self._looked = time.monotonic()

    def stop(self) -> None:
        """Read no further; what is kept already stays."""
        self._stopped = True

    @property
    def ended(self) -> bool:
        """Whether all is kept, or will not be."""
        return self.kept.done()

    def html(self) -> Iterator[str]:
        """How far it is, now and then, where that takes a while; at last what became of each file."""
        thread = threading.Thread(target=self._keep, name="upload", daemon=True)
        try:
            thread.start()
        except BaseException as error:  # no other call of the visitor's may wait for it
            self.kept.set_exception(error)
            raise
        try:
            while not _settled(self.kept):
                self._looked = time.monotonic()
                yield self.shown()
        finally:
            self.stop()
        self.kept.result()
        yield self.shown()

    def shown(self) -> str:
        """How far it is now, or what became of each file."""
        if not self.ended:
            return self._progress_html()
        if self.kept.exception():  # a fault of ours, which its own visitor's call tells
            return ""
        lines = self.kept.result()
        hint = words_html("sources.added_hint")
        added = any(line.startswith("<p>") for line in lines)
        return f'<div class="outcome" role="status">{"".join(lines)}{f"<p>{hint}</p>" if added else ""}</div>'

    def _keep(self) -> None:
        try:
            self.kept.set_result(self._lines())
        except BaseException as error:
            self.kept.set_exception(error)
            raise

    def _lines(self) -> list[str]:
        lines = []
        with ExitStack() as stack:  # also of those that are not read any more
            for file in reversed(self.files):
                stack.callback(self.let_go, file)
            for file in self.files:
                try:
                    self._heard(FileProgress(file.name))
                    with self._in_turn(file.name):
                        name = self._uploads.add(file.name, file, replace=self._replace, reading=self._heard)
                    lines.append(f"<p>{words_html('sources.added')} {escape(name)}</p>")
                except CorpusError as error:
                    lines.append(problem_html(error))
        return lines

    @contextmanager
    def _in_turn(self, name: str) -> Iterator[None]:
        while not self.turn.acquire(timeout=_LOOK):
            self._heard(FileProgress(name))
        try:
            yield
        finally:
            self.turn.release()

    def _heard(self, reading: FileProgress) -> None:
        if self._stopped or time.monotonic() > self._looked + _FORGOTTEN:
            raise VisitorError("uploads.stopped", name=reading.name)
        self._reading = reading

    def _progress_html(self) -> str:
        reading = self._reading or FileProgress()
        value = f' max="{reading.total}" value="{reading.done}"' if reading.total else ""
        words = words_html("uploads.stopping") if self._stopped else reading_words(reading)
        return (
            f'<div class="outcome progress"><p>{words}</p>'
            f'<progress aria-label="{escape(label("uploads.progress"))}"{value}></progress>'
            f'<button type="button" class="cancel" data-act="stop" data-token="{self.token}"'
            f"{' disabled' if self._stopped else ''}>{words_html('sources.cancel')}</button></div>"
        )


class UploadRuns:
    """Those of all visitors; safe to use from threads.

    Who brings a file while another of theirs is read sees what becomes of both, and has them read one after the other.
    Of a file that is brought twice, by one visitor or by two, Gradio keeps one copy: it is there until the last run
    that has begun is through with it.
    """

    def __init__(self) -> None:
        self._runs: dict[str, UploadRun] = {}
        self._visitors: dict[str, _Visitor] = {}
        self._files: Counter[Path] = Counter()  # by how many runs each is still to be read
        self._lock = threading.Lock()

    def html(self, visitor: str, run: UploadRun) -> Iterator[str]:
        """:meth:`UploadRun.html` of ``run``, together with that of others which the same ``visitor`` has under way, or
        had meanwhile, in the order in which they were begun.

        It goes on until these have ended, too: Gradio does not promise that what two calls say at last comes in the
        order in which it was said, and so they say the same.
        """
        with self._lock:
            of_visitor = self._visitors.setdefault(visitor, _Visitor())
            of_visitor.under_way += 1
            of_visitor.runs.append(run)
            self._runs[run.token] = run
            self._files.update(run.files)
        run.turn, run.let_go = of_visitor.turn, self._let_go
        try:
            ended = 0
            for _ in run.html():
                ended, shown = self._shown(of_visitor)
                yield shown
            # Gradio goes on here when what was said is on its way: a run that begins later is told after it.
            while ended < len(runs := self._runs_of(of_visitor)):
                wait([each.kept for each in runs], _LOOK)
                ended, shown = self._shown(of_visitor)
                yield shown
        finally:
            with self._lock:
                del self._runs[run.token]
                of_visitor.under_way -= 1
                if not of_visitor.under_way:
                    del self._visitors[visitor]

    def _runs_of(self, of_visitor: "_Visitor") -> list[UploadRun]:
        with self._lock:
            return [*of_visitor.runs]

    def _shown(self, of_visitor: "_Visitor") -> tuple[int, str]:
        """How many runs of a visitor had ended, and what is told of all."""
        runs = self._runs_of(of_visitor)
        return sum(run.ended for run in runs), "".join(run.shown() for run in runs)

    def _let_go(self, file: Path) -> None:
        with self._lock:
            self._files[file] -= 1
            if self._files[file] <= 0:
                del self._files[file]
                _remove(file)

    def stop(self, token: str) -> None:
        """Stop the one that is known by ``token``, if there is one."""
        if run := self._runs.get(token):
            run.stop()


@dataclass(slots=True)
class _Visitor:
    """The runs of one visitor, from the first that is under way to the end of the last."""

    runs: list[UploadRun] = field(default_factory=list)
    under_way: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)  # of the one whose file is read


def _remove(file: Path) -> None:
    file.unlink(missing_ok=True)  # Gradio's own copy


def _settled(kept: Future[list[str]]) -> bool:
    """Whether it is over, after a moment."""
    try:
        kept.exception(_LOOK)
    except TimeoutError:
        return False
    return True
