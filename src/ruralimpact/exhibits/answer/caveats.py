"""What speaks against an answer: a small grammar of sentences, each with its condition.

The sentences stand in the order of their weight: first what takes an answer away, then what weakens it, then
what a reader must know to judge it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ruralimpact.exhibits.answer import caveats_of_assumptions, caveats_of_estimates
from ruralimpact.exhibits.answer.headline import Headline
from ruralimpact.exhibits.document import HeadlineLine
from ruralimpact.exhibits.results import StudyResults

Condition = Callable[[StudyResults, Sequence[Headline]], Iterator[HeadlineLine]]


@dataclass(frozen=True)
class Caveat:
    """A sentence of the grammar.

    Attributes
    ----------
    name : str
    takes_away : bool
        Where it holds, the estimates are no evidence of an effect.
    sentences : callable
        Yields the sentence wherever its condition holds, and nothing elsewhere.
    """

    name: str
    takes_away: bool
    sentences: Condition


CAVEATS = (
    Caveat("placebo", True, caveats_of_assumptions.placebo_fails),
    Caveat("pre-trends", True, caveats_of_assumptions.trends_differed_before),
    Caveat("placebo in part", False, caveats_of_assumptions.placebo_fails_in_part),
    Caveat("one treated group", False, caveats_of_assumptions.rank_among_placebos),
    Caveat("balance", False, caveats_of_estimates.strategies_fail_balance),
    Caveat("strategies", False, caveats_of_estimates.strategies_differ),
    Caveat("sampling weights", False, caveats_of_estimates.weights_go_with_the_outcome),
    Caveat("experiment", False, caveats_of_estimates.differs_from_the_experiment),
    Caveat("one region", False, caveats_of_estimates.rests_on_one_region),
    Caveat("trends", False, caveats_of_assumptions.small_breakdown),
    Caveat("few groups", False, caveats_of_estimates.few_effective_groups),
    Caveat("whom", False, caveats_of_estimates.leaves_many_out),
    Caveat("no arm", False, caveats_of_estimates.units_in_no_arm),
    Caveat("filter", False, caveats_of_estimates.filters_leave_many_out),
    Caveat("untestable", False, caveats_of_assumptions.cannot_be_tested),
    Caveat("hidden bias", False, caveats_of_assumptions.little_hidden_bias),
    Caveat("questions", False, caveats_of_assumptions.questions_changed),
)


def caveats(
    results: StudyResults, headlines: Sequence[Headline]
) -> Iterator[tuple[Caveat, HeadlineLine]]:
    """Yield the sentences that hold, in the order of their weight.

    Parameters
    ----------
    results : StudyResults
        With its findings.
    headlines : sequence of Headline
    """
    for caveat in CAVEATS:
        for sentence in caveat.sentences(results, headlines):
            yield caveat, sentence
