"""What a file itself marks of its words, and words that a writer puts beside others."""

from corpus import readable
from corpus.files.office import signs
from corpus.files.office.markdown import Writer


def seen(text: str) -> str:
    """As :func:`readable` shows it: the bars of tables and white space are one blank each."""
    return " ".join(text.replace("|", " ").split())


def test_signs_of_our_own_in_a_file_are_left_out() -> None:
    assert signs.paragraph(signs.clean("a\ufdd0b\ufdd1\ufdd2c\x00\x07d")) == "abc d"


def test_signs_in_different_cells_or_items_do_not_pair() -> None:
    words = ["*a", "b* _c", "d_ `e", "f` ==g", "h== [[i", "j]] $k", "l$ <b", "m> %%n", "o%%"]
    writer = Writer()
    writer.row(["Name", "Words"])
    writer.rule(2)
    for at in range(0, len(words) - 1, 2):
        writer.row([signs.cell(word) for word in words[at : at + 2]])
    assert seen(readable(writer.text)) == seen(f"Name Words {' '.join(words[:8])}")
    writer = Writer()
    for word in words:
        writer.item(word, "-", 0)
    assert seen(readable(writer.text)) == seen(" ".join(f"- {word}" for word in words))
