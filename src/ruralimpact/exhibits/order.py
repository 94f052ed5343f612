"""Numbers of tables and figures: the order in which the report shows them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# Kinds in one group are shown as exhibits.yaml lists them; the template of the report has the same order.
TABLES = (
    ("impact", "panel", "difference", "benchmark"),
    ("placebo",),
    ("subgroups",),
    ("decomposition",),
    ("association",),
    ("truth",),
    ("group_time",),
    ("parallel_trends",),
    ("comparisons",),
    ("verdict",),
    ("sensitivity",),
    ("contamination",),
    ("wave_change",),
    ("attrition",),
    ("drift",),
    ("changes",),
    ("power",),
    ("sample", "repairs"),
    ("balance_summary", "balance", "propensity"),
    ("standard_errors", "p_values"),
)
FIGURES = (
    ("forest", "distribution"),
    ("subgroup_forest",),
    ("waterfall",),
    ("trends", "event_study"),
    ("specification_curve",),
    ("power_curve",),
    ("love", "overlap"),
)


def numbered(
    exhibits: Sequence[Mapping[str, Any]],
    order: Sequence[Sequence[str]],
    shown_with: Mapping[str, str] | None = None,
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield exhibits with their numbers, from 1.

    Parameters
    ----------
    exhibits : sequence of mapping
        ``tables`` or ``figures`` of exhibits.yaml.
    order : sequence of sequence of str
        `TABLES` or `FIGURES`. A kind that it lacks comes last.
    shown_with : mapping of str to str, optional
        Kinds of `order` with which those of plug-ins are shown.
    """

    def place(exhibit: Mapping[str, Any]) -> str:
        return (shown_with or {}).get(exhibit["kind"], exhibit["kind"])

    ranks = {kind: rank for rank, kinds in enumerate(order) for kind in kinds}
    shown = sorted(exhibits, key=lambda exhibit: ranks.get(place(exhibit), len(order)))
    yield from enumerate(shown, start=1)
