"""A few texts and their answers, for pages that are served without a model: English, Chinese, hostile, and one as long
as a book."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

from records import answer_of, citation_of, term_of

from corpus import Document, FoundationQAError, Passage, language_of, split
from corpus.files.references import resolve_references
from index import Scope
from index.storage.scope import EVERYTHING
from qa import Answer, AnswerKind, Citation, Located, locate
from qa.small_talk import reply_to_small_talk

ZH_QUESTION = "什么是基础模型？"

EN_QUESTION = "What is a foundation model?"

UNANSWERABLE = "Who won the chess game on Mars?"

HOSTILE = (
    '<img src="http://evil.example/x.png" onerror="window.hacked=1"><script>window.hacked=1</script>'
    "{{1+1}} ${1+1} **b**"
)

ZH = Document(
    "zh/definition.md",
    "什么是基础模型",
    "https://example.org/zh?a=1&b=2",
    "# 什么是基础模型\n\n## 定义\n\n"
    "这个名称出自斯坦福大学 2021 年的报告😀。基础模型是在广泛数据上训练、能够适配到多种下游任务的模型。"
    "“基础”一词强调它尚未完成，却支撑着许多应用。\n\n"
    "| 模型 | 年份 |\n| --- | --- |\n| BERT | 2018 |\n| GPT-3 | 2020 |\n\n## 历史\n\n这个名称不到十年。\n",
    references=resolve_references(
        [
            "Bommasani et al. (2021). On the Opportunities and Risks of Foundation Models. https://arxiv.org/abs/2108.07258"
        ],
        {},
    ),
    twin="en/definition.md",
)

EN = Document(
    "en/definition.md",
    "What is a foundation model?",
    "Stanford CRFM (2021). See https://crfm.stanford.edu/report.html.",
    "# What is a foundation model?\n\n## Definition\n\nThe term was coined in 2021. A foundation model is a model "
    "trained on broad data that can be adapted to a wide range of downstream tasks.\n\n"
    "| Model | Year |\n| --- | --- |\n| BERT | 2018 |\n| GPT-3 | 2020 |\n\n## History\n\n"
    "The name is younger than ten years.\n",
    references=resolve_references(
        ["Bommasani et al. (2021). https://arxiv.org/abs/2108.07258", "javascript:alert(1)"], {}
    ),
    twin="zh/definition.md",
    date="2021-08-16",
)

TRAP = Document(
    f"trap{HOSTILE}.md",
    f"Trap {HOSTILE}",
    f"javascript:alert(1) {HOSTILE}",
    f"# Trap\n\n## Heading {HOSTILE}\n\nA line before. The trap says {HOSTILE} and no more.\n",
    references=resolve_references([HOSTILE], {}),
)

LONG = Document(
    "en/long.md",
    "Long",
    "en/long.md",
    "# Long\n\n" + "Filler words again. 填充。\n\n" * 8_000 + "The needle is here.\n",
)

ZH_QUOTE = "基础模型是在广泛数据上训练、能够适配到多种下游任务的模型。"

EN_QUOTE = (
    "A foundation model is a model trained on broad data that can be adapted to a wide range of downstream tasks."
)

NEARLY_ANSWERABLE = "Who coined the term?"

ROW_QUESTION = "When was GPT-3 made?"

SUGGESTED = "What is the history of a foundation model?"

QUOTED = {  # the quotes of each answer: their text, and their first words
    ZH_QUESTION: ((ZH, "基础模型是"), (EN, "A foundation model is")),
    EN_QUESTION: ((EN, "A foundation model is"),),
    HOSTILE: ((TRAP, "The trap says"),),
    ROW_QUESTION: ((EN, "GPT-3"),),
    "Where is the needle?": ((LONG, "The needle"),),
    SUGGESTED: ((EN, "The name is"),),
}


@cache
def _split(document: Document) -> list[Passage]:
    return split(document)  # the long one takes half a second


class SmallSnapshot:
    """A few texts and their passages."""

    generation = "1"

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = self.quotable = {document.id: document for document in documents}
        self.passages = [passage for document in documents for passage in _split(document)]

    @property
    def entries(self) -> Sequence[Document]:
        return list(self.documents.values())

    def rows_of(self, document_id: str) -> range:
        rows = [row for row, passage in enumerate(self.passages) if passage.document_id == document_id]
        return range(rows[0], rows[-1] + 1) if rows else range(0)


class SmallAnswerer:
    """Knows a few texts, and quotes the sentence a question is paired with."""

    glossary = (
        term_of("foundation model", "基础模型", "A model that much is built on.", "支撑许多应用的模型。"),
        term_of(f"trap {HOSTILE}", f"陷阱 {HOSTILE}", HOSTILE, HOSTILE, "", ("The trap",)),
    )

    def __init__(self) -> None:
        self.passages = SimpleNamespace(snapshot=SmallSnapshot((ZH, EN, TRAP, LONG)), left_out=lambda scope: 0)

    def change(self, document: Document, text: str | None) -> None:
        """Let ``document`` have ``text`` from now on; None takes it away."""
        documents = self.passages.snapshot.documents
        del documents[document.id]
        if text is not None:
            documents[document.id] = replace(document, text=text)

    def ask(
        self, question: str, history: Sequence[str] = (), scope: Scope = EVERYTHING, *, rewriting: bool = True
    ) -> Answer:
        return replace(self._answer(question, history), scope=scope)

    def _answer(self, question: str, history: Sequence[str]) -> Answer:
        if question == "broken":
            raise FoundationQAError(f"The index is gone {HOSTILE}")
        if question == "fault":
            raise ZeroDivisionError
        citations = tuple(citation(number, *pair) for number, pair in enumerate(QUOTED.get(question, ()), 1))
        text = "\n\n".join(f"“{each.quote}” [{each.number}]" for each in citations)
        language = language_of(question)
        if citations:
            return answer_of(text, citations, question=question, language=language, confidence=0.87)
        near = (citation(1, EN, "The term was coined"),) if question in (UNANSWERABLE, NEARLY_ANSWERABLE) else ()
        said = f"The texts do not say. {tuple(history)}"
        kind = AnswerKind.SMALL_TALK if reply_to_small_talk(question) else AnswerKind.NOT_IN_TEXTS
        if question == NEARLY_ANSWERABLE:
            kind = AnswerKind.NEAREST
        return answer_of(said, related=near, kind=kind, question=question, language=language, confidence=0.1)

    def answers(self, question: str, scope: Scope = EVERYTHING) -> bool:
        return question in QUOTED

    def locate(self, document_id: str, digest: str, quote: str, start: int) -> Located:
        return locate(self.passages.snapshot.documents, document_id, digest, quote, start)


def citation(number: int, document: Document, words: str) -> Citation:
    """The first sentence of ``document`` that begins with ``words``."""
    for passage in split(document):
        for begin, end in passage.sentences:
            if document.text[begin:end].startswith(words):
                return citation_of(document, passage, document.text[begin:end], begin, number=number, score=0.9)
    raise LookupError(words)
