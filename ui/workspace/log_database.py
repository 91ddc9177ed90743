"""A log of this program: one SQLite file, which several threads and processes write.

Every use opens the file and is one transaction, so that nobody holds it in between. The journal is SQLite's plain one
and not its write-ahead log: that one does not work in folders of a network, and leaves two more files beside.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from corpus import FoundationQAError
from ui import terminal

VERSION = 1
"""Of a database before any of its :attr:`LogDatabase.changes`; that of one without tables is 0."""

_PATIENCE = 5.0  # seconds to wait for another writer; writing one row takes some milliseconds
_TAKEN_OVER = "CREATE TABLE taken_over (file TEXT NOT NULL, kept_as TEXT NOT NULL, damaged INTEGER NOT NULL)"
_CREATING = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDatabase:
    """A table in the file ``path``, made when it is first used, which its owner alone may read.

    What earlier versions kept in files of JSON Lines is taken over when the table is made, and these are kept beside
    under another name.
    """

    path: Path
    title: str  # what a message calls it: "The list of ..."
    advice: str  # what to do where it cannot be used: a sentence
    table: str
    columns: str  # of the table, in SQL; its rowid has to grow with time
    largest: int  # bytes of the file; beyond, the oldest rows are forgotten
    old_files: tuple[Path, ...]  # of earlier versions, the oldest first
    take_line: Callable[[sqlite3.Connection, bytes], bool]  # takes a line of them over; False: it is damaged
    changes: tuple[str, ...] = ()  # in SQL: what makes a table of each earlier version one of the next

    @property
    def _latest(self) -> int:
        return VERSION + len(self.changes)

    @contextmanager
    def transaction(self, *, reads: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction of one's own, committed down to the disk at the end, rolled back by an exception.

        One that only ``reads`` waits for no other, but for the moment in which one is committed.
        :class:`FoundationQAError` where the file cannot be used.
        """
        try:
            self._create()
            # Never made by SQLite, which would let others read it.
            address = f"{self.path.absolute().as_uri()}?mode=rw"
            with closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None)) as connection:
                reads = reads and _version(connection) == self._latest  # else there is a table to be made first
                if not reads:  # the first is a write itself
                    connection.execute("PRAGMA auto_vacuum = FULL")  # what is forgotten takes no room,
                    connection.execute("PRAGMA secure_delete = ON")  # and what is removed is gone
                connection.execute("BEGIN" if reads else "BEGIN IMMEDIATE")
                taken_over = self._set_up(connection)
                yield connection
                if not reads:
                    self._forget(connection)
                connection.execute("COMMIT")
            for path, kept_as, damaged in taken_over:
                _put_aside(path, kept_as, damaged)
        except (OSError, sqlite3.Error) as error:
            raise self._error(error) from error

    def damaged(self, connection: sqlite3.Connection) -> int:
        """How many lines of the old files could not be taken over; those of a file that was removed do not count."""
        rows = connection.execute("SELECT damaged, file, kept_as FROM taken_over").fetchall()
        return sum(damaged for damaged, *names in rows if any(self.path.with_name(name).exists() for name in names))

    def _create(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # One thread at a time: when a file is closed, the system drops what locks the process has on it (POSIX).
        with _CREATING:
            if not self.path.exists():
                with suppress(FileExistsError):  # another process was faster
                    os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))

    def _set_up(self, connection: sqlite3.Connection) -> list[tuple[Path, str, int]]:
        """Make the table where there is none: the files taken over, the names they get, and their damaged lines."""
        version, latest = _version(connection), self._latest
        if version == latest:
            return []
        if version > latest:
            raise FoundationQAError(
                f"{self.title} {self.path} was written by a later version of this program: update it, or move the file "
                f"away."
            )
        if version:
            for change in self.changes[version - VERSION :]:
                connection.execute(change)
            connection.execute(f"PRAGMA user_version = {latest}")
            return []
        connection.execute(f"CREATE TABLE {self.table} ({self.columns})")
        connection.execute(_TAKEN_OVER)
        taken_over = []
        for path in self.old_files:
            if path != self.path and path.exists():
                lines = filter(bytes.strip, path.read_bytes().split(b"\n"))
                damaged = sum(not self.take_line(connection, line) for line in lines)
                kept_as = _free_name(path)
                connection.execute("INSERT INTO taken_over VALUES (?, ?, ?)", (path.name, kept_as, damaged))
                taken_over.append((path, kept_as, damaged))
        connection.execute(f"PRAGMA user_version = {latest}")
        return taken_over

    def _forget(self, connection: sqlite3.Connection) -> None:
        """Forget the oldest rows, a tenth of them at a time, until the rest fits into the file."""
        oldest = f"SELECT rowid FROM {self.table} ORDER BY rowid LIMIT (SELECT count(*) / 10 + 1 FROM {self.table})"
        while _size(connection) > self.largest:
            if not connection.execute(f"DELETE FROM {self.table} WHERE rowid IN ({oldest})").rowcount:
                return

    def _error(self, error: OSError | sqlite3.Error) -> FoundationQAError:
        # The lower eight bits say what it is, those above them in which of its forms.
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return FoundationQAError(f"{self.title} {self.path} is damaged: move it away, and a new one is begun.")
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        return FoundationQAError(f"{self.title} {self.path} cannot be used: {reason}. {self.advice}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _size(connection: sqlite3.Connection) -> int:
    """Bytes that the file takes once the transaction is committed."""
    names = ("page_count", "freelist_count", "page_size")
    pages, free, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names)
    return int((pages - free) * size)


def _free_name(path: Path) -> str:
    """What an old file is called once it has been taken over."""
    name, number = f"{path.name}.imported", 1
    while path.with_name(name).exists():
        number += 1
        name = f"{path.name}.imported-{number}"
    return name


def _put_aside(path: Path, kept_as: str, damaged: int) -> None:
    with suppress(OSError):  # it is not taken over again, whatever it is called
        os.replace(path, path.with_name(kept_as))
    if damaged:
        terminal.warn(f"{damaged} damaged lines of {path} were passed over. The file is kept as {kept_as}.")
