"""``python -m ui`` is the command ``foundation-qa``."""

from ui.cli import main

main()
