"""Workers on a Ray cluster, and what is handed out to them: work of one that is lost is done again by another."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from corpus.errors import ClusterError, FoundationQAError
from index.update.ray_actor import WorkerFacts
from index.update.ray_cluster import KEPT, Head, signals_held

_AT_ONCE = 2  # tasks that a worker has: one to do, and one to go on with at once
_BEAT = 0.25  # seconds between two looks at whether somebody wants an end
_TRIES = 4  # of a task, each with another worker; what takes that many down is itself the fault
_LOSSES = 3  # of workers that never said a word, and of all for each that is wanted


@dataclass(slots=True, eq=False)
class Task:
    """Something for a worker to do: a method of :class:`index.update.ray_actor.Actor` with its arguments."""

    method: str
    arguments: tuple[object, ...]
    note: Any = None  # for whoever handed it out
    lost: int = 0  # workers that had it


@dataclass(slots=True, eq=False)
class _Worker:
    actor: Any
    facts: WorkerFacts | None = None  # None: it has not said a word yet
    tasks: int = 0


@dataclass(slots=True)
class PoolState:
    """How the workers are."""

    ready: int = 0
    lost: int = 0
    hosts: dict[str, int] = field(default_factory=dict)  # host -> workers that were there


class Pool:
    """So many workers (``count``), each made by ``start``; they begin when there is something to do.

    ``check`` is called with what each says of itself, and raises where it is not to be used; ``told`` with a line on
    each that is lost. After ``patience`` seconds without a worker that is ready the cluster is given up.
    """

    def __init__(
        self,
        ray: ModuleType,
        start: Callable[[], Any],
        count: int,
        check: Callable[[WorkerFacts], None],
        told: Callable[[str], None],
        patience: float,
    ) -> None:
        self._head = Head(ray)
        self._ray, self._start, self._count = ray, start, count
        self._check, self._told, self._patience = check, told, patience
        self._workers: list[_Worker] = []
        self._running: dict[Any, tuple[_Worker, Task | None]] = {}  # by what Ray calls the outcome; None: a first word
        self._again: deque[Task] = deque()
        self._speechless = 0  # workers in a row that were lost before they said a word
        self._alone_since: float | None = None
        self.state = PoolState()

    def done(self, next_task: Callable[[], Task | None], beat: Callable[[], None]) -> Iterator[tuple[Task, Any]]:
        """Each task that ``next_task`` gives, with what came of it, in whatever order they are done.

        It is asked for one when a worker has time; None: there is nothing to do until another is done. ``beat`` is
        called several times a second. :class:`ClusterError` where a worker raises something, or there is none left.
        """
        try:
            while True:
                self._hand_out(next_task)
                if not any(task for _, task in self._running.values()) and not self._again:
                    return
                self._wait_for_workers()
                with self._asked(), signals_held():
                    ready, _ = self._ray.wait(list(self._running), num_returns=1, timeout=_BEAT)
                beat()
                if not ready:
                    self._head.check()
                for outcome in ready:
                    worker, task = self._running.pop(outcome)
                    if task is None:
                        self._welcome(worker, outcome)
                        continue
                    worker.tasks -= 1
                    found = self._outcome(worker, task, outcome)
                    if found is not None:
                        yield task, found
        except BaseException:
            self.close()  # what they do is of no use any more; others begin where there is something to do again
            raise

    def close(self) -> None:
        """Let go of all workers."""
        for worker in self._workers:
            with suppress(Exception):  # the cluster may be gone, and then they are as well
                self._ray.kill(worker.actor)
        self._workers.clear()
        self._running.clear()
        self._again.clear()
        self.state.ready, self._alone_since = 0, None

    def _hand_out(self, next_task: Callable[[], Task | None]) -> None:
        """Give each worker its share; where none has begun yet, let them begin."""
        if not self._workers:
            first = self._again.popleft() if self._again else next_task()
            if first is None:
                return
            self._again.appendleft(first)
            for _ in range(self._count):
                self._begin()
        while free := self._freest():
            task = self._again.popleft() if self._again else next_task()
            if task is None:
                return
            free.tasks += 1
            with self._asked():
                self._running[getattr(free.actor, task.method).remote(*task.arguments)] = free, task

    def _freest(self) -> _Worker | None:
        able = [each for each in self._workers if each.facts and each.tasks < _AT_ONCE]
        return min(able, key=lambda each: each.tasks, default=None)

    def _begin(self) -> None:
        with self._asked():
            try:
                worker = _Worker(self._start())
            except ModuleNotFoundError as error:  # "ray://" looks at once
                raise ClusterError(_lacking("The head", error)) from error
            self._workers.append(worker)
            self._running[worker.actor.facts.remote()] = worker, None

    def _welcome(self, worker: _Worker, outcome: Any) -> None:
        facts = self._outcome(worker, None, outcome)
        if facts is not None:
            self._check(facts)
            worker.facts, self._speechless = facts, 0
            self.state.ready += 1
            self.state.hosts[facts.host] = self.state.hosts.get(facts.host, 0) + 1

    def _wait_for_workers(self) -> None:
        """:class:`ClusterError` where there has been no worker that is ready for too long."""
        if any(each.facts for each in self._workers):
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = time.monotonic()
        elif time.monotonic() - self._alone_since > self._patience:
            raise ClusterError(
                f"The Ray cluster has had no processor for a worker for {self._patience:.0f} s: others have taken them "
                f"all, or its machines are gone. See 'ray status'. {KEPT}"
            )

    def _outcome(self, worker: _Worker, task: Task | None, outcome: Any) -> Any:
        """What came of a task; None where its worker is lost."""
        errors = self._ray.exceptions
        with self._asked():
            try:
                with signals_held():
                    return self._ray.get(outcome)
            except errors.RayTaskError as error:
                raise _of_ours(error, worker) from error
            except (
                errors.RayActorError,
                errors.WorkerCrashedError,
                errors.NodeDiedError,
                errors.OutOfMemoryError,
                errors.ObjectLostError,
                errors.RaySystemError,
            ) as error:
                self._lose(worker, task, error)
                return None

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """What the cluster itself raises, as where a connection to it breaks, is no fault of a file of ours."""
        try:
            yield
        except (self._ray.exceptions.RayError, OSError) as error:
            raise ClusterError(f"The Ray cluster fails: {_said(error).rstrip('.')}. {KEPT}") from error

    def _lose(self, worker: _Worker, task: Task | None, error: Exception) -> None:
        """Hand the work of ``worker`` to others, and let another one begin in its place."""
        if task is not None:
            task.lost += 1
            if task.lost >= _TRIES:
                raise ClusterError(
                    f"{_TRIES} workers were lost over the same texts, the last one as follows: {_said(error)} {KEPT}"
                ) from error
            self._again.append(task)
        if worker not in self._workers:
            return  # its other task was lost as well
        self._workers.remove(worker)
        with suppress(Exception):  # it is lost anyway
            self._ray.kill(worker.actor)
        self.state.lost += 1
        if worker.facts:
            self.state.ready -= 1
            self._told(f"A worker on {worker.facts.host} is lost; its passages go to another one.")
        else:
            self._speechless += 1
        if self._speechless >= _LOSSES or self.state.lost > _LOSSES * self._count:
            raise ClusterError(f"Workers on the Ray cluster are lost again and again: {_said(error)}") from error
        self._begin()


def _of_ours(error: Any, worker: _Worker) -> ClusterError:
    """What to say of an exception that the program raised in a worker."""
    cause = error.cause
    where = f"A worker on {worker.facts.host}" if worker.facts else "A worker"
    if isinstance(cause, FoundationQAError):
        return ClusterError(f"{where}: {cause}")
    if isinstance(cause, ModuleNotFoundError) and not worker.facts:
        return ClusterError(_lacking(where, cause))
    return ClusterError(f"{where} failed: {type(cause).__name__}: {_said(cause)}")


def _lacking(where: str, error: ModuleNotFoundError) -> str:
    return (
        f"{where} of the Ray cluster lacks the package {error.name!r}: install the same foundation-qa on all of its "
        f"machines, in the environment that Ray runs in."
    )


def _said(error: BaseException) -> str:
    """What ``error`` says, on one line."""
    line = " ".join(str(error).split())
    return line if len(line) <= 500 else f"{line[:500]} …"
