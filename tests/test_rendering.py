"""Answers as HTML: the quote marked exactly, everything else inert."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from corpus import Document, Passage, Reference, Term, split
from qa.answer import Answer, Citation
from ui.rendering import Turn, answer_html, card_html, question_html, reply_html, sources_html
from ui.words import both

HOSTILE = "\"><img src=x onerror=alert(1)><script>alert(1)</script>&amp;'{{x}}${x}</div>"


class Reader(HTMLParser):
    """What a browser makes of a piece of HTML: its tags in order, links, language tags, and texts by element."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.texts: dict[str, str] = {}
        self.feed(html)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes.extend(values.items())
        self.open.append(f"{tag}.{values['class']}" if "class" in values else tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().split(".")[0] == tag

    def handle_data(self, data: str) -> None:
        for element in self.open:
            self.texts[element] = self.texts.get(element, "") + data

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]


def cited(text: str, quote: str, number: int = 1, **fields: object) -> Citation:
    """A citation of ``quote`` in a document with ``text``, in the real passage that holds it."""
    document = Document(
        id="a.md",
        title=str(fields.get("title", "Title")),
        source=str(fields.get("source", "a.md")),
        text=text,
        references=fields.get("references", ()),  # type: ignore[arg-type]
    )
    start = text.index(quote)
    passage = next(passage for passage in split(document) if passage.start <= start < passage.end)
    return Citation(number, document, passage, quote, start, start + len(quote), 0.5)


def answered(text: str, *citations: Citation, language: str = "en") -> Answer:
    return Answer("Why?", language, bool(citations), text, citations, 0.1)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        (
            "# 标题\n\n前面一句😀👩‍🔬。基础模型是在广泛数据上训练的模型。后面一句。",
            "基础模型是在广泛数据上训练的模型。",
        ),
        ("Before it 𝒳. ＡＢＣ　ｆｕｌｌ　ｗｉｄｔｈ！ After it.", "ＡＢＣ　ｆｕｌｌ　ｗｉｄｔｈ！"),
        ('First. If a < b && c > d, "so" it\'s <b>bold</b>. Last.', 'If a < b && c > d, "so" it\'s <b>bold</b>.'),
        ("Same words. Same words. Same words.", "Same words."),
    ],
)
def test_the_mark_holds_the_quote_and_the_passage_is_whole(text: str, quote: str) -> None:
    citation = cited(text, quote)
    page = Reader(card_html(citation, 1))
    assert page.texts["mark"] == quote
    assert page.texts["blockquote.passage"] == citation.passage.text
    assert page.tags.count("mark") == 1


def test_the_mark_goes_by_offsets_not_by_search() -> None:
    text = "Same words. Same words. Same words."
    citation = cited(text, "Same words.")
    second = Citation(1, citation.document, citation.passage, citation.quote, 12, 23, 0.5)
    assert "Same words. <mark>Same words.</mark> Same words." in card_html(second, 1)


def test_line_breaks_of_a_table_are_kept() -> None:
    text = "| 模型 | 年份 |\n| --- | --- |\n| BERT | 2018 |\n| GPT-3 | 2020 |\n"
    citation = cited(text, "GPT-3 | 2020")
    assert "\n" in citation.passage.text
    assert Reader(card_html(citation, 1)).texts["blockquote.passage"] == citation.passage.text


def test_hostile_text_is_inert_in_every_field() -> None:
    passage = Passage(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, 0, len(HOSTILE), ())
    document = Document(HOSTILE, HOSTILE, HOSTILE, HOSTILE, (Reference(HOSTILE, HOSTILE, HOSTILE),))
    citation = Citation(1, document, passage, HOSTILE, 0, len(HOSTILE), 0.5)
    answer = Answer(HOSTILE, HOSTILE, True, f"{HOSTILE} [1]", (citation,), 0.1)
    everything = "".join(
        [
            question_html(HOSTILE),
            reply_html(Turn(HOSTILE, answer), 1),
            reply_html(Turn(HOSTILE, problem=HOSTILE), 2),
            sources_html([Turn(HOSTILE, answer)]),
        ]
    )
    page = Reader(everything)  # asserts that the tags are balanced, so nothing broke out
    assert set(page.tags).isdisjoint({"img", "script", "style", "iframe", "svg", "form"})
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert all(address.startswith("#") for address in page.values("href"))
    assert page.texts["div.question"] == page.texts["div.problem"] == HOSTILE
    assert page.texts["h3"] == page.texts["mark"] == HOSTILE


@pytest.mark.parametrize(
    ("source", "addresses"),
    [
        ('https://example.org/a?b=1&c="2"', ["https://example.org/a?b=1&c="]),
        ("Doe (2021). On it. HTTP://Example.org/x_(y).", ["HTTP://Example.org/x_(y)"]),
        (
            "见 https://例子.org/路径，以及（https://example.org/b）。",
            ["https://例子.org/路径", "https://example.org/b"],
        ),
        ("javascript:alert(1)", []),
        ("data:text/html,<script>alert(1)</script>", []),
        ("ftp://example.org //example.org www.example.org http://[bad http://", []),
        ("zh/definition.md", []),
    ],
)
def test_only_web_addresses_become_links(source: str, addresses: list[str]) -> None:
    references = (Reference("key", source, ""),)
    page = Reader(card_html(cited("One sentence.", "One sentence.", source=source, references=references), 1))
    assert [address for address in page.values("href") if not address.startswith("#")] == addresses * 2
    assert page.values("rel") == ["noopener noreferrer nofollow"] * len(addresses) * 2
    assert page.texts["p.source"].endswith(source)
    assert page.texts["li"] == source


def test_a_card_names_what_its_section_rests_on() -> None:
    text = "# T\n\nAbove.\n\n## 一\n\n<!-- references: wei2022 -->\n\n涌现是产生的行为。\n"
    wei = Reference("wei2022", "Wei et al. (2022). On “涌现” <b>", "https://example.org/w?a=1&b=2")
    fang = Reference("fang2023", "方圆. 大模型纪事", "")
    shown = Reader(card_html(cited(text, "涌现是产生的行为。", references=(fang, wei)), 1))
    assert shown.texts["li"] == f"{wei.text} {wei.address}"
    assert shown.values("href") == ["#answer-1", wei.address]
    assert "(1)" in shown.texts["summary"]
    whole = Reader(card_html(cited(text, "Above.", references=(fang, wei)), 1))
    assert whole.texts["li"] == f"{fang.text}{wei.text} {wei.address}"
    assert whole.tags.count("li") == 2
    hostile = Reader(card_html(cited(text, "Above.", references=(Reference("x", "X", "javascript:alert(1)"),)), 1))
    assert hostile.values("href") == ["#answer-1"]
    assert "details" not in Reader(card_html(cited(text, "Above."), 1)).tags


def test_a_number_in_the_answer_leads_to_its_card_unless_it_belongs_to_a_quote() -> None:
    citation = cited("It was shown in [1] and [2].", "It was shown in [1] and [2].")
    page = Reader(answer_html(answered("It was shown in [1] and [2]. [1] [7]", citation), 3))
    assert page.values("href") == ["#source-3-1"]
    assert page.texts["span.quote"] == citation.quote
    assert page.texts["div.answer"] == "It was shown in [1] and [2]. [1] [7] Confidence 0%"
    assert "source-3-1" in Reader(card_html(citation, 3)).values("id")


@pytest.mark.parametrize(
    ("language", "meant", "sure"),
    [("en", "Understood as: a < b 😀", "Confidence 87%"), ("zh", "理解为： a < b 😀", "把握 87%")],
)
def test_an_answer_says_how_it_was_understood_and_how_sure_it_is(language: str, meant: str, sure: str) -> None:
    citation = cited("One sentence.", "One sentence.")
    answer = replace(answered("[1]", citation, language=language), confidence=0.871, understood="a < b 😀")
    page = Reader(answer_html(answer, 1))
    assert page.texts["p.understood"] == meant
    assert page.texts["p.sureness"].strip() == sure
    assert "87" in page.values("value")
    plain = Reader(answer_html(answered("[1]", citation, language=language), 1))
    assert "p.understood" not in plain.texts


def test_terms_are_explained_where_they_are_used_and_do_nothing_else() -> None:
    glossary = (
        Term("emergence", "涌现", "Abilities <b>nobody</b> built in.", "没有人设计的能力。", "", ("湧現",)),
        Term("chain of thought", "思维链", "Steps before the answer.", "先写步骤再作答。", "CoT"),
    )
    whole = Reader(sources_html([], glossary))
    assert whole.tags.count("dt") == 2
    assert whole.texts["dt"] == "emergence · 涌现chain of thought · 思维链 · CoT"
    citation = cited("Is 湧現 real? It is.", "Is 湧現 real?")
    used = Reader(sources_html([Turn("Why?", answered("[1]", citation))], glossary))
    assert used.texts["dt"] == "emergence · 涌现"
    assert "<b>nobody</b>" in used.texts["dd"]
    assert "details.glossary" not in Reader(sources_html([Turn("Why?", answered("No."))], glossary)).texts


def test_what_is_related_stands_apart_from_an_answer() -> None:
    citation = cited("<b>Near</b> it.", "<b>Near</b> it.")
    answer = Answer("Why?", "en", False, "The texts do not say.", (), 0.1, 0.2, "", (citation,))
    page = Reader(sources_html([Turn("Why?", answer)]))
    assert page.texts["p.related"].startswith("Related, but no answer")
    assert page.texts["mark"] == "<b>Near</b> it."
    assert "p.sureness" not in Reader(answer_html(answer, 1)).texts


def test_every_part_names_its_language() -> None:
    chinese = cited("# 定义\n\n基础模型是一种模型。", "基础模型是一种模型。", title="什么是基础模型")
    english = cited("It is a model.", "It is a model.", number=2)
    html = answer_html(answered(f"{chinese.quote} [1]\n{english.quote} [2]", chinese, english, language="zh"), 1)
    assert Reader(html).values("lang") == ["zh-Hans", "zh-Hans", "en"]
    card = card_html(chinese, 1)
    assert '<blockquote class="passage" lang="zh-Hans">' in card
    assert ">中文</span>" in card and ">English</span>" in card_html(english, 1)
    assert both("Ask", "提问") == '<span lang="en">Ask</span> <span lang="zh-Hans">提问</span>'


def test_a_heading_does_not_repeat_the_title() -> None:
    card = Reader(card_html(cited("# Title\n\n## Part\n\n### Detail\n\nA sentence.", "A sentence."), 1))
    assert card.texts["p.heading"] == "Part › Detail"
    assert "p.heading" not in Reader(card_html(cited("# Title\n\nA sentence.", "A sentence."), 1)).texts


def test_sources_show_the_last_answer_and_keep_the_earlier_ones() -> None:
    citation = cited("One sentence.", "One sentence.")
    turns = [
        Turn("1", answered("One sentence. [1]", citation)),
        Turn("2", answered("Nothing.")),
        Turn("3", problem="Oh"),
    ]
    html = sources_html(turns)
    assert '<section id="sources-1" hidden>' in html
    assert '<section id="sources-2">' in html
    assert "没有引用原文" in html
    assert "sources-3" not in html
    assert "section" not in sources_html([])


def test_an_unanswered_question_looks_different() -> None:
    assert 'class="answer unanswered"' in answer_html(answered("The texts do not say."), 1)
    assert 'role="status"' in reply_html(Turn("Why?"), 1)
