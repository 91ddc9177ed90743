"""Where a command works: which texts, which index, which model."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_path

from corpus import (
    BUILT_IN_TEXTS,
    CorpusError,
    Document,
    Settings,
    StoredIndexError,
    TextFile,
    find_texts,
    load_glossary,
)
from ui import terminal

if TYPE_CHECKING:
    from index import IndexChange, PassageIndex, SentenceEncoder
    from qa import Answerer

BUILT_IN = "built-in"
"""What the manifest of an index calls the built-in texts, whose folder differs from one installation to another."""


@dataclass(frozen=True)
class Workplace:
    """The texts, the index and the model that the options and settings of a command name.

    An index that nobody named lies in the user's data folder, one for each choice of texts and model. The
    program looks after that one: it is built when it is first needed and follows its texts. An index that
    was named is only written by the commands whose work that is.
    """

    settings: Settings
    corpus: tuple[str, ...]  # folders; empty: not named
    index: str  # folder; empty: not named

    @property
    def folder(self) -> Path:
        """The folder of the index."""
        return Path(self.index) if self.index else self._own_folder()

    def _own_folder(self) -> Path:
        folders = self.corpus or (BUILT_IN,)
        places = [folder if folder == BUILT_IN else str(Path(folder).resolve()) for folder in folders]
        identity = "\0".join([*places, self.settings.encoder, str(self.settings.passage_width)])
        from index.manifest import FORMAT

        identity += f"\0{FORMAT}"  # an index of an older format stays for the older version
        if not self.settings.late_interaction:
            identity += "\0no token vectors"
        name = re.sub(r"[^\w.-]+", "-", Path(places[0]).name) or "texts"
        digest = hashlib.sha256(identity.encode("utf-8")).hexdigest()[:8]
        return user_data_path("foundation-qa", appauthor=False) / "indexes" / f"{name}-{digest}"

    @cached_property
    def encoder(self) -> "SentenceEncoder":
        """The model; it is loaded when it is first used."""
        from index import SentenceEncoder

        with terminal.progress_bar("Preparing the offline model") as progress:
            return SentenceEncoder(self.settings.encoder, progress)

    @cached_property
    def _folders(self) -> tuple[str, ...]:
        """The folders of texts: those named, else those the index was built from."""
        from index.storing import stored

        if self.corpus:
            return tuple(str(Path(folder).resolve()) for folder in self.corpus)
        present = stored(self.folder) if self.index else None
        if present is None:
            return (BUILT_IN,)
        recorded = present.corpus
        if not recorded:
            raise CorpusError(
                f"The index {self.folder} was built from Python and does not say where its texts are. "
                f"Name their folder with --corpus FOLDER."
            )
        return recorded

    def folders(self) -> list[Path]:
        """The folders of the texts."""
        return [BUILT_IN_TEXTS if folder == BUILT_IN else Path(folder) for folder in self._folders]

    def texts(self) -> list[TextFile]:
        """The texts there are now, not read yet."""
        return find_texts(*self.folders(), largest_file=int(self.settings.largest_file_mb * 1e6))

    def documents(self) -> list[Document]:
        """The texts as they are now."""
        return [text.read() for text in self.texts()]

    def update(self, *, anew: bool = False, quietly: bool = False) -> "IndexChange":
        """Make the index follow the texts; ``anew`` builds it from nothing, ``quietly`` shows no progress."""
        from index import rebuild_index, update_index

        texts = self.texts()
        with terminal.progress_bar("Embedding", shown=not quietly) as progress:
            return (rebuild_index if anew else update_index)(
                self.folder,
                texts,
                self.encoder,
                passage_width=self.settings.passage_width,
                late_interaction=self.settings.late_interaction,
                corpus=self._folders,
                glossary=load_glossary(*self.folders()),
                progress=progress,
            )

    def pending(self) -> "IndexChange":
        """What :meth:`update` would do."""
        from index import pending_change

        return pending_change(self.folder, self.texts(), passage_width=self.settings.passage_width)

    def open(self, *, follow: bool | None = None) -> "PassageIndex":
        """The index, open for questions; first made to follow its texts if ``follow`` (default: if nobody named it).

        Where that fails and there is an index already, the old one answers, with a warning.
        """
        from index import PassageIndex
        from index.storing import read_manifest

        if follow or (follow is None and not self.index):
            try:
                self.update()
            except (CorpusError, StoredIndexError) as error:
                if read_manifest(self.folder) is None:
                    raise
                opened = PassageIndex.open(self.folder, self.encoder)
                terminal.warn(f"{error} Answering from the index as it is.")
                return opened
        return PassageIndex.open(self.folder, self.encoder)

    def answerer(self, *, follow: bool | None = None) -> "Answerer":
        """Answers from the index."""
        from qa import Answerer

        return Answerer(self.open(follow=follow))
