"""Marks are no words: neither shown nor counted nor cut, while what is stored stays exact."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Document, language_of, readable, split, width
from corpus.files.facts import read_facts
from corpus.parsing.titles import title_of
from corpus.wording.marks import MarkKind, marks_of
from corpus.wording.ruler import Ruler


def passages(text: str, limit: int = 250) -> list[tuple[str, list[str]]]:
    """Of each passage the heading, and the sentences as a reader is shown them."""
    source = Document("a.md", "a", "a.md", text)
    return [
        (passage.heading, [readable(text[start:end]) for start, end in passage.sentences])
        for passage in split(source, limit)
    ]


def sentences(text: str, limit: int = 250) -> list[str]:
    return [sentence for _, found in passages(text, limit) for sentence in found]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # Markdown
        ("*One* and _two_, ***three*** and ~~four~~", "One and two, three and"),
        ("2*3*4 is 24, and 2**10 more; a snake_case_name", "2*3*4 is 24, and 2**10 more; a snake_case_name"),
        ("The price* is net; the cost* is not.", "The price* is net; the cost* is not."),
        ("Call `init(*args, **kw)` or ``a`b``.", "Call init(*args, **kw) or a`b."),
        ("See [the map][atlas] and cell[i][j].", "See the map and cell[i][j]."),
        ('A [link](<a b.html> "with a title"), too', "A link, too"),
        ("[![build](https://ci.example/b.svg)](https://ci.example) Sails", "Sails"),
        ("## Sails\n> ### Ropes", "Sails Ropes"),
        ("> > deep\n>shallow", "deep shallow"),
        ("x >= 5\n>5 knots", "x >= 5 >5 knots"),
        ("- [x] tarred\n- [ ] spliced", "- tarred - spliced"),
        ("It blew.[^2] Hard.\n\n[^2]: From the log.", "It blew. Hard. From the log."),
        (r"1\. not\_so \*hard\*", "1. not_so *hard*"),
        ("```sh\nls *.md # **all**\n```", "ls *.md # **all**"),
        # HTML
        ("a&nbsp;b &lt;c&gt; &#20013; &unknown;", "a b <c> 中 &unknown;"),
        ("Type <name> or List<String>.", "Type <name> or List<String>."),
        ("<script>\nlet x = 1;\n</script>Out.<style>p {}</style>", "Out."),
        ("<div hidden>secret</div>Open.", "Open."),
        ('<p style="color:red; display: none">secret</p>Open.', "Open."),
        ('<svg><path d="M0"/><text>9</text></svg>Seen.', "Seen."),
        # note programs
        ("Sail at dawn. %% ask Tom %% Bring rope.", "Sail at dawn. Bring rope."),
        ("50%% of it and 20%% of that", "50%% of it and 20%% of that"),
        ("Mind ==the boom== now; a == b and c == d", "Mind the boom now; a == b and c == d"),
        ("See [[Knots#Bowline|the knot]], [[Ropes]], [[Knots#Reef]].", "See the knot, Ropes, Knots > Reef."),
        ("It floats. ^cork-1", "It floats."),
        ("它浮起来。^a1", "它浮起来。"),
        ("x ((6490a131-f9a2-46c5-bb5f-eddf3043817b)) y", "x y"),
        ("{{query (todo now)}} The {{title}} is {{c1::oak}}.", "The is oak."),
        ("> [!tip]+ Reef early\n> It saves work.", "Reef early It saves work."),
        ("Text\nid:: 64\ncollapsed:: true\nMore", "Text More"),
        ("- Oars\n  :LOGBOOK:\n  CLOCK: 1\n  :END:\n- Sails", "- Oars - Sails"),
        # site builders
        ('{{< figure src="a.png" >}}Caption {% raw %}stays{% endraw %}', "Caption stays"),
        ("Masts{: .big} and spars {#spars}", "Masts and spars"),
        ("::: warning Shoals\nKeep off.\n:::", "Shoals Keep off."),
        ('!!! danger "Rocks"\n\n    Keep off.', "Rocks Keep off."),
        ('=== "Linux"\n\n    Run it.', "Linux Run it."),
        ("!!! What a day !!!", "!!! What a day !!!"),
        # addresses and data
        (f"See https://example.org/{'x' * 90}.", "See https://example.org/…."),
        ("See https://example.org/a.", "See https://example.org/a."),
        (f"See ftp://example.org/{'x' * 90}, www.example.org/{'y' * 90}.",
         "See ftp://example.org/…, www.example.org/…."),
        ("See www.example.org/__a__/b and https://example.org/Mast_(ship)_b.",
         "See www.example.org/__a__/b and https://example.org/Mast_(ship)_b."),
        ("见https://example.org/桅杆_(船)_一。又见 https://example.org/b(二)",
         "见https://example.org/桅杆_(船)_一。又见 https://example.org/b(二)"),
        ("![](data:image/png;base64,AAAA) Port", "Port"),
        ("[p]:\n<data:image/png;base64,iVBORw0KGgo=>", ""),
        ("[p]: # and more", "[p]: # and more"),
        ("{#paint} {# two #} {three}", "{three}"),
        ("<Tabs>\n<TabItem value='a'>\n\nPress it.\n\n</TabItem></Tabs>", "Press it."),
        ("Write <name> and 10<sup>6</sup>.", "Write <name> and 10 6 ."),
        ("[p]: <data:image/png;base64,iVBORw0KGgo=>", ""),
        ("The blob Qm9hdHM5" + "aB3dE5fG7h" * 40 + " sank.", "The blob sank."),
        ("x" * 300, "x" * 300),
        ("Zero\u200bwidth and \ufeffmark", "Zerowidth and mark"),
    ],
)  # fmt: skip
def test_a_reader_is_shown_words(text: str, words: str) -> None:
    assert readable(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("改到~~周二~~周四上午装船。", "改到周四上午装船。"),
        ("It sails on ~~Tuesday~~ Thursday.", "It sails on Thursday."),
        ("It sails on Thursday ~~at noon~~.", "It sails on Thursday."),
        ("<del>80 元</del> 72 元，<s>旧票</s>新票，<strike class='x'>三</strike>四", "72 元，新票，四"),
        ('<span style="color:red; text-decoration: line-through">80</span> <span>72</span>', "72"),
        ("| 船票 | ~~80元~~ 72元 |", "船票 | 72元"),
        ("<td>Ferry</td><td><DEL>80</DEL></td><td>72</td>", "Ferry 72"),
        ("<tr>\n<td>Ferry</td>\n<td><del>80</del></td>\n</tr>", "Ferry"),
        ("~~The *old*\npier~~ The new one.", "The new one."),
        ("~~https://old.example~~ https://new.example", "https://new.example"),
        ("[the ~~old~~ pier](https://example.org)", "the pier"),
        ("~~one ~~two~~ three~~ four", "four"),
        # all of a line, an item, a heading, a row
        ("~~Wait.~~", "Wait."),
        ("- ~~buy tar~~\n- buy rope", "- buy tar - buy rope"),
        ("1、~~买油~~\n2、买绳", "1、买油 2、买绳"),
        ("## ~~Old pier~~\n\nIt stands.", "Old pier It stands."),
        ("| ~~80~~ | ~~90~~ |", "80 | 90"),
        ("~~靠左~~\n靠右", "靠左 靠右"),
        ("- [x] ~~buy tar~~ ✅ 2024-05-06", "- buy tar ✅ 2024-05-06"),
        ("- DONE ~~买油~~ 五月", "- DONE 买油 五月"),
        # no strokes
        ("谢谢~~马上就来~~", "谢谢马上就来"),
        ("5~~10元，20~~30元", "5~~10元，20~~30元"),
        ("Write `~~x~~` or <del>never closed.", "Write ~~x~~ or never closed."),
        ("| ~~a | b~~ | c |", "a | b | c"),
        ("<del>One.\n\nTwo.</del> Three.", "One. Two. Three."),
    ],
)
def test_what_is_struck_out_is_not_said_any_more(text: str, words: str) -> None:
    assert readable(text) == words
    assert readable(readable(text, struck=True).replace("~~", "")) == readable(text, struck=True).replace("~~", "")


def test_words_that_are_struck_out_are_neither_quoted_alone_nor_counted() -> None:
    assert sentences("It sails. ~~It waits.~~ It lands. ~~Or not.~~") == ["It sails.", "It lands."]
    assert sentences("开船。~~等人。再等。~~靠岸。") == ["开船。", "靠岸。"]
    long = "~~" + "不再开行的旧班次，" * 40 + "~~新班次每天两班。"
    assert sentences(long, 60) == ["新班次每天两班。"]
    (passage,) = split(Document("a.md", "a", "a.md", "改到~~周二~~周四。"))
    assert [passage.text[start:end] for start, end in passage.sentences] == ["改到~~周二~~周四。"]


@pytest.mark.parametrize(
    "text", ["%% not closed", "<script> not closed", "<!-- not closed", "$ 5 or $ 6", ":LOGBOOK:\nx"]
)
def test_what_is_not_closed_is_text(text: str) -> None:
    assert readable(text).split()[-1] in ("closed", "6", "x")


PARTS = "** * _ ` [ ] ( ) <b> </b> <!-- --> %% == $ \\ ^a1b2 {{ }} word 词 。 https://example.org/a | &amp;".split()
PARTS += [
    "~~",
    "~~",
    "<del>",
    "</del>",
    "www.example.org/a",
    "- ",
    " ",
    "\n",
    "\n\n",
    ". ",
    "> ",
    "# ",
    "```\n",
    "::: tip\n",
]


@pytest.mark.slow
@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(PARTS), max_size=40).map("".join))
def test_marks_lie_one_after_the_other_and_take_no_letter_away_that_is_a_word(text: str) -> None:
    at = 0
    for mark in marks_of(text):
        assert at <= mark.start < mark.end <= len(text)
        at = mark.end
    ruler = Ruler(text)
    assert ruler.width(0, len(text)) <= width(text)
    for passage in split(Document("a.md", "a", "a.md", text), 20):
        assert text[passage.start : passage.end] == passage.text
        for start, end in passage.sentences:
            assert passage.start <= start < end <= passage.end


def test_an_address_takes_no_room_in_a_passage_and_is_not_cut() -> None:
    first, second = f"[第一份](https://example.org/{'%E6%B5%8B' * 60})", f"[第二份](https://example.org/{'a,b' * 60})"
    text = f"据{first}和{second}，仙女座的周期是三天。它很远。"
    assert sentences(text) == ["据第一份和第二份，仙女座的周期是三天。", "它很远。"]


def test_a_row_keeps_its_last_cell_behind_a_badge() -> None:
    badge = f"[![map](https://img.example/{'a=1&' * 60})](https://www.example/{'b' * 90})<br />"
    (row,) = sentences(f"| star | map | distance |\n|---|---|---|\n| Vega | {badge} | 25 years |\n")
    assert row == "Vega | | 25 years"


def test_what_is_wider_than_a_passage_is_cut_where_it_is_seen() -> None:
    label = "words of a label, " * 30
    found = passages(f"[{label}](https://example.org/{'x' * 400})", 100)
    assert " ".join(part for _, parts in found for part in parts).count("label") == 30
    assert all("xxxx" not in part.replace("[", "").split("](")[0] for _, parts in found for part in parts)


def test_padding_of_cells_takes_no_room() -> None:
    wide = " " * 300
    assert sentences(f"| a{wide} | b |\n|---|---|\n| one{wide} | two{wide} |\n") == ["one | two"]


def test_pictures_as_text_make_no_passage() -> None:
    data = "pU3KGCUwux1tEyze" * 700
    text = f"# Lake\n\nIt is deep. ![][image1]\n\nPerch live there.\n\n[image1]: <data:image/png;base64,{data}>\n"
    assert passages(text) == [("Lake", ["It is deep.", "Perch live there."])]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("**先跑五公里。**再跑八公里。", ["先跑五公里。", "再跑八公里。"]),
        ("路很长。**慢慢走。** 不急。", ["路很长。", "慢慢走。", "不急。"]),
        ("*甲。*乙。***丙。***丁。", ["甲。", "乙。", "丙。", "丁。"]),
        ("**甲。乙。**丙。", ["甲。", "乙。", "丙。"]),
        ("==睡前不看。==早上再看。", ["睡前不看。", "早上再看。"]),
        ("__Rest on Monday.__ Swim on Friday.", ["Rest on Monday.", "Swim on Friday."]),
        ("~~Lift.~~ Nothing. `It ends.` Here.", ["Nothing.", "It ends. Here."]),
        ("~~Lift.~~", ["Lift."]),
        ("<b>It digs.</b> It is long. <em>So</em> it is.", ["It digs.", "It is long.", "So it is."]),
        ("“**Never feed them!**” Say the keepers.", ["“Never feed them!”", "Say the keepers."]),
        ("它产卵。[^1]它孵化。", ["它产卵。", "它孵化。"]),
        ("它产卵。[12]它孵化。", ["它产卵。[12]", "它孵化。"]),
        ("It lays.<sup>4</sup> It sits.", ["It lays. 4", "It sits."]),
        ("它产卵。<sup><a href='#n2'>[2]</a></sup>它孵化。", ["它产卵。 [2]", "它孵化。"]),
        ("It lays.[3] It sits.", ["It lays.[3]", "It sits."]),
        ("用 `打印。然后。` 结束。好。", ["用 打印。然后。 结束。", "好。"]),
        ("周期是 $T = 1. 5$ 天。完。", ["周期是 $T = 1. 5$ 天。", "完。"]),
        ("See [Dr. Who. A tale](https://x.example/a.b) first. Then go.", ["See Dr. Who. A tale first.", "Then go."]),
        ("甲是底层．乙是上层．速度为３．５米．", ["甲是底层．", "乙是上层．", "速度为３．５米．"]),
        ("1．甲先走｡乙后走﹒丙不走", ["甲先走｡", "乙后走﹒", "丙不走"]),
    ],
)
def test_what_closes_belongs_to_the_sentence_before_it(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


def test_a_quote_is_an_exact_slice_with_all_of_its_marks() -> None:
    text = "**先跑五公里。**再跑八公里。"
    (passage,) = split(Document("a.md", "a", "a.md", text))
    assert [text[start:end] for start, end in passage.sentences] == ["**先跑五公里。**", "再跑八公里。"]


@pytest.mark.parametrize(
    "apart",
    [
        "%% the code is 4711 %%",
        "%%\nthe code is 4711\n\nand more\n%%",
        "<!-- the code is 4711 -->",
        "<!--\nthe code\n\nis 4711\n-->",
        "<script>\nvar code = 4711;\n\nf()\n</script>",
        "<style>\n.code { width: 4711px }\n</style>",
        "<template><p>code 4711</p></template>",
        "```dataview\nTABLE code WHERE 4711\n```",
        "#+BEGIN_QUERY\n{:code 4711}\n#+END_QUERY",
        ":PROPERTIES:\n:code: 4711\n:END:",
        "id:: code-4711",
        "[//]: # (the code is 4711)",
        "[note]: <> 'the code is 4711'",
        "{/* the code is 4711 */}",
        "{# the code\nis 4711 #}",
        "{{/* the code is 4711 */}}",
        "{% comment %}\nthe code is 4711\n{% endcomment %}",
    ],
)
@pytest.mark.parametrize("frame", ["{}", "Before it.\n\n{}\n\nAfter it.", "> {}", "- item\n\n{}\n\n- other"])
def test_what_is_never_shown_is_in_no_sentence_and_in_no_passage_with_others(apart: str, frame: str) -> None:
    text = frame.format(apart.replace("\n", "\n> ") if frame.startswith(">") else apart)
    found = split(Document("a.md", "a", "a.md", text))
    assert not [passage for passage in found if "4711" in passage.text]


def test_a_comment_within_a_line_is_not_shown() -> None:
    assert sentences("甲在前。%% 别说 4711 %%乙在后。") == ["甲在前。", "乙在后。"]
    assert [name for name, _ in passages("甲在前。%% 别说 4711 %%乙在后。")] == ["", ""]  # no quote holds both


# fmt: off
HOSTILE = [
    "[", "![", "![[", "![](", "<!--", "<a ", "[a](", "[a][", "[a]", "][", "[^", "[^1] ", "[[", "[[a|", "((6490a131-",
    "(", " ", "-", "|", "` ", "`a``b", "`` ", "```\n", "~~~ x\n", "> ", "> [!a] b\n", "> [!", "%% ", "%%", "%%\na\n",
    "==a ", "**a ", "*a ", "*a*b", "*_", "**_", "_a ", "~~", "$", "$a ", "$$ ", "\\(", "\\[ ", "\\begin{a} ", "\\",
    "<script>", "<svg ", "<div hidden>", "<p style='display:none'>", "<style", "<x hidden ", "<h1>a", "<h1>\n",
    "<b>", "<details>\n", "<summary>a", "</details>\n", "{{< ", "{% ", "{{", "{{a|", "{:", "&nbsp", "&#", "http://.",
    "data:", "A1b", "data:image/png;base64,",
    "[//]: # (", "{/*", "{/* */", "{# ", "{{/* ", "{% comment %}", "<sup>", "<sup>1", "+--+\n",
    "| a |\n+--+--+\n", "id:: x\n", ":LOGBOOK:\n", "#+BEGIN_QUERY ", "::: a\n", "!!! a\n",
    "!!! a \"b\n", "=== \"", "##a\n", "# ", "a\n---\n", "a\n===\n", ": a\n", "    : a\n", "[^1]: a\n", "\u200b",
    "\u00a0", "\u3000", "- [ ] ", "1．", "．", "a．", "**。", "。**", "。[1]", "^a ", "。^a", "^[", "title: x\n",
    "title:: x\n", "---\n", "+++\n", "{\"a\":", "% a\n", ";;;\n", "- a: b\n", "---\na: b\n\n", "* * *\n", "\t",
    "        ```\n", "x-y-", "-a ", "（",
    "~~a", "~~a~~", "~~a~~ b\n", "a ~~b~~", "<s>", "<s>a</s>", "<s>a</s> b", "<del>a ~~", "</s>",
    "<span style='line-through'>", "www.", "www.a.b/", "https://a.b/(", "https://a.b/_(", "ftp://", "ab-\n", "a-b-\n",
]
# fmt: on


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_marks_cost_no_more_than_their_length(unit: str) -> None:
    def seconds(count: int) -> float:
        text = unit * (count // len(unit)) + "x"
        begin = time.process_time()
        split(Document("a.md", "a", "a.md", f"x\n{text}"))
        title_of(text)
        read_facts(text)
        language_of(f"中{readable(text)}")
        return time.process_time() - begin

    seconds(1_000)
    # More than once: who waits for memory that others use is slow for no fault of his own.
    assert any(seconds(8_000) < 8 * max(seconds(2_000), 0.02) for _ in range(3))


def test_marks_of_code_say_that_it_is_code() -> None:
    kinds = [mark.kind for mark in marks_of("a `b` $c$ https://example.org\n\n```\nd\n```\n")]
    assert kinds == [MarkKind.CODE] * 3 + [MarkKind.SIGN, MarkKind.FENCE, MarkKind.SIGN]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#travel #boats/oak\n\nThe pier is long.", ["The pier is long."]),
        ("码头很长。 #旅行 #船\n", ["码头很长。"]),
        ("码头很长。#旅行\n", ["码头很长。"]),
        ("The pier is long. #boats\nIt is new.", ["The pier is long. #boats", "It is new."]),
        ("She uses C# and #boats here.", ["She uses C# and #boats here."]),
    ],
)
def test_tags_are_not_quoted(text: str, said: list[str]) -> None:
    found = split(Document("a.md", "A", "a.md", text))
    assert [readable(text[start:end]) for each in found for start, end in each.sentences] == [
        readable(each) for each in said
    ]
    assert all("#travel" not in each.heading for each in found)


def test_a_formula_is_in_the_language_around_it() -> None:
    text = "# 笔记\n\n动能见上文。\n\n$$\n\\int_0^\\infty e^{-x}\\,dx = \\frac{1}{2}\n$$\n\n上面是一个积分。\n"
    assert {each.language for each in split(Document("a.md", "A", "a.md", text))} == {"zh"}


def test_the_number_of_a_link_is_not_shown() -> None:
    assert readable("[1]: https://example.org/pier") == "https://example.org/pier"
    assert readable("[RH]: relative humidity") == "[RH]: relative humidity"
    assert readable("[1]: it broke") == "[1]: it broke"
