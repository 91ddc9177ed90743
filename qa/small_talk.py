"""Small talk: greetings, thanks, and requests for something else than an answer."""

import re
from collections.abc import Mapping

from index.matching.words import words_in
from qa import phrases

LONGEST_QUESTION = 1000
"""Characters; the model reads about 512 tokens, and what is longer is no question."""

_TAIL = r"[\s!！.。,，?？~～…、]*(?:[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f\s]*)$"
_SMALL_TALK: tuple[tuple[Mapping[str, str], re.Pattern[str]], ...] = tuple(
    (reply, re.compile(rf"\s*(?:{pattern}){_TAIL}", re.I))
    for reply, pattern in (
        (
            phrases.GREETING,
            r"(?:hi|hello|hey|greetings|good (?:morning|afternoon|evening|day))(?:[ ,]+(?:there|bot|all|everyone))?|"
            r"你好[啊呀吗]?|您好|嗨|哈[喽啰罗]|早(?:上好|安)?|(?:上午|中午|下午|晚上)好|在吗",
        ),
        (
            phrases.THANKS,
            r"(?:many )?thanks(?: a lot| so much| very much)?|thank you(?: so much| very much)?|thx|cheers|"
            r"(?:非常|太|十分)?(?:感谢|谢谢|多谢)(?:[你您]|啦|了)?",
        ),
        (phrases.FAREWELL, r"(?:good)?bye(?: bye)?|see you(?: later)?|再见|拜拜|回头见"),
        (
            phrases.ABILITIES,
            r"(?:what (?:can|do) you (?:do|know|answer)|who are you|what are you|how do you work|help(?: me)?|"
            r"what can i ask(?: you)?)|"
            r"[你您](?:是谁|叫什么(?:名字)?|能(?:做|干|回答)(?:什么|啥|些什么|哪些问题)|会(?:什么|做什么|啥))|"
            r"(?:可以|能)问(?:你|您)?(?:什么|哪些问题|些什么)|帮助|怎么(?:用|使用)",
        ),
    )
)
_REQUEST = re.compile(
    r"\s*(?:(?:please|can you|could you|would you|help me(?: to)?)\s+)*"
    r"(?:(?:write|implement|draw|paint|compose|translate|calculate|solve)\b(?![- ](?:off|down|ups?))|"
    r"(?:code|program|compute) (?:me|us|a|an|the|this|that|my|in)\b)"
    r"|\s*(?:please )?(?:tell|sing) (?:me )?(?:a|an|another) (?:joke|story|poem|song)"
    r"|\s*(?:请)?(?:给我)?(?:讲|说|唱)(?:一?[个首段])(?:笑话|故事|诗|歌)"
    r"|\s*(?:请|麻烦|能不能|可以|能否)?(?:你|您)?(?:帮我|给我|替我|为我)?(?:写|编写?|画|翻译|实现|计算|算|作)"
    r"(?:一[个段首篇份张下只幅]|[个段首篇份张只幅]|出(?!来的|.{0,60}[谁哪吗何])|这[个段句])"
    r"|\s*(?:请|麻烦)?(?:把|将).{1,80}翻译成",
    re.I,
)


def unusable(question: str) -> Mapping[str, str] | None:
    """What is said of a question without a word, or of one that is too long, by language; None: it can be asked."""
    if not words_in(question):
        return phrases.EMPTY_QUESTION
    if len(question) > LONGEST_QUESTION:
        return {
            language: text.format(length=len(question), longest=LONGEST_QUESTION)
            for language, text in phrases.LONG_QUESTION.items()
        }
    return None


def reply_to_small_talk(question: str) -> Mapping[str, str] | None:
    """The reply to a greeting, to thanks, to a request for something else than an answer; None: it is a question."""
    if told := unusable(question):
        return told
    for reply, pattern in _SMALL_TALK:
        if pattern.match(question):
            return reply
    return phrases.REQUEST if _REQUEST.match(question) else None
