"""All mistakes of a study: of its configuration, its codebook and its raw files."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from ruralimpact.checks.remarks import Remark, remarks_on_columns_of_waves, remarks_on_waves_unused
from ruralimpact.checks.samples import sample_problems
from ruralimpact.checks.sound_part import sound_part
from ruralimpact.checks.source import SourceExamination, examine_source
from ruralimpact.config import check_files, nearest_file, study_examination
from ruralimpact.errors import ConfigError, DataError, DesignError, RuralImpactError
from ruralimpact.outcomes.build_inputs import UnknownLevelError
from ruralimpact.outcomes.repeated_waves import RepeatedWaveError
from ruralimpact.plugins import Plugins
from ruralimpact.raw_rows import ReadSource, in_surveys, sample_of
from ruralimpact.schema.document import read_document
from ruralimpact.schema.mending import STAND_IN
from ruralimpact.schema.study import Study
from ruralimpact.schema.validation import located
from ruralimpact.survey.codebook import Entry, entries_of, marked_columns, parse_codebook
from ruralimpact.survey.codebook_file import codebook_path, further_columns
from ruralimpact.survey.file_digest import require_stated
from ruralimpact.survey.units_elsewhere import OtherSource


@dataclass(frozen=True)
class CheckedStudy:
    """What a look at a study found.

    Attributes
    ----------
    problems : tuple of RuralImpactError
        Mistakes, worst first: files that cannot be read, then configuration and codebook, then data, each
        part in the order in which a run would come upon them.
    remarks : tuple of Remark
        What a run sets to missing, excludes, or uses although it does not fit.
    """

    problems: tuple[RuralImpactError, ...]
    remarks: tuple[Remark, ...]


def check_study(root: Path, folder: Path, plugins: Plugins) -> tuple[RuralImpactError, ...]:
    """Return the mistakes of a study; see `checked_study`."""
    return checked_study(root, folder, plugins).problems


def checked_study(root: Path, folder: Path, plugins: Plugins) -> CheckedStudy:
    """Find all mistakes of a study without estimating anything, and what a run does without stopping.

    Parameters
    ----------
    root : path
        The project's folder.
    folder : path
        The study's, such as ``config/studies/nsw`` in it.
    plugins : Plugins

    Returns
    -------
    CheckedStudy
    """
    with chdir(root):
        examination = study_examination(root / folder, plugins)
        configured = list(examination.problems())
        told: list[RuralImpactError | Remark] = [*configured]
        if examination.study is not None:
            keys = [
                problem.key
                for problem in configured
                if problem.key is not None and str(problem) not in examination.taken_for_known
            ]
            file = folder / "study.yaml"
            told += [
                problem if isinstance(problem, Remark) else _in_file(problem, file)
                for problem in _data_problems(
                    sound_part(examination.study, keys, examination.taken_out),
                    examination.codebook_lines,
                )
            ]
        told += _further_columns(root / folder, folder)
        distinct = {
            str(problem): problem for problem in told if STAND_IN not in str(problem)
        }.values()
        remarks = tuple(problem for problem in distinct if isinstance(problem, Remark))
        ranked = sorted(
            (problem for problem in distinct if not isinstance(problem, Remark)), key=_rank
        )
        if examination.study is None:
            return CheckedStudy(tuple(ranked), remarks)
        names = [analysis.name for analysis in examination.study.analyses]
        file = folder / "study.yaml"
        return CheckedStudy(
            tuple(_in_analysis(problem, file, names) for problem in ranked), remarks
        )


def _further_columns(path: Path, shown: Path) -> Iterator[Remark]:
    """Yield the columns of the codebook that nothing reads."""
    try:
        file = codebook_path(path)
        names = further_columns(file)
    except RuralImpactError:
        return  # the examination of the configuration has told it
    if names:
        listed = ", ".join(f"'{name}'" for name in names)
        yield Remark(DataError(f"columns that are not read: {listed}.", file=shown / file.name))


def _rank(problem: RuralImpactError) -> int:
    """Tell how early a mistake stops a run."""
    if isinstance(problem, ConfigError):
        return 0 if problem.key is None else 1
    located = isinstance(problem, DataError) and problem.column is not None
    return 2 if located or not isinstance(problem, DataError) else 0


def _data_problems(study: Study, lines: Mapping[str, str]) -> Iterator[RuralImpactError | Remark]:
    """Yield what is wrong in the raw files that are there, and in what is built of them; remarks as well."""
    yield from check_files.problems(".", [study])
    if not study.codebook:
        return  # what no codebook describes cannot be looked at
    names = [source.name for source in study.sources]
    try:
        entries = parse_codebook(study.codebook, names)
    except ConfigError:
        return  # the examination of the configuration has told it
    surveys: dict[str, ReadSource] = {}
    before: list[OtherSource] = []
    examined: list[_Examined] = []
    partial: set[str] = set()
    refused: set[str] = set()
    for source in study.sources:
        if not Path(source.path).is_file() and (close := nearest_file(".", source.path, study)):
            source = source.model_copy(update={"path": close})
            partial.add(source.name)
        if not all(Path(path).is_file() for path in (source.path, *source.other_files)):
            continue
        yield from _not_as_stated([source.path, *source.other_files])
        own = entries_of(entries, source.name, source.item)
        marked = marked_columns(entries, source.name)
        examination = examine_source(source, own, lines, marked, before)
        before += [examination.units] if examination.units is not None else []
        yield from examination.problems
        yield from examination.remarks
        examined.append(_Examined(source.path, own, examination))
        if examination.survey is not None:
            surveys[source.name] = (source, own, examination.survey)
        if not examination.has_all_variables:
            partial.add(source.name)
        if not examination.has_all_cells:
            refused.add(source.name)
    tables = {name: survey.table for name, (_, _, survey) in surveys.items()}
    yield from remarks_on_waves_unused(tables, study)
    of_samples = list(sample_problems(study, tables, partial, refused))
    if not any(isinstance(problem, RepeatedWaveError) for problem in of_samples):
        rows = {name: survey.rows.tolist() for name, (_, _, survey) in surveys.items()}
        yield from remarks_on_columns_of_waves(study.sources, entries, rows)
    for problem in of_samples:
        if isinstance(problem, Remark):
            shown: RuralImpactError | Remark = _remark_in_rows(problem, study, surveys)
        else:
            shown = _in_rows(problem, study, surveys)
        if not any(own.explains(told) for own in examined for told in (problem, shown)):
            yield shown


@dataclass(frozen=True)
class _Examined:
    """A file with the entries of the codebook that describe it, and what was found in it."""

    path: str
    entries: tuple[Entry, ...]
    examination: SourceExamination

    def explains(self, told: RuralImpactError | Remark) -> bool:
        """Whether something told of samples is about cells that were refused here."""
        about = told.told if isinstance(told, Remark) else told
        if isinstance(about, UnknownLevelError):
            columns = [own.raw_name for own in self.entries if own.variable == about.variable]
            return any(map(self.examination.lacks_cells_of, columns))
        if not isinstance(about, DataError):
            return False
        if about.file is None and about.column == "id":
            return not self.examination.has_ids
        if str(about.file) != self.path:
            return False
        return self.examination.explains(about)


def _not_as_stated(paths: Sequence[str]) -> Iterator[RuralImpactError]:
    """Yield an error for each file that is another than its SOURCE.md describes."""
    for path in paths:
        try:
            require_stated([path])
        except DataError as problem:
            yield problem


def _in_analysis(problem: RuralImpactError, file: Path, names: Sequence[str]) -> RuralImpactError:
    """Name the file and line of an analysis that the data cannot bear."""
    if not isinstance(problem, DesignError):
        return problem
    moved = problem.in_analysis(file, names)
    if not isinstance(moved, ConfigError):
        return moved
    return located(moved, read_document(file, shown=file))


def _in_file(problem: RuralImpactError, file: Path) -> RuralImpactError:
    """Name the file and line of a key that turned out to be wrong when data were read."""
    if not isinstance(problem, ConfigError) or problem.file is not None or problem.key is None:
        return problem
    named = ConfigError(problem.problem, file=file, key=problem.key)
    return located(named, read_document(file, shown=file))


def _remark_in_rows(remark: Remark, study: Study, surveys: Mapping[str, ReadSource]) -> Remark:
    return Remark(_located(remark.told, study, surveys))


def _in_rows(
    problem: RuralImpactError, study: Study, surveys: Mapping[str, ReadSource]
) -> RuralImpactError:
    if isinstance(problem, DataError) and problem.units:
        return _located(problem, study, surveys)
    return problem


def _located(told: DataError, study: Study, surveys: Mapping[str, ReadSource]) -> DataError:
    """Name the rows of what is told, of the files as the check has read them, without what it refused."""
    sample = sample_of(str(told.within), study)
    if sample is None:
        return told
    return in_surveys(told, sample, (surveys[name] for name in sample.sources if name in surveys))
