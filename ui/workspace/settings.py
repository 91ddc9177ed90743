"""The settings file: what may be set, and the checks that catch a slip."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import yaml

from corpus.errors import SettingsError
from corpus.files.limits import LIMITS
from corpus.files.yaml_text import YAML_ERRORS, explain_yaml_error
from corpus.splitting.passages import PASSAGE_WIDTH

if TYPE_CHECKING:
    from index.storage.qdrant.settings import QdrantSettings
    from qa.writing.writer_settings import WriterSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, with their defaults. A command line option wins over its setting."""

    corpus: tuple[str, ...] = ()  # folders of texts, relative to the settings file; none: the built-in texts
    index: str = ""  # folder of the index, relative to the settings file; empty: one in the user's data folder
    encoder: str = "offline"  # "offline", the folder of a sentence-transformers model, or a name on the hub
    reader: str = "offline"  # "offline", "none", or a cross-encoder: its folder, or its name on the hub
    passage_width: int = PASSAGE_WIDTH  # columns of the widest passage, 100 to 4000
    late_interaction: bool = True  # keep token vectors: finds more, takes some 6 kB a passage
    largest_file_mb: float = LIMITS.text / 1e6  # a larger text is refused,
    largest_document_mb: float = LIMITS.document / 1e6  # and a larger PDF, Word file and so on,
    largest_upload_mb: float = 32.0  # and either where a visitor of the page brings it,
    most_upload_pages: int = 2000  # as is one with more pages or slides
    all_uploads_mb: float = 256.0  # that all which visitors brought may have together
    log_gaps: bool = True  # keep the questions that the texts do not answer, on this machine
    share_originals: bool = False  # let visitors of the page download the files that the texts were read from
    store: "QdrantSettings | None" = None  # a Qdrant collection that keeps the index; none: its folder does
    writer: "WriterSettings | None" = None  # a language model that writes sentences from quotes; none: quotes alone

    def __post_init__(self) -> None:
        if not 100 <= self.passage_width <= 4000:
            raise SettingsError(f"'passage_width' is {self.passage_width}; expected 100 to 4000 columns.")
        for name, most in _MOST.items():
            if not 0 < (value := getattr(self, name)) <= most:
                raise SettingsError(f"{name!r} is {value}; expected more than 0, and at most {most}.")


_MOST = {  # of what is to be more than nothing
    "largest_file_mb": 1000,
    "largest_document_mb": 1000,
    "largest_upload_mb": 1000,
    "most_upload_pages": 20_000,
    "all_uploads_mb": 100_000,
}
_EXPECTED = {
    "corpus": "a folder, or a list of folders",
    "index": "a folder",
    "encoder": '"offline", a folder, or a name on the hub',
    "reader": '"offline", "none", a folder, or a name on the hub',
    "passage_width": "a whole number",
    "late_interaction": "true or false",
    "largest_file_mb": "a number",
    "largest_document_mb": "a number",
    "largest_upload_mb": "a number",
    "most_upload_pages": "a whole number",
    "all_uploads_mb": "a number",
    "log_gaps": "true or false",
    "share_originals": "true or false",
    "store": "lines 'kind: qdrant' and 'url: http://127.0.0.1:6333' below it",
    "writer": "lines 'base_url: http://127.0.0.1:11434/v1' and 'model: ...' below it",
}
_EXPECTED_OF = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


def load_settings(path: str | Path | None) -> Settings:
    """The settings in the YAML file ``path``; the defaults without one.

    :class:`SettingsError` where the file cannot be read, or holds a key or a value that means nothing.
    """
    if path is None:
        return Settings()
    path = Path(path)
    try:
        facts = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error.strerror}.") from error
    except YAML_ERRORS as error:
        where, _ = explain_yaml_error(error, " (line {})")
        raise SettingsError(
            f"The settings file {path} is not YAML in UTF-8{where}: write 'key: value' lines."
        ) from error
    if facts is None:
        return Settings()
    if not isinstance(facts, dict):
        raise SettingsError(f"The settings file {path} holds no 'key: value' lines.")
    known = [field.name for field in fields(Settings)]
    checked: dict[str, Any] = {}
    for key, value in facts.items():
        if key not in known:
            raise SettingsError(f"The settings file {path} has an unknown key {key!r}.{_hint(key, known)}")
        if any(isinstance(each, str) and "\0" in each for each in _values_in(value)):
            raise SettingsError(f"In the settings file {path}, {key!r} holds a character of no text (\\0).")
        checked[key] = _value(path, key, value)
    try:
        return Settings(**checked)
    except SettingsError as error:
        raise SettingsError(f"In the settings file {path}: {error}") from error


def _hint(key: object, known: list[str]) -> str:
    near = get_close_matches(str(key), known, 1)
    return f"{f' Did you mean {near[0]!r}?' if near else ''} Known: {', '.join(known)}."


def _values_in(value: Any) -> list[Any]:
    """What stands in a value: in a list, below a setting, or itself."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [value]


def _value(path: Path, key: str, value: Any) -> Any:
    if key == "corpus" and isinstance(value, str):
        value = [value]
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    is_count = isinstance(value, int) and not isinstance(value, bool)
    right = {
        "corpus": isinstance(value, list)
        and bool(value)
        and all(isinstance(each, str) and each.strip() for each in value),
        "index": isinstance(value, str) and bool(value.strip()),
        "encoder": isinstance(value, str) and bool(value),
        "reader": isinstance(value, str) and bool(value),
        "passage_width": is_count,
        "late_interaction": isinstance(value, bool),
        "largest_file_mb": is_number,
        "largest_document_mb": is_number,
        "largest_upload_mb": is_number,
        "most_upload_pages": is_count,
        "all_uploads_mb": is_number,
        "log_gaps": isinstance(value, bool),
        "share_originals": isinstance(value, bool),
        "store": isinstance(value, dict),
        "writer": isinstance(value, dict),
    }[key]
    if not right:
        raise SettingsError(f"In the settings file {path}: {key!r} is {value!r}; expected {_EXPECTED[key]}.")
    if key == "corpus":
        return tuple(str(path.parent / folder) for folder in value)
    if key == "index":
        return str(path.parent / value)
    if key == "store":
        return _store(path, value)
    if key == "writer":
        return _writer(path, value)
    if key in ("encoder", "reader") and (path.parent / value).is_dir():
        return str(path.parent / value)
    return value


def _writer(path: Path, facts: Mapping[object, Any]) -> "WriterSettings":
    # With all that answers need: not before there is a writer.
    from qa.writing.writer_settings import WriterSettings

    values = _checked_values(path, "writer", facts, get_type_hints(WriterSettings), ("base_url", "model"))
    try:
        return WriterSettings(**values)
    except SettingsError as error:
        raise SettingsError(f"In the settings file {path}, 'writer': {error}") from error


def _store(path: Path, facts: Mapping[object, Any]) -> "QdrantSettings":
    from index.storage.qdrant.settings import QdrantSettings  # with all of the index

    values = _checked_values(path, "store", facts, get_type_hints(QdrantSettings), ("kind",))
    if values.get("path"):
        values["path"] = str(path.parent / values["path"])
    try:
        return QdrantSettings(**values)
    except SettingsError as error:
        raise SettingsError(f"In the settings file {path}, 'store': {error}") from error


def _checked_values(
    path: Path, name: str, facts: Mapping[object, Any], kinds: Mapping[str, type], needed: tuple[str, ...]
) -> dict[str, Any]:
    """What stands below the setting ``name``, each of its kind; :class:`SettingsError` where one is not, or is not
    known, or one that is ``needed`` is not there."""
    for key, value in facts.items():
        if key not in kinds:
            raise SettingsError(
                f"In the settings file {path}, {name!r} has an unknown key {key!r}.{_hint(key, list(kinds))}"
            )
        kind = kinds[str(key)]
        right = isinstance(value, (int, float) if kind is float else kind)
        if not right or (isinstance(value, bool) and kind is not bool):
            is_key = str(key).startswith("api_key")  # what stands there by mistake is not repeated
            raise SettingsError(
                f"In the settings file {path}, {name!r}: {key!r} is {'wrong' if is_key else repr(value)}; "
                f"expected {_EXPECTED_OF[kind]}."
            )
    for each in needed:
        if each not in facts:
            raise SettingsError(f"In the settings file {path}, {name!r} lacks {each!r}: {_EXPECTED[name]}.")
    values = {str(key): value for key, value in facts.items()}
    if values.get("api_key_file"):
        values["api_key_file"] = str(path.parent / values["api_key_file"])
    return values
