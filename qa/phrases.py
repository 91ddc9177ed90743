"""The program's own words in an answer, in the question's language. Everything else is quoted."""

NOT_IN_THE_TEXTS = {
    "en": "The texts do not say. Nothing in them answers this question.",
    "zh": "资料中没有提到：没有找到能回答这个问题的内容。",
}
EMPTY_QUESTION = {
    "en": "Please type a question, for example: What is a foundation model?",
    "zh": "请输入一个问题，例如：什么是基础模型？",
}


def quoted(quote: str, number: int) -> str:
    """A quote as it stands in an answer, with the number of its citation."""
    return f"“{quote}” [{number}]"
