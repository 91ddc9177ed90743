"""A check without a model: a sentence is carried as far as its words stand in the passages."""

from collections.abc import Sequence

from index.matching.words import words_in
from qa.writing.details import missing_figures, missing_names
from qa.writing.written import Verdict


class FakeCheck:
    """See :class:`qa.writing.support.Check`: half of the words are enough, figures and names are held to."""

    def judge(self, sentence: str, passages: Sequence[str]) -> tuple[Verdict, float, str]:
        text = "\n".join(passages)
        words = words_in(sentence)
        support = len(words & words_in(text)) / max(len(words), 1)
        for verdict, missing in (
            (Verdict.NUMBER, missing_figures(sentence, passages)),
            (Verdict.NAME, missing_names(sentence, passages)),
        ):
            if missing:
                return verdict, support, missing[0]
        return (Verdict.SUPPORTED if support >= 0.5 else Verdict.UNSUPPORTED), support, ""
