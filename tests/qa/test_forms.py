"""Texts as people keep them, asked with the real model: what a form holds together is quoted together."""

from typing import Any

import pytest

from corpus import load_documents
from index import PassageIndex, update_index
from qa import Answer, Answerer

TEXTS = {
    "notes.txt": (
        "Boathouse notes\n\nThe tool chest opens with 3906\n\nTell Ragna before you take the canoe.\n\n"
        "The kelp boiler holds ninety litres\n\nThe jetty is closed in February.\n"
    ),
    "门房.txt": "门房须知\n\n夜班补贴是每晚八十元\n\n雨伞用完放回铁桶。\n\n锅炉房由鲁师傅看管\n\n九点以后不收快递。\n",
    "CHANGES.md": (
        "# Changes of tidemill\n\n## 5.2.0 (2031-06-09)\n\n- New sluice view.\n\n## 5.1.0 (2030-12-01)\n\n- Fixes.\n"
    ),
    "泳馆.md": (
        "# 泳馆问答\n\nQ：泳帽要自己带吗？\nA：要。\n\nQ：浴巾收费吗？\nA：五元。\n\nQ：老人有优惠吗？\nA：没有。\n"
    ),
    "club.md": (
        "# Rowing club\n\nHow does one join\n\nWrite to Ragna in March.\n\n"
        "Who paints the boats\n\nThe juniors do, each May.\n"
    ),
    "chat.txt": (
        "邵丹 2031-05-06 18:20\n气筒放在哪儿\n\n丁一 2031-05-06 18:22\n楼梯下面的木箱里\n\n"
        "邵丹 2031-05-06 18:25\n暖气几点停\n\n丁一 2031-05-06 18:26\n早上六点一刻\n"
    ),
    "tidemill.md": (
        "# tidemill\n\n查看水位的命令如下：\n\n```sh\ntidemill level --port 9\n```\n\n"
        "The gates are opened with the command below.\n\n```sh\ntidemill gates --open\n```\n\n"
        "For the power of the mill we get\n\n$$ P = \\eta \\rho g Q h $$\n"
    ),
    "ferry.txt": (
        "The ferry Ragnhild was built in\n1938 and carries up to\nforty cars. Its hull cost\neight hundred crowns a\n"
        "metre. Every autumn six\nhundred bolts are changed.\n"
    ),
    "水坝.md": "# 水坝\n\n大坝分三期修建，\n坝顶的宽度是\n十二米，\n绕坝一周\n要走五十分钟。\n",
    "渡口.md": (
        "# 渡口\n\n<table><tr><td>航线</td><td>首班</td><td>末班</td><td>票价</td></tr>"
        "<tr><td>青石至柳湾</td><td>06:20</td><td>20:45</td><td>11 元</td></tr>"
        "<tr><td>青石至鹤洲</td><td>07:05</td><td>18:30</td><td>26 元</td></tr>"
        "<tr><td>梅埠至柳湾</td><td>05:35</td><td>21:50</td><td>14 元</td></tr></table>\n"
    ),
    "安装.md": (
        "# 安装\n\n1. 选机器：\n\n   | 规模 | 内存 | 硬盘 |\n   | --- | --- | --- |\n   | 五十人以内 | 4 GB | 80 GB |\n"
        "   | 五百人以内 | 16 GB | 300 GB |\n\n2. 看指示灯\n\n    | 灯 | 意思 |\n    |---|---|\n    | 蓝 | 升级中 |\n"
        "    | 橙 | 缺纸 |\n"
    ),
    "花木.md": (
        "# 花木\n\n| 名称 | 习性 | 株距 |\n|---|---|---|\n"
        f"| 木棉 | {'花先叶开，果裂有絮，喜光，耐旱，怕霜，' * 8} | 九米 |\n"
        f"| 凤凰木 | {'叶子细，荫凉大，根系浅，怕大风，少病虫，' * 8} | 七米 |\n| 刺桐 | 落叶 | 五米 |\n"
    ),
}
ASKED = [
    ("notes.txt", "What number opens the tool chest?", "opens with 3906"),
    ("notes.txt", "How many litres does the kelp boiler hold?", "ninety litres"),
    ("门房.txt", "夜班补贴是多少？", "每晚八十元"),
    ("门房.txt", "锅炉房由谁看管？", "鲁师傅"),
    ("CHANGES.md", "When was version 5.2.0 released?", "5.2.0 (2031-06-09)"),
    ("泳馆.md", "浴巾收费吗？", "A：五元。"),
    ("泳馆.md", "老人有优惠吗？", "A：没有。"),
    ("club.md", "Who paints the boats?", "The juniors do"),
    ("chat.txt", "气筒放在哪里？", "楼梯下面的木箱里"),
    ("chat.txt", "暖气几点停？", "早上六点一刻"),
    ("tidemill.md", "查看水位的命令是什么？", "tidemill level --port 9"),
    ("tidemill.md", "How do I open the gates?", "tidemill gates --open"),
    ("tidemill.md", "What is the formula of the power of the mill?", "P = \\eta"),
    ("ferry.txt", "How many bolts are changed every autumn?", "six\nhundred bolts"),
    ("ferry.txt", "How many cars does the ferry carry?", "up to\nforty cars"),
    ("水坝.md", "坝顶的宽度是多少？", "十二米"),
    ("水坝.md", "绕坝一周要多久？", "五十分钟"),
    ("渡口.md", "梅埠至柳湾的末班船几点？", "21:50"),
    ("渡口.md", "青石至鹤洲票价多少？", "26 元"),
    ("安装.md", "五百人以内硬盘要多大？", "300 GB"),
    ("安装.md", "橙色的灯是什么意思？", "缺纸"),
    ("花木.md", "凤凰木的株距是多少？", "七米"),
]


@pytest.fixture(scope="module")
def answerers(tmp_path_factory: pytest.TempPathFactory, real_encoder: Any) -> dict[str, Answerer]:
    """For each of the texts one who has read that alone."""
    found = {}
    for name, text in TEXTS.items():
        folder = tmp_path_factory.mktemp("form")
        (folder / "texts").mkdir()
        (folder / "texts" / name).write_text(text, encoding="utf-8")
        update_index(folder / "index", load_documents(folder / "texts"), real_encoder)
        found[name] = Answerer(PassageIndex.open(folder / "index", real_encoder))
    return found


def first_quote(answer: Answer) -> str:
    assert answer.answered, answer.text
    citation = answer.citations[0]
    assert citation.document.text[citation.start : citation.end] == citation.quote
    return citation.quote


# 橙色的灯 is told as a name that no text holds (it says 橙): at .347, with .394 to answer, the row is the nearest.
UNSURE = {"橙色的灯是什么意思？": pytest.mark.xfail(reason="quoted as the nearest", strict=True)}


@pytest.mark.parametrize(
    ("name", "question", "expected"), [pytest.param(*each, id=each[1], marks=UNSURE.get(each[1], ())) for each in ASKED]
)
def test_what_a_form_holds_together_is_quoted(
    answerers: dict[str, Answerer], name: str, question: str, expected: str
) -> None:
    assert expected in first_quote(answerers[name].ask(question))
