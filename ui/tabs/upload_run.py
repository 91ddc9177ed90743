"""Files that a visitor brings, while they are read and kept: how far that is, and an end to it."""

import secrets
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from html import escape
from pathlib import Path
from threading import Lock, Thread

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
        self._uploads, self._files, self._replace = uploads, files, replace
        self._reading: FileProgress | None = None
        self._stopped = False
        self._looked = time.monotonic()

    def stop(self) -> None:
        """Read no further; what is kept already stays."""
        self._stopped = True

    def html(self) -> Iterator[str]:
        """How far it is, now and then, where that takes a while; at last what became of each file."""
        kept: Future[list[str]] = Future()
        Thread(target=self._keep, args=(kept,), name="upload", daemon=True).start()
        try:
            while not _settled(kept):
                self._looked = time.monotonic()
                yield self._progress_html()
        finally:
            self.stop()
        lines = kept.result()
        hint = words_html("sources.added_hint")
        added = any(line.startswith("<p>") for line in lines)
        yield f'<div class="outcome" role="status">{"".join(lines)}{f"<p>{hint}</p>" if added else ""}</div>'

    def _keep(self, kept: Future[list[str]]) -> None:
        try:
            kept.set_result(self._lines())
        except BaseException as error:
            kept.set_exception(error)
            raise

    def _lines(self) -> list[str]:
        lines = []
        for file in self._files:
            try:
                self._heard(FileProgress(file.name))
                name = self._uploads.add(file.name, file, replace=self._replace, reading=self._heard)
                lines.append(f"<p>{words_html('sources.added')} {escape(name)}</p>")
            except CorpusError as error:
                lines.append(problem_html(error))
            finally:
                file.unlink(missing_ok=True)  # Gradio's own copy
        return lines

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

    Who brings a file while another of theirs is read sees what becomes of both.
    """

    def __init__(self) -> None:
        self._runs: dict[str, UploadRun] = {}
        self._visitors: Counter[str] = Counter()  # how many each has under way
        self._ended: dict[str, str] = {}  # visitor -> what became of those that ended beside others
        self._lock = Lock()

    def html(self, visitor: str, run: UploadRun) -> Iterator[str]:
        """:meth:`UploadRun.html` of ``run``, below what became of others of the same ``visitor`` meanwhile."""
        with self._lock:
            self._runs[run.token] = run
            self._visitors[visitor] += 1
        shown, last = "", ""
        try:
            for shown in run.html():
                yield self._ended.get(visitor, "") + shown
            last = shown
        finally:
            with self._lock:
                del self._runs[run.token]
                self._visitors[visitor] -= 1
                if self._visitors[visitor]:
                    self._ended[visitor] = self._ended.get(visitor, "") + last
                else:
                    del self._visitors[visitor]
                    self._ended.pop(visitor, None)

    def stop(self, token: str) -> None:
        """Stop the one that is known by ``token``, if there is one."""
        if run := self._runs.get(token):
            run.stop()


def _settled(kept: Future[list[str]]) -> bool:
    """Whether it is over, after a moment."""
    try:
        kept.exception(_LOOK)
    except TimeoutError:
        return False
    return True
