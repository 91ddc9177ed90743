"""What below a folder of texts is the program's own, and no text: parts of an index, and the user's data and cache.

An index may lie among the texts. It keeps a copy of them, which would be indexed in its turn, again and again.
"""

import re
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from corpus.user_folders import cache_folder, data_folder

# As index.storage writes them, of all formats there have been; tests/index/test_safety.py holds the two together.
_BESIDE = r"(\.[0-9a-f]{8})?(\.partial)?"
_PART = re.compile(rf"(segment-[0-9a-f]{{12}}|\d{{8}}T\d{{6}}-[0-9a-f]{{8}}){_BESIDE}")
_FILE = re.compile(
    rf"((manifest|unread)\.json|CURRENT|(calibration|glossary|stamps)-[0-9a-f]{{16}}\.\w+|embedded-[0-9a-f]{{16}}\.bin)"
    rf"{_BESIDE}|lock"
)
_MARK = re.compile(r"manifest\.json|CURRENT|calibration-[0-9a-f]{16}\.npz")  # what no index is without


def own_folders() -> frozenset[Path]:
    """The folders of the user's that hold what the program keeps, with no link on the way."""
    return frozenset({data_folder().resolve(), cache_folder().resolve()})


def is_index_part(name: str, beside: Collection[str]) -> bool:
    """Whether the folder called ``name``, with the files ``beside`` it, is the part of an index that holds texts.

    The name alone would do for a folder of somebody's: what no index is without has to lie beside it.
    """
    return bool(_PART.fullmatch(name)) and any(map(_MARK.fullmatch, beside))


def is_own(path: Path, root: Path) -> bool:
    """Whether ``path``, which lies below ``root`` and may be gone, is the program's own, or lies in what is."""
    own, place = own_folders(), root
    for name in path.relative_to(root).parts:
        if (_PART.fullmatch(name) or _FILE.fullmatch(name)) and any(map(_MARK.fullmatch, _names_in(place))):
            return True
        place /= name
        if place.resolve() in own:
            return True
    return False


def _names_in(folder: Path) -> list[str]:
    with suppress(OSError):
        return [path.name for path in folder.iterdir()]
    return []
