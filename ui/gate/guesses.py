"""Guesses of passwords: how many there may be, from one address and for one account."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

_REMEMBERED = 10_000  # addresses, and accounts; beyond, those that failed longest ago are forgotten
_FAST = 5.0  # seconds that a password takes while its account is being guessed at from everywhere
_ALERT = 20  # wrong passwords for one account in a minute, from whatever addresses, that mean that


@dataclass(slots=True)
class _Bucket:
    """What is left of an allowance, which comes back with time."""

    most: float
    a_second: float  # that come back
    left: float
    at: float  # when that was

    def now(self, moment: float) -> float:
        self.left = min(self.most, self.left + (moment - self.at) * self.a_second)
        self.at = moment
        return self.left


class _Buckets:
    """A bucket for each key that was used lately."""

    def __init__(self, most: int, a_second: float) -> None:
        self._most, self._a_second = most, a_second
        self._kept: OrderedDict[object, _Bucket] = OrderedDict()

    def of(self, key: object, moment: float) -> _Bucket:
        bucket = self._kept.setdefault(key, _Bucket(self._most, self._a_second, self._most, moment))
        self._kept.move_to_end(key)
        if len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)
        bucket.now(moment)
        return bucket


class Guesses:
    """Wrong passwords of late. Nobody is locked out by what others do elsewhere: an address pays for its own guesses.

    From one address there may be five a minute for one account and thirty in all; who guesses faster has to wait before
    the next one is looked at. Where an account is guessed at from many addresses, each password for it takes longer,
    except from where the right one came before.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._pairs = _Buckets(5, 5 / 60)
        self._addresses = _Buckets(30, 30 / 60)
        self._accounts = _Buckets(_ALERT, _ALERT / 60)
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()  # address and account of right passwords

    def wait(self, address: str, account: str) -> float:
        """Seconds until a password from ``address`` for ``account`` is looked at; 0: now. Then it counts as wrong,
        until it is found to be :meth:`right`.
        """
        moment, place = self._clock(), _network(address)
        buckets = (self._pairs.of((place, account), moment), self._addresses.of(place, moment))
        waiting = max((1 - each.left) / each.a_second for each in buckets)
        if waiting > 0:
            return waiting
        for each in (*buckets, self._accounts.of(account, moment)):
            each.left = max(0, each.left - 1)
        return 0

    def right(self, address: str, account: str) -> None:
        """The last password from there was the right one."""
        moment, place = self._clock(), _network(address)
        for each in (
            self._pairs.of((place, account), moment),
            self._addresses.of(place, moment),
            self._accounts.of(account, moment),
        ):
            each.left = min(each.most, each.left + 1)
        self._known[place, account] = None
        self._known.move_to_end((place, account))
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    def delay(self, address: str, account: str) -> float:
        """Seconds that a password for ``account`` takes there now before it is looked at."""
        attacked = self._accounts.of(account, self._clock()).left < 1
        return _FAST if attacked and (_network(address), account) not in self._known else 0.0


def _network(address: str) -> str:
    """The network that one visitor has: of IPv6 usually 2**64 addresses."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
