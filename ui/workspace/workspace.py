"""Where a command works: which texts, which index, which model."""

import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from corpus import BUILT_IN_TEXTS, CorpusError, Document, StoredIndexError, TextFile, find_texts, load_glossary
from corpus.files.limits import FileLimits
from corpus.files.presence import facts_at
from corpus.files.progress import OnFileProgress, unheard
from ui import terminal
from ui.workspace.settings import Settings
from ui.workspace.store_choice import told_of
from ui.workspace.told_problems import ToldProblems, status_command
from ui.workspace.update_run import Updates
from ui.workspace.uploads import UploadLimits, Uploads

if TYPE_CHECKING:
    from index import IndexChange, PassageIndex, Progress, Scope, SentenceEncoder
    from index.storage.qdrant.settings import QdrantSettings
    from index.storage.store import IndexFacts
    from index.update.workers import Workers
    from qa import Answerer
    from qa.writing import ChatModel, Writer

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

    @property
    def uploads(self) -> Path:
        """The folder of the texts that are uploaded: below the first folder that is named, where it is part of the
        texts anyway, else in the user's data folder, where it joins the built-in texts."""
        first = self._folders[0]
        return _uploads() if first == BUILT_IN else Path(first) / "uploads"

    @property
    def gap_log(self) -> Path:
        """The file that keeps what these texts did not answer."""
        places = [folder if folder == BUILT_IN else str(Path(folder).resolve()) for folder in self._folders]
        digest = hashlib.sha256("\0".join(places).encode("utf-8", "surrogatepass")).hexdigest()[:8]
        return _data() / "gaps" / f"{_name(places[0])}-{digest}.sqlite"

    def _own_folder(self) -> Path:
        folders = self.corpus or (BUILT_IN,)
        places = [folder if folder == BUILT_IN else str(Path(folder).resolve()) for folder in folders]
        identity = "\0".join([*places, self.settings.encoder, str(self.settings.passage_width)])
        from index.storage.manifest import FORMAT

        identity += f"\0{FORMAT}"  # an index of an older format stays for the older version
        identity += "" if self.settings.late_interaction else "\0no token vectors"
        identity += f"\0{self.settings.store.identity}" if self.settings.store is not None else ""
        digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        return _data() / "indexes" / f"{_name(places[0])}-{digest}"

    @cached_property
    def _store(self) -> "QdrantSettings | None":
        """What keeps the index, if not its folder; :class:`corpus.SettingsError` where its key cannot be read."""
        return told_of(self.settings.store)

    @cached_property
    def encoder(self) -> "SentenceEncoder":
        """The model; it is loaded when it is first used."""
        from index import SentenceEncoder

        with terminal.progress_bar("Preparing the offline model") as progress:
            return SentenceEncoder(self.settings.encoder, progress)

    @cached_property
    def updates(self) -> Updates:
        """The updates of the index by this process: how far they are, and an end to them."""
        return Updates()

    @cached_property
    def told_problems(self) -> ToldProblems:
        """Tells what is wrong with the texts; an index that nobody named remembers what was told."""
        return ToldProblems(status_command(self.corpus, self.index), None if self.index else self.folder)

    @cached_property
    def _folders(self) -> tuple[str, ...]:
        """The folders of texts: those named, else those the index was built from."""
        from index.storage.store import index_facts

        if self.corpus:
            return tuple(str(Path(folder).resolve()) for folder in self.corpus)
        present = index_facts(self.folder, self._store) if self.index else None
        if present is None:
            return (BUILT_IN,)
        if not present.corpus:
            raise CorpusError(
                f"The index {self.folder} was built from Python and does not say where its texts are. "
                f"Name their folder with --corpus FOLDER."
            )
        ours = BUILT_IN in present.corpus  # then what was uploaded goes with them, see _sources
        return tuple(folder for folder in present.corpus if not (ours and folder == str(_uploads())))

    @property
    def _sources(self) -> tuple[str, ...]:
        """The folders as an index records them: with the built-in texts go those that were uploaded."""
        added = (str(_uploads()),) if BUILT_IN in self._folders and Uploads(_uploads()).names() else ()
        return (*self._folders, *added)

    def folders(self) -> list[Path]:
        """The folders that the texts are in now."""
        return [BUILT_IN_TEXTS if folder == BUILT_IN else Path(folder) for folder in self._sources]

    @property
    def limits(self) -> FileLimits:
        """Bytes that files may have."""
        return FileLimits(int(self.settings.largest_file_mb * 1e6), int(self.settings.largest_document_mb * 1e6))

    @property
    def upload_limits(self) -> UploadLimits:
        """What visitors may bring."""
        settings, largest = self.settings, int(self.settings.largest_upload_mb * 1e6)
        files = FileLimits(min(self.limits.text, largest), min(self.limits.document, largest))
        return UploadLimits(files, int(settings.all_uploads_mb * 1e6), settings.most_upload_pages)

    def texts(self) -> list[TextFile]:
        """The texts there are now, not read yet."""
        return find_texts(*self.folders(), limits=self.limits)

    def scope(self, texts: Sequence[str], language: str = "", since: str = "") -> "Scope":
        """What to ask, where ``texts`` are names in the index, or paths of what is in the folders of texts.

        :class:`corpus.ScopeError` where the language or the date is none.
        """
        from index import Scope

        return Scope(tuple(name for text in texts for name in self._names_at(text)), language, since)

    def _names_at(self, text: str) -> list[str]:
        """What the index calls that which lies at the path ``text``; itself where nothing of ours does."""
        path = Path(text)
        with suppress(CorpusError):  # an index may not say where its texts are, nor the system what is there
            for folder in self.folders() if text.strip() and facts_at(path) else ():
                # Where it is, and as it is called: a link in a folder of texts has its own name in the index.
                for place, root in ((path.resolve(), folder.resolve()), (path.absolute(), folder.absolute())):
                    if place == root:
                        return [each.id for each in find_texts(folder)]
                    if place.is_relative_to(root) and ".." not in place.parts:
                        return [place.relative_to(root).as_posix()]
        return [text]

    def documents(self) -> list[Document]:
        """The texts as they are now."""
        return [text.read() for text in self.texts()]

    def update(self, *, anew: bool = False, quietly: bool = False) -> "IndexChange":
        """Make the index follow the texts; ``anew`` builds it from nothing, ``quietly`` shows no progress."""
        with (
            terminal.progress_bar("Embedding", "passages", shown=not quietly) as progress,
            terminal.reading_bars(shown=not quietly) as reading,
        ):
            return self.follow(progress, reading, anew=anew)

    def follow(
        self,
        progress: "Progress",
        reading: OnFileProgress = unheard,
        *,
        anew: bool = False,
        workers: "Workers | None" = None,
    ) -> "IndexChange":
        """The same, telling ``progress``, ``reading`` and :attr:`updates` alone how far it is; by ``workers``, if there
        are any.

        :class:`ui.workspace.update_run.UpdateCancelledError` where somebody cancels it; the index is then as it was.
        """

        def work(told: "Progress") -> "IndexChange":
            from index import rebuild_index, update_index
            from index.update.workers import LOCAL

            return (rebuild_index if anew else update_index)(
                self.folder,
                self.updates.each(self.texts()),
                self.encoder,
                passage_width=self.settings.passage_width,
                late_interaction=self.settings.late_interaction,
                corpus=self._sources,
                glossary=load_glossary(*self.folders()),
                progress=told,
                workers=workers or LOCAL,
                store=self._store,
            )

        return self.updates.run(work, progress, reading)

    def pending(self) -> "IndexChange":
        """What :meth:`update` would do."""
        from index import pending_change

        return pending_change(self.folder, self.texts(), passage_width=self.settings.passage_width, store=self._store)

    def facts(self) -> "IndexFacts | None":
        """What the index holds now; None where there is none."""
        from index.storage.store import index_facts

        return index_facts(self.folder, self._store)

    def open(self, *, follow: bool | None = None) -> "PassageIndex":
        """The index, open for questions; first made to follow its texts if ``follow`` (default: if nobody named it).

        Where that fails and there is an index already, the old one answers, with a warning.
        """
        from index import PassageIndex

        if follow or (follow is None and not self.index):
            try:
                change = self.update()
                if change.unread or not change.empty or not follow:
                    self.told_problems.tell(change, whole=bool(follow))
            except (CorpusError, StoredIndexError) as error:
                if self.facts() is None:
                    raise
                opened = PassageIndex.open(self.folder, self.encoder, self._store)
                terminal.warn(f"{error} Answering from the index as it is.")
                return opened
        return PassageIndex.open(self.folder, self.encoder, self._store)

    def answerer(self, *, follow: bool | None = None, writes: bool = True) -> "Answerer":
        """Answers from the index; where it also ``writes``, the settings' language model is asked what a follow-up
        means where that is unsure."""
        from qa import Answerer

        rewrite = None
        if writes and self._model is not None:
            from qa.writing.rewriting import Rewriter

            rewrite = Rewriter(self._model)
        return Answerer(self.open(follow=follow), self.settings.reader, rewrite)

    @cached_property
    def _model(self) -> "ChatModel | None":
        """The language model that the settings name; :class:`corpus.SettingsError` where it cannot be had."""
        if self.settings.writer is None:
            return None
        from qa.writing.openai_model import OpenAIModel

        self.settings.writer.key()  # before anybody asks who may read it
        for warning in self.settings.writer.warnings():
            terminal.warn(warning)
        return OpenAIModel(self.settings.writer)

    @property
    def writes_elsewhere(self) -> bool:
        """Whether what writes answers is on another machine, to which the quotes are sent."""
        return bool(self.settings.writer and self.settings.writer.place)

    def writer(self, passages: "PassageIndex") -> "Writer | None":
        """What writes answers from the texts of ``passages``; None where the settings name nothing.

        :class:`corpus.SettingsError` where its key cannot be read, or its library is not installed.
        """
        if self._model is None:
            return None
        from qa.writing import Writer

        return Writer(self._model, passages)


def _data() -> Path:
    """The folder that all which a user does not name lies in."""
    from index.user_folders import data_folder

    return data_folder()


def _uploads() -> Path:
    return _data() / "uploads"


def _name(place: str) -> str:
    return re.sub(r"[^\w.-]+", "-", Path(place).name) or "texts"
