"""A page starts without what Gradio writes for editors."""

import subprocess
import sys

import pytest

_WATCHED = """
import sys

def told(event, arguments):
    if event == "open" and str(arguments[0]).endswith(".pyi"):
        print(arguments[0])

sys.addaudithook(told)
"""


@pytest.mark.slow
def test_no_interface_is_made_where_a_page_is() -> None:
    page = [sys.executable, "-c", f"{_WATCHED}\nimport ui.server.page"]
    assert subprocess.run(page, capture_output=True, check=True, text=True).stdout == ""


@pytest.mark.slow
def test_gradio_itself_makes_them() -> None:
    """Or ``ui/gradio_import.py`` is no longer needed."""
    alone = [sys.executable, "-c", f"{_WATCHED}\nimport gradio"]
    assert ".pyi" in subprocess.run(alone, capture_output=True, check=True, text=True).stdout
