"""Charts and diagrams: the names and figures that a file keeps of them."""

from corpus.files.office.markdown import Writer
from corpus.files.office.tables import Cell, grid_of, write_table
from corpus.files.office.xml import Element, attribute, child, children, name_of, number, within

_MOST_POINTS = 500
_MOST_SERIES = 40


def write_chart(writer: Writer, root: Element | None) -> None:
    """Write the chart or diagram in the part ``root``: a chart as a table, a diagram (SmartArt) as a list."""
    if root is None:
        return
    if name_of(root) == "dataModel":
        for words in diagram_words(root):
            writer.item(words, "-", 0)
        writer.end()
        return
    title = child(root, "chart", "title")
    if title is not None:
        writer.paragraph("".join(each.text or "" for each in within(title, "t")))
    series = list(within(root, "ser"))[:_MOST_SERIES]
    names = ["".join(_points(child(each, "tx")).values()) for each in series]
    values = [_points(child(each, "val")) or _points(child(each, "yVal")) for each in series]
    labels: dict[int, str] = {}
    for each in series:
        labels = labels or _points(child(each, "cat")) or _points(child(each, "xVal"))
    rows = sorted({at for each in values for at in each})[:_MOST_POINTS]
    if not rows:
        return
    table = [[(at + 1, Cell(name)) for at, name in enumerate(names)]]
    for row in rows:
        cells = [labels.get(row, str(row + 1)), *(each.get(row, "") for each in values)]
        table.append([(at, Cell(text)) for at, text in enumerate(cells)])
    write_table(writer, grid_of(table, len(series) + 1), 1)


def diagram_words(root: Element) -> list[str]:
    """The words of a diagram, in the order of the file."""
    found = []
    for point in children(child(root, "ptLst"), "pt"):
        if attribute(point, "type", "node") in ("node", "asst"):
            words = " ".join("".join(each.text or "" for each in within(line, "t")) for line in within(point, "p"))
            if words.strip():
                found.append(words.strip())
    return found


def _points(element: Element | None) -> dict[int, str]:
    """The points that are kept of a series, by their numbers; for names of several levels the lowest."""
    if element is None:
        return {}
    level = next(within(element, "lvl"), element)
    held = {number(point, "idx"): child(point, "v") for point in within(level, "pt")}
    found = {at: (value.text or "").strip() for at, value in held.items() if value is not None}
    if not found:
        value = child(element, "v")
        return {0: (value.text or "").strip()} if value is not None else {}
    return {at: _short(text) for at, text in found.items()}


def _short(text: str) -> str:
    """A figure without the digits that only a computer puts behind it."""
    try:
        return f"{float(text):.10g}" if len(text) > 10 else text
    except ValueError:
        return text
