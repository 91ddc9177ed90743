"""PDFs whose pages are pictures, as a scanner makes them, and somebody who reads pictures without a model."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from corpus.files.ocr.recogniser import Corners

DOTS = 200  # an inch
WIDTH, HEIGHT = 612.0, 792.0  # points
_SCALE = DOTS / 72


def pictures_of(raw: bytes) -> list[Any]:
    """The pages of a PDF as pictures."""
    import pypdfium2

    with pypdfium2.PdfDocument(raw) as file:
        return [page.render(scale=_SCALE).to_pil().convert("L") for page in file]


def scanned(*pictures: Any) -> bytes:
    """A PDF whose pages are those pictures."""
    raw = io.BytesIO()
    pictures[0].save(raw, "PDF", resolution=DOTS, save_all=True, append_images=list(pictures[1:]))
    return raw.getvalue()


def scan(raw: bytes, disturbed: Callable[[Any], Any] = lambda picture: picture) -> bytes:
    """The PDF ``raw``, printed and scanned; ``disturbed`` is what happens to each page on the way."""
    return scanned(*map(disturbed, pictures_of(raw)))


def noisy(picture: Any) -> Any:
    """``picture`` with grain, specks and a few dark dots."""
    chance = np.random.default_rng(7)
    pixels = np.asarray(picture).astype(float) + chance.normal(0, 30, (picture.height, picture.width))
    specks = chance.random(pixels.shape)
    pixels[specks < 0.004], pixels[specks > 0.996] = 0, 255
    return Image.fromarray(pixels.clip(0, 255).astype("uint8"))


@dataclass(frozen=True, slots=True)
class Painted:
    """A line of writing that is painted as a bar, ``left`` and ``top`` in points, black where it begins."""

    text: str
    left: float
    top: float
    size: float = 10.0
    score: float = 0.99

    @property
    def width(self) -> float:
        """Of the bar, in points."""
        return sum(1.0 if character >= "\u2e80" else 0.5 for character in self.text) * self.size


class PaintedPages:
    """Pages of bars, and a recogniser that knows what each of them says by its shade.

    It reads each line in the light of its beginning: one that is upside down makes little sense.
    """

    def __init__(self, *pages: Sequence[Painted], askew: float = 0.0, turn: int = 0) -> None:
        self._pages, self._askew, self._turn = pages, askew, turn
        self._next = 0
        self.read_lines = 0
        self.lines = [line for page in pages for line in page]

    @property
    def pictures(self) -> list[Any]:
        """The pages, turned clockwise by ``turn`` quarters, their writing running down by ``askew`` degrees."""
        return [self._picture(page) for page in self._pages]

    def _picture(self, page: Sequence[Painted]) -> Any:
        picture = Image.new("L", (round(WIDTH * _SCALE), round(HEIGHT * _SCALE)), 255)
        draw = ImageDraw.Draw(picture)
        for line in page:
            x, y, high = line.left * _SCALE, line.top * _SCALE, line.size * 1.25 * _SCALE
            wide = line.width * _SCALE
            draw.rectangle((x, y, x + wide, y + high), self._shade(line))
            draw.rectangle((x, y, x + min(0.3 * wide, high), y + high), 0)
        return picture.rotate(-self._askew, Image.Resampling.NEAREST, fillcolor=255).rotate(
            -90 * self._turn, expand=True
        )

    def _shade(self, line: Painted) -> int:
        return 100 + self.lines.index(line) * 4

    def find(self, picture: Any, /) -> list[Corners]:
        page = self._pages[self._next]
        self._next += 1
        upright = (picture.height, picture.width) if self._turn % 2 else picture.size
        scale = upright[0] / WIDTH
        return [self._corners(line, scale, upright) for line in page]

    def _corners(self, line: Painted, scale: float, size: tuple[int, int]) -> Corners:
        left, right = line.left * scale, (line.left + line.width) * scale
        top, bottom = line.top * scale, (line.top + line.size * 1.25) * scale
        wide, high = size
        angle = np.deg2rad(self._askew)
        points = []
        for x, y in ((left, top), (right, top), (right, bottom), (left, bottom)):
            u, v = x - wide / 2, y - high / 2
            points.append(
                (u * np.cos(angle) - v * np.sin(angle) + wide / 2, u * np.sin(angle) + v * np.cos(angle) + high / 2)
            )
        for _ in range(self._turn):  # clockwise
            points = [(high - y, x) for x, y in points]
            wide, high = high, wide
            points = [*points[3:], *points[:3]]  # as they are looked at
        return Corners(*((float(x), float(y)) for x, y in points))

    def read(self, strip: Any, /) -> tuple[str, float]:
        self.read_lines += 1
        pixels = np.asarray(strip.convert("L"))
        middle = pixels[pixels.shape[0] // 2]
        counted = np.bincount(middle[(middle > 90) & (middle < 250)], minlength=256)
        if not counted.any():
            return "", 0.0
        line = self.lines[round((int(counted.argmax()) - 100) / 4)]
        begins = pixels[:, : max(pixels.shape[1] // 20, 2)].mean() < 50
        return (line.text, line.score) if begins else (line.text[::-1], 0.3)
