"""How large a file may be that is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileLimits:
    """Bytes that files may have."""

    text: int = 8_000_000  # a text beyond is rather a dump, and its passages would drown the others
    document: int = 100_000_000  # of the formats beyond text, which hold pictures and fonts as well

    @property
    def largest(self) -> int:
        """The larger of them."""
        return max(self.text, self.document)


LIMITS = FileLimits()
