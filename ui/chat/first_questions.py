"""What to begin with where somebody brought texts of their own: questions that these answer."""

from itertools import islice

from corpus import LANGUAGES
from ui.chat.calls import ChatAnswerer
from ui.chat.section_questions import section_question
from ui.html.breadcrumbs import last_heading

OFFERED = 2  # questions in each language
_TRIED = 6  # candidates for these: each costs as much as a question, and the page opens after that
_TEXTS = 60  # that are looked through for headings, from the first on
_PASSAGES = 20  # of each


def first_questions(answerer: ChatAnswerer) -> tuple[tuple[str, str], ...]:
    """Questions that the texts of ``answerer`` answer, each with its language; none where no heading makes one.

    One text gives one of them, so that they show what there is.
    """
    texts = answerer.passages.snapshot
    candidates: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for name, document in islice(texts.documents.items(), _TEXTS):
        for passage in (texts.passages[row] for row in texts.rows_of(name)[:_PASSAGES]):
            among = candidates.get(passage.language, [])
            if len(among) == _TRIED:
                break
            heading = last_heading(passage.heading)
            question = section_question(heading, passage.title, document.text, passage.language, answerer.glossary)
            if question and passage.language in candidates and question not in among:
                among.append(question)
                break
    offered = (
        islice((question for question in candidates[language] if answerer.answers(question)), OFFERED)
        for language in reversed(LANGUAGES)
    )
    return tuple(
        (question, language) for language, found in zip(reversed(LANGUAGES), offered, strict=True) for question in found
    )
