"""An encoder that workers on a cluster make for themselves: it writes down what it embeds, and fails on demand."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from fake_encoder import FakeEncoder

from index.encoder import Encoded
from index.encoder.progress import Progress, quiet


class ClusterEncoder(FakeEncoder):
    """A fake encoder that takes ``seconds`` for each passage, and writes a line into ``log`` where it has it.

    At a passage that holds ``raises_at`` it raises ValueError, at one that holds ``dies_at`` its process ends, but
    where the file ``died`` in ``log`` says that one did already.
    """

    def __init__(
        self,
        log: Path,
        *,
        digest: str = "fake-0123456789",
        seconds: float = 0.0,
        raises_at: str = "",
        dies_at: str = "",
        dies_once: bool = True,
    ) -> None:
        super().__init__(digest)
        self._log, self._seconds = log, seconds
        self._raises_at, self._dies_at, self._dies_once = raises_at, dies_at, dies_once

    def encode_passages(self, texts: Sequence[str], progress: Progress = quiet) -> Iterator[tuple[int, Encoded]]:
        for number, encoded in super().encode_passages(texts, progress):
            if self._raises_at and self._raises_at in texts[number]:
                raise ValueError(f"nobody embeds {self._raises_at}")
            if self._dies_at and self._dies_at in texts[number] and not (self._dies_once and self._died()):
                os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(self._seconds)
            with (self._log / f"{os.getpid()}.txt").open("a", encoding="utf-8") as stream:
                stream.write(texts[number].replace("\n", " ") + "\n")
            yield number, encoded

    def _died(self) -> bool:
        """Whether a process has died of it already; the first that asks is the one that does."""
        try:
            (self._log / "died").touch(exist_ok=False)
        except FileExistsError:
            return True
        return False


def embedded(log: Path) -> list[str]:
    """The passages that were embedded, by all of them."""
    return [line for path in log.glob("*.txt") for line in path.read_text(encoding="utf-8").splitlines()]


def processes(log: Path) -> list[int]:
    """Those that embedded something."""
    return sorted(int(path.stem) for path in log.glob("*.txt"))
