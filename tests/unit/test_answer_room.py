"""How much of the answer in short finds room: the same in every language."""

import pytest

from ruralimpact.exhibits.answer.room import Draft, Room, room_for
from ruralimpact.exhibits.answer.statement import word_count
from ruralimpact.exhibits.document import AnswerBox, HeadlineLine


@pytest.mark.parametrize(
    ("own", "other", "said"),
    [
        ((20, 20, 20), (20, 20, 20), 3),
        ((20, 20, 20), (20, 20, 21), 2),
        ((20, 10, 10), (41, 10, 10), 2),
        ((20, 10, 10), (61, 10, 10), 0),
    ],
)
def test_room_is_what_the_longest_language_leaves(
    own: tuple[int, ...], other: tuple[int, ...], said: int
) -> None:
    """Beside 60 words on the estimates, and none of the frame."""
    drafts = [
        Draft(framing=(), lines=((of_words(60),),), against=tuple(map(of_words, against)))
        for against in (own, other)
    ]
    for ordered in (drafts, drafts[::-1]):
        assert room_for(ordered) == Room(detail=0, lines=1, against=said)


def of_words(count: int) -> HeadlineLine:
    return HeadlineLine(label="", text=" ".join(["word"] * count))


def words_of(box: AnswerBox) -> int:
    shown = [HeadlineLine(label="", text=box.reading), *box.lines, *box.against]
    shown += [box.verdict] if box.verdict else []
    return sum(word_count(f"{line.label} {line.text}") for line in shown)
