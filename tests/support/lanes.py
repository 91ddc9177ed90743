"""Which cases of a test only the long lane tries, see CONTRIBUTING.md, "Set up, test, check"."""

from typing import Any

import pytest


def sweep(*values: Any) -> Any:
    """A case like the others of its test, and as costly: `make test` leaves it out, `make sweep` tries it."""
    return pytest.param(*values, marks=pytest.mark.sweep)
