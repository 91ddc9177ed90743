"""Make the files of the bench anew: ``make documents-files``, or ``ARGS="pdf docx"`` for those kinds alone.

Each module in ``makers/`` has ``JOBS``: what is made of which content. A tool that is not here is named, and its files
stay as they are. The files are in the repository, so that the bench runs without these tools.
"""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from jobs import Job, MissingTool
from manifest import FILES, MadeFile, keep_files, load_files
from written import load_contents

_MAKERS = Path(__file__).parent / "makers"
_LARGEST = 160_000  # bytes of a file, and of all
_LARGEST_SUM = 1_500_000


def jobs() -> Iterator[Job]:
    """All jobs of all makers."""
    sys.path.insert(0, str(_MAKERS))
    for path in sorted(_MAKERS.glob("*.py")):
        yield from getattr(import_module(path.stem), "JOBS", ())


def main(kinds: list[str]) -> None:
    """Make what is of ``kinds``; of no kinds: all."""
    made = {file.file: file for file in load_files()}
    wanted = [job for job in jobs() if not kinds or Path(job.file).suffix[1:] in kinds or job.file in kinds]
    for job in wanted:
        path = FILES / job.file
        try:
            maker, pages = job.make(load_contents()[job.content], path)
        except MissingTool as missing:
            print(f"{job.file} stays as it is: {missing}")
            continue
        made[job.file] = MadeFile(
            file=job.file,
            content=job.content,
            maker=maker,
            form=job.form,
            pages=pages,
            leaves_out=job.leaves_out,
            furniture=job.furniture,
            held_back=job.held_back,
        )
        size = path.stat().st_size
        print(f"{job.file}: {maker}, {pages} pages, {size / 1000:.0f} kB{'  TOO LARGE' if size > _LARGEST else ''}")
    known = {job.file for job in jobs()}
    keep_files([file for name, file in made.items() if name in known])
    whole = sum(file.path.stat().st_size for file in load_files())
    print(f"{len(load_files())} files, {whole / 1e6:.2f} MB{'  TOO LARGE' if whole > _LARGEST_SUM else ''}")


if __name__ == "__main__":
    main(sys.argv[1:])
