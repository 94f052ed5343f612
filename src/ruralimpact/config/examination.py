"""All that is wrong with the files of a study, found in one look."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ruralimpact.config.accounts import keys_of_accounts
from ruralimpact.config.added_exhibits import added_exhibits, as_written, with_marks_of_added
from ruralimpact.config.exhibits import check_exhibits
from ruralimpact.config.names import repeated_names
from ruralimpact.config.open_questions import (
    open_columns,
    open_in_codebook,
    open_in_document,
)
from ruralimpact.config.plugin_kinds import check_process
from ruralimpact.config.price_scenarios import with_price_scenarios
from ruralimpact.config.references import check_references
from ruralimpact.config.series import sources_written_out, written_out
from ruralimpact.defaults import (
    DEFAULT_STRATEGIES,
    mistaken_changes,
    with_default_exhibits,
    with_default_keys,
    with_default_options,
)
from ruralimpact.defaults.described import entries_of
from ruralimpact.defaults.exhibits import shows_what_the_design_does
from ruralimpact.defaults.words import default_words
from ruralimpact.design.strategies import StrategiesFile
from ruralimpact.errors import ConfigError, UnknownNameError
from ruralimpact.exhibits.registry import exhibits_file, kinds_of, read_exhibits
from ruralimpact.plugins import Plugins
from ruralimpact.schema.codebook import CodebookRow
from ruralimpact.schema.document import Contents, Document, read_document
from ruralimpact.schema.exhibit import Exhibits
from ruralimpact.schema.mending import is_absence, mended, without
from ruralimpact.schema.study import PartOfStudyFile, Study, StudyFile
from ruralimpact.schema.validation import located, validated
from ruralimpact.suggestions import NONE_KNOWN
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.codebook_file import codebook_path, read_codebook


class StudyExamination:
    """One look at the four files of a study.

    Parameters
    ----------
    folder : path
        Such as ``config/studies/nsw``.
    shown : path
        Its name in messages.
    plugins : Plugins
        What its files may name beside the package's own.

    Attributes
    ----------
    study : Study or None
        What could be understood of it, once `problems` has been gone through; all of it where there are
        none. None where no source could be understood.
    taken_out : set of str
        Names of entries that could not be understood.
    codebook_lines : dict of str to str
        Where each variable is described first, by its name: ``file config/..., line 3``.
    """

    def __init__(self, folder: Path, shown: Path, plugins: Plugins) -> None:
        self._folder, self._shown, self._plugins = folder, shown, plugins
        self._kinds = kinds_of(plugins)
        self._documents: dict[str, Document] = {}
        self._written: dict[str, Contents] = {}
        self._has_no_codebook = False
        self._keys_of_accounts: dict[str, str] = {}
        self.taken_out: set[str] = set()
        self.study: Study | None = None
        self.codebook_lines: dict[str, str] = {}

    def problems(self) -> Iterator[ConfigError]:
        """Yield all that is wrong, each once, in the order in which it is to be mended."""
        seen: set[str] = set()
        for problem in self._problems():
            if isinstance(problem, UnknownNameError) and (
                self._has_no_codebook
                or problem.name in self.taken_out
                or (self.taken_out and NONE_KNOWN in problem.problem)
            ):
                continue  # what should be known cannot be read or understood: that is the mistake
            placed = self._placed(problem)
            if str(placed) not in seen:
                seen.add(str(placed))
                yield placed

    def by_design(self) -> list[str]:
        """Return what the design added to the files of the study, a line a part, after `problems`."""
        if self.study is None:
            return []
        exhibits = self._written.get("exhibits", {})
        words = default_words(
            self.study,
            written=self._written["study"],
            strategies=self._written.get("strategies") == {},
            exhibits=shows_what_the_design_does(exhibits),
        )
        return list(words)

    def _problems(self) -> Iterator[ConfigError]:
        yield from self._read()
        self._written = {name: document.content for name, document in self._documents.items()}
        codebook, lines = self._shown / "codebook.csv", dict[int, CodebookRow]()
        unread: list[ConfigError] = []
        try:
            path = codebook_path(self._folder)
            codebook = self._shown / path.name
            lines = read_codebook(path, shown=codebook)
        except ConfigError as problem:
            unread.append(problem)
            self._has_no_codebook = True
        for line, row in lines.items():
            self.codebook_lines.setdefault(row.variable, f"file {codebook}, line {line}")
        open_questions = [*self._open_in_documents(), *open_in_codebook(lines, codebook)]
        yield from open_questions
        lines = self._answered(lines)
        incomplete = bool(unread or open_questions)
        self._fill_study(list(lines.values()))
        exhibits = exhibits_file(self._kinds)
        models: dict[str, tuple[Any, Any, int]] = {
            "study": (StudyFile, PartOfStudyFile, 2),
            "strategies": (StrategiesFile, StrategiesFile, 1),
            "exhibits": (exhibits, exhibits, 2),
        }
        for name, (strict, lenient, depth) in models.items():
            if name not in self._documents:
                continue
            part = mended(strict, self._documents[name], lenient=lenient, depth=depth)
            # What is missing because the codebook cannot be read, or a question is open, is no mistake.
            yield from (own for own in part.problems if not (incomplete and is_absence(own)))
            self._documents[name] = part.document
            self.taken_out |= part.taken_out
        yield from self._names_twice()
        yield from unread
        if "study" not in self._documents:
            return
        of_exhibits = list(self._fill_exhibits())  # what is wrong with analyses comes first
        yield from self._between_files(lines, codebook)
        yield from of_exhibits

    def _names_twice(self) -> Iterator[ConfigError]:
        """Yield names that stand twice, of entries that could not be understood, too."""
        strategies, study = self._written.get("strategies"), self._written.get("study", {})
        sections = {"strategies": ("strategies", strategies)}
        if isinstance(study, Mapping):
            sections |= {key: ("study", study.get(key)) for key in ("sources", "analyses")}
        for key, (name, section) in sections.items():
            names = [str(entry["name"]) for entry in entries_of(section) if "name" in entry]
            yield from repeated_names(names, self._shown / f"{name}.yaml", key)

    def _read(self) -> Iterator[ConfigError]:
        for name in ("study", "strategies", "exhibits"):
            file = f"{name}.yaml"
            if name != "study" and not (self._folder / file).exists():
                self._documents[name] = Document({}, self._shown / file)
                yield from self._misnamed(file)
                continue
            try:
                self._documents[name] = read_document(self._folder / file, shown=self._shown / file)
            except ConfigError as problem:
                yield problem

    def _open_in_documents(self) -> Iterator[ConfigError]:
        """Yield the questions of the files, and take out the keys that they stand under."""
        for name, document in self._documents.items():
            questions = open_in_document(document)
            yield from (problem for problem, _ in questions)
            for _, path in reversed(questions):
                document = without(document, path)
            self._documents[name] = document

    def _answered(self, lines: dict[int, CodebookRow]) -> dict[int, CodebookRow]:
        """Return the rows of a codebook that say what their variable is; others are taken out."""
        answered = {}
        for line, row in lines.items():
            columns = open_columns(row)
            if {"role", "type", "labels", "timing"} & set(columns):
                self.taken_out.add(row.variable)
            else:
                answered[line] = row.model_copy(update=dict.fromkeys(columns, ""))
        return answered

    def _misnamed(self, file: str) -> Iterator[ConfigError]:
        """Yield what is nearly called as a file that is not there, and would be passed over."""
        names = {f"{name}.yaml" for name in ("study", "strategies", "exhibits")}
        others = [
            path.name for path in sorted(self._folder.glob("*.y*ml")) if path.name not in names
        ]
        for other in get_close_matches(file, others, n=1):
            problem = f"the file is not read. Is it to be '{file}'?"
            yield ConfigError(problem, file=self._shown / other)

    def _fill_study(self, codebook: Sequence[CodebookRow]) -> None:
        """Write into the files what they leave to the design."""
        strategies = self._documents.get("strategies")
        if strategies is not None and strategies.content == {}:
            strategies = replace(strategies, content=[dict(row) for row in DEFAULT_STRATEGIES])
            self._documents["strategies"] = strategies
        study = self._documents.get("study")
        if study is None or not isinstance(study.content, Mapping):
            return
        rows = strategies.content if strategies is not None else ()
        names = [str(row["name"]) for row in entries_of(rows) if "name" in row]
        content = with_default_keys(study.content, codebook, names)
        self._documents["study"] = replace(study, content=content)
        exhibits = self._documents.get("exhibits")
        if exhibits is not None:
            filled = with_default_options(exhibits.content, content)
            self._documents["exhibits"] = replace(exhibits, content=filled)
            self._written["exhibits"] = filled

    def _fill_exhibits(self) -> Iterator[ConfigError]:
        exhibits = self._documents.get("exhibits")
        if exhibits is None:
            return
        study = self._documents["study"].content
        mistakes = list(mistaken_changes(exhibits.content, study))
        yield from [located(error, exhibits) for error in mistakes]
        content = {} if mistakes else with_default_exhibits(exhibits.content, study)
        self._documents["exhibits"] = with_marks_of_added(exhibits, content)

    def _between_files(
        self, lines: dict[int, CodebookRow], codebook: Path
    ) -> Iterator[ConfigError]:
        """Yield what does not fit together between the files, and keep the study that they make."""
        yaml = self._shown / "study.yaml"
        file = validated(PartOfStudyFile, self._documents["study"])
        self._keys_of_accounts = keys_of_accounts(file)
        try:
            sources = sources_written_out(file.sources, yaml)
            named = [
                *(source.name for source in file.sources),
                *(source.name for source in sources),
            ]
            rows: list[CodebookRow] = []
            lines = self._of_sound_sources(lines, named)
            yield from self._codebook(lines, list(dict.fromkeys(named)), codebook, rows)
            study = written_out(
                with_price_scenarios(file, self._folder, self._shown),
                yaml,
                name=self._folder.name,
                codebook=rows,
                strategies=self._model("strategies", StrategiesFile, ()),
                exhibits=self._exhibits(),
            )
        except ConfigError as problem:
            yield problem
            return
        yield from check_process.problems(study, self._plugins, yaml, self._folder)
        yield from check_references.problems(study, self._shown)
        yield from check_exhibits.problems(study, self._kinds, self._shown / "exhibits.yaml")
        self.study = study

    def _of_sound_sources(
        self, lines: dict[int, CodebookRow], named: Sequence[str]
    ) -> dict[int, CodebookRow]:
        """Return the rows of a codebook whose source was understood; others are taken out with it."""
        lost = {
            line: row
            for line, row in lines.items()
            if row.source in self.taken_out and row.source not in named
        }
        self.taken_out |= {row.variable for row in lost.values()}
        return {line: row for line, row in lines.items() if line not in lost}

    def _exhibits(self) -> Exhibits:
        document = self._documents.get("exhibits")
        usable = document is not None and document.content
        return read_exhibits(document, self._kinds) if usable else Exhibits()

    def _model(self, name: str, model: Any, absent: Any) -> Any:
        document = self._documents.get(name)
        usable = document is not None and document.content
        return validated(model, document) if usable else absent

    def _codebook(
        self,
        lines: dict[int, CodebookRow],
        sources: Sequence[str],
        file: Path,
        rows: list[CodebookRow],
    ) -> Iterator[ConfigError]:
        """Yield what is wrong with a codebook, and add the rows that can be used to `rows`."""
        try:
            parse_codebook(list(lines.values()), sources, file=str(file), lines=list(lines))
            rows += lines.values()
            return
        except ConfigError:
            pass
        usable: dict[str, dict[int, CodebookRow]] = {}
        for line, row in lines.items():
            for tried in _readable(row):
                try:
                    parse_codebook([tried], sources, file=str(file), lines=[line])
                except ConfigError as problem:
                    if tried is row:
                        yield problem
                        self.taken_out.add(row.variable)
                else:
                    usable.setdefault(row.variable, {})[line] = tried
                    break
        for variable, own in usable.items():
            try:
                parse_codebook(list(own.values()), sources, file=str(file), lines=list(own))
            except ConfigError as problem:
                yield problem
                self.taken_out.add(variable)
            else:
                rows += own.values()

    def _placed(self, problem: ConfigError) -> ConfigError:
        """Return a problem with the line of its key, or of the account that made the outcome."""
        section, _, rest = (problem.key or "").partition(".")
        outcome = rest.partition(".")[0]
        if section == "outcomes" and outcome in self._keys_of_accounts:
            key = self._keys_of_accounts[outcome]
            problem = problem.at(file=problem.file, key=key, mark=None)
        for document in self._documents.values():
            if problem.file is not None and str(document.file) == str(problem.file):
                own = located(problem, document)
                exhibits = document is self._documents.get("exhibits")
                written = self._written.get("exhibits", {}) if exhibits else {}
                return as_written(own, added_exhibits(written))
        return problem


def _readable(row: CodebookRow) -> Iterator[CodebookRow]:
    """Yield a row as it is, and without cells that a raw column can be read without."""
    yield row
    for cells in (("timing",), ("minimum", "maximum"), ("missing_codes",)):
        yield row.model_copy(update=dict.fromkeys(cells, ""))
    yield row.model_copy(update={"role": "input", "timing": ""})
