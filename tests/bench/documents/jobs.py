"""What a maker offers: jobs, each a file to be made of a content."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from written import Block, Content, Kind

Make = Callable[[Content, Path], tuple[str, int]]
"""Writes a file of a content; gives the tools with their versions, and how many pages (slides, cells, …) there are."""


class MissingTool(Exception):
    """A tool that is not installed here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A file to be made."""

    file: str
    content: str
    form: str  # what is particular about it, in a few words
    make: Make
    leaves_out: tuple[str, ...] = ()  # see MadeFile
    furniture: tuple[str, ...] = ()  # likewise
    held_back: bool = False


def run_tool(command: Sequence[str | Path], folder: Path | None = None) -> str:
    """What a program prints; :class:`MissingTool` where there is none, :class:`RuntimeError` where it fails."""
    if not shutil.which(str(command[0])):
        raise MissingTool(f"{command[0]} is not installed")
    done = subprocess.run(
        [str(each) for each in command], cwd=folder, capture_output=True, encoding="utf-8", errors="replace"
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


def groups_of(blocks: Sequence[Block]) -> list[list[Block]]:
    """``blocks`` with items that follow one another together, and each note with the paragraph that it belongs to."""
    groups: list[list[Block]] = []
    for block in blocks:
        last = groups[-1][-1] if groups else None
        items = last and block.kind is last.kind is Kind.ITEM and block.numbered == last.numbered
        if items or block.kind is Kind.NOTE:
            groups[-1].append(block)
        else:
            groups.append([block])
    return groups
