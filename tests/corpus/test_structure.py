"""Headings, boxes and blanks as people write them, whatever a parser of Markdown makes of them."""

import pytest

from corpus import Document, split


def sections(text: str, title: str = "T") -> list[tuple[str, str]]:
    """Of each passage the heading and the text, without its indentation."""
    found = split(Document("a.md", title, "a.md", text))
    return [(passage.heading, "\n".join(map(str.strip, passage.text.split("\n")))) for passage in found]


def sentences(text: str) -> list[str]:
    found = split(Document("a.md", "T", "a.md", text))
    return [text[start:end] for passage in found for start, end in passage.sentences]


@pytest.mark.parametrize("line", ["---", "-----------", "===", "======"])
@pytest.mark.parametrize(
    "above", ["Rigging", "What does it weigh?", "保养：每年一次", "许可", "Two lines\nof a heading"]
)
def test_a_line_below_makes_a_heading_beside_number_signs(line: str, above: str) -> None:
    text = f"# T\n\nFirst.\n\n{above}\n{line}\n\nSecond.\n\n### Deeper\n\nThird.\n"
    name = above.replace("\n", " ")
    found = sections(text)
    assert [heading for heading, _ in found] == ["", name, f"{name} > Deeper"]
    assert [said.split("\n")[-1] for _, said in found] == ["First.", "Second.", "Third."]
    # What asks or states a fact is a part of the answer.
    assert found[1][1].startswith(above if "?" in above or "：" in above else "Second.")


@pytest.mark.parametrize(
    "above",
    [
        "This is a whole sentence.",
        "它是一句话。",
        "- an item",
        "One,\ntwo,\nthree lines",
        "字" * 80,
        "Words\nand: more",
    ],
)
def test_a_line_below_prose_is_a_rule(above: str) -> None:
    found = sections(f"# T\n\nFirst.\n\n{above}\n---\n\nSecond.\n")
    assert {heading for heading, _ in found} == {""}
    assert all(line.lstrip("- ") in "\n".join(text for _, text in found) for line in above.split("\n"))


def test_an_underlined_line_that_heads_nothing_is_text() -> None:
    assert sections("# T\n\nFirst.\n\nThe end\n-------\n") == [("", "First.\n\nThe end")]


@pytest.mark.parametrize(
    "sign",
    [
        "## ",
        "##\u00a0",
        "##\u3000",
        "##\u2003",
        "## \u00a0",
        "\u200b## ",
        "\ufeff## ",
        "\u2060##\u00a0",
        "##",
        " ## ",
        "＃＃ ",
        "＃＃\u3000",
        "<h2>",
    ],
)
def test_a_heading_has_any_blank_or_none(sign: str) -> None:
    closing = "</h2>" if sign == "<h2>" else ""
    text = f"# T\n\nFirst.\n\n{sign}浇水{closing}\n\n每天一次。\n\n{sign}Pruning{closing}\n\nIn March.\n"
    assert sections(text) == [("", "First."), ("浇水", "每天一次。"), ("Pruning", "In March.")]


def test_a_tag_of_a_note_program_is_no_heading() -> None:
    assert [heading for heading, _ in sections("---\ntitle: T\n---\n\nwater:: 72 percent\n\nIt rises.\n")] == [""]
    assert sections("# T\n\nFirst.\n\n#boats #sails\n\nSecond.\n") == [("", "First."), ("", "Second.")]
    assert sections("# T\n\nFirst.\n\n#boats\n\nSecond.\n")[0] == ("", "First.\n\n#boats\n\nSecond.")
    assert sections("#帆\n\n##主帆\n\n大。\n", "帆") == [("主帆", "大。")]
    assert sections("```\n##no heading\n```\n")[0][0] == ""
    assert sections("## A\n\nSee #12 and ##.\n")[0] == ("A", "See #12 and ##.")


@pytest.mark.parametrize("item", ["-\u00a0one\n-\u00a0two", "1.\u3000one\n2.\u3000two", "\u200b- one\n\u200b- two"])
def test_an_item_has_any_blank(item: str) -> None:
    assert sentences(f"They are:\n\n{item}\n")[-2:] == ["one", "two"]


def test_a_table_has_any_blank() -> None:
    assert sentences("| a | b |\n|\u200b---|\u00a0--- |\n| 1 | 2 |\n") == ["1 | 2"]


@pytest.mark.parametrize(
    ("quote", "heading", "words"),
    [
        ("> ## Last year\n>\n> It was in Qingdao.", "Last year", "It was in Qingdao."),
        ("> [!warning]- Last year\n> It was in Qingdao.", "Last year", "It was in Qingdao."),
        ("> [!note]\n> It was in Qingdao.", "", "It was in Qingdao."),
        ('!!! note "Last year"\n\n    It was in Qingdao.', "Last year", "It was in Qingdao."),
        ("??? note\n    It was in Qingdao.", "", "It was in Qingdao."),
        ('=== "Last year"\n\n    It was in Qingdao.', "Last year", "It was in Qingdao."),
        ("::: tip Last year\nIt was in Qingdao.\n:::", "Last year", "It was in Qingdao."),
        (":::note[Last year]\nIt was in Qingdao.\n:::", "Last year", "It was in Qingdao."),
        ("::: {.callout-note}\n### Last year\n\nIt was in Qingdao.\n:::", "Last year", "It was in Qingdao."),
        (
            "<details>\n<summary>Last year</summary>\n\nIt was in Qingdao.\n\n</details>",
            "Last year",
            "It was in Qingdao.",
        ),
    ],
)
def test_what_a_box_holds_heads_no_more_than_the_box(quote: str, heading: str, words: str) -> None:
    for above in ("# T\n\n", "# T\n\n## Dinner\n\n"):
        within = " > ".join(part for part in ("Dinner" if "Dinner" in above else "", heading) if part)
        if "Dinner" in above and quote.startswith("> ##"):
            within = heading  # a heading of the same level takes the place of the one around
        found = sections(f"{above}{quote}\n\nThis year it is in Xiamen.\n")
        assert (found[0][0], found[0][1].split("\n")[0]) == (within, words)
        assert found[-1][1].endswith("This year it is in Xiamen.")
        assert len(found) == 1 + bool(heading)  # nothing parts a box without a title from what stands below it
        if not quote.startswith("> ##"):
            assert found[-1][0] == ("Dinner" if "Dinner" in above else "")
        else:
            assert "Last year" not in found[-1][0]


def test_a_box_that_begins_with_a_heading_keeps_its_title() -> None:
    box = "<details><summary>Last year</summary>\n\n## More\n\nIt was in Qingdao.\n</details>"
    assert sections(f"# T\n\n{box}\n\nThis year it is in Xiamen.\n") == [
        ("", "Last year"),
        ("More", "It was in Qingdao."),
        ("", "This year it is in Xiamen."),
    ]


def test_the_title_of_a_box_that_holds_nothing_is_text() -> None:
    assert sections("# T\n\n> [!tip] Reef early\n\nThen go.\n") == [("", "Reef early\n\nThen go.")]


def test_boxes_within_boxes_are_texts_of_their_own() -> None:
    text = (
        "# Heap\n\nThe top is least.\n\n"
        '???+ example "Build"\n'
        '    === "C++"\n'
        "        ```cpp\n        struct heap {\n          int a;\n        };\n        ```\n\n"
        '    === "Python"\n'
        "        ```python\n        # build it\n        def build(xs):\n            down(xs)\n        ```\n\n"
        '??? note "Proof"\n\n    It sinks at most that far.\n'
    )
    assert sections(text, "Heap") == [
        ("", "The top is least."),
        ("Build > C++", "```cpp\nstruct heap {\nint a;\n};\n```"),
        ("Build > Python", "```python\n# build it\ndef build(xs):\ndown(xs)\n```"),
        ("Proof", "It sinks at most that far."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "First.\n\n        ```sh\n        # no heading\n        ls\n        ```\n\nLast.",
        "First.\n\n:   A definition\n\n    ```sh\n    # no heading\n    ls\n    ```\n\nLast.",
        "First.[^1]\n\n[^1]: A note.\n\n    ```sh\n    # no heading\n    ls\n    ```\n\nLast.",
        "1. First.\n\n        ```sh\n        # no heading\n        ls\n        ```\n\nLast.",
        "First, it is run:\n\n    # no heading\n    ls --all\n\nLast.",
        ".. code-block:: sh\n\n    # no heading\n\n    ls --all\n\nLast.",
        "{% highlight sh %}\n# no heading\nls\n{% endhighlight %}\n\nLast.",
        "{{< highlight sh >}}\n# no heading\nls\n{{< /highlight >}}\n\nLast.",
    ],
)
def test_indented_code_is_whole(text: str) -> None:
    found = sections(f"# T\n\n{text}\n")
    assert {heading for heading, _ in found} == {""}
    assert [each for _, each in found if "# no heading" in each] == [each for _, each in found if "ls" in each]
    assert found[-1][1] == "Last."


def test_a_comment_in_indented_code_heads_nothing() -> None:
    assert {heading for heading, _ in sections("First.\n\n    # no heading\n    go = 1\n\nLast.\n")} == {""}
    # Where all is indented nothing tells code from headings.
    assert sections("    # T\n\n    ## Pruning\n\n    In March.\n") == [("Pruning", "In March.")]


def test_what_closes_a_heading_is_no_part_of_it() -> None:
    text = "##Pruning##\n\nIn March.\n\n## Water ## <!-- draft -->\n\nDaily.\n\n## In C#\n\nLoops.\n"
    assert [heading for heading, _ in sections(text)] == ["Pruning", "Water", "In C#"]


def test_headings_in_html_stand_over_their_sections() -> None:
    text = '<div>\n<h1>\n  Rope walk\n</h1>\n<p><img src="a.png"></p>\n</div>\n\n<h2 id="a">News</h2>\n\nIt is long.\n'
    assert sections(text, "Rope walk") == [("News", "It is long.")]


def test_text_between_tags_is_prose() -> None:
    assert sentences('<div class="x">\nIt is long. It is old.\n</div>\n') == ["It is long.", "It is old."]


def test_the_text_itself_is_not_changed() -> None:
    text = "\ufeff# T\n\n\u200b##\u00a0浇水 {#water}\n\n!!! note\n\n\t每天一次。\n"
    (passage,) = split(Document("a.md", "T", "a.md", text))
    assert (passage.heading, passage.text) == ("浇水", "每天一次。")
    assert text[passage.start : passage.end] == passage.text
