"""A content as slides: each heading of the second level begins one."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from written import Block, Content, Kind


@dataclass(slots=True)
class SlideParts:
    """What stands on a slide."""

    title: str
    lines: list[Block] = field(default_factory=list)  # paragraphs and items
    table: Block | None = None
    spoken: str = ""


def slides_of(content: Content) -> Iterator[SlideParts]:
    """The slides in order; the first has the title of the content."""
    slide: SlideParts | None = None
    for block in content.blocks:
        if block.kind is Kind.HEADING:
            if slide is not None:
                yield slide
            slide = SlideParts(block.plain)
        elif slide is None:
            raise ValueError(f"{content.name}: it does not begin with its title.")
        elif block.kind is Kind.TABLE:
            slide.table = block
        elif block.kind is Kind.SPOKEN:
            slide.spoken = block.plain
        else:
            slide.lines.append(block)
    if slide is not None:
        yield slide
