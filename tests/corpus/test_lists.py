"""What stands below an item of a list is read with it, whatever stands between; a list may hold only as a whole."""

import pytest

from corpus import Document, Passage, encoder_text, split


def passages(text: str, limit: int = 250) -> list[Passage]:
    return split(Document("list.md", "List", "list.md", text), limit)


def quotable(text: str, limit: int = 250) -> list[str]:
    """What may be quoted of ``text``, on one line each."""
    return [" ".join(text[start:end].split()) for passage in passages(text, limit) for start, end in passage.sentences]


@pytest.mark.parametrize(
    "between",
    [
        "  collapsed:: true\n",
        "  id:: 5f0c\n",
        "\tid:: 5f0c\n",
        "  %% unsure %%\n",
        "%% unsure %%\n",
        "  :LOGBOOK:\n  x\n  :END:\n",
    ],
)
@pytest.mark.parametrize(
    ("first", "first_below", "second", "second_below"),
    [
        ("Net loft", "Lamp above the door", "Salt shed", "Lamp under the bench"),
        ("网房", "灯在门上", "盐棚", "灯在凳下"),
    ],
)
def test_what_is_not_shown_parts_no_item_from_those_below_it(
    between: str, first: str, first_below: str, second: str, second_below: str
) -> None:
    text = f"- {first}\n{between}  - {first_below}\n- {second}\n{between}  - {second_below}\n"
    found = passages(text)
    assert len(found) == 2
    assert all(one in found[0].text for one in (first, first_below))
    assert all(one in found[1].text for one in (second, second_below))
    assert first_below in quotable(text)  # no quote holds what is not shown
    assert second_below in quotable(text)


def test_items_side_by_side_are_not_parted_by_what_is_not_shown() -> None:
    assert len(passages("- 甲\n  id:: 1\n- 乙\n  id:: 2\n- 丙\n")) == 1
    assert len(passages("- one\n<!-- note -->\n- two\n")) == 1


def test_a_comment_that_names_sources_parts_a_list() -> None:
    found = passages("- one\n<!-- references: key -->\n- two\n")
    assert [passage.references for passage in found] == [(), ("key",)]


def test_a_list_goes_on_behind_a_property_however_deep() -> None:
    text = "- Loft\n\tid:: 5f0c\n\t- Lamp above\n\t- Keeper\n\t\t- Ole, bench 4\n"
    assert quotable(text) == ["Loft", "Lamp above", "Keeper - Ole, bench 4"]
    assert quotable("- 网房\n  id:: 5f0c\n  灯在门上\n") == ["网房", "灯在门上"]


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        (
            "- Net loft\n  - Lamp above the door\n- Salt shed\n  - Lamp under the bench\n",
            ["Net loft - Lamp above the door", "Salt shed - Lamp under the bench"],
        ),
        ("- 网房\n  - 灯在门上\n  - 七点开\n- 盐棚\n  - 灯在凳下\n", ["网房 - 灯在门上 - 七点开", "盐棚 - 灯在凳下"]),
        ("> - 网房\n>   - 灯在门上\n> - 盐棚\n>   - 灯在凳下\n", ["网房 > - 灯在门上", "盐棚 > - 灯在凳下"]),
        ("• Loft\n  ◦ lamp\n• Shed\n", ["Loft ◦ lamp", "Shed"]),
    ],
)
def test_an_item_and_those_below_it_are_one_thing_to_quote(text: str, quotes: list[str]) -> None:
    assert quotable(text) == quotes


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("Salt shed", "Barrel {} stands in the corner by the wall."),
        ("盐棚", "第 {} 桶盐靠墙角放着。"),
    ],
)
def test_items_of_a_long_branch_know_what_they_stand_below(name: str, below: str) -> None:
    items = "".join(f"    - {below.format(number)}\n" for number in range(30))
    text = f"- Island\n  - {name}\n{items}  - Loft\n    - Empty\n- 岸\n"
    (late,) = [passage for passage in passages(text) if below.format(25) in passage.text]
    assert late.context == f"Island {name}"
    (loft,) = [passage for passage in passages(text) if "Empty" in passage.text]
    assert name not in encoder_text(loft)
    assert "Loft" in encoder_text(loft)


def test_a_line_that_introduces_a_list_is_not_left_alone_above_it() -> None:
    below = "".join(f"  - Barrel {number} stands in the corner by the wall\n" for number in range(5))
    found = passages(f"The island has what is needed for a long winter:\n\n- Shed\n{below}")
    assert found[0].text.startswith("The island has what is needed for a long winter:\n\n- Shed\n  - Barrel 0")


def test_what_stands_above_takes_half_of_a_passage_at_most() -> None:
    wide = "wide " * 30
    below = "".join(f"    - Barrel {number} stands in the corner by the wall\n" for number in range(9))
    late = passages(f"- {wide}\n  - Shed\n{below}")[-1]
    assert late.context == "Shed"
    assert passages(f"They hold:\n\n- Shed\n{below}")[-1].context == "They hold: Shed"


@pytest.mark.parametrize(
    ("line", "items"),
    [
        (
            "You may take the big boat only if all of these hold:",
            ["the wind has not turned to the north-west since noon", "two of you have rowed it before", "Olga knows"],
        ),
        ("出海必须同时满足：", ["风力不超过四级", "两人以上同行", "已向老邱报备"]),
    ],
)
def test_a_list_that_holds_only_as_a_whole_is_quoted_whole(line: str, items: list[str]) -> None:
    before = "The boats are old. " * 8
    text = f"{before}\n\n{line}\n\n" + "".join(f"{number}. {item}\n" for number, item in enumerate(items, 1))
    assert quotable(text)[-1] == " ".join([line, *(f"{number}. {item}" for number, item in enumerate(items, 1))])


def test_another_list_is_quoted_by_its_items() -> None:
    assert quotable("The shed holds:\n\n- a saw\n- a ladder\n") == ["The shed holds:", "a saw", "a ladder"]
    assert quotable("棚里有：\n\n- 锯\n- 梯子\n") == ["棚里有：", "锯", "梯子"]
