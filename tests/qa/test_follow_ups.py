"""Small talk is answered as such, follow-ups are asked in full, and other questions stay as they are."""

from collections import Counter
from pathlib import Path

import pytest
from costs import costs_at_most
from records import term_of

from corpus import BUILT_IN_TEXTS, load_glossary
from index import PassageIndex
from qa import Answerer, phrases
from qa.evaluation.question_files import load_questions
from qa.follow_ups import resolve_follow_up
from qa.small_talk import LONGEST_QUESTION, reply_to_small_talk

ASKED = Path(__file__).parents[2] / "qa" / "evaluation"
GLOSSARY = (
    term_of("scaling law", "缩放定律", "A rule of growth.", "增长的规律。"),
    term_of("chain of thought", "思维链", "Steps before the answer.", "回答之前的步骤。", "CoT"),
    term_of("foundation model", "基础模型", "A model for many tasks.", "用于许多任务的模型。"),
    term_of("homogenization", "同质化", "All alike.", "趋于相同。"),
    term_of("OpenAI", "OpenAI 公司", "A company that makes GPT.", "制作 GPT 的公司。"),
    term_of("artificial intelligence", "人工智能", "All of it.", "全部。", "AI"),
)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (phrases.GREETING, "Hello!"),
        (phrases.GREETING, "  hi there 👋"),
        (phrases.GREETING, "HEY"),
        (phrases.GREETING, "Good morning."),
        (phrases.GREETING, "你好"),
        (phrases.GREETING, "您好！😀"),
        (phrases.GREETING, "在吗？？"),
        (phrases.THANKS, "thanks a lot!!"),
        (phrases.THANKS, "Thank you so much 🙏"),
        (phrases.THANKS, "谢谢你。"),
        (phrases.THANKS, "非常感谢！"),
        (phrases.FAREWELL, "bye"),
        (phrases.FAREWELL, "再见～"),
        (phrases.ABILITIES, "What can you do?"),
        (phrases.ABILITIES, "who are you"),
        (phrases.ABILITIES, "你是谁？"),
        (phrases.ABILITIES, "你能做什么"),
        (phrases.REQUEST, "Write me a poem about spring."),
        (phrases.REQUEST, "Could you please translate this into French?"),
        (phrases.REQUEST, "tell me a joke"),
        (phrases.REQUEST, "Please code a parser in Rust"),
        (phrases.REQUEST, "画出一只猫"),
        (phrases.REQUEST, "帮我写一首诗"),
        (phrases.REQUEST, "请把这句话翻译成英文"),
        (phrases.REQUEST, "讲个笑话"),
        *[(phrases.EMPTY_QUESTION, empty) for empty in ("", "  \n", "？？", "😀", "。。。", "\u200b", "—")],
    ],
)
def test_small_talk_is_told_from_questions(reply: dict[str, str], said: str) -> None:
    assert reply_to_small_talk(said) == reply
    assert set(reply) == {"en", "zh"}


@pytest.mark.parametrize(
    "question",
    [
        "Hello, what is CLIP?",
        "你好，什么是基础模型？",
        "Thanks, and who made it?",
        "What can GPT-3 do?",
        "Who is behind Stable Diffusion?",
        "How does it work?",
        "How do models write code?",
        "Why do models draw so well?",
        "模型怎么写代码？",
        "谁写了斯坦福报告？",
        "GPT-3 能做什么？",
        "画出来的图片可信吗？",
        "写出斯坦福报告的是谁？",
        "Code generation: which models can do it?",
        "Code Llama 是什么？",
        "Compute grows by how much each year?",
        "Write-ups of the report: which are there?",
        "再见是什么意思？",
        "helpfulness",
    ],
)
def test_a_question_is_no_small_talk(question: str) -> None:
    assert reply_to_small_talk(question) is None


def test_only_what_is_too_long_is_refused() -> None:
    for unit in ("word ", "词", "😀a"):
        longest = (unit * LONGEST_QUESTION)[:LONGEST_QUESTION]
        assert reply_to_small_talk(longest) is None
        reply = reply_to_small_talk(longest + "x")
        assert reply is not None
        assert all(f"{LONGEST_QUESTION + 1}" in text and f"{LONGEST_QUESTION}" in text for text in reply.values())


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        ("When did Google publish PaLM?", "How big is it?", "How big is PaLM?"),
        ("What is BIG-bench?", "How many people signed its paper?", "How many people signed BIG-bench's paper?"),
        ("Who made CLIP?", "When did this model come out?", "When did CLIP come out?"),
        ("What is a scaling law?", "Who found it?", "Who found scaling law?"),
        ("FLAN 是什么模型？", "它有多少参数？", "FLAN 有多少参数？"),
        ("ＦＬＡＮ和同质化", "它有什么坏处？", "同质化有什么坏处？"),
        ("什么是思维链？", "它是谁提出的？", "思维链是谁提出的？"),
        ("什麼是思維鏈？", "它是誰提出的？", "思維鏈是誰提出的？"),
        ("BLOOM 是谁发布的？", "那它采用的是什么许可证？", "那 BLOOM 采用的是什么许可证？"),
        ("什么是 CLIP？", "它的作者是谁？", "CLIP 的作者是谁？"),
        ("OpenAI 什么时候发布 GPT-3？", "它有多少参数？🚀", "GPT-3 有多少参数？🚀"),
        ("What is 涌现?", "Who studied it?", "Who studied 涌现?"),
        ("How many parameters has GPT-3?", "And CLIP?", "How many parameters has CLIP?"),
        ("How many parameters has GPT-3?", "What about GPT-4?", "How many parameters has GPT-4?"),
        ("训练一次 GPT-3 要花多少钱？", "那 GPT-4 呢？", "训练一次 GPT-4 要花多少钱？"),
    ],
)
def test_a_follow_up_is_asked_in_full(before: str, question: str, meant: str) -> None:
    found = resolve_follow_up(question, [before], GLOSSARY)
    assert found == meant


@pytest.mark.parametrize(
    ("before", "question", "kept"),
    [
        ("What came of the Stanford report?", "Why?", "Why?"),
        ("同质化有什么坏处？", "那好处呢？", "同质化"),
        ("模型规模能做大，靠的是哪三个要素？", "那其中的架构指的是哪一种？", "三个要素"),
        ("How many people labelled pictures?", "And over which period did they work?", "labelled pictures"),
        ("拜登签的那道 AI 行政令是第几号？", "后来它是哪一天被废掉的？", "行政令"),
    ],
)
def test_where_no_name_can_be_put_in_what_was_asked_is_added(before: str, question: str, kept: str) -> None:
    found = resolve_follow_up(question, [before], GLOSSARY)
    assert found.startswith(question)
    assert kept in found
    assert found != question  # it leans on what was asked before


ALONE = [
    "What is homogenization?",
    "And what is homogenization?",
    "What does it mean to adapt a foundation model?",
    "How long does it take to train a network?",
    "Is it possible to train at home?",
    "Is it wise to rent models?",
    "Why do chatbots make things up instead of saying that they do not know?",
    "How many parameters has BERT, and who made it?",
    "基础模型里说的“单点故障”指什么？",
    "缩放定律有什么用？",
    "那篇讲涌现的论文是谁写的？",
    "提出思维链的那篇论文是什么时候发的？",
    "谷歌有个模型，不管做什么都是文字进文字出，它有多大？",
    "什么是他人标注的数据？",
]


@pytest.mark.parametrize("question", ALONE)
def test_a_question_that_stands_alone_is_not_bent(question: str) -> None:
    for before in ("What is GPT-3?", "什么是思维链？"):
        assert resolve_follow_up(question, [before], GLOSSARY) == resolve_follow_up(question, [], GLOSSARY)
        assert resolve_follow_up(question, [before], GLOSSARY) == question


def test_without_a_question_before_nothing_is_put_in() -> None:
    for history in ([], [""], ["Hello!"], ["谢谢", "😀", "Write me a poem."]):
        found = resolve_follow_up("How big is it?", history, GLOSSARY)
        assert found == "How big is it?"


def test_a_chain_of_follow_ups_keeps_its_subject() -> None:
    first = ["When did Google publish PaLM?", "How big is it?", "thanks!", "And who made it?"]
    assert resolve_follow_up("How much did it cost?", first, GLOSSARY) == "How much did PaLM cost?"
    other = [*first, "And CLIP?"]
    assert "CLIP" in resolve_follow_up("How much did it cost?", other, GLOSSARY)
    assert "PaLM" not in resolve_follow_up("How much did it cost?", other, GLOSSARY)
    chinese = ["什么是思维链？", "它是谁提出的？", "你好", "它有什么用？"]
    assert resolve_follow_up("它什么时候出现的？", chinese, GLOSSARY) == "思维链什么时候出现的？"


def test_the_last_subject_is_meant() -> None:
    history = ["What is PaLM?", "What is CLIP?"]
    assert resolve_follow_up("How big is it?", history, GLOSSARY) == "How big is CLIP?"


def test_a_follow_up_may_change_the_language() -> None:
    assert resolve_follow_up("它有多少参数？", ["What is PaLM?"], GLOSSARY) == "PaLM 有多少参数？"
    assert resolve_follow_up("Who proposed it?", ["什么是思维链？"], GLOSSARY) == "Who proposed 思维链?"


@pytest.mark.slow
def test_our_own_questions_stand_alone_after_any_other() -> None:
    """Of the single questions hardly one is taken for a follow-up."""
    glossary = load_glossary(BUILT_IN_TEXTS)
    single = [
        question.question
        for name in ("fitting", "regression")
        for question in load_questions(ASKED / f"{name}.jsonl")
        if not question.history
    ]
    for before in ("What is GPT-3?", "什么是缩放定律？"):
        bent = [question for question in single if resolve_follow_up(question, [before], glossary) != question]
        assert len(bent) <= 0.01 * len(single), bent


def test_our_own_follow_ups_are_understood() -> None:
    glossary = load_glossary(BUILT_IN_TEXTS)
    leaning = Counter(
        resolve_follow_up(question.question, question.history, glossary) != question.question
        for name in ("fitting", "regression")
        for question in load_questions(ASKED / f"{name}.jsonl")
        if question.history
    )
    assert leaning[True] >= 0.85 * leaning.total()


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", ["x", "it ", "它", "A ", "GPT-3 ", "and ", "那", "呢", "?", "(", "Ａ", "😀a", "of ", "A-", "请", "hi "]
)
def test_long_questions_and_histories_take_no_longer_than_their_length(unit: str) -> None:
    longest = (unit * LONGEST_QUESTION)[:LONGEST_QUESTION]
    with costs_at_most(3):
        reply_to_small_talk((unit * 100_000)[:100_000])
        found = resolve_follow_up("Why?", [longest, "How big is it?", "why?"] * 300, GLOSSARY)
        assert len(found) <= 12 * LONGEST_QUESTION
        resolve_follow_up(longest, [longest] * 2000, GLOSSARY)


@pytest.mark.model
@pytest.mark.parametrize(
    ("before", "question", "bent"),
    [
        ("什么是同质化？", "请问，BERT 是谁提出的？", False),
        ("What is emergence?", "Who released CLIP?", False),
        ("Who released GPT-3?", "And how many parameters does it have?", True),
        ("GPT-3 是谁发布的？", "它有多少参数？", True),
    ],
)
def test_what_stands_alone_is_not_bent(built_in_index: PassageIndex, before: str, question: str, bent: bool) -> None:
    answer = Answerer(built_in_index).ask(question, [before])
    assert bool(answer.understood) == bent
    assert "GPT-3" in answer.understood or not bent
