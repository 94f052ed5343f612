"""What lies between a printed number and raw files, as steps of lines."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from ruralimpact.config.waves import rounds_of
from ruralimpact.design.strategies import strategies_by_name
from ruralimpact.errors import DataError, listed
from ruralimpact.exhibits.subgroup_order import level_key
from ruralimpact.raw_rows import RawRows, rows_behind
from ruralimpact.schema.analysis import AnyAnalysis
from ruralimpact.schema.quality import QualityReport
from ruralimpact.schema.study import AnyDescription, Study
from ruralimpact.survey.file_digest import file_digest
from ruralimpact.trace import not_rebuilt
from ruralimpact.trace.cited_number import RESULTS, CitedNumber
from ruralimpact.trace.construction import construction_lines
from ruralimpact.trace.rebuilt import RebuiltEstimate, rebuilt_estimates
from ruralimpact.trace.suppressed import MARK, MEAN, PrintedEffects
from ruralimpact.waves.record import sources_behind

_SAME = 1e-12
# How the other numbers of an estimate follow from the columns of its row.
_INTERVAL = "estimate {} std_error * t(df), which leaves 2.5 percent outside"
_FORMULAS = {
    "percent": "100 * estimate / counterfactual_mean",
    "percent_control": "100 * estimate / control_mean",
    "counterfactual_mean": "treated_mean - estimate",
    "conf_low": _INTERVAL.format("-"),
    "conf_high": _INTERVAL.format("+"),
}


@dataclass(frozen=True)
class WayStep:
    """A step of the way.

    Attributes
    ----------
    title : str
    lines : tuple of str
    """

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """The way from a number of a study's findings to raw files.

    Attributes
    ----------
    study : Study
    number : CitedNumber
    """

    study: Study
    number: CitedNumber

    @cached_property
    def _parts(self) -> list[str]:
        return self.number.key.replace("::", "/").split("/")

    @cached_property
    def _analysis(self) -> AnyAnalysis | AnyDescription | None:
        """The analysis that the number is of; None of a number about a source."""
        by_name = {_key(analysis.name): analysis for analysis in self.study.analyses}
        return next((by_name[part] for part in self._parts if part in by_name), None)

    @cached_property
    def _outcome(self) -> str | None:
        by_name = {_key(name): name for name in self.study.outcomes}
        return next((by_name[part] for part in self._parts if part in by_name), None)

    @cached_property
    def _folder(self) -> Path:
        """Results of the round that the analysis belongs to."""
        folder = RESULTS / self.study.name
        sample = self._sample
        rounds = rounds_of(self.study).values()
        return next(
            (folder / part.folder.lstrip("/") for part in rounds if sample in part.samples), folder
        )

    @property
    def _sample(self) -> str | None:
        return getattr(self._analysis, "sample", None)

    @cached_property
    def estimate(self) -> RebuiltEstimate | None:
        """The estimate that the number tells of; None of other numbers."""
        analysis, key = self._analysis, self.number.key
        if analysis is None or not key.startswith(f"{_key(analysis.name)}/"):
            return None
        estimates = rebuilt_estimates(self._folder, analysis=analysis.name)
        named = (
            estimate
            for estimate in estimates
            if key.rpartition("/")[0] == _key(level_key(estimate.name))
        )
        return next(named, None)

    @cached_property
    def sources(self) -> list[str]:
        """Names of the sources behind the number."""
        if self._sample is not None:
            return sources_behind(self.study, self._sample)
        return [source.name for source in self.study.sources if _key(source.name) in self._parts]

    @cached_property
    def rows(self) -> list[RawRows]:
        """Rows of raw files behind the number: of the units with a weight, or of the whole sample."""
        if self.estimate is not None:
            units = self.estimate.terms["unit_id"].tolist()
        elif self._sample is not None:
            path = self._folder / "analysis" / self._sample / "units.parquet"
            units = pd.read_parquet(path, columns=["unit_id"])["unit_id"].tolist()
        else:
            return []
        return list(rows_behind(self.study, self.sources, units))

    def steps(self) -> Iterator[WayStep]:
        """Yield the steps of the way, from the number to raw files."""
        for title, lines in (
            ("printed", self._printed()),
            ("exhibits", self._exhibits()),
            ("estimate", self._estimate_lines()),
            ("result table", self._table()),
            ("specification", self._specification()),
            ("matches and weights", self._weights()),
            ("outcome", self._construction()),
            ("sample", self._sample_lines()),
            ("raw files", self._raw_files()),
        ):
            told = tuple(lines)
            if told:
                yield WayStep(title, told)

    def _printed(self) -> Iterator[str]:
        finding = self.number.finding
        unit = f" {finding.unit}" if finding.unit else ""
        yield f"{finding.text}{unit} (unrounded: {finding.value!r})"
        yield f"{RESULTS / self.study.name}/exhibits/findings.json, key '{self.number.key}'"

    def _exhibits(self) -> Iterator[str]:
        """Cells of tables that hold the value, of the estimate's rows where it is one."""
        folder = RESULTS / self.study.name / "exhibits"
        for path in sorted(folder.glob("*.csv")):
            table = pd.read_csv(path, dtype="str", keep_default_na=False)
            if self.estimate is not None and "spec_id" in table:
                table = table[table["spec_id"] == self.estimate.spec_id]
            for index, row in table.iterrows():
                for column, cell in row.items():
                    if _is(cell, self.number.finding.value):
                        line = int(str(index)) + 2
                        yield f"{path}, line {line}, column '{column}'"

    def _estimate_lines(self) -> Iterator[str]:
        if self.estimate is None:
            return
        row = self.estimate.row
        yield f"{self._folder}/estimates/{self.estimate.table}.parquet, '{self.estimate.name}'"
        clustered = f"clustered by {row['vcov']}; " if isinstance(row["vcov"], str) else ""
        yield (
            f"{row['estimand']}: {row['estimate']!r} {row['unit']}; standard error {row['std_error']!r}"
            f" ({clustered}{row['df']:.1f} degrees of freedom)"
        )
        formula = _FORMULAS.get(self._parts[-1])
        if formula:
            yield f"{self._parts[-1]}: {formula}"
        if isinstance(row["notes"], str) and row["notes"]:
            yield row["notes"]

    def _table(self) -> Iterator[str]:
        """Where a number stands that weights and outcomes do not give, and why not."""
        if self.estimate is None:
            yield from not_rebuilt.lines_of(self.number.key, str(self._folder))

    def _specification(self) -> Iterator[str]:
        analysis = self._analysis
        if analysis is None:
            return
        yield f"analysis '{analysis.name}', {analysis.method}, of config/studies/{self.study.name}/study.yaml"
        for key in ("treatment", "covariates", "before", "after", "exact"):
            value = getattr(analysis, key, None)
            if value:
                yield f"{key}: {value if isinstance(value, str) else ', '.join(map(str, value))}"
        for name, strategy in strategies_by_name(self.study).items():
            if _key(name) in self._parts:
                yield f"strategy '{name}': {strategy.describe()}"
        path = self._folder / "design" / "specifications.json"
        if path.is_file():
            digest = json.loads(path.read_bytes())["sha256"]
            yield f"{path}, made before outcomes were read, with the digest {digest}"

    def _weights(self) -> Iterator[str]:
        estimate = self.estimate
        if estimate is None:
            return
        terms = estimate.terms
        yield (
            f"{self._folder}/design: weights.parquet, pairs.parquet, propensity.parquet, as matched without "
            "outcomes"
        )
        yield (
            f"{self._folder}/estimates/outcome_weights.parquet: {len(terms):,} rows of the sample "
            f"'{estimate.row['sample']}', their weights allowing for outcomes that are missing"
        )
        yield from self._means(estimate)
        word = "agrees" if estimate.agrees else "DOES NOT AGREE"
        yield (
            f"weights times outcomes: {estimate.total!r}, which {word} with the estimate "
            f"{estimate.row['estimate']!r}"
        )

    def _means(self, estimate: RebuiltEstimate) -> Iterator[str]:
        """What the weights make of each arm, where exhibits print it, too."""
        if estimate.arm_means is None:
            return
        if PrintedEffects(RESULTS / self.study.name).hides_means(estimate.name):
            yield f"weighted mean of treated units {MARK}, of controls {MARK}; {MEAN}"
            return
        treated, control = estimate.arm_means
        adjustment = estimate.total - (treated - control)
        yield (
            f"weighted mean of treated units {treated!r}, of controls {control!r}; "
            f"what a regression adds: {adjustment if abs(adjustment) > 1e-9 else 0.0!r}"
        )

    def _construction(self) -> Iterator[str]:
        if self._outcome is not None:
            yield from construction_lines(self.study, self._outcome, self.sources)

    def _sample_lines(self) -> Iterator[str]:
        if self._sample is None:
            return
        path = self._folder / "analysis" / self._sample
        units = pd.read_parquet(path / "units.parquet", columns=["unit_id"])
        yield f"{path}: units.parquet and outcomes.parquet, {len(units):,} rows"
        excluded = pd.read_parquet(self._folder / "analysis" / "exclusions.parquet")
        scope = excluded["scope"].str.split("/").str[0]
        for record in excluded[scope == self._sample].to_dict("records"):
            yield f"excluded: {record['rows']:,} of {record['rows_before']:,} rows, {record['reason']}"

    def _raw_files(self) -> Iterator[str]:
        rows = {row.source.name: row.rows for row in self.rows}
        for source in self.study.sources:
            if source.name not in self.sources:
                continue
            yield f"{source.path} (source '{source.name}'), SHA-256 {file_digest(source.path)}"
            for path in source.other_files:
                yield f"  read with {path}, SHA-256 {file_digest(path)}"
            report = _quality(self.study.name, source.name)
            yield f"  {report.rows_read:,} rows read; cells as this run read them: {report.content_sha256}"
            if source.name in rows:
                yield f"  behind this number: {listed('row', rows[source.name]['row'].tolist())}"

    def terms(self) -> pd.DataFrame:
        """Return every raw row behind the number, with what its unit adds to an estimate.

        Returns
        -------
        DataFrame
            ``file``, ``row``, ``unit_id`` and, of an estimate, ``outcome``, ``weight`` and ``added``. A unit
            with several rows stands in each of them; what it adds is that of the unit.
        """
        tables = [row.rows.assign(file=row.source.path) for row in self.rows]
        if not tables:
            raise DataError(f"no rows of raw files are behind {self.number.identifier} alone.")
        table = pd.concat(tables, ignore_index=True)
        if self.estimate is not None:
            terms = self.estimate.terms[["unit_id", "outcome", "weight", "added"]]
            known = set(terms["unit_id"])
            table["unit_id"] = np.where(table["unit_id"].isin(known), table["unit_id"], table["id"])
            table = table.merge(terms, on="unit_id", how="left")
        return table[["file", "row", *table.columns.difference(["file", "row", "id"], sort=False)]]


def _key(name: str) -> str:
    return name.replace(" ", "_")


def _is(cell: object, value: float) -> bool:
    try:
        number = float(str(cell))
    except ValueError:
        return False
    return any(abs(number - printed) <= _SAME * abs(printed) for printed in (value, value / 100))


def _quality(study: str, source: str) -> QualityReport:
    path = RESULTS / study / "survey" / f"{source}.quality.json"
    return QualityReport.model_validate_json(path.read_bytes())


def lines_of(steps: Sequence[WayStep]) -> Iterator[str]:
    """Yield steps as text, the titles in a column of their own."""
    width = max(len(step.title) for step in steps) + 2
    for step in steps:
        for position, line in enumerate(step.lines):
            yield f"{step.title if position == 0 else '':<{width}}{line}".rstrip()
