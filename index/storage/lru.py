"""What was asked for lately is kept: it is likely to be asked for again."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

from cachetools import LRUCache
from numpy.typing import NDArray

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_BESIDE = 200  # bytes that an array takes besides its numbers


class Recent(Generic[Key, Value]):
    """The last ``most`` values that were made, none of which is None. Safe to use from threads.

    Unlike :func:`functools.lru_cache` and :func:`cachetools.cachedmethod` on a method it holds nothing of the object
    that uses it. Such an object is gone as soon as nobody has it, and its open files with it; with a cycle of
    references it would wait for the collector.
    """

    def __init__(self, most: int) -> None:
        self._values: LRUCache[Key, Value] = LRUCache(most)
        self._lock = Lock()

    def get(self, key: Key, make: Callable[[Key], Value]) -> Value:
        """The value of ``key``; made by ``make``, maybe twice, where it is not known."""
        with self._lock:
            value = self._values.get(key)
        if value is not None:
            return value
        value = make(key)
        with self._lock:
            self._values[key] = value
        return value


class RecentArrays(Generic[Key]):
    """The arrays that were used last, as many as take ``most`` bytes. Safe to use from threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: LRUCache[Key, NDArray[Any]] = LRUCache(most, getsizeof=lambda array: array.nbytes + _BESIDE)
        self._lock = Lock()

    def get(self, key: Key) -> NDArray[Any] | None:
        """The array of ``key``, in the shape it was put; None where it is not known."""
        with self._lock:
            return self._values.get(key)

    def put(self, key: Key, array: NDArray[Any]) -> None:
        """Keep ``array``, of any shape, if it is not larger than all of them may be."""
        if array.nbytes + _BESIDE <= self._most:
            with self._lock:
                self._values[key] = array
