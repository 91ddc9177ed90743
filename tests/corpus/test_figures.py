"""Figures are compared by value, whichever language's units they are written in."""

from decimal import Decimal

import pytest
from costs import costs_at_most

from corpus.wording.figures import figures_in


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("1.4 trillion tokens", "1.4 万亿个词元"),
        ("175 billion parameters", "1750 亿参数"),
        ("175 billion parameters", "１７５０亿参数"),
        ("a 1.75-billion model", "一个 17.5亿参数的模型"),
        ("300 billion, 30 billion and 3 billion", "3 千亿、3 百亿和 3 十亿"),
        ("680,000 hours; 4.5 million", "68 万小时；450 万"),
        ("3 million and 30 million, 300 thousand", "3 百万和 3 千万，3 十万"),
        ("7 to 65 billion", "70 亿到 650 亿"),
        ("7 to 65 billion", "70 到 650 亿"),
        ("7 and 65 billion", "70至650 亿"),
        ("1-3 billion", "10～30 亿"),
        ("1–3 billion", "10—30 亿"),
        ("from 2 or 3 million", "2 百万或 3 百万"),
        ("in the 1990s", "20 世纪 90 年代"),
        ("on 14 March 2023", "2023 年 3 月 14 日"),
        ("1,750,000,000 pairs", "17.5 亿对"),
        ("43.9% (57 subjects)", "43.9%（57 个科目）"),
        ("GPT-3.5 🎉 and CLIP", "GPT-3.5🎉和 CLIP"),
        ("2.50", "2.5"),
    ],
)
def test_the_same_in_both_languages(english: str, chinese: str) -> None:
    assert figures_in(english) == figures_in(chinese) != set()


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("175 billion", "175 亿"),
        ("GPT-3 in 2020", "2020 年的 GPT-4"),
        ("400 million pairs", "4 亿对，共 2 种"),
        ("March 2023", "2023 年 4 月"),
        ("3 million", "3 万"),
        ("0.5", "5"),
    ],
)
def test_what_differs_is_seen(english: str, chinese: str) -> None:
    assert figures_in(english) != figures_in(chinese)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", []),
        ("no figures, 没有数字", []),
        ("1.4 trillion", [1_400_000_000_000]),
        ("1,000 and 20", [20, 1000]),
        ("May", [5]),
        ("Mayor of Marching", []),
        ("version 1.2.3", ["1.2"]),
        ("70 到 650 亿", [7_000_000_000, 65_000_000_000]),
        ("2019-2021", [2019, 2021]),
        ("1\n2", [1, 2]),
    ],
)
def test_values(text: str, values: list[int | str]) -> None:
    assert sorted(figures_in(text)) == [Decimal(value) for value in values]


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    ["9" * 1_200_000, "1,234" * 50_000, "1," * 100_000, "1-1," * 100_000, "1 to " * 100_000, "0." + "3" * 1_000_000],
    ids=["digits", "thousands", "commas", "ranges", "to", "decimals"],
)
def test_a_huge_line_is_read_in_no_time_and_shown_on_one(line: str) -> None:
    with costs_at_most(1):
        found = figures_in(line)
    assert found
    assert max(len(format(value, "f")) for value in found) < 100
