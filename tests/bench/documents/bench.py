"""What readers find in documents whose words are known: ``make bench-documents``.

Ours beside pdfminer.six, pypdf and markitdown on the same files, each file in a process of its own, one after another.
``--files FOLDER`` reads other files, whose words nobody has written down: their seconds, memory, pages and passages,
and how far their words agree with those that pdfminer.six finds. ``--long PAGES`` does that with a made PDF.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import yaml
from figures_table import Row, table_of, worst_of
from long_file import long_pdf
from manifest import MadeFile, load_files
from measures import measure
from read_file import OURS
from readings import Reading, is_markdown, read_in_process, readers_there, reads
from real_files import real_table

FIGURES = Path(__file__).parent / "figures.yaml"
"""What was measured of ours, by file; ``--write`` writes it, and a test holds it."""

_HELD = ("recall", "order", "headings", "rows", "answers", "furniture")


def row_of(file: MadeFile, reader: str, reading: Reading) -> Row:
    """The figures of what ``reader`` made of ``file``."""
    figures = measure(file.truth, reading.text, markdown=is_markdown(reader))
    return asdict(figures) | {"seconds": reading.seconds / file.pages, "megabytes": reading.megabytes}


def main() -> None:
    """The command ``make bench-documents``."""
    parser = argparse.ArgumentParser(description="What readers find in documents whose words are known.")
    parser.add_argument("--kinds", default="", help="pdf,docx,…: of these alone")
    parser.add_argument("--ours", action="store_true", help="without the other libraries")
    parser.add_argument("--worst", type=int, default=5, help="files to name of each figure (default: 5)")
    parser.add_argument("--files", type=Path, metavar="FOLDER", help="real files, of which nobody knows the words")
    parser.add_argument("--long", type=int, metavar="PAGES", help="a made PDF of so many pages")
    parser.add_argument("--write", action="store_true", help="keep ours in figures.yaml, which a test holds")
    options = parser.parse_args()
    kinds = tuple(filter(None, options.kinds.split(",")))
    readers = readers_there()[: 1 if options.ours else None]
    if len(readers) == 1 and not options.ours:
        print("The other libraries are not measured: `make build/other-readers` installs them.", file=sys.stderr)
    if options.long:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "long.pdf").write_bytes(long_pdf(options.long))
            print("\n".join(real_table(Path(folder), kinds, readers)))
        return
    if options.files:
        print("\n".join(real_table(options.files, kinds, readers)))
        return
    files = [file for file in load_files() if not kinds or file.kind in kinds]
    if not files:
        parser.error(
            f"--kinds is {options.kinds}; there are files of: {', '.join(sorted({f.kind for f in load_files()}))}"
        )
    rows = {reader: measured(files, reader) for reader in readers}
    print("\n".join(table_of(_groups(files, rows))))
    print(
        f"\nOurs, the worst:\n\n{chr(10).join(f'- {line}' for line in worst_of(rows[OURS], options.worst)) or '- none'}"
    )
    if options.write:
        keep_figures(rows[OURS])


def measured(files: Sequence[MadeFile], reader: str) -> dict[str, Row]:
    """The figures of the ``files`` that ``reader`` reads, by name; one that cannot be read is named."""
    rows: dict[str, Row] = {}
    for number, file in enumerate(files, 1):
        if not reads(reader, file.kind):
            continue
        if sys.stderr.isatty():
            print(f"\r{reader}: {number} of {len(files)}  ", end="", file=sys.stderr, flush=True)
        reading = read_in_process(reader, file.path)
        if reading.error:
            print(f"{reader} cannot read {file.file}: {reading.error}", file=sys.stderr)
        rows[file.file] = row_of(file, reader, reading)
    return rows


def _groups(files: Sequence[MadeFile], rows: dict[str, dict[str, Row]]) -> dict[str, list[Row]]:
    """By kind: ours of the files that were there before the readers were mended, of those held back, and the others."""
    groups: dict[str, list[Row]] = {}
    for kind in dict.fromkeys(file.kind for file in files):
        of_kind = [file for file in files if file.kind == kind]
        for reader, read in rows.items():
            if any(file.file in read for file in of_kind):
                groups[f"{kind}, {reader}"] = [read[file.file] for file in of_kind]
            held = [file for file in of_kind if file.held_back and file.file in read]
            if held and reader == OURS:
                groups[f"{kind}, {reader}, held back"] = [read[file.file] for file in held]
                groups[f"{kind}, {reader}, the others"] = [read[file.file] for file in of_kind if file not in held]
    return groups


def keep_figures(rows: dict[str, Row]) -> None:
    """Write down what a test is to hold, beside what is there of other files."""
    kept = yaml.safe_load(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    for name, row in rows.items():
        kept[name] = {key: round(value, 4) for key in _HELD if (value := row[key]) is not None}
    kept = {name: kept[name] for name in sorted(kept) if name in {file.file for file in load_files()}}
    FIGURES.write_text(yaml.safe_dump(kept, sort_keys=False), encoding="utf-8")


if __name__ == "__main__":
    main()
