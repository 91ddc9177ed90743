"""The exceptions of the program: they go wherever others do."""

import copy
import inspect
import pickle
from collections.abc import Callable

import pytest

from corpus import FoundationQAError, ScopeError, errors
from qa.writing.chat_model import WritingError
from ui.api.closing import ClosingError
from ui.api.openai_request import OpenAIError
from ui.html.visitor_message import VisitorError

OURS = [each for each in vars(errors).values() if inspect.isclass(each) and issubclass(each, FoundationQAError)]
MADE = [
    *[kind("It is wrong. Mend it.") for kind in OURS if kind is not ScopeError],
    ScopeError("There is no text x.", "unknown", name="x", near="–"),
    WritingError("refused", "The model is not there."),
    OpenAIError("'n' is 2; expected 1.", "n", 422, "too_many"),
    VisitorError("refusals.closing"),
    ClosingError(),
]


@pytest.mark.parametrize("error", MADE, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("again", [lambda one: pickle.loads(pickle.dumps(one)), copy.copy, copy.deepcopy])
def test_an_error_can_be_copied_and_sent_to_another_process(
    error: FoundationQAError, again: Callable[[FoundationQAError], FoundationQAError]
) -> None:
    error.add_note("while texts were read")
    same = again(error)
    assert type(same) is type(error)
    assert str(same) == str(error)
    assert vars(same) == vars(error)


def test_all_errors_of_the_corpus_are_tried() -> None:
    assert len(OURS) > 8
    assert {type(error) for error in MADE} >= set(OURS)
