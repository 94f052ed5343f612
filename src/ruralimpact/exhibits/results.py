"""What the exhibits of a study are made from: its results and the words of its configuration."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from ruralimpact.design.methods import OVER_TIME, strategies_of
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.document import Finding
from ruralimpact.exhibits.options import Benchmarked, Exhibit, OfEstimates
from ruralimpact.language import gettext, marked
from ruralimpact.schema.quality import QualityReport
from ruralimpact.schema.study import AnyEntry, Study
from ruralimpact.waves.record import RunRecord

if TYPE_CHECKING:
    from ruralimpact.exhibits.quantities import Quantity

METHOD_LABELS = {
    "difference": marked("Difference in means"),
    "difference_in_means": marked("Difference in means"),
    "two_way_fixed_effects": marked("Two-way fixed effects"),
    "first_differences": marked("First differences"),
    "two_by_two": marked("Difference in differences"),
    "ancova": marked("Analysis of covariance"),
    "doubly_robust": marked("Doubly robust"),
    "regression": marked("Outcome regression"),
    "weighting": marked("Inverse-probability weights"),
    "group_time_simple": marked("By cohort and wave, averaged by size"),
    "group_time_cohort": marked("By cohort and wave, averaged over cohorts"),
    "group_time_calendar": marked("By cohort and wave, averaged over waves"),
    "group_time_event": marked("By cohort and wave, averaged over time since treatment"),
    "before_after": marked("Change, not attributable"),
    "hazard": marked("Hazard"),
}


# An indicator of a covariate, such as region[North].
_LEVEL = re.compile(r"(\w+)\[(.+)\]")


@dataclass(frozen=True)
class StudyResults:
    """The results of one study, as the stages before wrote them, with small cells suppressed.

    Attributes
    ----------
    study : Study
        With its strategies and exhibits.
    tables : mapping of str to DataFrame
        Every result table that exhibits may load, by its name in `ruralimpact.contracts`, after the
        suppression that it declares; ``results["estimates"]`` is short for it.
    quality : mapping of str to QualityReport
        Ingest's account of each source, by its name.
    outcomes : mapping
        Outcomes of each sample by unit, for figures of their distribution.
    record : RunRecord
        The run and the last that differs from it.
    findings : mapping of str to Finding
        Numbers that reports may cite, by their identifiers, once they are made.
    truth : DataFrame
        What synthetic data were planted with: ``wave``, ``outcome``, ``by``, ``level``, ``effect``,
        ``percent`` ...; empty where the data are real.
    plugin_inputs : mapping
        What plug-ins read for exhibits, by plug-in.
    digits : mapping of str to int
        Decimals by outcome, where values ask for others than the study declares (`digits.digits_of`).
    printed : mapping
        What documents print of a quantity, as text, to be set beside its estimates.
    statements : mapping of str to tuple
        By finding, what of documents it answers: names with what they say.
    """

    study: Study
    tables: Mapping[str, pd.DataFrame]
    quality: Mapping[str, QualityReport]
    outcomes: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    record: RunRecord = field(default_factory=RunRecord)
    findings: Mapping[str, Finding] = field(default_factory=dict)
    truth: pd.DataFrame = field(default_factory=pd.DataFrame)
    plugin_inputs: Mapping[str, Any] = field(default_factory=dict)
    digits: Mapping[str, int] = field(default_factory=dict)
    printed: Mapping["Quantity", str] = field(default_factory=dict)
    statements: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)

    def __getitem__(self, table: str) -> pd.DataFrame:
        if table not in self.tables:
            raise KeyError(f"the table '{table}' is not among those that this exhibit needs")
        return self.tables[table]

    @property
    def synthetic(self) -> bool:
        """Whether the data are a synthetic stand-in."""
        return self.study.synthetic

    def analysis(self, name: str) -> AnyEntry:
        """Configuration of an analysis."""
        return next(entry for entry in self.study.analyses if entry.name == name)

    def strategy_label(self, name: str) -> str:
        """Printed name of a strategy or estimator."""
        labels = {entry.name: entry.label for entry in self.study.strategies}
        known = gettext(labels.get(name) or METHOD_LABELS.get(name, ""))
        return known or name.replace("_", " ").capitalize()

    def outcome_label(self, name: str) -> str:
        """Printed name of an outcome."""
        return self.study.outcomes[name].label

    def variable_label(self, name: str) -> str:
        """Printed name of a variable or outcome; its own name where it has none."""
        known = {**self.study.variables, **self.study.outcomes}
        return known[name].label if name in known else name

    def with_labels(self, text: str) -> str:
        """Put labels, in quotation marks, for the names of variables, and for quoted ones of raw files."""
        return self._labelled(text, map(re.escape, self.study.variables))

    def with_labels_of_quoted(self, text: str) -> str:
        """Put labels for the names in quotation marks of variables, outcomes and columns of raw files."""
        return self._labelled(text, ())

    def _labelled(self, text: str, bare: Iterable[str]) -> str:
        variables = {**self.study.variables, **self.study.outcomes}
        labels = {row.variable: row.label for row in self.study.codebook}
        labels |= {name: variable.label for name, variable in variables.items()}
        # All at once, so that a name inside the label of another is left alone.
        pattern = "|".join(["'([^']+)'", *(rf"\b{name}\b" for name in bare)])

        def label(match: re.Match[str]) -> str:
            name = match[1] or match[0]
            if name in labels:
                return f"“{labels[name]}”"
            level = _LEVEL.fullmatch(name)
            return f"“{labels[level[1]]}: {level[2]}”" if level and level[1] in labels else match[0]

        return re.sub(pattern, label, text)

    def outcome_title(self, name: str) -> str:
        """Printed name of an outcome with its unit."""
        return formatting.in_unit(self.outcome_label(name), self.unit(name))

    def unit(self, name: str) -> str:
        """Printed unit of an outcome."""
        return self.study.outcomes[name].unit

    def decimals(self, name: str) -> int:
        """Decimals an outcome is printed with."""
        return self.digits.get(name, self.study.outcomes[name].decimals)

    def of(self, table: str, *analyses: str, **values: str) -> pd.DataFrame:
        """Rows of a result table about some analyses, with these values in further columns."""
        frame = self[table]
        chosen = frame["analysis"].isin(analyses)
        for column, value in values.items():
            chosen &= frame[column] == value
        return frame[chosen]

    def estimates_of(self, analysis: str, outcome: str = "") -> pd.DataFrame:
        """Estimates of an analysis, and of one outcome if named, in the configuration's order."""
        named = {"outcome": outcome} if outcome else {}
        frame = self.of("estimates", analysis, **named)
        names = strategies_of(self.analysis(analysis))
        order = frame["strategy"].map({name: position for position, name in enumerate(names)})
        return frame.loc[order.sort_values(kind="stable").index]

    def outcomes_of(self, analyses: Sequence[str]) -> list[str]:
        """Outcomes estimated in any of the analyses, in the configuration's order."""
        present = set(self.of("estimates", *analyses)["outcome"])
        return [name for name in self.study.outcomes if name in present]

    def for_exhibit(self, exhibit: Exhibit, needs: Collection[str]) -> "StudyResults":
        """The results with the tables that an exhibit needs, and the estimates of its outcomes, or all."""
        tables = {name: table for name, table in self.tables.items() if name in needs}
        if isinstance(exhibit, OfEstimates) and "estimates" in tables:
            frame = tables["estimates"]
            tables["estimates"] = frame[exhibit.wanted(frame["outcome"])]
        return replace(self, tables=tables)

    def matched_strategies(self, analysis: str) -> list[str]:
        """Strategies of an analysis that match or weight, in order: not the plain comparison."""
        present = set(self.of("balance", analysis, stage="after")["strategy"])
        plain = {entry.name for entry in self.study.strategies if entry.method == "unweighted"}
        names = strategies_of(self.analysis(analysis))
        return [name for name in names if name in present - plain]

    def units(self, analyses: Sequence[str]) -> str:
        """What the units of analyses are called; changes between periods are those of groups."""
        changes = all(self._compares_groups(self.analysis(name)) for name in analyses)
        return self.study.group_label if analyses and changes else self.study.unit_label

    def _compares_groups(self, analysis: AnyEntry) -> bool:
        """Whether the rows of a unit are folded to one, and the unit is a group of its own."""
        if analysis.method not in OVER_TIME:
            return analysis.method == "matched_difference"
        return (self.study.samples[analysis.sample].group or "id") == "id"

    def benchmark(self) -> str:
        """Name of the analysis that others are compared with; empty when there is none."""
        tables = self.study.exhibits.tables
        return next((table.benchmark for table in tables if isinstance(table, Benchmarked)), "")

    def comparison(self, analysis: str) -> str:
        """What an analysis estimates, up to the outcome's name: never an effect without a design."""
        if analysis == self.benchmark():
            return gettext("experimental estimate for")
        names = {
            "matching": gettext("matched difference in"),
            "matched_difference": gettext("difference in the change of"),
            "panel": gettext("panel estimate for"),
            "difference_in_differences": gettext("difference in the change of"),
            "triple_difference": gettext("triple difference in"),
            "staggered": gettext("average effect under parallel trends on"),
            "before_after": gettext("change, not attributable to the project, of"),
        }
        return names.get(self.analysis(analysis).method, gettext("difference in"))
