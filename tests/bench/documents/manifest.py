"""Which files there are to be read, and what each says: ``files/files.yaml``, which ``make_files.py`` writes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml
from measures import Truth
from written import Block, Kind, load_contents

FILES = Path(__file__).parent / "files"
_MANIFEST = FILES / "files.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFile:
    """A file that a maker made of a content."""

    file: str  # below ``files/``
    content: str  # its name
    maker: str  # the tools that made it, with their versions
    form: str  # what is particular about it, in a few words
    pages: int = 1  # or slides, sheets, chapters, cells
    leaves_out: tuple[str, ...] = ()  # kinds of blocks that the maker does not write; also "caption", "title"
    furniture: tuple[str, ...] = ()  # running heads and feet; "{page}" and "{pages}" in the place of numbers
    held_back: bool = False  # made after the readers were mended for the others, and never looked at for that

    @property
    def path(self) -> Path:
        """Where it lies."""
        return FILES / self.file

    @property
    def kind(self) -> str:
        """Its suffix, without the dot."""
        return self.path.suffix.removeprefix(".")

    @property
    def truth(self) -> Truth:
        """What it says."""
        content = load_contents()[self.content]
        left = content.blocks["title" in self.leaves_out :]
        blocks = tuple(self._written(block) for block in left if block.kind not in self.leaves_out)
        return Truth(content, blocks, self.furniture, self.pages)

    def _written(self, block: Block) -> Block:
        bare = block.kind is Kind.TABLE and "caption" in self.leaves_out
        return Block(kind=block.kind, head=block.head, rows=block.rows) if bare else block


def load_files() -> list[MadeFile]:
    """All files of the manifest."""
    listed = yaml.safe_load(_MANIFEST.read_text(encoding="utf-8")) if _MANIFEST.exists() else []
    return [_file(one) for one in listed]


def _file(said: Mapping[str, Any]) -> MadeFile:
    values: dict[str, Any] = {key: tuple(each) if isinstance(each, list) else each for key, each in said.items()}
    return MadeFile(**values)


def keep_files(files: Sequence[MadeFile]) -> None:
    """Write the manifest, by name; what is as usual is not said."""
    usual = asdict(MadeFile(file="", content="", maker="", form=""))
    said = [
        {
            key: list(each) if isinstance(each, tuple) else each
            for key, each in asdict(file).items()
            if each != usual[key]
        }
        for file in sorted(files, key=lambda file: file.file)
    ]
    _MANIFEST.write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=118), encoding="utf-8")
