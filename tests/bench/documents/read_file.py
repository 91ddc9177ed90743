"""A process that reads one file with one reader: ``python read_file.py READER FILE``.

It says as a line of JSON what was read, how many seconds that took without the imports, and the most memory the process
held. ``python read_file.py`` alone says which other readers are there.
"""

import json
import resource
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from other_readers import OTHER_READERS, Read, is_there

OURS = "ours"


def _ours(path: Path) -> tuple[Read, dict[str, Any]]:
    """Our reader of the format, without the process that it usually has; and what it finds beside the text."""
    from corpus.files.document_process import ProcessReader
    from corpus.files.formats import READERS

    reader = READERS[path.suffix.lower()]
    if isinstance(reader, ProcessReader):
        module, _, name = reader.name.partition(":")
        reader = getattr(import_module(module), name)
    found: dict[str, Any] = {}

    def read(name: str) -> str:
        content = reader(Path(name).read_bytes(), Path(name))
        found["pages"] = len({place.label for place in content.places})
        return content.text

    if path.suffix.lower() == ".pdf":
        import_module("corpus.files.pdf.reader")
    return read, found


def main() -> None:
    """Read, and say so."""
    if len(sys.argv) < 3:
        print(json.dumps([name for name in OTHER_READERS if is_there(name)]))
        return
    name, path = sys.argv[1], Path(sys.argv[2])
    found: dict[str, Any] = {}
    if name == OURS:
        read, found = _ours(path)
    else:
        read = OTHER_READERS[name].load()
    begin = time.perf_counter()
    try:
        text, error = read(str(path)), ""
    except Exception as fault:  # noqa: BLE001  a library that fails on a file is a result
        text, error = "", f"{type(fault).__name__}: {fault}"[:200]
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    print(json.dumps({"text": text, "error": error, "seconds": seconds, "megabytes": peak, **found}))


if __name__ == "__main__":
    main()
