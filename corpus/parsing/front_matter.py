"""Where the facts that a text gives about itself end, and the text begins."""

import re

# Neither a blank line nor prose may follow the first rule: then it is a rule, and the text begins below it.
_FRONT_MATTER = re.compile(
    r"\A---[ \t]*\n(?=[ \t]*(?:#|[^\s:#-][^:\n]*:(?:\s|$)|---|\.\.\.))(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)"
)


def front_matter_end(text: str) -> int:
    """Where the YAML front matter ends and the text begins; 0 without front matter."""
    match = _FRONT_MATTER.match(text)
    return match.end() if match else 0
