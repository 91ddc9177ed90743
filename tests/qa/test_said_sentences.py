"""What a language model says is cut into sentences with the passages that they name, however it comes in pieces."""

import pytest

from qa.writing.sentences import SaidSentence, SentenceStream

Sentence = tuple[str, tuple[int, ...]]


def cut(text: str, size: int) -> list[SaidSentence]:
    stream = SentenceStream()
    found = [said for at in range(0, len(text), size) for said in stream.add(text[at : at + size])]
    return [*found, *stream.end()]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "GPT-3 has 175 billion parameters [1]. It came out in 2020. [2] Nobody is named here.",
            [
                ("GPT-3 has 175 billion parameters.", (1,)),
                ("It came out in 2020.", (2,)),
                ("Nobody is named here.", ()),
            ],
        ),
        (
            "基础模型用广泛的数据训练[1]。它可以适配。【2】还有一句［1，3］！",
            [("基础模型用广泛的数据训练。", (1,)), ("它可以适配。", (2,)), ("还有一句！", (1, 3))],
        ),
        ("一共 1750 亿参数 [来源2]。😀好 [段落 1、3]。", [("一共 1750 亿参数。", (2,)), ("😀好。", (1, 3))]),
        ("It is v. 2.5 [1].It goes on [2-4].", [("It is v. 2.5.", (1,)), ("It goes on.", (2, 3, 4))]),
        ('He said "yes." [1] Then 3.5 came [2].', [('He said "yes."', (1,)), ("Then 3.5 came.", (2,))]),
        ("**Bold** and `code` and *leaning* [1].", [("Bold and code and leaning.", (1,))]),
        ("## Answer\n\n**In short:**\n\nIt is so [1].\n---\n", [("It is so.", (1,))]),
        ("It never ends", [("It never ends", ())]),
        ("First line [1]\nsecond line [2]", [("First line", (1,)), ("second line", (2,))]),
        ('What is it? “为什么？” <passage number="1"> It is so [1].', [("It is so.", (1,))]),
        ("<h2><strong></strong></h2>\nIt is <b>so</b> [1].", [("It is <b>so</b>.", (1,))]),
        ("", []),
        ("\n \n", []),
        ("[1][2]", []),
        ("a\x1b[31mred\u202e [1].", [("a [31mred .", (1,))]),
    ],
)
def test_sentences_and_the_passages_that_they_name(text: str, expected: list[Sentence], size: int) -> None:
    assert [(said.text, said.numbers) for said in cut(text, size)] == expected


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_items_of_a_list_are_told_and_what_announces_it_is_left_out(size: int) -> None:
    said = cut("These are the risks:\n- **Bias** grows [1]. It is hard to see [2].\n2. 滥用[3]。\n• fakes [1]\n", size)
    assert [(each.text, each.begins_item) for each in said] == [
        ("Bias grows.", True),
        ("It is hard to see.", False),
        ("滥用。", True),
        ("fakes", True),
    ]


def test_a_draft_is_the_sentence_on_its_way_without_half_a_mark() -> None:
    stream = SentenceStream()
    drafts = []
    for piece in ("- **GPT", "-3** has", " 96 layers [", "1", "]. And"):
        assert not [said for said in stream.add(piece) if said.numbers != (1,)]
        drafts.append(stream.draft)
    assert drafts == ["**GPT", "GPT-3 has", "GPT-3 has 96 layers", "GPT-3 has 96 layers", "And"]


def test_a_sentence_without_end_is_cut() -> None:
    said = cut("word " * 2_000, 50)
    assert len(said) > 4
    assert max(len(each.text) for each in said) <= 1_200
