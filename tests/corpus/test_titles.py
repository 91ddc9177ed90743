"""A text is called what it calls itself, and never what leads around in it."""

from pathlib import Path

import pytest

from corpus import Document, load_document, split


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ('<h1 align="center">Windmill atlas</h1>\n\n## 目录\n\n- [a](#a)\n\n## a\n\nx.', "Windmill atlas"),
        ("<div>\n<h1>Rope walk 绳缆</h1>\n<h3>A museum</h3>\n</div>\n\n### News\n\nx.", "Rope walk 绳缆"),
        ('<h1 align="center">\n  <img src="a.png">\n  Sail loft\n</h1>\n\nx.', "Sail loft"),
        ("## 引入\n\n甲。\n\n## 定义\n\n乙。", "并查"),
        ("## News\n\na.\n\n## Usage\n\nb.\n\n# Late title\n\nc.", "Late title"),
        ("## Table of Contents\n\n1. [x](#x)\n\n## Ropes\n\nHemp.", "Ropes"),
        ("The roof leaks.\n\nTelephone\n---------\nAsk Ida, 204.", "并查"),  # a section below the text of the whole
        ("# 采购\n\n周一订货。\n\n# 库房\n\n钥匙在抽屉里。", "并查"),
        ("第一步　清点\n\n先数一遍。\n\n第二步　装箱\n\n每箱二十件。", "并查"),
        ("Part 1: Sorting\n\nSort by size.\n\nPart 2: Drying\n\nTwo days in the loft.", "并查"),
        ("1. Sorting\n\nSort by size.\n\n2. Drying\n\nTwo days in the loft.", "并查"),
        ("编号\n\nK-204\n\n颜色\n\n蓝", "并查"),
        ("About the loft\n\nIt was built in 1904.", "About the loft"),
        ("## 📖 目录 / Contents\n\n- a\n\n## Ropes\n\nHemp.\n\n## Tar\n\nBlack.", "并查"),
        ("# 叶片 {#blade-care}\n\nx.", "叶片"),
        ("# 上油[[oiling]]\n\nx.", "上油"),
        ("# On [[Ropes]]\n\nx.", "On Ropes"),
        ('# <a name="a"></a>Paint {docsify-ignore-all}\n\nx.', "Paint"),
        ("# Paint {.unnumbered}\n\nx.", "Paint"),
        ("# C# and {braces} in a title\n\nx.", "C# and {braces} in a title"),
        ("一、起源\n\n甲。\n\n二、发展\n\n乙。", "并查"),
        ("Feeder\n======\n\nIt feeds.", "Feeder"),
        ("> # A quote\n\nIt is mine.", "A quote"),
        ("author: Lin\n\n## One\n\na.\n\n## Two\n\nb.", "并查"),
        ("No heading at all.", "并查"),
    ],
)
def test_a_title_says_which_text_it_is(tmp_path: Path, text: str, title: str) -> None:
    path = tmp_path / "并查.md"
    path.write_text(text, encoding="utf-8")
    assert load_document(path, path.name).title == title


@pytest.mark.parametrize("name", ["README.md", "readme.zh.md", "index.md", "_index.md", "Untitled 2.md", "未命名.md"])
def test_a_file_whose_name_says_nothing_is_called_like_its_folder(tmp_path: Path, name: str) -> None:
    path = tmp_path / "rope walk" / name
    path.parent.mkdir()
    path.write_text("## One\n\na.\n\n## Two\n\nb.", encoding="utf-8")
    assert load_document(path, f"rope walk/{name}").title == "rope walk"


def test_anchors_are_no_part_of_a_heading() -> None:
    text = '## 上油[[oil]]\n\n甲。\n\n## <a name="p"></a>刷漆 {#paint}\n\n乙。\n\n## Care {: .big #c }\n\nc.\n'
    assert [passage.heading for passage in split(Document("a.md", "T", "", text))] == ["上油", "刷漆", "Care"]
