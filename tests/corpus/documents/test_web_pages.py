"""Pages as browsers save them: what stays of them, and how it reads as Markdown."""

import json
import random
import re
from pathlib import Path

import pytest

pytest.importorskip("lxml")


from corpus import CorpusError, Document, readable, split
from corpus.files.escapes import Context, escaped
from corpus.files.web import WEB_READERS, read_html
from corpus.parsing.blocks import BlockKind, blocks_of, heading_text

FILES = Path(__file__).parent / "files/web"
PAGES: dict[str, dict[str, list[str]]] = json.loads((FILES / "pages.json").read_text(encoding="utf-8"))


def markdown(page: str) -> str:
    return read_html(page.encode(), Path("page.html")).text


def said(text: str) -> str:
    """The words as a reader sees them, without white space."""
    return re.sub(r"\s+", "", readable(text, struck=True)).replace("\\", "")


def sentences(text: str) -> list[str]:
    document = Document("page.html", "Page", "page.html", text)
    return [readable(text[start:end]) for passage in split(document) for start, end in passage.sentences]


@pytest.mark.parametrize("name", PAGES)
def test_the_subject_of_a_page_stays(name: str) -> None:
    shown = said(read_html((FILES / name).read_bytes(), FILES / name).text)
    assert [words for words in PAGES[name]["keep"] if re.sub(r"\s+", "", words) not in shown] == []


@pytest.mark.slow
def test_what_surrounds_it_goes() -> None:
    left = [
        words
        for name, page in PAGES.items()
        for words in page["drop"]
        if re.sub(r"\s+", "", words) in said(read_html((FILES / name).read_bytes(), FILES / name).text)
    ]
    assert len(left) <= 0.03 * sum(len(page["drop"]) for page in PAGES.values()), left


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("news-semantic.html", ("Night ferry returns to Quill Island after nine years", "Maud Ellery, Tom Sable",
                                "2024-05-17", "https://harbourpost.example/local/ferry-returns")),
        ("news-soup.html", ("Copper mine at Tarn Fell to close in March", "Ines Okafor", "2023-11-02", "")),
        ("wiki.html", ("Marsh lantern", "", "", "https://en.openpedia.example/wiki/Marsh_lantern")),
        ("zh-news-gb18030.html", ("青石渡口浮桥今日恢复通行", "陆闻溪", "2022-09-08", "")),
        ("zh-blog-big5.html", ("自己做豆腐乳", "", "", "")),
        ("questions.html", ("Why does my tea go cloudy in hard water?", "", "", "https://kettle.example/questions/118/why-cloudy")),
        ("docs.html", ("Configure retries", "", "", "https://kestrel.example/docs/retries")),
        ("forum.html", ("Stove will not draw in east wind", "", "", "")),
    ],
)  # fmt: skip
def test_a_page_says_what_it_is(name: str, facts: tuple[str, str, str, str]) -> None:
    content = read_html((FILES / name).read_bytes(), FILES / name)
    assert (content.title, content.author, content.date, content.source) == facts
    assert content.problems == ()


@pytest.mark.parametrize("title", ["Untitled Document", "无标题文档", "Microsoft Word - plan.doc", "index", "  "])
def test_a_title_that_a_program_put_there_is_none(title: str) -> None:
    assert read_html(f"<title>{title}</title><p>Words.".encode(), Path("a.html")).title == ""


def test_a_page_is_told_where_a_browser_had_it_from() -> None:
    page = "<!-- saved from url=(0031)https://example.org/notes/kiln -->\n<html><title>Kiln</title><p>Words."
    assert read_html(page.encode(), Path("a.html")).source == "https://example.org/notes/kiln"
    page = '<link rel="canonical" href="https://example.org/"><!-- saved from url=(0026)https://example.org/a -->x'
    assert read_html(page.encode(), Path("a.html")).source == "https://example.org/a"
    assert read_html(b'<link rel="canonical" href="javascript:x"><p>x', Path("a.html")).source == ""


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<h2>Kilns &amp; ovens</h2><p>One\n  two&nbsp;three", "## Kilns & ovens\n\nOne two three\n"),
        ("<p>窑温\n  很高。\n下一窑", "窑温很高。下一窑\n"),
        ("<p>first<br>second<br><br>third", "first\nsecond\n\nthird\n"),
        ("<p>CO<sub>2</sub>, 10<sup>6</sup> m<sup>3</sup>, x<sub>i</sub>, 1<sup>st</sup>", "CO2, 10^6 m^3, x_i, 1st\n"),
        ('<p>Fired.<sup><a href="#n3">[3]</a></sup> Then', "Fired.[^3] Then\n"),
        ("<p><ruby>窯<rp>(</rp><rt>かま</rt><rp>)</rp></ruby>の火", "窯の火\n"),
        ("<p>She said <q>wait</q>, twice", "She said “wait”, twice\n"),
        ("<p>It costs <s>9</s> 7 now", "It costs ~~9~~ 7 now\n"),
        ("<p>See <a href='https://example.org'>the list</a>.", "See the list.\n"),
        ("<p>Run <code>fire --now *</code> or <code>a`b</code>", "Run `fire --now *` or ``a`b``\n"),
        ("<p>A<img src=a.png alt='a kiln'> B", "A B\n"),
        ("<img src=a.png alt='A kiln of 1820'>", "A kiln of 1820\n"),
        ("<p>shown<b style='display: none'>no</b><b hidden>no</b><i aria-hidden='true'>no</i><script>no</script>",
         "shown\n"),
        ("<ul><li>one<ol start=4><li>four</ol><li>two<p>more</ul>", "- one\n  4. four\n- two\n\n  more\n"),
        ("<dl><dt>Bisque<dd>First firing.</dl>", "Bisque\n: First firing.\n"),
        ("<blockquote><p>Slow.<p>Slower.</blockquote>", "> Slow.\n>\n> Slower.\n"),
        ('<pre><code class="language-py">if a:\n    b = "```"\n\n</code></pre>',
         '````py\nif a:\n    b = "```"\n````\n'),
        ("<math><mfrac><mi>a</mi><mn>2</mn></mfrac><mo>=</mo><msup><mi>b</mi><mn>3</mn></msup></math>", "a/2 = b^3\n"),
        ('<math><semantics><mi>x</mi><annotation encoding="TeX">\\frac{a}{2}</annotation></semantics></math>',
         "$\\frac{a}{2}$\n"),
        ('<p>so <script type="math/tex; mode=display">x^2</script>', "so $$x^2$$\n"),
        ("<figure><img><figcaption>The old kiln</figcaption></figure><p>x", "The old kiln\n\nx\n"),
        ("<h3>Grade of C#</h3>x", "### Grade of C#\n\nx\n"),
        ("<details><summary>Why?</summary>Because.</details>", "Why?\n\nBecause.\n"),
        ("<h2>Fire<a class='headerlink' href='#f'>¶</a></h2><p>x", "## Fire\n\nx\n"),
        ("plain words without a tag 🏺", "plain words without a tag 🏺\n"),
    ],
)  # fmt: skip
def test_elements_become_markdown(page: str, text: str) -> None:
    assert markdown(page) == text


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("<table><tr><th>Clay<th>Cone</tr><tr><td>Red<td>04</table>",
         ["| Clay | Cone |", "| --- | --- |", "| Red | 04 |"]),
        ("<table><tr><td>Clay<td>Cone</tr><tr><td>Red|brown<td>04<br>06</table>",
         ["| Clay | Cone |", "| --- | --- |", "| Red\\|brown | 04 06 |"]),
        ("<table><tr><th>Height<td>41 m<tr><th>Built<td>1871</table>",
         ["|  |  |", "| --- | --- |", "| Height | 41 m |", "| Built | 1871 |"]),
        ("<table><thead><tr><th rowspan=2>City<th colspan=2>2020<tr><th>In<th>Out</thead>"
         "<tr><td rowspan=2>Ost<td>1<td>2<tr><td>3<td>4</table>",
         ["| City | 2020 In | 2020 Out |", "| --- | --- | --- |", "| Ost | 1 | 2 |", "| Ost | 3 | 4 |"]),
        ("<table><caption>Cones</caption><tr><th>A<th>B<tr><td colspan=2>all<tr><td>1<td>2</table>",
         ["Cones", "", "| A | B |", "| --- | --- |", "| all |  |", "| 1 | 2 |"]),
        ("<table><tr><th colspan=2>The kiln</tr><tr><th>Fuel<td>oak</table>",
         ["The kiln", "", "|  |  |", "| --- | --- |", "| Fuel | oak |"]),
    ],
)  # fmt: skip
def test_a_table_has_its_header_and_each_row_a_cell_of_every_column(page: str, lines: list[str]) -> None:
    assert markdown(page).rstrip("\n").split("\n") == lines


def test_a_row_is_quoted_with_its_header() -> None:
    text = read_html((FILES / "wiki.html").read_bytes(), FILES / "wiki.html").text
    rows = [block for block in blocks_of(text) if block.kind is BlockKind.ROW]
    heron = next(row for row in rows if "Heron" in text[row.start : row.end])
    assert text[slice(*heron.header)] == "| Name | Measure Height | Measure Oil |"


def test_a_table_that_numbers_the_lines_of_code_is_code() -> None:
    page = "<table class=highlighttable><tr><td><pre>1\n2</pre></td><td><pre>a = 1\nb = 2</pre></td></tr></table>"
    assert markdown(page) == "```\na = 1\nb = 2\n```\n"


def test_a_table_that_lays_out_a_page_is_none() -> None:
    page = "<table><tr><td><h2>North</h2><p>Cold there.</td><td><h2>South</h2><p>Warm there.</td></tr></table>"
    assert markdown(page) == "## North\n\nCold there.\n\n## South\n\nWarm there.\n"


ODD = [
    "# not a heading", "- not an item", "> not a quote", "1986. A year like others", "**not bold** and _this_",
    "[not](a-link) [nor][this] ![nor](this) [[nor this]]", "`not code` ``nor this``",
    "<b>not a tag</b> <table><tr><td>x",
    "~~~", "---", "&amp; &lt;", "{{ no }} {% no %} {# no #}", "%% no comment %%", "\\* and \\_", "~~not struck~~",
    "[toc]", "id:: no property", "::: no box", "!!! no box", "The end.^1", "[^1]: no note", "#tag", "==no mark==",
    "| a | b |", "# 不是标题", "- 不是列表", "＃ 不是标题", "+---+---+", "$5 and $6",
    "a < b > c", "<!-- no comment -->",
]  # fmt: skip


@pytest.mark.parametrize("line", ODD)
def test_words_that_look_like_markup_stay_words(line: str) -> None:
    shown = escaped(line)
    assert readable(shown).replace("|", "").split() == line.replace("|", "").split()
    text = f"# Title\n\nA sentence above.\n\n{shown}\n\nA sentence below.\n"
    blocks = blocks_of(text)
    assert {block.kind for block in blocks} <= {BlockKind.HEADING, BlockKind.PROSE}
    assert [heading_text(text, block) for block in blocks if block.kind is BlockKind.HEADING] == ["Title"]
    assert readable(escaped(line, Context.HEADING)).replace("|", "").split() == line.replace("|", "").split()


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("<meta charset=gb2312><p>窑火不熄，㐂".encode("gb18030"), "窑火不熄，㐂"),
        ("<meta charset=big5><p>窯火不熄，裏面很熱".encode("cp950"), "窯火不熄，裏面很熱"),
        ("<meta http-equiv=Content-Type content='text/html; charset=shift_jis'><p>窯の火は消え".encode("cp932"),
         "窯の火は消え"),
        ("<meta charset=iso-8859-1><p>Caf\x93\xe9\x94".encode("latin-1"), "Caf“é”"),
        ("<meta charset=gbk><p>其实是 UTF-8".encode(), "其实是 UTF-8"),
        ("<p>窑火不熄，匠人们都说这一窑的颜色最好看".encode("gb18030"), "窑火不熄，匠人们都说这一窑的颜色最好看"),
        ("<meta charset=utf-8><p>火".encode("utf-16"), "火"),
        ("\ufeff<p>火".encode(), "火"),
        (b"<meta charset=no-such-thing><p>plain", "plain"),
    ],
)  # fmt: skip
def test_pages_are_read_in_their_encoding(raw: bytes, words: str) -> None:
    content = read_html(raw, Path("a.html"))
    assert content.text == f"{words}\n"
    assert content.problems == ()


@pytest.mark.parametrize("element", ["main", "article", "section", "x-page", "div"])
@pytest.mark.parametrize("behind", ["", "<p>Behind.", "<body><p>Behind.", "</head><body><p>Behind.</body>"])
def test_a_page_whose_author_opened_no_body_has_one(element: str, behind: str) -> None:
    page = f"<!DOCTYPE html><meta charset=utf-8><title>Kilns</title><{element}><p>Fired.</p></{element}>{behind}"
    assert markdown(page).split("\n\n")[0].strip() == "Fired."
    if element not in ("main", "article"):  # beside which nothing is the subject of a page
        assert ("Behind." in markdown(page)) == bool(behind)


def test_a_few_wrong_bytes_are_a_problem_and_no_failure() -> None:
    raw = "<meta charset=gb2312><p>窑火不熄。".encode("gb18030") + b"\xff\xff<p>" + "匠人还在。".encode("gb18030")
    content = read_html(raw, Path("a.html"))
    assert "窑火不熄。" in content.text
    assert "匠人还在。" in content.text
    assert len(content.problems) == 1


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"%PDF-1.7 x", "a.html is a PDF, and no web page as its name says"),
        (b"PK\x03\x04 x", "a.html is a ZIP archive, or an Office document or e-book, and no web page"),
        (b"\0\1\2\xff\xfe" * 9, "a.html is not a text"),
    ],
)
def test_what_is_no_page_is_said(raw: bytes, message: str) -> None:
    with pytest.raises(CorpusError, match=re.escape(message)):
        read_html(raw, Path("a.html"))


def test_a_page_without_words_is_a_problem() -> None:
    content = read_html(b"<title>App</title><div id=root></div><script src=a.js></script>", Path("a.html"))
    assert content.text == ""
    assert len(content.problems) == 1


def test_what_a_script_would_have_shown_is_read_where_there_is_nothing_else() -> None:
    said = "The kiln was lit at dawn and burned for three days. " * 9
    page = f"<p>Today</p><div id=js_content style='visibility: hidden; opacity: 0'><p>{said}</div>"
    assert said.strip() in markdown(page)
    assert said.strip() not in markdown(f"{page}<p>{said[::-1]}")


def test_a_thread_of_comments_keeps_them_and_an_article_does_not() -> None:
    comments = [f"Reply number {n} says that the flue has to be {n} inches longer, at least." for n in range(5)]
    thread = "".join(f"<div class='comment js-comment'><p>{comment}</div>" for comment in comments)
    assert all(comment in markdown(f"<h1>Smoke</h1>{thread}") for comment in comments)
    article = "<p>" + "The flue is what makes a kiln draw, and its length decides how well. " * 12
    assert not any(comment in markdown(f"<h1>Smoke</h1>{article}{thread}") for comment in comments)


def test_a_page_of_links_alone_has_them_for_its_content() -> None:
    page = "<nav><ul>" + "".join(f"<li><a href={n}>Guide number {n}</a>" for n in range(9)) + "</ul></nav>"
    assert "Guide number 8" in markdown(page)


def test_xhtml_is_read_as_xml_without_entities_of_its_own() -> None:
    page = (
        '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body><p>x&nbsp;<a id="y"/>z</p></body></html>'
    )
    assert markdown(page) == "x z\n"
    assert "aaaaaaaa" not in markdown(page.replace("x&nbsp;", "&b;"))


@pytest.mark.slow
@pytest.mark.parametrize("part", ["<div>", "<b><i>", "<ul><li>", "<table><tr><td>", "<blockquote>", "<dl><dd>"])
def test_elements_within_elements_are_followed_so_far(part: str) -> None:
    assert "deep down" in markdown(part * 3_000 + "deep down")


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [
        "<p>" + "*a* [x](y) `z` %% " * 3_000, "<p>" + "`" * 9_000 + "[" * 9_000 + "*_" * 9_000 + "{{" * 9_000,
        "<nav>a</nav><h2>b</h2>" * 9_000, "<table>" + "<tr><td rowspan=99999 colspan=99999>a" * 2_000,
        "<table><tr>" + "<td rowspan=1000>a" * 9_000,
        '<script type="application/ld+json">' + "[" * 99_999 + "</script>x",
    ],
)  # fmt: skip
@pytest.mark.timeout(60)
def test_no_page_takes_for_ever(page: str) -> None:
    assert markdown(page) is not None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["news-semantic.html", "wiki.html", "zh-news-gb18030.html"])
def test_a_damaged_page_is_read_or_refused(name: str) -> None:
    raw = (FILES / name).read_bytes()
    dice = random.Random(5)
    for _ in range(70):
        damaged = bytearray(raw[: dice.randint(1, len(raw))])
        for _ in range(dice.randint(0, 40)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        try:
            content = WEB_READERS[".html"](bytes(damaged), Path(name))
        except CorpusError as error:
            assert str(error).startswith(name)
        else:
            assert not re.search(r"[ \t\r]$", content.text, re.M)
            content.text.encode()


def test_the_same_bytes_give_the_same_text() -> None:
    raw = (FILES / "docs.html").read_bytes()
    assert read_html(raw, Path("a.html")) == read_html(raw, Path("a.html"))


def test_the_headings_and_sentences_of_a_page_are_those_of_its_author() -> None:
    text = read_html((FILES / "docs.html").read_bytes(), FILES / "docs.html").text
    headings = [heading_text(text, block) for block in blocks_of(text) if block.kind is BlockKind.HEADING]
    assert headings == ["Configure retries", "Settings", "By message"]
    assert "The delay doubles with every try, up to max_delay." in sentences(text)


def test_without_the_extra_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in [name for name in sys.modules if name.split(".")[0] == "lxml" or name.startswith("corpus.files.web.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lxml", None)
    with pytest.raises(
        CorpusError,
        match=re.escape(
            "a.html is a web page; reading it needs a package that is not installed. "
            'Run: pip install "foundation-qa[documents]"'
        ),
    ):
        read_html(b"<p>x", Path("a.html"))


@pytest.mark.parametrize(
    "line",
    [
        "Share on Facebook",
        "分享到朋友圈",
        "一键分享至微信好友",
        "You are here: Home / Kilns",
        "This site uses cookies. Accept all or change the settings.",
        "本网站使用Cookie来改善浏览，继续浏览即表示同意。",
    ],
)
def test_lines_of_every_page_go(line: str) -> None:
    words = "<p>The kiln is fired for three days, and nobody sleeps: wood has to be laid on every ten minutes.</p>"
    assert line not in markdown(f"<h1>Kiln</h1>{words * 4}<div>{line}</div>")


def test_what_stands_in_a_table_is_no_such_line() -> None:
    table = "<table><tr><th>Potter</th><th>Share</th></tr><tr><td>Brandt</td><td>Print</td></tr></table>"
    words = "<p>The kiln is fired for three days, and nobody sleeps: wood has to be laid on every ten minutes.</p>"
    assert "| Potter | Share |\n| --- | --- |\n| Brandt | Print |" in markdown(f"<h1>Kiln</h1>{words * 4}{table}")
