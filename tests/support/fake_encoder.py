"""An encoder without a model: small, the same everywhere, and it knows a few words of two languages.

A token is a word, or a Chinese word of the dictionary below, or a Chinese character. Its vector is made of what
it means (words of one line of the dictionary mean the same), a little of how it is spelt (so that a typo is
near), of the company it keeps in the parallel sample of the calibration (which is all it was trained on), and of
its language, as in real models. It is handed out by fixtures in conftest.py.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
import yaml

from index import FloatArray
from index.arrays import unit
from index.encoder import Encoded
from index.encoder.progress import Progress, quiet

# One meaning a line, in English and Chinese.
_DICTIONARY = """
foundation base basic basis|基础
model|模型
large big largest vast|大|巨大|最大
language|语言
parameter weight|参数|权重
train trained training|训练
data dataset|数据
how many how much number count|多少|几个|数量
what which|什么|哪个|哪种|哪些
who|谁
when|何时
where|哪里|何地
why|为什么|何以
emergence emergent|涌现
ability capability|能力
homogenization|同质化
risk danger|风险
bias|偏见
image picture photo|图像|图片|照片
text caption|文本|文字
contrastive|对比
classify classification classifier|分类
architecture|架构
attention|注意力
recall recurrent|循环
company lab laboratory|公司|实验室
release released publish published|发布|发表|出版
year|年
university|大学
coin coined name named term|提出|命名|名称
adapt adaptation fine-tune|适应|微调
task|任务
energy electricity power|能源|电力
cost price|成本|费用
law|定律
scale scaling size|规模
water|水|海水
light|光
star|星星|恒星
sea ocean|海|海洋
lake|湖
river|河|江
mountain|山|山峰
animal|动物
food|食物|粮食
world earth planet|世界|地球|全球
war|战争
city town|城市|城镇
country|国家
king ruler emperor|国王|皇帝
gold|黄金|金
metal|金属
disease|疾病|病
doctor|医生
patient|患者|病人
child|儿童|孩子
woman|女性|妇女|女人
person people man|人
house building|房屋|建筑
paint painting painter|画|绘画|画家
music|音乐
film movie|电影|影片
book novel story|书|小说
write wrote written|写
language speech|语言
law court|法律|法院
money bank|钱|银行
trade|贸易
ship boat|船
train railway|火车|铁路
fly flight plane|飞|飞机
machine|机器
computer processor|计算机|处理器
program|程序
password|密码
prime|素数
proof prove proved|证明
theorem|定理
school teacher|学校|老师
game football|比赛|足球
win won|赢|获胜
wind|风
rain|雨
forest tree|森林|树
plant|植物
cell|细胞
blood|血
heart|心脏
rice|稻米|米
tea|茶
milk|奶|豆浆
salt|盐|食盐
fish|鱼
bird|鸟
first|第一|首次|首
century|世纪
kilometre|公里
metre|米|厘米
million|百万
hundred|百
day|天|日
month|月
"""
_SMALL = set("the a an of in on to and or is are was were be by for with it its this that as at from do does".split())
_SMALL |= set("的 了 在 是 和 与 有 被 把 对 中 也 都 就 而 及 为 以 上 一 个 吗 呢 这 那 其 之".split())
_MEANING = {
    word: str(at) for at, line in enumerate(_DICTIONARY.split("\n")) for word in re.split(r"[| ]", line) if word
}
_HAN_WORDS = sorted((word for word in _MEANING if word[0] >= "\u4e00"), key=len, reverse=True)
_TOKEN = re.compile("|".join([*_HAN_WORDS, r"[^\W_\u4e00-\u9fff]+(?:[-.]\d+)*", "[\u4e00-\u9fff]"]))


class FakeEncoder:
    """See :class:`index.Encoder`. ``seen`` holds the passages it was given to encode, in order.

    After ``fails_after`` passages, if that is given, it raises MemoryError, as a model might.
    """

    def __init__(self, digest: str = "fake-0123456789", dimension: int = 192, fails_after: int | None = None) -> None:
        self.name, self.digest, self.dimension = "fake", digest, dimension
        self.fails_after = fails_after
        self.seen: list[str] = []

    def encode_passages(self, texts: Sequence[str], progress: Progress = quiet) -> Iterator[tuple[int, Encoded]]:
        # The shortest first, as the real one does.
        for done, number in enumerate(sorted(range(len(texts)), key=lambda at: len(texts[at]))):
            if self.fails_after is not None and done >= self.fails_after:
                raise MemoryError("the model took all of it")
            progress(done, len(texts))
            self.seen.append(texts[number])
            yield number, _in_pieces(self._encoded(texts[number]))
        progress(len(texts), len(texts))

    def encode_questions(self, texts: Sequence[str]) -> list[Encoded]:
        return [self._encoded(text) for text in texts]

    def rarity(self, words: Sequence[str]) -> FloatArray:
        return np.array([_rarity(word.casefold()) for word in words], np.float32)

    def _encoded(self, text: str) -> Encoded:
        found = list(_TOKEN.finditer(_folded(text)))
        tokens = np.array([_vector(match.group(), self.dimension) for match in found], np.float32)
        tokens = tokens.reshape(-1, self.dimension)
        weights = self.rarity([match.group() for match in found])
        spans = np.array([match.span() for match in found], np.int32).reshape(-1, 2)
        return Encoded(unit(weights @ tokens), tokens, spans, weights)


def _in_pieces(words: Encoded) -> Encoded:
    """Each word as two tokens of one vector: of a real model the pieces of a word, and words about one thing, are
    nearly alike, so that a passage needs fewer vectors than it has tokens."""
    return Encoded(words.vector, *(np.repeat(each, 2, axis=0) for each in (words.tokens, words.spans, words.weights)))


def _folded(text: str) -> str:
    """``text`` in small letters of common width, every character in its place."""
    narrow = "".join(chr(ord(char) - 0xFEE0) if "\uff01" <= char <= "\uff5e" else char for char in text)
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in narrow)


def _rarity(word: str) -> float:
    return 0.5 if word in _SMALL else 6.0


@lru_cache(maxsize=50_000)
def _vector(word: str, dimension: int) -> FloatArray:
    stem = word[:-1] if len(word) > 3 and word.endswith("s") and word not in _MEANING else word
    meaning = _random(_MEANING.get(stem, f"word {stem}"), dimension)
    spelling = sum(_random("".join(pair), dimension) for pair in pairwise(f"<{stem}>")) / np.sqrt(len(stem) + 1)
    company = unit(sum((_random(f"entry {at}", dimension) for at in _company().get(word, ())), 0 * meaning))
    language = _random("zh" if "\u4e00" <= word[0] <= "\u9fff" else "en", dimension)
    return unit(meaning + 0.5 * spelling + 0.8 * company + 0.7 * language)


@lru_cache(maxsize=1)
def _company() -> dict[str, list[int]]:
    """For each word of the sample, the entries that it occurs in."""
    sample = yaml.safe_load(files("index.storage").joinpath("sample.yaml").read_text(encoding="utf-8"))
    found: dict[str, list[int]] = {}
    for at, entry in enumerate([*sample["passages"], *sample["questions"]]):
        for word in {match.group() for text in entry.values() for match in _TOKEN.finditer(_folded(text))}:
            found.setdefault(word, []).append(at)
    return found


def _random(key: str, dimension: int) -> FloatArray:
    seed = int.from_bytes(hashlib.sha256(key.encode("utf-8")).digest()[:8], "little")
    return unit(np.random.default_rng(seed).standard_normal(dimension).astype(np.float32))
