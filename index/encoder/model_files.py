"""The files of a sentence-transformers model: where they lie, and what kind of model they make."""

import json
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from corpus.errors import EncoderError

MODULES, SETTINGS = "modules.json", "config_sentence_transformers.json"

_KINDS = ("MultiVectorEncoder", "ColBERT")  # the second is PyLate's name, which sentence-transformers reads as its own
_FAMILIES = ("sentence_transformers.multi_vector_encoder.", "pylate.")  # modules that no other kind of model has
_STANFORD = "HF_ColBERT"  # the architecture of ColBERT's first authors, which needs no modules
_NEEDED = {  # module -> a file without which the library takes something else, or raises what nobody understands
    "Transformer": ("sentence_bert_config.json",),
    "Dense": ("config.json",),
    "MultiVectorMask": ("config.json",),
}
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")


def model_folder(place: str, local: bool) -> Path:
    """The folder of the model in the folder, or of the name on the hub, ``place``; see :func:`_fetched`."""
    return Path(place) if local else _fetched(place)


def is_multi_vector(folder: Path) -> bool:
    """Whether the files in ``folder`` make a model with several vectors a text, or are what is left of one.

    As sentence-transformers tells them apart: by what kind the settings name, else by the architecture; and by the
    modules, where the settings are gone. False where a file cannot be read: whoever loads the model is told of it.
    """
    kind = _mapping(folder / SETTINGS).get("model_type")
    if kind in _KINDS or any(name.startswith(_FAMILIES) for name, _ in _modules(folder)):
        return True
    return kind is None and _is_stanford(folder)


def check_multi_vector(folder: Path) -> None:
    """:class:`EncoderError` where a part of the multi-vector model in ``folder`` is missing.

    The library loads many of those without a word, with a projection of random numbers or without its own settings.
    """
    modules = _modules(folder)
    if not modules:
        if not _is_stanford(folder):
            raise EncoderError(f"it is half a multi-vector model: {MODULES} is missing or names no modules")
        return
    if _mapping(folder / SETTINGS).get("model_type") not in _KINDS:
        raise EncoderError(f"it is half a multi-vector model: {SETTINGS} is missing, or does not say that it is one")
    for name, path in modules:
        own = name.rpartition(".")[2]
        missing = [file for file in _NEEDED.get(own, ()) if not (folder / path / file).is_file()]
        if own == "Dense" and not any((folder / path / file).is_file() for file in _WEIGHTS):
            missing.append(_WEIGHTS[0])
        if missing:
            place = (Path(path) / missing[0]).as_posix()
            raise EncoderError(f"it is half a multi-vector model: {place} is missing")


def _is_stanford(folder: Path) -> bool:
    return _STANFORD in (_mapping(folder / "config.json").get("architectures") or ())


def _modules(folder: Path) -> list[tuple[str, str]]:
    """Type and path of each module that ``folder`` names."""
    listed = _read(folder / MODULES)
    entries = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return [(str(each.get("type", "")), str(each.get("path", ""))) for each in entries]


def _mapping(path: Path) -> dict[str, Any]:
    found = _read(path)
    return found if isinstance(found, dict) else {}


def _read(path: Path) -> Any:
    """The JSON in a file; None where it is not there, or is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def _fetched(name: str) -> Path:
    """The folder of a model of the hub in the hub's cache, brought there first; OSError where that cannot be done.

    One question whether the hub answers comes first: a download without a network retries for a minute.
    """
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except LocalEntryNotFoundError:
        pass
    if not constants.HF_HUB_OFFLINE:
        try:
            urlopen(constants.ENDPOINT, timeout=10).close()
        except HTTPError:
            pass  # it answered
        except OSError as error:
            raise OSError(
                f"it is not in the hub's cache on this machine, and the hub does not answer ({error})"
            ) from error
    return Path(snapshot_download(name))
