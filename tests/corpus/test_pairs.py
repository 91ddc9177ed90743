"""A label is quoted with what it names, however both are set."""

import pytest

from corpus import Document, split


def quotable(text: str) -> list[str]:
    """What may be quoted of ``text``, on one line each."""
    found = split(Document("notes.txt", "Notes", "notes.txt", text))
    return [" ".join(text[start:end].split()) for passage in found for start, end in passage.sentences]


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        (
            "2031-04-02 09:11:40 何敏\n启动水泵的口令是：\n\n2031-04-02 09:12:03 孙越\npump start --slow > pump.log\n",
            ["2031-04-02 09:11:40 何敏 启动水泵的口令是： 2031-04-02 09:12:03 孙越 pump start --slow > pump.log"],
        ),
        (
            "9:11 Ida\nThe pump is started by:\n9:12 Ole\npump start --slow > pump.log\n9:13 Ida\nFine\n",
            ["9:11 Ida The pump is started by: 9:12 Ole pump start --slow > pump.log", "9:13 Ida Fine"],
        ),
        ("水泵这样启动：\n\n孙越 09:12\n\npump start --slow\n", ["水泵这样启动： 孙越 09:12 pump start --slow"]),
        ("原文是：\n\nWater lifts what it carries.\n", ["原文是： Water lifts what it carries."]),
        ("The motto is:\n\n水能载舟。\n\nIt is old.\n", ["The motto is: 水能载舟。", "It is old."]),
    ],
)
def test_a_sentence_with_a_colon_goes_on_in_the_next_paragraph(text: str, quotes: list[str]) -> None:
    assert quotable(text) == quotes


def test_a_line_with_a_colon_stands_before_what_is_longer_in_another_language() -> None:
    text = (
        "泵房很旧。\n\n铭牌上写着：\n\n"
        + "The pump lifts water from the old well to the tower. " * 3
        + "\n\n它还能用。\n"
    )
    found = split(Document("notes.txt", "Notes", "notes.txt", text))
    assert [passage.text.split("\n")[0] for passage in found] == ["泵房很旧。", "铭牌上写着：", "它还能用。"]


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("问：\n船票在哪买？\n答：\n北码头七号窗\n", ["问： 船票在哪买？ 答： 北码头七号窗"]),
        ("问：船票在哪买？\n\n答：\n\n北码头七号窗\n", ["问：船票在哪买？ 答： 北码头七号窗"]),
        ("Q:\nWhere are tickets sold?\nA:\nPier 7, north side\n", ["Q: Where are tickets sold? A: Pier 7, north side"]),
        (
            "**Q:**\n\nWhere are tickets sold?\n\n**A:**\n\n- Pier 7\n- On board\n\n"
            "**Q:**\n\nAnd meals?\n\n**A:**\n\nNowhere.\n",
            ["**Q:** Where are tickets sold? **A:** - Pier 7 - On board", "**Q:** And meals? **A:** Nowhere."],
        ),
    ],
)
def test_the_labels_of_questions_and_answers_stand_in_lines_of_their_own(text: str, quotes: list[str]) -> None:
    assert quotable(text) == quotes


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        (
            "Door code\n: `heron-12`\n\nBerth\n: green, by the crane\n",
            ["Door code : `heron-12`", "Berth : green, by the crane"],
        ),
        ("门锁密码\n:   heron-12\n\n泊位\n:   绿色\n", ["门锁密码 : heron-12", "泊位 : 绿色"]),
        ("Boat\n: Heron\n: Egret in winter\n", ["Boat : Heron : Egret in winter"]),
        ("Boat\n\n: Heron\n\n    It leaks. So what.\n", ["Boat : Heron", "It leaks.", "So what."]),
    ],
)
def test_a_term_is_quoted_with_its_definition(text: str, quotes: list[str]) -> None:
    assert quotable(text) == quotes


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("We have one crane.\n\nBerth number\n\n  KT-55-901\n", ["We have one crane.", "Berth number KT-55-901"]),
        ("吊车有一台。\n\n泊位编号\n\nKT-55-901\n", ["吊车有一台。", "泊位编号 KT-55-901"]),
        (
            "The crane is old.\n\nBerth number\n\nKT-55-901\n\nColour of the hook\n\ngreen\n",
            ["The crane is old.", "Berth number KT-55-901", "Colour of the hook green"],
        ),
        (
            "收款行\n江南银行\n卡号\n6210 4477\n收款人\n林一舟\n",
            ["收款行 江南银行", "卡号 6210 4477", "收款人 林一舟"],
        ),
        (
            "Bank\nQuay\nAccount\n6210 4477\nHolder\nAda Holm\n",
            ["Bank Quay", "Account 6210 4477", "Holder Ada Holm"],
        ),
        ("付款\n收款行\n江南银行\n卡号\n6210 4477\n", ["付款", "收款行 江南银行", "卡号 6210 4477"]),
    ],
)
def test_a_label_without_a_colon_is_quoted_with_its_value(text: str, quotes: list[str]) -> None:
    assert quotable(text) == quotes


@pytest.mark.parametrize(
    "text",
    [
        "地址：北堤 9 号\n电话：6174\n邮编：310002\n",
        "Alan Berg\nNils Holm\nAda Lind\nOle Dahl\n",
        "水\n火\n木\n金\n",
        "The crane was sold in 1988\n\nKT-55-901 came then\n",
    ],
)
def test_lines_that_take_no_turns_are_no_pairs(text: str) -> None:
    assert quotable(text) == text.split("\n")[:-1] if "\n\n" not in text else len(quotable(text)) == 2
