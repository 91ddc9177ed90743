"""What does the shell show? Results on stdout, everything else on stderr."""

from ui.terminal.output import (
    fail,
    print_answer,
    print_change,
    print_figures,
    print_hits,
    print_json,
    print_opinion,
    print_report,
    progress_bar,
    reading_bars,
    show_everything,
    tell,
    tell_change,
    warn,
    warn_of_fewer,
    warn_of_undated,
)
from ui.terminal.problems import warn_of_problems

__all__ = [
    "fail",
    "print_answer",
    "print_change",
    "print_figures",
    "print_hits",
    "print_json",
    "print_opinion",
    "print_report",
    "progress_bar",
    "reading_bars",
    "show_everything",
    "tell",
    "tell_change",
    "warn",
    "warn_of_fewer",
    "warn_of_problems",
    "warn_of_undated",
]
