"""Which language a text is in, and how it reads without markup."""

import pytest
from costs import costs_at_most

from corpus import LANGUAGES, encoder_text, language_of, readable
from corpus.document import Passage
from corpus.language import KNOWN


def passage_of(document_id: str, title: str, text: str, heading: str = "", context: str = "") -> Passage:
    return Passage(
        id="x#1",
        document_id=document_id,
        title=title,
        heading=heading,
        context=context,
        language="en",
        text=text,
        start=0,
        end=len(text),
        sentences=(),
    )


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is a foundation model?", "en"),
        ("什么是基础模型？", "zh"),
        ("用 ICL 的时候需要 update 模型参数吗？", "zh"),
        ("What is 隐式知识库?", "en"),
        ("基础模型 Foundation Model 范式", "zh"),
        ("The term 涌现 (emergence) is used for abilities that were not designed.", "en"),
        ("GPT-3 有 1750 亿参数。", "zh"),
        ("BERT（语言模型） | 谷歌 | github.com/google-research/bert | Apache 2.0 许可证", "zh"),
        ("见 https://example.org/a/long/path/of/words/here", "zh"),
        ("", "en"),
        ("12345 🎉", "en"),
        ("𠮷", "zh"),
        ("的湖泊 the lake", "zh"),  # as much of one as of the other
        ("https://example.org/the/of 湖", "zh"),
        ("His pupils were 阿文, 小周, 老李, 陈师傅 and 林.", "en"),
        ("The keepers are 王五、赵六、孙七、周八、吴九.", "en"),
        ("Send the parcel to 上海市徐汇区天平路街道88号.", "en"),
        ("Front door: 王师傅, back door: 前台", "en"),
        ("Lin Wu 林五 | 1687", "en"),
        ("Transformer 由 Google 提出", "zh"),
    ],
)
def test_the_grammar_tells_the_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_every_language_can_be_told_from_the_others() -> None:
    assert tuple(each.code for each in KNOWN) == LANGUAGES
    for facts in ("code", "tag", "name"):
        assert len({getattr(each, facts) for each in KNOWN}) == len(KNOWN)
    assert [language_of(each.name) for each in KNOWN] == list(LANGUAGES)
    units = [unit for each in KNOWN for unit in each.units]
    assert len(set(units)) == len(units)
    # The first that fits counts: none may begin with one before it.
    assert [unit for at, unit in enumerate(units) if unit.startswith(tuple(units[:at]))] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**Scale** matters ([paper](https://example.org/a_(b)))", "Scale matters (paper)"),
        ("![a picture](img.png) shows ![[Pasted image.png]] it", "shows it"),
        ("a <b>bold</b> word<br/> <!-- hidden --> here", "a bold word here"),
        ("see <https://example.org> now", "see <https://example.org> now"),
        ("| a | b |\n|---|:-:|\n| 1 | 2 |", "a | b | | 1 | 2"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("> quoted\n> 文字", "quoted 文字"),
    ],
)
def test_markup_is_no_part_of_the_words(text: str, words: str) -> None:
    assert readable(text) == words


@pytest.mark.parametrize("unit", ["a.", "a-", "a./", "http://", "a.a", "a/"])
def test_the_language_of_hostile_addresses_costs_no_more_than_their_length(unit: str) -> None:
    with costs_at_most(2):
        language_of("中" + unit * (300_000 // len(unit)))


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["[", "![", "![[", "![](", "<!--", "<a ", "[a](", "(", " ", "-", "|", "` ", "> "])
def test_hostile_markup_costs_no_more_than_its_length(unit: str) -> None:
    with costs_at_most(2):
        readable("x" + unit * (300_000 // len(unit)) + "x")


def test_the_encoder_sees_title_heading_and_context_before_the_words() -> None:
    passage = passage_of("x.md", "A title", "| GPT-3 | **175B**", heading="Data > Size", context="Model | Size")
    assert encoder_text(passage) == "A title\nData: Size\nModel | Size\nGPT-3 | 175B"


def test_a_file_name_is_no_title_to_the_encoder() -> None:
    assert encoder_text(passage_of("notes/x.md", "x", "Words.")) == "Words."
