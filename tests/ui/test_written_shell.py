"""A written answer in a terminal, sentence by sentence."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from threading import Event
from typing import Any

import pytest
from rich.console import Console
from scripted_writing import ScriptedWriter, sentence
from small_answerer import EN_QUESTION, SmallAnswerer

from qa import Answer, Citation
from qa.writing import Draft, Trouble, Verdict, WritingEvent, Written
from ui.terminal.written import print_written

HELD, ITEM = sentence("A model is trained.", 1), replace(sentence("It is broad.", 1, 2), begins_item=True)
STRUCK = sentence("It has 3 [b]trillion.", 1, verdict=Verdict.NUMBER)
UNCITED = replace(sentence("So they say.", verdict=Verdict.UNCITED), numbers=())


@cache
def answer() -> Answer:
    return SmallAnswerer().ask(EN_QUESTION)


class Told:
    """Stands for a writer that tells ``events``, and looks at what is on the screen before each."""

    def __init__(self, events: Sequence[WritingEvent], screen: io.StringIO) -> None:
        self._events, self._screen = events, screen
        self.seen: list[str] = []

    def write(self, answer: Answer, stop: Event | None = None) -> Iterator[WritingEvent]:
        for event in self._events:
            self.seen.append(self._screen.getvalue())
            yield event


def written(*sentences: Any, **more: Any) -> Written:
    return Written(model="m", place="", sentences=sentences, seconds=1.0, **more)


def printed(events: Sequence[WritingEvent], *, terminal: bool) -> tuple[Told, str, str, tuple[Citation, ...]]:
    """The writer, what it left on the screen and on stderr, and what it read beside."""
    screen, errors = io.StringIO(), io.StringIO()
    out = Console(file=screen, force_terminal=terminal, no_color=True, highlight=False, soft_wrap=True)
    writer = Told(events, screen)
    sources = print_written(writer, answer(), out, Console(file=errors, soft_wrap=True))  # type: ignore[arg-type]
    return writer, screen.getvalue(), errors.getvalue(), sources


def test_sentences_are_shown_as_they_are_found_to_hold() -> None:
    events = [Draft("A mo"), HELD, Draft("It"), STRUCK, ITEM, UNCITED, written(HELD, STRUCK, ITEM, UNCITED)]
    writer, screen, errors, _ = printed(events, terminal=True)
    assert writer.seen[:4] == ["", "", "A model is trained. [1]", "A model is trained. [1]"]
    assert writer.seen[4].startswith("A model is trained. [1] \x1b[2;9mIt has 3 [b]trillion. [1]\x1b[0m")
    assert "(something in it is not in [1])" in writer.seen[4]
    assert "\n- It is broad. [1][2] \x1b[2;9mSo they say.\x1b[0m \x1b[2m(it names no quote)" in screen
    assert screen.count("A model is trained.") == 1
    assert errors == ""


def test_what_is_said_twice_is_shown_once() -> None:
    _, screen, _, _ = printed([HELD, HELD, written(HELD)], terminal=True)
    assert screen.startswith("A model is trained. [1]\n\x1b[2mWritten by")


@pytest.mark.parametrize("terminal", [True, False])
def test_what_counts_in_the_end_is_shown_whole(terminal: bool) -> None:
    _, screen, _, _ = printed([HELD, written(replace(HELD, text="Another."), ITEM)], terminal=terminal)
    assert ("A model is trained." in screen) is terminal
    assert ("In the end:" in screen) is terminal
    assert "Another. [1]\n- It is broad. [1][2]\n" in screen


def test_elsewhere_it_is_printed_once_and_what_is_struck_goes_to_stderr() -> None:
    writer, screen, errors, _ = printed([HELD, STRUCK, written(HELD, STRUCK)], terminal=False)
    assert set(writer.seen) == {""}
    assert screen == "A model is trained. [1]\nWritten by m from the quotes below\n\n"
    assert errors == "Struck: It has 3 [b]trillion. (something in it is not in [1])\n"


def test_where_nothing_is_written_nothing_is_shown() -> None:
    assert printed([], terminal=True)[1:] == ("", "", ())
    _, screen, _, _ = printed([written(trouble=Trouble.BUSY)], terminal=False)
    assert screen == "m wrote no answer\nThe language model is busy. The quotes below are the answer.\n\n"


def test_passages_that_were_read_beside_are_given_back() -> None:
    further = replace(answer().citations[0], number=7)
    assert printed([written(HELD, sources=(further,))], terminal=True)[3] == (further,)


@pytest.mark.parametrize("terminal", [True, False])
def test_ctrl_c_calls_the_model_off(terminal: bool) -> None:
    stops: list[Event] = []

    class Interrupted(ScriptedWriter):
        """Somebody has enough of it."""

        def write(self, answer: Answer, stop: Event | None = None) -> Any:
            assert stop is not None
            stops.append(stop)
            yield HELD
            raise KeyboardInterrupt

    screen, errors = io.StringIO(), io.StringIO()
    out = Console(file=screen, force_terminal=terminal, no_color=True, highlight=False, soft_wrap=True)
    with pytest.raises(KeyboardInterrupt):
        print_written(Interrupted(), answer(), out, Console(file=errors))  # type: ignore[arg-type]
    assert stops[0].is_set()
    assert errors.getvalue() == "The writing was stopped.\n"
    assert screen.getvalue() == ("A model is trained. [1]\n\n" if terminal else "")
