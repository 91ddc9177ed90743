"""Held-out subjects of our own as folders of texts, and what is asked of each that it does not answer."""

from collections import Counter

import pytest

from corpus import glossary_texts
from qa.evaluation.definitions import may_be_fitted_to, term_questions
from qa.training.asked_pools import built_in_pool, own_pools, term_pool, with_far_ones, with_invented_names


@pytest.mark.slow
def test_each_held_out_subject_is_in_one_of_several_folders() -> None:
    whole, parts = own_pools(parts=1), own_pools(parts=3)
    for part in parts:
        assert part.name == "own"
        assert 0.2 < len(part.documents) / len(whole[0].documents) < 0.5
    texts = Counter(document.id for part in parts for document in part.documents)
    assert texts == Counter(document.id for document in whole[0].documents)
    assert max(Counter(group for part in parts for group in {each.group for each in part.questions}).values()) == 1
    for part in parts:
        known = {document.id: document.text for document in part.documents}
        for asked in part.questions:
            assert bool(asked.gold) == (asked.label == "answer")
            assert all(known[place][start:end].strip() for place, ((start, end),) in asked.gold.items())


def test_folders_of_one_kind_share_the_questions_that_are_made() -> None:
    parts = own_pools(parts=3)
    asked = with_invented_names(with_far_ones(parts))
    for before, after in zip(parts, asked, strict=True):
        made = Counter(each.label for each in after.questions[len(before.questions) :])
        assert set(made) == {"far", "invented"}
        assert 10 < made["invented"] <= 40 and 10 < made["far"] <= 40
        held = "\n".join(document.text for document in before.documents)
        own = {each.question for each in before.questions}
        for each in after.questions[len(before.questions) :]:
            assert each.gold == {}
            assert each.question not in own
        assert all(asked.question not in held for asked in after.questions if asked.label == "invented")


def test_terms_are_asked_for_in_other_words_than_they_are_evaluated_in() -> None:
    pool = term_pool()
    evaluated = {each.question for each in term_questions(pool.glossary)}
    texts = {each.document.id: each for each in glossary_texts(pool.glossary).values()}
    assert Counter(asked.language for asked in pool.questions)["en"] == len(pool.questions) / 2
    for asked in pool.questions:
        assert asked.question not in evaluated
        assert asked.term is not None
        assert may_be_fitted_to(asked.term)
        assert asked.term.names[asked.language] in asked.question
        for place, ((start, end),) in asked.gold.items():
            assert texts[place].document.text[start:end] == texts[place].definitions[asked.term].text
    assert 0.4 < sum(map(may_be_fitted_to, pool.glossary)) / len(pool.glossary) < 0.6
    (made,) = with_invented_names([pool], 20)
    invented = [asked for asked in made.questions if asked.label == "invented"]
    assert len(invented) == 20
    assert not any(asked.gold or asked.term for asked in invented)


def test_what_another_pool_of_the_same_texts_answers_is_not_far() -> None:
    own, terms, built_in = own_pools(parts=1)[0], term_pool(), built_in_pool()
    asked = with_far_ones([own, terms, built_in])
    answered = [{each.question for each in pool.questions if each.gold} for pool in (own, terms, built_in)]
    assert asked[1].questions == terms.questions
    for pool, texts in ((asked[0], {0}), (asked[2], {1, 2})):
        far = {each.question for each in pool.questions if each.label == "far"}
        assert far
        assert not far & set().union(*(answered[at] for at in texts))
        assert not far & answered[1], "others may well say what a term means"
