"""What each stage is given of a study: only what it uses, so that a change elsewhere runs it not again."""

from collections.abc import Mapping, Sequence
from typing import Any

from ruralimpact.schema.base import plain
from ruralimpact.schema.strategy import StrategyEntry
from ruralimpact.schema.study import Study
from ruralimpact.schema.validation import validated

_KEYS = {
    "construct": (
        "design",
        "sources",
        "codebook",
        "prices",
        "variables",
        "references",
        "wave_order",
    ),
    "design": ("design", "codebook", "variables", "strategies", "wave_order"),
    "estimate": ("design", "synthetic", "codebook", "variables", "strategies", "wave_order"),
    "sensitivity": ("sensitivity", "synthetic", "power", "attrition", "strategies", "wave_order"),
}
# Keys of outcomes, samples, analyses and strategies that only exhibits print.
_WORDS = {
    "construct": ("label", "unit", "family", "decimals"),
    "estimate": ("label", "decimals"),
    "sensitivity": ("label", "decimals"),
}


StageView = Mapping[str, Any]
"""A part of a study as plain mappings and lists, which is how Snakemake passes and compares it."""


def stage_view(study: Study, stage: str) -> StageView:
    """Return the part of a study, or of a round, that a stage computes with.

    Parameters
    ----------
    study : Study
    stage : {"construct", "design", "estimate", "sensitivity"}

    Returns
    -------
    StageView
        What `study_of_stage` reads.
    """
    view = {"name": study.name, "samples": plain(study.samples, "label")}
    for key in _KEYS[stage]:
        if key in study.model_fields_set:
            view[key] = _without_label(getattr(study, key), key)
    if stage == "construct":
        if study.descriptions:
            view["described"] = described_variables(study)
    else:
        view["analyses"] = plain(study.analyses, "label")
    if stage == "design":
        # Means before treatment may be covariates, and want their names in balance tables.
        view["outcome_labels"] = {name: outcome.label for name, outcome in study.outcomes.items()}
    else:
        view["outcomes"] = plain(study.outcomes, *_WORDS[stage])
    return view


def described_variables(study: Study) -> dict[str, list[str]]:
    """Return the variables that the descriptions of a study read, by sample."""
    described: dict[str, list[str]] = {}
    for description in study.descriptions:
        for sample, names in {
            description.sample: description.variables,
            **description.beside,
        }.items():
            known = described.setdefault(sample, [])
            known += [name for name in names if name not in known]
    return described


def _without_label(value: Any, key: str) -> Any:
    return plain(value, "label") if key in ("references", "strategies") else plain(value)


def study_of_stage(view: StageView, *, strategies: Sequence[StrategyEntry] = ()) -> Study:
    """Return the study that a stage is given; names stand in the place of the labels excluded.

    Parameters
    ----------
    view : StageView
        From `stage_view`.
    strategies : sequence of StrategyEntry
        Its strategies, see `ruralimpact.design.strategies.strategies_of_stage`.
    """
    filled = {**view, "strategies": list(strategies)}
    for key in ("samples", "references", "outcomes"):
        words = {"unit": ""} if key == "outcomes" else {}
        filled[key] = {
            name: {"label": name, **words, **own} for name, own in view.get(key, {}).items()
        }
    filled["analyses"] = [
        {"label": analysis["name"], **analysis} for analysis in view.get("analyses", ())
    ]
    return validated(Study, filled)
