"""What was asked for lately."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from index.storage.lru import Recent, RecentArrays


def test_what_was_asked_for_lately_is_not_made_again() -> None:
    made: list[int] = []

    def make(key: int) -> str:
        made.append(key)
        return str(key)

    recent: Recent[int, str] = Recent(2)
    assert [recent.get(key, make) for key in (1, 2, 1, 3, 1, 2)] == ["1", "2", "1", "3", "1", "2"]
    assert made == [1, 2, 3, 2]  # the second one was asked for longest ago when the third one came


def test_many_threads_get_what_they_asked_for() -> None:
    recent: Recent[int, str] = Recent(5)
    keys = [number % 11 for number in range(2000)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda key: recent.get(key, str), keys)) == [str(key) for key in keys]


def test_its_user_is_gone_as_soon_as_nobody_has_it() -> None:
    class User:
        def __init__(self) -> None:
            self._recent: Recent[int, str] = Recent(4)

        def get(self, key: int) -> str:
            return self._recent.get(key, self._made)

        def _made(self, key: int) -> str:
            return str(key)

    user = User()
    assert [user.get(key) for key in range(9)] == list("012345678")
    gone = weakref.ref(user)
    gc.disable()
    try:
        del user
        assert gone() is None
    finally:
        gc.enable()


def test_arrays_are_kept_by_their_bytes() -> None:
    arrays: RecentArrays[int] = RecentArrays(10_000)
    for number in range(20):
        arrays.put(number, np.zeros(1000, np.uint8))
        assert arrays.get(0) is not None  # it is asked for again and again
    assert [number for number in range(20) if arrays.get(number) is not None] == [0, *range(13, 20)]
    arrays.put(99, np.zeros(20_000, np.uint8))  # too large, and nothing goes for it
    assert arrays.get(99) is None
    assert arrays.get(19) is not None
    nothing: RecentArrays[int] = RecentArrays(0)
    nothing.put(1, np.zeros(1, np.uint8))
    assert nothing.get(1) is None
