"""What finds writing in a picture, and reads it: the library rapidocr, whose models come with its package.

It runs on OpenVINO where that is, as the models of this program do, and on onnxruntime elsewhere. Nothing is fetched:
it is given the files of its models by name. It is loaded when the first picture comes, in the process of the readers.
"""

import os
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, Protocol

HEIGHT = 48
"""Pixels of a strip, which is what the models were trained with."""

COMMAND = 'pip install "foundation-qa[ocr]"'
"""What brings the library."""

_MODELS = {"Det": "PP-OCR*_det_*.onnx", "Rec": "PP-OCR*_rec_*.onnx"}
_SHORTEST = 320  # pixels; rapidocr makes shorter strips as long
_STEP = 144  # pixels; longer strips get a multiple of this length, a multiple of their height that it leaves alone
_LONGEST = _STEP * 24
_GRAIN = 128  # pixels; pictures get sides that are multiples of it
_MOST_SIZES = 6  # of pictures; for each OpenVINO keeps up to 100 MB
_GREY = (127, 127, 127)  # what stands for nothing, to the model that reads
_MOST_THREADS = 4  # more gain little, and others want to compute as well

Point = tuple[float, float]


class Corners(NamedTuple):
    """Of a line of writing, in pixels of its picture."""

    upper_left: Point
    upper_right: Point
    lower_right: Point
    lower_left: Point


class Recogniser(Protocol):
    """Finds and reads writing. Pictures are those of the library Pillow, in RGB."""

    def find(self, picture: Any, /) -> list[Corners]:
        """The lines in ``picture``, whatever they say and however they are turned, as they are looked at."""

    def read(self, strip: Any, /) -> tuple[str, float]:
        """What is written on ``strip``, one upright line that is :data:`HEIGHT` pixels high, and how sure that is, 0 to
        1; empty where nothing can be read."""


def is_installed() -> bool:
    """Whether writing can be recognised here, without loading what does it."""
    return find_spec("rapidocr") is not None and (find_spec("openvino") or find_spec("onnxruntime")) is not None


@cache
def recogniser() -> Recogniser:
    """What recognises writing in this process; ImportError where it is not installed."""
    return _RapidOcr()


class _RapidOcr:
    def __init__(self) -> None:
        # OpenVINO reports to Google Analytics that it is imported, wherever it finds this; see the encoder's import.
        sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # so it cannot be imported
        import numpy
        import rapidocr

        self._numpy, self._library = numpy, rapidocr
        self._sizes: set[tuple[int, int]] = set()
        self._engine: Any = self._loaded()

    def _loaded(self) -> Any:
        engine = self._library.EngineType.OPENVINO if find_spec("openvino") else self._library.EngineType.ONNXRUNTIME
        models = Path(self._library.__file__).parent / "models"
        threads = min(_processors(), _MOST_THREADS)
        settings: dict[str, Any] = {
            "Global.log_level": "critical",
            "Global.max_side_len": 1_000_000,  # pictures have the size that they are to have
            "Global.text_score": 0.0,  # who asks decides
            "Rec.rec_batch_num": 1,
            "EngineConfig.openvino.inference_num_threads": threads,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
        for task, pattern in _MODELS.items():
            settings |= {f"{task}.engine_type": engine, f"{task}.model_path": str(max(models.glob(pattern)))}
        return self._library.RapidOCR(params=settings)

    def find(self, picture: Any, /) -> list[Corners]:
        size = _rounded_up(picture.width, _GRAIN), _rounded_up(picture.height, _GRAIN)
        if size not in self._sizes and len(self._sizes) >= _MOST_SIZES:
            self._engine, self._sizes = self._loaded(), set()
        self._sizes.add(size)
        found = self._engine(self._pixels(picture, size), use_det=True, use_cls=False, use_rec=False)
        if found.boxes is None:
            return []
        return [_named([(float(x), float(y)) for x, y in box]) for box in found.boxes]

    def read(self, strip: Any, /) -> tuple[str, float]:
        if strip.width > _LONGEST:
            strip = strip.resize((_LONGEST, strip.height))
        length = strip.width if strip.width <= _SHORTEST else _rounded_up(strip.width, _STEP)
        pixels = self._pixels(strip, (length, strip.height))
        found = self._engine(pixels, use_det=False, use_cls=False, use_rec=True)
        return (found.txts[0], float(found.scores[0])) if found.txts else ("", 0.0)

    def _pixels(self, picture: Any, size: tuple[int, int]) -> Any:
        """``picture`` with nothing to the right of it and below, as the library takes it: blue first."""
        wide, high = size
        pixels = self._numpy.full((high, wide, 3), _GREY, self._numpy.uint8)
        pixels[: picture.height, : picture.width] = self._numpy.asarray(picture)[:, :, ::-1]
        return pixels


def _named(points: list[Point]) -> Corners:
    """The corners of a line as it is looked at: the library begins with another one where lines run up and askew."""
    first = min(range(len(points)), key=lambda at: sum(points[at]))
    return Corners(*points[first:], *points[:first])


def _rounded_up(number: int, step: int) -> int:
    return -(-number // step) * step


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
