"""The check that ships: what it cannot read, or was not made for, does not hold."""

from typing import Any

import pytest

from qa.writing.support import SupportCheck
from qa.writing.written import Verdict

PASSAGE = (
    "Models of language\nGPT-3, with 175 billion parameters, shows what one model for many tasks means: through a "
    "prompt in plain language it adapts to tasks for which it was not explicitly trained, with decent results on most."
)
CARRIED = "GPT-3, with 175 billion parameters, adapts to tasks for which it was not explicitly trained"


@pytest.fixture(scope="module")
def check(real_encoder: Any) -> SupportCheck:
    return SupportCheck(real_encoder)


def test_what_stands_there_holds(check: SupportCheck) -> None:
    assert check.judge(f"{CARRIED}.", [PASSAGE])[0].holds


@pytest.mark.parametrize("end", [" and kills whoever uses it.", ", and nobody ever used it."])
def test_a_sentence_that_is_longer_than_what_is_read_of_it_does_not_hold(check: SupportCheck, end: str) -> None:
    verdict, support, _ = check.judge(" and ".join([CARRIED] * 6) + end, [PASSAGE])
    assert not verdict.holds
    assert support == 0


@pytest.mark.parametrize("babble", ["x" * 200, "x" * 1000, "啊" * 300, "GPT-3 is " + "very " * 90 + "bad."])
def test_babble_does_not_hold(check: SupportCheck, babble: str) -> None:
    assert not check.judge(babble, [PASSAGE])[0].holds


@pytest.mark.parametrize(
    ("sentence", "verdict"),
    [
        ("Sure, here is the answer.", Verdict.UNSUPPORTED),  # the passage denies something, this does not
        ("Nobody wants a model of the weather.", Verdict.UNSUPPORTED),  # both do
    ],
)
def test_what_denies_nothing_is_no_denial(check: SupportCheck, sentence: str, verdict: Verdict) -> None:
    assert check.judge(sentence, [PASSAGE])[0] is verdict


def test_a_denial_is_called_one(check: SupportCheck) -> None:
    passage = PASSAGE.replace("for which it was not explicitly trained", "of many kinds")
    assert check.judge("GPT-3 does not adapt to any task.", [passage])[0] is Verdict.NEGATION
