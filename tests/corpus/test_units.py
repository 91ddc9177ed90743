"""What belongs together is found and quoted together, and a guess about form takes nothing away from that."""

import pytest

from corpus import Document, Passage, readable, split


def passages(text: str, limit: int = 250, name: str = "notes.md", title: str = "Notes") -> list[Passage]:
    return split(Document(name, title, name, text), limit)


def quotable(text: str, limit: int = 250) -> list[str]:
    """What may be quoted of ``text``, on one line each."""
    return [" ".join(text[start:end].split()) for passage in passages(text, limit) for start, end in passage.sentences]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            "Harbour notes\n\nThe crane key hangs in bay 12\n\nAsk Olga before lifting anything.\n\n"
            "The slip holds nine boats\n\nPaint is kept in the loft.\n",
            ["The crane key hangs in bay 12", "The slip holds nine boats"],
        ),
        (
            "门房须知\n\n大门密码每月一号更换\n\n来客要登记姓名。\n\n自行车棚由老邱看管\n\n信件放在窗台上。\n",
            ["大门密码每月一号更换", "自行车棚由老邱看管"],
        ),
        (
            "堤防条例\n\n第一条 为了护堤，制定本条例。\n\n第二条　堤上不得行车\n\n第三条 违者罚款。",
            ["第二条　堤上不得行车"],
        ),
        (
            "Quay rules\n\nRule 1 Boats are moored by sunset\n\nRule 2 Whoever is late pays.\n\n"
            "Rule 3 Lights are out at ten",
            ["Rule 1 Boats are moored by sunset", "Rule 3 Lights are out at ten"],
        ),
        ("The gate code is 4471\n\nGuests may know it.", ["The gate code is 4471"]),
        (
            "Old names\n\nCarpenter Nils Berg\n\nHe works alone.\n\nMason Ada Holm\n\nShe comes late.",
            ["Mason Ada Holm"],
        ),
        ("# Log\n\n## 3.4.1 (2031-02-17)\n\n- Faster search.\n\n## 3.4.0\n\n- A fix.", ["3.4.1 (2031-02-17)"]),
        ("# 校史\n\n## 校长：林一舟（1911—1920）\n\n他修了图书馆。", ["校长：林一舟（1911—1920）"]),
        ("# Log\n\n## 7.0 (2030-01-02)\n\n### Added\n\n- A bell.", ["7.0 (2030-01-02)"]),
        ("# Log\n\nAll of it.\n\n## Closed since 1988", ["Closed since 1988"]),
    ],
)
def test_a_heading_that_states_a_fact_can_be_quoted(text: str, facts: list[str]) -> None:
    assert {" ".join(fact.split()) for fact in facts} <= set(quotable(text))


def test_one_line_that_looks_like_a_heading_heads_nothing() -> None:
    text = "Boats\n\nThey are old.\n\nWhere the oars lie\n\nBehind the shed.\n\nRain comes often. " + "It rains. " * 40
    assert {passage.heading for passage in passages(text, title="Boats")} == {""}


@pytest.mark.parametrize(
    "text",
    [
        "Quay rules\n\nRule 1 Boats are moored by sunset\n\nRule 2 Whoever is late pays.\n\nRule 3 Lights are out",
        "仓库\n\n租金每月七百五十\n\n钥匙在门卫那里。\n\n盘点 每周五\n\n带上账本。",
        "Barn\n\nHay comes Tuesday\n\nStack it high.\n\nMilk goes Friday\n\nWash the cans.",
    ],
)
def test_facts_in_a_row_head_nothing(text: str) -> None:
    assert {passage.heading for passage in passages(text, title=text.partition("\n")[0])} == {""}
    assert set(quotable(text)) >= {line for line in text.split("\n") if line}


@pytest.mark.parametrize(
    "text",
    [
        "Guide\n\nIt is short.\n\nEarly years\n\nThere was a ferry.\n\nLate years\n\nThere is a bridge.\n",
        "Guide\n\nIt is short.\n\nDay 1: the coast\n\nWe walked.\n\nDay 2: the hills are high\n\nWe rested.\n",
        "导游\n\n不长。\n\n早期历史\n\n有渡船。\n\n晚期历史\n\n有桥。\n",
    ],
)
def test_several_lines_that_look_alike_head_sections_and_can_be_quoted(text: str) -> None:
    found = passages(text, title=text.partition("\n")[0])
    heads = [passage.heading for passage in found if passage.heading]
    assert len(heads) == 2
    assert set(heads) <= set(quotable(text))


@pytest.mark.parametrize(
    ("text", "together"),
    [
        (
            "# 泳馆\n\nQ：要戴帽子吗？\nA：要。\n\nQ：几点清场？\nA：二十一点。\n",
            ["Q：要戴帽子吗？ A：要。", "Q：几点清场？ A：二十一点。"],
        ),
        ("问：停水了找谁？\n\n答：找老魏。电话 8831。\n", ["问：停水了找谁？ 答：找老魏。电话 8831。"]),
        ("**Q:** Is there parking?\n\n**A:** No.\n", ["**Q:** Is there parking? **A:** No."]),
        (
            "Q1. May I fish here?\nA1. At dusk. Never on Sundays.\n",
            ["Q1. May I fish here? A1. At dusk. Never on Sundays."],
        ),
        ("# Mill\n\nWho turns the wheel\n\nThe miller's son.\n", ["Who turns the wheel The miller's son."]),
        ("**灯油多久添一次呀**\n\n每十天一次。\n", ["**灯油多久添一次呀** 每十天一次。"]),
        ("# Mill\n\n## Can children climb?\n\nNo.\n", ["Can children climb? No."]),
        (
            "孙越 2031-04-02 09:11\n梯子放哪了\n\n何敏 2031-04-02 09:12\n车库最里面\n",
            ["孙越 2031-04-02 09:11 梯子放哪了 何敏 2031-04-02 09:12 车库最里面"],
        ),
        ("Ida: where is the saw\nOle: Under the bench\n", ["Ida: where is the saw Ole: Under the bench"]),
        ("1. 冬天开门吗\n   只开上午\n2. 有没有茶水\n   有，自取\n", ["冬天开门吗 只开上午", "有没有茶水 有，自取"]),
        (
            "3/4/2031, 9:11 - Ida: Who has the ladder\n3/4/2031, 9:12 - Ole: It is in the shed\n"
            "3/4/2031, 9:40 - Ida: When is the tide\n3/4/2031, 9:41 - Ole: At half past six\n",
            ["3/4/2031, 9:11 - Ida: Who has the ladder 3/4/2031, 9:12 - Ole: It is in the shed"],
        ),
        ("1. 水温最高多少\n   A. 60\n   B. 80\n", ["水温最高多少 A. 60 B. 80"]),
        ("Dock office\n\n5520\n", ["Dock office 5520"]),
        ("值班电话：\n\n6174\n", ["值班电话： 6174"]),
    ],
)
def test_a_question_and_its_answer_are_one_thing(text: str, together: list[str]) -> None:
    assert set(together) <= set(quotable(text))


def test_a_question_is_never_parted_from_the_beginning_of_its_answer() -> None:
    text = "The town is old. " * 6 + "\n\nQ: How does one get there?\n\nA: " + "Take the ferry at the north quay. " * 12
    found = passages(text, 200)
    (asked,) = [passage for passage in found if "How does" in passage.text]
    assert "Take the ferry" in asked.text
    later = found[found.index(asked) + 1 :]
    assert later
    assert {passage.context for passage in later} == {"Q: How does one get there?"}


def test_a_paragraph_that_begins_with_a_question_is_as_many_sentences_as_before() -> None:
    assert quotable("Why a bridge? The ferry was slow. It sank twice.") == [
        "Why a bridge?",
        "The ferry was slow.",
        "It sank twice.",
    ]


@pytest.mark.parametrize("between", ["\n\n", "\n"])
@pytest.mark.parametrize(
    ("line", "block"),
    [
        ("查看日志的命令如下：", "```sh\nkettle logs --last 5\n```"),
        ("The state is read with the command below.", "```\nkettle state\n```"),
        ("For the period we get", "$$ T = 2\\pi\\sqrt{l/g} $$"),
        ("由此得到", "\\[\nx = y\n\\]"),
        ("Settings look like this:", "~~~yaml\nheat: 90\n~~~"),
    ],
)
def test_code_and_formulas_go_with_the_line_that_announces_them(line: str, block: str, between: str) -> None:
    (passage,) = passages(f"# Kettle\n\n{line}{between}{block}\n")
    assert quotable(f"# Kettle\n\n{line}{between}{block}\n") == [" ".join(f"{line}{between}{block}".split())]
    assert passage.language == ("zh" if line[0] > "z" else "en")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        (
            "重启，运行：\n\n![图](a.png)\n\n```sh\nkettle restart\n```\n",
            "重启，运行： ![图](a.png) ```sh kettle restart ```",
        ),
        ("归档用以下命令完成。\n\n    tar czf /srv/a.tgz /srv\n", "归档用以下命令完成。 tar czf /srv/a.tgz /srv"),
        ("It is built with\n\n    make -j\n\n    make test -k\n", "It is built with make -j make test -k"),
    ],
)
def test_a_picture_or_blank_lines_do_not_part_code_from_its_line(text: str, unit: str) -> None:
    assert quotable(f"# Kettle\n\n{text}\nThen wait.\n") == [unit, "Then wait."]


def test_indented_prose_below_a_colon_keeps_its_sentences() -> None:
    assert quotable("他说：\n\n    我昨天去了。今天不去。\n") == ["他说：", "我昨天去了。", "今天不去。"]


def test_a_list_item_announces_its_code() -> None:
    text = "- To stop it:\n\n  ```\n  kettle off\n  ```\n\n- To go on run\n\n  ```\n  kettle on\n  ```\n"
    assert quotable(text) == ["To stop it: ``` kettle off ```", "To go on run", "``` kettle on ```"]


def test_code_wider_than_a_passage_is_cut_at_its_lines_with_what_announces_it() -> None:
    code = "".join(f"step_{number} --with option\n" for number in range(40))
    found = passages(f"Install it with:\n\n```\n{code}```\n", 200)
    assert found[0].text.startswith("Install it with:\n\n```\nstep_0")
    assert {passage.context for passage in found[1:]} == {"Install it with:"}
    assert all(passage.text.endswith(("option", "```")) for passage in found)


@pytest.mark.parametrize("hidden", ["<template>{}</template>", "<!-- {} -->", "%% {} %%", "<script>{}</script>"])
def test_no_part_of_code_is_taken_for_something_that_is_not_shown(hidden: str) -> None:
    lines = "<p>first step</p>\n" * 5
    text = f"```html\n{lines}{hidden.format('the last step of all is this')}\n```\n"
    assert "the last step of all is this" in " ".join(quotable(text, 120))


def test_only_the_last_sentence_of_a_paragraph_announces() -> None:
    assert quotable("The kettle is red. It is started so:\n\n```\nkettle on\n```\n\nThen wait.") == [
        "The kettle is red.",
        "It is started so: ``` kettle on ```",
        "Then wait.",
    ]


@pytest.mark.parametrize(
    "line",
    ["A：好。", "8031", "10:45", "192.168.7.1", "GPT-3", "ASUS ROG Strix G15 Ryzen", "12 kg", "B. 7", "（3）15%"],
)
def test_a_line_without_words_is_in_the_language_of_those_around_it(line: str) -> None:
    for text, language in (
        (f"今天开会讨论仓库的事情。\n\n{line}\n\n会后去码头看看吊车。", "zh"),
        (f"We meet about the store today.\n\n{line.replace('：好。', ': OK.')}\n\nThen we go to the quay.", "en"),
    ):
        (passage,) = passages(text)
        assert passage.language == language


def test_words_are_encoded_once_and_whole() -> None:
    from corpus import encoder_text

    (passage,) = passages("Sluice\n\nThe old slu-\nice was re-\nplaced by a well-\nknown firm.", title="Sluice")
    assert encoder_text(passage) == "Sluice The old sluice was replaced by a well-known firm."
    (passage,) = passages("# 闸\n\n闸门高\n七米，\n重四吨。", title="闸")
    assert encoder_text(passage) == "闸\n闸门高七米，重四吨。"
    assert readable("一\n二") == "一 二"  # rows stay apart
