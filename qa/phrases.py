"""The program's own words in an answer, in the question's language. Everything else is quoted."""

from collections.abc import Sequence

NOT_IN_THE_TEXTS = {
    "en": "The texts do not say. Nothing in them answers this question.",
    "zh": "资料中没有提到：没有找到能回答这个问题的内容。",
}
RELATED = {
    "en": " What comes nearest to it is listed as related; it is no answer.",
    "zh": "下面列出最接近的段落供参考，它们不是回答。",
}
NEAREST = {
    "en": "The texts do not say exactly this; nearest is what is quoted below. It may not answer the question.",
    "zh": "资料中没有直接说到这一点；最接近的是下面引用的内容，不一定能回答这个问题。",
}
EMPTY_QUESTION = {
    "en": "Please type a question.",
    "zh": "请输入一个问题。",
}
LONG_QUESTION = {
    "en": "This question has {length} characters; at most {longest} can be asked. Please ask for one thing at a time.",
    "zh": "这个问题有 {length} 个字符，最多可以问 {longest} 个。请一次只问一件事。",
}
GREETING = {
    "en": "Hello! Ask me about the texts, in English or Chinese.",
    "zh": "你好！可以用中文或英文就资料内容提问。",
}
THANKS = {
    "en": "You are welcome. Is there anything else you would like to know from the texts?",
    "zh": "不客气。还想从资料里了解什么？",
}
FAREWELL = {"en": "Goodbye!", "zh": "再见！"}
ABILITIES = {
    "en": (
        "I answer questions by quoting the texts word for word, with the place of every quote, in English and Chinese. "
        "What the texts do not say, I do not say either."
    ),
    "zh": ("我用资料里的原文回答问题，每句引文都注明出处，中文和英文都可以问。资料没有说的，我也不说。"),
}
REQUEST = {
    "en": "I can only quote the texts: I do not write, translate, draw or calculate. Please ask what the texts say.",
    "zh": "我只能引用资料原文，不会写作、编程、翻译、画图或计算。请问资料里说了什么。",
}
COMPLAINT = {
    "en": (
        "I am sorry that this did not help. I can only quote the texts: please ask in other words, or look at the "
        "passages around a quote."
    ),
    "zh": "抱歉，没能帮上忙。我只能引用资料原文：请换个说法再问，或者看看引文前后的内容。",
}
CHAT = {
    "en": "I know nothing but what stands in the texts. What would you like to know from them?",
    "zh": "我只知道资料里写的内容。想从资料里了解什么？",
}

_UNKNOWN = {"en": " The name {names} stands in none of them.", "zh": "资料中没有出现{names}这个名称。"}


def unknown(names: Sequence[str], language: str) -> str:
    """That no text holds ``names``; "" where there are none."""
    joined = {"en": " or ", "zh": "、"}[language].join(f"“{name}”" for name in names)
    return _UNKNOWN[language].format(names=joined) if names else ""


def quoted(quote: str, number: int) -> str:
    """A quote as it stands in an answer, with the number of its citation."""
    return f"“{quote}” [{number}]"
