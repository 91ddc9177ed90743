"""Held-out subjects of our own as folders of texts, and what is asked of each that it does not answer."""

from collections import Counter

from qa.training.asked_pools import own_pools, with_far_ones, with_invented_names


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
