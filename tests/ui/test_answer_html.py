"""Answers as HTML: the quote marked exactly, everything else inert."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from costs import costs_at_most
from records import answer_of, citation_of, term_of

from corpus import Document, Passage, Reference, Term, readable, split
from qa import Answer, AnswerKind, Citation
from ui.chat.answer_html import answer_html, card_html, cards_html, glossary_html, reply_html
from ui.chat.turns import Turn, kept
from ui.html.citation_view import CitationView
from ui.html.links import linked
from ui.html.words import each_html, label, unseen_html, words_html

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
    return citation_of(document, passage, quote, start, number=number)


def answered(text: str, *citations: Citation, language: str = "en") -> Answer:
    return answer_of(text, citations, language=language)


def card(citation: Citation, number: int = 1) -> str:
    """The card of ``citation``."""
    return card_html(drawn(citation), number)


def drawn(citation: Citation) -> CitationView:
    return kept(answered("[1]", citation)).citations[0]


def reply(answer: Answer, number: int = 1) -> str:
    return answer_html(kept(answer), number)


def cards(answer: Answer, glossary: tuple[Term, ...] = ()) -> str:
    return cards_html(Turn(answer.question, kept(answer)), 1, glossary)


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
    page = Reader(card(citation))
    shown = quote.replace("<b>", "").replace("</b>", "")
    assert page.texts["mark"] == shown
    assert page.texts["blockquote.passage"] == citation.passage.text.replace(quote, shown)
    assert page.tags.count("mark") == 1


def test_the_mark_goes_by_offsets_not_by_search() -> None:
    text = "Same words. Same words. Same words."
    citation = cited(text, "Same words.")
    second = citation_of(citation.document, citation.passage, citation.quote, 12)
    assert "Same words. <mark>Same words.</mark> Same words." in card(second)


TABLE = "见下表：\n\n| 模型 | 年份 |\n| --- | --- |\n| BERT | 2018 |\n| GPT-3 | 2020 |\n"


def test_a_row_of_a_table_stands_under_its_heads() -> None:
    citation = cited(TABLE, "GPT-3 | 2020")
    assert "\n" in citation.passage.text
    html = card(citation)
    assert "<dt>模型</dt><dd>BERT</dd>" in html
    assert "<dt>模型</dt><dd><mark>GPT-3</mark></dd></div><div><dt>年份</dt><dd><mark>2020</mark></dd>" in html
    assert "|" not in Reader(html).texts["blockquote.passage"]
    said = Reader(reply(answered("“GPT-3 | 2020” [1]", citation)))
    assert said.texts["div.quote formed"] == "模型GPT-3年份2020 Source出处[1]"
    assert said.values("data-citation") == ["1"]


def test_a_line_above_a_table_is_shown_without_the_heads_that_each_row_has() -> None:
    rows = "".join(f"| 模型{number} | {'很' * 20}大 |\n" for number in range(20))
    last = cited(f"{TABLE}{rows}", f"模型19 | {'很' * 20}大")
    assert last.passage.context == "见下表： 模型 | 年份"
    assert Reader(card(last)).texts["p.context"] == "见下表："


def test_a_list_keeps_its_signs() -> None:
    text = "Two steps:\n\n1. Mix **flour** and water.\n2. Let it rest.\n"
    html = reply(answered("…", cited(text, "Mix **flour** and water.\n2. Let it rest.")))
    assert Reader(html).texts["ul.items"] == "1. Mix flour and water.2. Let it rest. Source出处[1]"
    assert Reader(reply(answered("…", cited(text, "Let it rest.")))).texts["span.item-sign"] == "2."


def test_a_quote_with_marks_of_its_own_gets_no_others() -> None:
    page = Reader(reply(answered("…", cited("“基础模型”这个名称是新的。", "“基础模型”这个名称是新的。"))))
    assert page.texts["p"].startswith("“基础模型”这个名称是新的。 ")
    assert Reader(reply(answered("…", cited("它是新的。", "它是新的。")))).texts["p"].startswith("“它是新的。” ")


def test_hostile_text_is_inert_in_every_field() -> None:
    passage = Passage(
        id=HOSTILE,
        document_id=HOSTILE,
        title=HOSTILE,
        heading=HOSTILE,
        context=HOSTILE,
        language=HOSTILE,
        text=HOSTILE,
        start=0,
        end=len(HOSTILE),
        sentences=(),
    )
    document = Document(HOSTILE, HOSTILE, HOSTILE, HOSTILE, references=(Reference(HOSTILE, HOSTILE, HOSTILE),))
    citation = citation_of(document, passage, HOSTILE, 0)
    answer = answer_of(f"{HOSTILE} [1]", (citation,), question=HOSTILE, language=HOSTILE)
    turn = Turn(HOSTILE, kept(answer))
    near = kept(replace(answer, kind=AnswerKind.NEAREST, citations=(), related=(citation,)))
    terms = [term_of(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)]
    everything = "".join(
        [
            reply_html(turn, 1),
            reply_html(Turn(HOSTILE, problem=HOSTILE), 2),
            reply_html(
                Turn(HOSTILE, kept(replace(answer, kind=AnswerKind.NOT_IN_TEXTS, citations=(), related=(citation,)))), 3
            ),
            reply_html(Turn(HOSTILE, near), 4),
            cards_html(turn, 1, terms),
            cards_html(Turn(HOSTILE, near), 4, terms),
            glossary_html(terms, each_html({"en": HOSTILE, "zh": HOSTILE})),
            unseen_html("answer.understood", question=HOSTILE),
        ]
    )
    page = Reader(everything)  # asserts that the tags are balanced, so nothing broke out
    assert set(page.tags).isdisjoint({"img", "script", "style", "iframe", "svg", "form"})
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert all(address.startswith("#") for address in page.values("href"))
    assert page.texts["div.problem"] == HOSTILE
    assert page.texts["mark"].replace(" ", "") == 2 * readable(HOSTILE).replace(" ", "")


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
    page = Reader(card(cited("One sentence.", "One sentence.", source=source, references=references)))
    assert [address for address in page.values("href") if not address.startswith("#")] == addresses * 2
    assert page.values("rel") == ["noopener noreferrer nofollow"] * len(addresses) * 2
    assert page.texts["p.source"].endswith(source)
    assert page.texts["li"] == source


@pytest.mark.parametrize("end", [")", "].", ")(", "()", "!?"])
def test_a_line_full_of_marks_behind_an_address_costs_no_more_than_another(end: str) -> None:
    with costs_at_most(1):
        for line in (f"http://a.b/{end * 100_000}", f"http://a.b/{end * 800} " * 60):
            assert "".join(re.split("<[^>]*>", linked(line))) == line


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("(http://a.b/x_(y)).", "http://a.b/x_(y)"),
        ("http://a.b/(x))))", "http://a.b/(x)"),
        ("http://a.b/x).)", "http://a.b/x"),
        ("http://a.b/(x.).", "http://a.b/(x.)"),
        (f"http://a.b/{'x' * 1989}.", f"http://a.b/{'x' * 1989}"),
        (f"http://a.b/{'x' * 1990}", ""),  # an address of which the end is missing leads elsewhere
    ],
)
def test_an_address_ends_before_the_marks_of_its_sentence(line: str, address: str) -> None:
    assert Reader(linked(line)).values("href") == ([address] if address else [])


def test_a_card_names_what_its_section_rests_on() -> None:
    text = "# T\n\nAbove.\n\n## 一\n\n<!-- references: wei2022 -->\n\n涌现是产生的行为。\n"
    wei = Reference("wei2022", "Wei et al. (2022). On “涌现” <b>", "https://example.org/w?a=1&b=2")
    fang = Reference("fang2023", "方圆. 大模型纪事", "")
    shown = Reader(card(cited(text, "涌现是产生的行为。", references=(fang, wei))))
    assert shown.texts["p.source"] == f"Source出处 {wei.text} {wei.address}"
    assert shown.values("href")[1:] == [wei.address]
    assert "details" not in shown.tags
    whole = Reader(card(cited(text, "Above.", references=(fang, wei))))
    assert whole.texts["p.source"] == f"Source出处 {fang.text}"
    assert whole.texts["li"] == f"{wei.text} {wei.address}"
    assert "(1)" in whole.texts["summary"]
    hostile = Reader(card(cited(text, "Above.", references=(Reference("x", "X", "javascript:alert(1)"),))))
    assert len(hostile.values("href")) == 1
    assert "details" not in Reader(card(cited(text, "Above."))).tags


def test_the_real_source_stands_before_the_name_of_the_file() -> None:
    book = Reference("b", "Doe (2021). On it.", "https://example.org/b")
    cases = {
        ("https://example.org/a", (book,)): ("https://example.org/a", f"{book.text} {book.address}"),
        ("a.md", (book,)): (f"{book.text} {book.address}", ""),
        ("https://example.org/a", ()): ("https://example.org/a", ""),
    }
    for (source, references), (first, others) in cases.items():
        html = card(cited("One sentence.", "One sentence.", source=source, references=references))
        page = Reader(html)
        assert page.texts["p.source"] == f"Source出处 {first}"
        assert page.texts.get("li", "") == others
        assert page.texts["p.file"] == "a.md"
        assert html.index('"source"') < html.index('"file"')
    alone = Reader(card(cited("One sentence.", "One sentence.")))
    assert alone.texts["p.source"] == "Source出处 a.md"
    assert "p.file" not in alone.texts


def test_a_number_in_the_answer_leads_to_its_source_unless_it_belongs_to_a_quote() -> None:
    citation = cited("It was shown in [1] and [2].", "It was shown in [1] and [2].")
    page = Reader(reply(answered("It was shown in [1] and [2]. [1] [7]", citation), 3))
    assert (page.values("data-turn"), page.values("data-citation")) == (["3"], ["1"])
    assert page.texts["span.quote"] == citation.quote
    assert page.texts["p"] == "“It was shown in [1] and [2].” Source出处[1]"
    assert page.tags.count("a") == 1
    assert "source-3-1" in Reader(card(citation, 3)).values("id")


def test_a_blank_line_parts_quotes_but_no_quote() -> None:
    citation = cited("One line.\n\nAnother line.", "One line.")
    whole = replace(citation, quote="One line.\n\nAnother line.", end=len(citation.document.text))
    page = Reader(reply(answered("…", whole, replace(citation, number=2))))
    assert page.tags.count("p") == 3  # one for each quote, one of how sure it is
    assert page.texts["span.quote"] == f"{whole.quote}One line."


@pytest.mark.parametrize(
    ("language", "meant", "sure"),
    [("en", "Understood as: a < b 😀", "Confidence"), ("zh", "理解为：a < b 😀", "把握")],
)
def test_an_answer_says_how_it_was_understood_and_how_sure_it_is(language: str, meant: str, sure: str) -> None:
    citation = cited("One sentence.", "One sentence.")
    answer = replace(answered("[1]", citation, language=language), confidence=0.871, understood="a < b 😀")
    page = Reader(reply(answer))
    assert page.texts["p.understood"] == meant
    assert page.texts["p.sureness"].split() == [sure, "87%"]
    assert "width:87%" in page.values("style")
    plain = Reader(reply(answered("[1]", citation, language=language)))
    assert "p.understood" not in plain.texts


def test_terms_are_explained_where_they_are_used_and_do_nothing_else() -> None:
    glossary = (
        term_of("emergence", "涌现", "Abilities <b>nobody</b> built in.", "没有人设计的能力。", "", ("湧現",)),
        term_of("chain of thought", "思维链", "Steps before the answer.", "先写步骤再作答。", "CoT"),
    )
    whole = Reader(glossary_html(glossary, "Glossary"))
    assert whole.tags.count("dt") == 2
    assert whole.texts["dt"] == "emergence · 涌现chain of thought · 思维链 · CoT"
    citation = cited("Is 湧現 real? It is.", "Is 湧現 real?")
    used = Reader(cards(answered("[1]", citation), glossary))
    assert used.texts["dt"] == "emergence · 涌现"
    assert "<b>nobody</b>" in used.texts["dd"]
    assert "details.glossary" not in Reader(cards(answered("No."), glossary)).texts


def test_what_is_related_stands_apart_from_an_answer() -> None:
    citation = cited("<b>Near</b> it.", "<b>Near</b> it.", title="Near > by")
    answer = answer_of("The texts do not say.", related=(citation,), confidence=0.2)
    page = Reader(cards(answer))
    assert page.texts["p.label"].startswith("Related, but no answer")
    assert page.texts["mark"] == "Near it."
    said = Reader(reply(answer))
    assert said.texts["h3"] == "Not in the texts"
    assert said.texts["li"] == "Near > by"
    assert said.values("data-citation") == ["1"]
    assert "p.sureness" not in said.texts


def test_what_is_related_under_one_heading_is_told_apart_by_how_it_begins() -> None:
    one, other, long = 'The kite of "A & B" is 1 < 2. 🪁', "风筝在飞。", "很" * 100
    alone = cited(one, one, title="Alone")
    related = (*(cited(each, each, number, title="Kites") for number, each in enumerate((one, other, long), 1)), alone)
    html = reply(answer_of("The texts do not say.", related=related, confidence=0.2))
    links = re.findall(r'<a class="place"[^>]*>(.*?)</a>', html)
    assert links[:3] == [
        'Kites: <span lang="en">“The kite of &quot;A &amp; B&quot; is 1 &lt; 2. 🪁”</span>',
        'Kites: <span lang="zh-Hans">“风筝在飞。”</span>',
        f'Kites: <span lang="zh-Hans">“{"很" * 59}…”</span>',
    ]
    assert links[3] == "Alone"


@pytest.mark.parametrize(
    ("language", "head", "label"),
    [("en", "Not exactly in the texts", "Nearest in the texts"), ("zh", "资料中没有直接说到", "最接近的内容")],
)
def test_what_comes_near_is_quoted_apart_from_an_answer(language: str, head: str, label: str) -> None:
    prose = cited("# 船\n\n<b>船</b> sails on the 海。", "<b>船</b> sails on the 海。", title="船 > by")
    row = cited(TABLE, "GPT-3 | 2020", 2)
    answer = answer_of(
        "Not exactly <this>.", related=(prose, row), kind=AnswerKind.NEAREST, language=language, confidence=0.2
    )
    html = reply(answer, 7)
    said = Reader(html)
    assert (said.texts["h3"], said.texts["p.label"]) == (head, label)
    assert said.texts["div.said"] == "Not exactly <this>."
    assert said.texts["ul.related"].startswith("“船 sails on the 海。” 船 > by")
    assert said.texts["div.quote formed"].startswith("模型GPT-3年份2020")
    assert f'id="nearest-7">{label}</p><ul class="related" aria-labelledby="nearest-7">' in html
    assert said.values("data-citation") == ["1", "2"]
    assert said.values("lang")[0] == {"en": "en", "zh": "zh-Hans"}[language]
    assert set(said.texts).isdisjoint({"p.sureness", "a.cite"})
    html = cards(answer)
    beside = Reader(html)
    assert beside.texts["p.label"] == "Nearest, but perhaps no answer最接近的段落，但不一定是回答"
    assert 'class="nearest" aria-labelledby="nearest-cards-1"><p class="label" id="nearest-cards-1">' in html
    assert beside.tags.count("article") == 2
    assert "section.nearest" not in Reader(cards(replace(answer, kind=AnswerKind.NOT_IN_TEXTS))).texts


def test_small_talk_is_neither_an_answer_nor_the_lack_of_one() -> None:
    greeting = Reader(
        reply(answer_of("你好！可以提问。", kind=AnswerKind.SMALL_TALK, question="你好！", language="zh"))
    )
    assert "div.answer talk" in greeting.texts
    assert "h3" not in greeting.texts
    assert "button" not in greeting.tags


def test_how_well_a_passage_fits_is_a_bar_and_a_number() -> None:
    page = Reader(card(replace(cited("One sentence.", "One sentence."), score=0.734)))
    assert "width:73%" in page.values("style")
    assert page.texts["span.fit"].split()[-1] == "73%"


def test_every_part_names_its_language() -> None:
    chinese = cited("# 定义\n\n基础模型是一种模型。", "基础模型是一种模型。", title="什么是基础模型")
    english = cited("It is a model.", "It is a model.", number=2)
    html = reply(answered(f"{chinese.quote} [1]\n{english.quote} [2]", chinese, english, language="zh"))
    assert 'id="answer-1" tabindex="-1" lang="zh-Hans"' in html
    assert f'<span class="quote" lang="zh-Hans">{chinese.quote}' in html
    assert f'<span class="quote" lang="en">{english.quote}' in html
    html = card(chinese)
    assert '<blockquote class="passage" lang="zh-Hans">' in html
    assert ">中文</span>" in html and ">English</span>" in card(english)
    assert Reader(words_html("chat.ask")).values("lang") == ["en", "zh-Hans"]


def test_a_heading_does_not_repeat_the_title() -> None:
    shown = Reader(card(cited("# Title\n\n## Part\n\n### Detail\n\nA sentence.", "A sentence.")))
    assert shown.texts["p.heading"] == "Part › Detail"
    assert "p.heading" not in Reader(card(cited("# Title\n\nA sentence.", "A sentence."))).texts
    longer = cited("# CLIP 是怎样训练的\n\n## Data\n\nA sentence.", "A sentence.", title="CLIP")
    assert Reader(card(longer)).texts["p.heading"] == "CLIP 是怎样训练的 › Data"


def test_an_answer_without_sources_says_so() -> None:
    assert "没有引用原文" in cards(answered("Nothing."))
    assert cards_html(Turn("3", problem="Oh"), 1, ()) == ""


def test_labels_hold_both_languages() -> None:
    assert label("answer.sources") == "Sources / 出处"
