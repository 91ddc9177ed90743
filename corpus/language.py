"""Which language a text is in, by its script: this corpus knows English and Chinese."""

import re

LANGUAGES = ("en", "zh")

HAN = r"\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN = re.compile(f"[{HAN}]")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
_ADDRESS = re.compile(r"(?:https?://|(?<![\w.-])[\w-]++(?:\.[\w-]++)++/)[\w./?=&%#~+-]*+", re.ASCII)
# Function words give a mixed sentence away: names and terms are borrowed, grammar is not.
_ENGLISH_GRAMMAR = frozenset(
    "a an and are as at be been but by can did do does for from had has have how i if in into is it its many "
    "me much my no not of on or our should so than that the their them there these they this those to under "
    "us was we were what what's when where which who whom whose why will with would you your".split()
)
_CHINESE_GRAMMAR = re.compile("[的了吗呢么吧是在和与有哪谁怎何为被把从对也都还就]|多少|几|什|多[大高久长]")


def language_of(text: str) -> str:
    """``"zh"`` or ``"en"``: the language whose grammar holds ``text`` together.

    A Chinese sentence may be full of English names and an English one may quote a Chinese term, so function
    words decide first, and the amount of each script where they do not. Text with neither is English.

    >>> language_of("用 ICL 的时候需要 update 模型参数吗？"), language_of("What is 隐式知识库?")
    ('zh', 'en')
    """
    han = len(_HAN.findall(text))
    if not han:
        return "en"
    words = [word.lower().replace("’", "'") for word in _WORD.findall(_ADDRESS.sub(" ", text))]
    english = 2 * sum(word in _ENGLISH_GRAMMAR for word in words)
    chinese = 2 * len(_CHINESE_GRAMMAR.findall(text))
    # About one and a half Han characters carry as much as one English word.
    return "zh" if chinese + han / 1.5 >= english + len(words) else "en"
