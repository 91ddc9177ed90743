"""Guesses of passwords are slow, whoever makes them and from wherever; nobody else is locked out by them."""

import asyncio
import base64
import time

import httpx
import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ui.gate import guesses as guesses_module
from ui.gate.accounts import Accounts
from ui.gate.forwarding import Forwarding
from ui.gate.guesses import Guesses
from ui.gate.public_address import PublicAddress, TrustedProxies
from ui.gate.sign_in import SignIn

ACCOUNTS = Accounts({"ada": "correct horse", "béa": "pässwört"})


class Clock:
    """A clock that goes when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def guesses(clock: Clock) -> Guesses:
    return Guesses(clock)


def wrong(guesses: Guesses, address: str, account: str, times: int) -> int:
    """How many of so many wrong passwords are looked at."""
    return sum(guesses.wait(address, account) == 0 for _ in range(times))


def test_five_a_minute_from_one_address_for_one_account(guesses: Guesses, clock: Clock) -> None:
    assert wrong(guesses, "192.0.2.1", "ada", 300) == 5
    assert 11 < guesses.wait("192.0.2.1", "ada") <= 12
    clock.now += 12
    assert wrong(guesses, "192.0.2.1", "ada", 300) == 1
    clock.now += 86400
    assert wrong(guesses, "192.0.2.1", "ada", 300) == 5


def test_thirty_a_minute_from_one_address_for_all_accounts(guesses: Guesses) -> None:
    assert sum(wrong(guesses, "192.0.2.1", f"user {number}", 1) for number in range(300)) == 30
    assert guesses.wait("192.0.2.2", "user 299") == 0


def test_the_right_password_costs_nothing(guesses: Guesses) -> None:
    for _ in range(1000):  # a page has many files
        assert guesses.wait("192.0.2.1", "ada") == 0
        guesses.right("192.0.2.1", "ada")
    assert guesses.delay("192.0.2.1", "ada") == 0


def test_the_owner_is_not_locked_out_by_guesses_from_elsewhere(guesses: Guesses) -> None:
    assert guesses.wait("198.51.100.1", "ada") == 0
    guesses.right("198.51.100.1", "ada")
    for number in range(500):
        wrong(guesses, f"203.0.113.{number % 250}", "ada", 10)
    assert guesses.wait("198.51.100.1", "ada") == 0
    assert guesses.delay("198.51.100.1", "ada") == 0
    # From a new place it takes some seconds, and works.
    assert guesses.wait("198.51.100.2", "ada") == 0
    assert guesses.delay("198.51.100.2", "ada") == 5
    assert guesses.delay("198.51.100.2", "béa") == 0


def test_who_has_a_network_of_ipv6_has_one_address(guesses: Guesses) -> None:
    assert sum(wrong(guesses, f"2001:db8:1:2::{number:x}", "ada", 1) for number in range(100)) == 5
    assert guesses.wait("2001:db8:1:3::1", "ada") == 0


def test_what_is_remembered_has_bounds(guesses: Guesses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses_module, "_REMEMBERED", 50)
    for number in range(1000):
        address = f"192.0.{number // 250}.{number % 250}"
        guesses.wait(address, f"user {number}")
        guesses.right(address, f"user {number}")
    kept = [guesses._pairs._kept, guesses._addresses._kept, guesses._accounts._kept, guesses._known]
    assert [len(each) for each in kept] == [50] * 4  # type: ignore[arg-type]


# At the door


def ask_all(requests: list[tuple[str, str | bytes]]) -> list[httpx.Response]:
    """The replies to requests from an address with what it gives as name and password, all at once."""
    sign_in = SignIn(ACCOUNTS)

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        await (await sign_in.refused(scope) or Response("in"))(scope, receive, send)

    public = PublicAddress.parse("https://qa.example.org")
    app = Forwarding(door, public=public, proxies=TrustedProxies(["127.0.0.1"]))

    async def ask() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as visitor:
            replies = []
            for address, given in requests:
                encoded = base64.b64encode(given if isinstance(given, bytes) else given.encode()).decode()
                headers = {"Authorization": f"Basic {encoded}", "X-Forwarded-For": f"10.9.9.9, {address}"}
                replies.append(visitor.get("/", headers=headers))
            return list(await asyncio.gather(*replies))

    return asyncio.run(ask())


@pytest.mark.slow
def test_guesses_at_once_are_told_to_wait_and_logged(capsys: pytest.CaptureFixture[str]) -> None:
    attack = [("192.0.2.1", f"ada:guess {number}") for number in range(50)]
    begin = time.perf_counter()
    replies = ask_all([*attack, ("192.0.2.2", "ada:correct horse"), ("192.0.2.1", "hunter2:x")])
    assert time.perf_counter() - begin > 0.9  # a wrong one takes a second
    statuses = [reply.status_code for reply in replies]
    assert statuses[:50].count(401) == 5
    assert statuses[:50].count(429) == 45
    assert statuses[50:] == [200, 401]
    refused = replies[statuses.index(429)]
    assert 0 < int(refused.headers["retry-after"]) <= 12
    assert "Too many wrong passwords" in refused.json()["error"]
    told = capsys.readouterr().err
    assert told.count("A wrong password of 'ada' from 192.0.2.1.\n") == 5
    assert told.count("A wrong password for a name that is not known from 192.0.2.1.\n") == 1
    assert "guess" not in told
    assert "hunter2" not in told  # it may be a password, typed in the wrong place
    assert "10.9.9.9" not in told  # what the visitor wrote, not the proxy


def test_a_name_outside_ascii_may_come_as_latin_1() -> None:
    (utf8, latin) = ask_all([("192.0.2.1", "béa:pässwört"), ("192.0.2.1", "béa:pässwört".encode("latin-1"))])
    assert (utf8.status_code, latin.status_code) == (200, 200)
