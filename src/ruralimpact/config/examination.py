"""All that is wrong with the files of a study, found in one look."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ruralimpact.config.accounts import keys_of_accounts
from ruralimpact.config.added_exhibits import added_exhibits, as_written, with_marks_of_added
from ruralimpact.config.codebook_rows import examine_rows
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
from ruralimpact.defaults.described import entries_of, with_borne_design
from ruralimpact.defaults.exhibits import shows_what_the_design_does
from ruralimpact.defaults.words import default_words
from ruralimpact.design.strategies import StrategiesFile
from ruralimpact.errors import ConfigError, UnknownNameError
from ruralimpact.exhibits.registry import exhibits_file, kinds_of, read_exhibits
from ruralimpact.plugins import Plugins
from ruralimpact.schema.analysis import Analysis, Description
from ruralimpact.schema.codebook import CodebookRow
from ruralimpact.schema.document import Contents, Document, read_document
from ruralimpact.schema.exhibit import Exhibits
from ruralimpact.schema.mending import (
    STAND_IN,
    mended,
    missing_key,
    with_known_name,
    with_known_words,
    without,
)
from ruralimpact.schema.study import PartOfStudyFile, Study, StudyFile
from ruralimpact.schema.validation import located, mistakes, validated
from ruralimpact.suggestions import NONE_KNOWN, proposed
from ruralimpact.survey.codebook_file import codebook_path, examine_codebook

# A name that is mended may show another that is not known behind it, and so on.
_MOST_LOOKS = 5
# In the place of the analyses of a study.yaml that cannot be read.
_UNREAD = [{"name": STAND_IN}]


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
    taken_for_known : set of str
        Mistakes in names, as messages, that `study` has as the names which they are nearly.
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
        self._unread: set[str] = set()
        self._names_taken: list[ConfigError] = []
        self.taken_out: set[str] = set()
        self.taken_for_known: set[str] = set()
        self.study: Study | None = None
        self.codebook_lines: dict[str, str] = {}

    def problems(self) -> Iterator[ConfigError]:
        """Yield all that is wrong, each once, in the order in which it is to be mended."""
        seen: set[str] = set()
        for problem in self._problems():
            if self._is_consequence(problem):
                continue
            placed = self._placed(problem)
            if problem in self._names_taken:
                self.taken_for_known.add(str(placed))
            if str(placed) not in seen:
                seen.add(str(placed))
                yield placed

    def _is_consequence(self, problem: ConfigError) -> bool:
        """Whether what should be known cannot be read or understood: that is the mistake."""
        if STAND_IN in problem.problem:
            return True
        if not isinstance(problem, UnknownNameError):
            return False
        none_known = NONE_KNOWN in problem.problem and bool(self.taken_out or self._unread)
        return self._has_no_codebook or problem.name in self.taken_out or none_known

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
        nearly = {name: self._with_known_words(name) for name in ("study", "strategies")}
        self._written = {name: document.content for name, document in self._documents.items()}
        codebook, lines = self._shown / "codebook.csv", dict[int, CodebookRow]()
        unread: list[ConfigError] = []
        try:
            path = codebook_path(self._folder)
        except ConfigError as problem:
            unread.append(problem)
        else:
            codebook = self._shown / path.name
            read = examine_codebook(path, shown=codebook)
            unread += read.problems
            lines = read.rows
            self.taken_out |= read.unread
        self._has_no_codebook = bool(unread) and not lines
        for line, row in lines.items():
            self.codebook_lines.setdefault(row.variable, f"file {codebook}, line {line}")
        open_questions = [*self._open_in_documents(), *open_in_codebook(lines, codebook)]
        yield from open_questions
        lines = self._answered(lines)
        by_codebook = self._has_no_codebook or bool(open_questions or self.taken_out)
        asked = {str(question.key) for question in open_questions}
        self._fill_study(list(lines.values()))
        self._fill_options()  # before words are taken for others: the names in messages follow from it
        nearly["exhibits"] = self._with_known_words("exhibits")
        self._fill_options()
        for name, (strict, lenient, depth) in self._models().items():
            if name not in self._documents:
                continue
            yield from nearly[name]
            part = mended(strict, self._documents[name], lenient=lenient, depth=depth)
            yield from (own for own in part.problems if not _follows(own, asked, by_codebook))
            self._documents[name] = part.document
            self.taken_out |= part.taken_out
        yield from self._names_twice()
        yield from unread
        if "study" not in self._documents:
            return
        study = self._documents["study"]
        self._documents["study"] = replace(study, content=with_borne_design(study.content))
        of_exhibits = list(self._fill_exhibits())  # what is wrong with analyses comes first
        yield from self._between_mended_files(lines, codebook)
        yield from of_exhibits

    def _between_mended_files(
        self, lines: dict[int, CodebookRow], codebook: Path
    ) -> Iterator[ConfigError]:
        """Yield what does not fit together, names that are nearly known taken for the known ones."""
        problems: list[ConfigError] = []
        for _ in range(_MOST_LOOKS):
            problems = list(self._between_files(lines, codebook))
            taken = self._take_for_known(problems)
            if not taken:
                break
            self._names_taken += taken
            yield from taken  # of the others some may follow from them
        yield from problems

    def _with_known_words(self, name: str) -> tuple[ConfigError, ...]:
        """Take words of a file that are nearly known for the known ones, and return these mistakes."""
        if name not in self._documents:
            return ()
        kind = self._models()[name][0]
        self._documents[name], problems = with_known_words(kind, self._documents[name])
        return problems

    def _models(self) -> dict[str, tuple[Any, Any, int]]:
        """Return of each file its model, the same with nothing required, and how deep its entries lie."""
        exhibits = exhibits_file(self._kinds)
        return {
            "study": (StudyFile, PartOfStudyFile, 2),
            "strategies": (StrategiesFile, StrategiesFile, 1),
            "exhibits": (exhibits, exhibits, 2),
        }

    def _take_for_known(self, problems: Sequence[ConfigError]) -> list[ConfigError]:
        """Write the nearest known name where one is not known, and return the mistakes mended so."""
        taken: list[ConfigError] = []
        for problem in problems:
            name = proposed(problem.problem)
            for key, document in self._documents.items():
                of_file = problem.file is not None and str(document.file) == str(problem.file)
                if of_file and name is not None and isinstance(problem, UnknownNameError):
                    changed = with_known_name(document, str(problem.key), problem.name, name)
                    if changed is not None and not mistakes(self._models()[key][1], changed):
                        self._documents[key] = changed
                        taken.append(problem)
        return taken

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
                self._unread.add(name)
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
        names = [STAND_IN] if "strategies" in self._unread else names
        filled = with_default_keys(with_borne_design(study.content), codebook, names)
        if "design" in study.content:
            content = {**filled, "design": study.content["design"]}
        else:
            content = {key: value for key, value in filled.items() if key != "design"}
        self._documents["study"] = replace(study, content=content)

    def _fill_options(self) -> None:
        """Give the entries of exhibits.yaml what they leave to their kind."""
        study, exhibits = self._documents.get("study"), self._documents.get("exhibits")
        if exhibits is None:
            return
        known = study is not None and isinstance(study.content, Mapping)
        content = study.content if study is not None and known else {"analyses": _UNREAD}
        filled = with_default_options(exhibits.content, content)
        self._documents["exhibits"] = replace(exhibits, content=filled)
        self._written["exhibits"] = filled

    def _fill_exhibits(self) -> Iterator[ConfigError]:
        exhibits = self._documents.get("exhibits")
        if exhibits is None:
            return
        study = self._documents["study"].content
        mistaken = list(mistaken_changes(exhibits.content, study))
        yield from [located(error, exhibits) for error in mistaken]
        content = {} if mistaken else with_default_exhibits(exhibits.content, study)
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
            lines = self._of_sound_sources(lines, named)
            examined = examine_rows(lines, list(dict.fromkeys(named)), codebook)
            yield from examined.problems
            self.taken_out |= examined.mistaken
            study = written_out(
                with_price_scenarios(file, self._folder, self._shown),
                yaml,
                name=self._folder.name,
                codebook=examined.rows,
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


def _follows(problem: ConfigError, asked: Collection[str], by_codebook: bool) -> bool:
    """Tell whether a key is missing because a question is open, or nothing could be made of the codebook."""
    missing = missing_key(problem)
    if missing is None:
        return False
    filled = (*StudyFile.by_design, *Analysis.by_design, *Description.by_design)
    dotted = ".".join(filter(None, (problem.key, missing)))
    return dotted in asked or (by_codebook and missing in filled)
