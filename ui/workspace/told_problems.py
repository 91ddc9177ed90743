"""What a person was told of troubles with the texts: it is not told in full again until it changes.

INDEX/told.json                what was told last, beside an index that nobody named; where it is lost, all is told
"""

import json
import shlex
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ui import terminal

if TYPE_CHECKING:
    from index import IndexChange

_FILE = "told.json"


class ToldProblems:
    """Tells on stderr of troubles that updates find; of those it told the last time, only how many there are.

    ``command`` lists them all. With a ``folder`` of an index the next process knows what this one told.
    """

    def __init__(self, command: str, folder: Path | None = None) -> None:
        self._command, self._path = command, folder and folder / _FILE
        self._known: frozenset[str] = frozenset()
        if self._path:
            with suppress(OSError, ValueError, TypeError):
                self._known = frozenset(map(str, json.loads(self._path.read_text(encoding="utf-8"))))

    def tell(self, change: "IndexChange", *, whole: bool = False) -> None:
        """Tell what ``change`` found; the ``whole`` of it to those who want to know it all."""
        terminal.warn_of_problems(change, () if whole else self._known, self._command)
        found = frozenset(map(str, change.problems))
        if self._path and found != self._known:
            from index.disk import replace_file  # later: a command that only prints starts sooner

            with suppress(OSError):  # then it is told once more
                data = json.dumps(sorted(found), ensure_ascii=False, indent=1)
                replace_file(self._path, data.encode("utf-8", "replace"), durable=False)
        self._known = found


def status_command(corpus: Sequence[str], index: str) -> str:
    """The command that lists what is wrong with the texts of these options."""
    options = [part for folder in corpus for part in ("--corpus", folder)] + (["--index", index] if index else [])
    return shlex.join(["foundation-qa", "index", "status", *options])
