"""NumPy's threads are as many as before, once nobody needs them to be one."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from threadpoolctl import ThreadpoolController, threadpool_limits

from index.blas_threads import single_blas_thread


def threads() -> set[int]:
    found = ThreadpoolController().select(user_api="blas").info()
    return {library["num_threads"] for library in found if "numpy" in library["filepath"]}


def test_what_was_before_comes_back() -> None:
    with threadpool_limits(2, user_api="blas"):
        assert threads() == {2}
        with single_blas_thread():
            assert threads() == {1}
        assert threads() == {2}


def test_two_threads_within_do_not_leave_it_limited() -> None:
    with threadpool_limits(2, user_api="blas"):
        meet = Barrier(2)

        def answer(_: int) -> None:
            with single_blas_thread():
                meet.wait()  # both are within; they leave in any order

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(answer, range(2)))
        assert threads() == {2}
