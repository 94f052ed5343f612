"""Read and check the configuration, so that a mistake is found before any work starts."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from ruralimpact.config.examination import StudyExamination
from ruralimpact.config.rule import Rule
from ruralimpact.errors import ConfigError, DataError
from ruralimpact.plugins import Plugins, load_plugins
from ruralimpact.schema.document import Contents, read_document
from ruralimpact.schema.study import Config, Study
from ruralimpact.schema.validation import located, validated
from ruralimpact.suggestions import nearest
from ruralimpact.survey.readers import FORMATS

_CONFIG, _STUDIES = Path("config/config.yaml"), Path("config/studies")


def load_config(root: str | Path = ".") -> Config:
    """Read and check ``config/config.yaml``.

    Parameters
    ----------
    root : path
        The project's folder.

    Returns
    -------
    Config

    Raises
    ------
    ConfigError
        The file is missing, malformed or has an unknown key; the nearest known key is named.
    """
    return validated(Config, read_document(Path(root) / _CONFIG, shown=_CONFIG))


def known_studies(root: str | Path = ".") -> list[str]:
    """Return the names of the folders of ``config/studies``."""
    return sorted(path.parent.name for path in (Path(root) / _STUDIES).glob("*/study.yaml"))


def unlisted_studies(root: str | Path = ".") -> Iterator[str]:
    """Yield a sentence for whatever lies in ``config/studies`` and is no study of ``config/config.yaml``.

    Parameters
    ----------
    root : path
        The project's folder.
    """
    listed, known = load_config(root).studies, known_studies(root)
    for path in sorted((Path(root) / _STUDIES).iterdir()):
        name, where = path.name, f"{_STUDIES}/{path.name}"
        if name.startswith(".") or name in listed:
            continue
        if name in known:
            yield f"{where}: not listed under `studies` of {_CONFIG}, so no run makes it."
        elif path.is_dir():
            yield f"{where}: has no study.yaml, so it is no study."
        elif path.suffix in (".yaml", ".yml"):
            yield f"{where}: a study is a folder, {_STUDIES}/{path.stem}/study.yaml; this is not read."


def refuse_unknown_studies(
    root: str | Path, names: Sequence[str], *, configured: bool = False
) -> None:
    """Refuse names of studies that the project does not have, with the nearest that it has.

    Parameters
    ----------
    root : path
        The project's folder.
    names : sequence of str
    configured : bool, optional
        Whether they are those of ``config/config.yaml``, which the message then names.

    Raises
    ------
    ConfigError
    """
    known = known_studies(root)
    for number, name in enumerate(names, start=1):
        if name not in known:
            problem = f"there is no study '{name}' in {_STUDIES}. {nearest(name, known)}"
            if not configured:
                raise ConfigError(problem)
            error = ConfigError(problem, file=_CONFIG, key=f"studies.{number}")
            path = Path(root) / _CONFIG
            raise located(error, read_document(path, shown=_CONFIG)) if path.is_file() else error


def load_studies(root: str | Path, config: Config | Contents) -> list[Study]:
    """Read and check every study that a configuration names.

    Parameters
    ----------
    root : path
        The project's folder.
    config : Config, or mapping
        Contents of ``config/config.yaml``.

    Returns
    -------
    list of Study
        See `load_study`.

    Raises
    ------
    ConfigError
        A study is unknown, or one of its files cannot be used.
    """
    asked = validated(Config, config, file=_CONFIG)
    refuse_unknown_studies(root, asked.studies, configured=True)
    plugins = load_plugins(root, asked.plugins)
    return [load_study(Path(root) / _STUDIES / name, plugins) for name in asked.studies]


def load_study(folder: str | Path, plugins: Plugins | None = None) -> Study:
    """Read and check the four files of a study.

    Parameters
    ----------
    folder : path
        Such as ``config/studies/nsw``.
    plugins : Plugins, optional
        What its files may name beside the package's own; by default the plug-ins of the project in which
        the folder lies.

    Returns
    -------
    Study
        With series of waves written out, see `ruralimpact.config.series.written_out`.

    Raises
    ------
    ConfigError
        A file is missing or malformed, has an unknown key, or names something that does not exist.
    """
    examination = study_examination(folder, plugins)
    for problem in examination.problems():
        raise problem
    if examination.study is None:
        raise ConfigError("cannot be understood.", file=_STUDIES / Path(folder).name)
    return examination.study


def study_examination(folder: str | Path, plugins: Plugins | None = None) -> StudyExamination:
    """Return the look at the files of a study that finds all mistakes.

    Parameters
    ----------
    folder, plugins
        See `load_study`.
    """
    folder = Path(folder)
    known = plugins if plugins is not None else _project_plugins(folder.parents[2])
    return StudyExamination(folder, _STUDIES / folder.name, known)


def _project_plugins(root: Path) -> Plugins:
    declared = (root / _CONFIG).is_file()
    return load_plugins(root, load_config(root).plugins if declared else ())


@Rule
def check_files(root: str | Path, studies: Iterable[Study]) -> Iterator[DataError]:
    """Check that the raw files of studies are there, but for those that a run makes itself.

    A file that has a name which Snakemake takes for a pattern of names is refused, too.
    """
    for study in studies:
        for source in study.sources if study.generate is None else ():
            whose = f"It is the source '{source.name}' of {_STUDIES / study.name}/study.yaml."
            if set(source.path) & set("{}<>"):
                problem = (
                    "a file whose name has braces or angle brackets cannot be read; rename it."
                )
                yield DataError(problem, file=source.path, hint=whose)
                continue
            for path in (source.path, *source.other_files):
                if not (Path(root) / path).is_file():
                    others = whose.replace("It is the", "It belongs to the")
                    hint = whose if path == source.path else others
                    close = nearest_file(root, path, study)
                    near = f" Did you mean '{close}'?" if close is not None else ""
                    yield DataError(
                        _why_no_file(Path(root) / path), file=path, hint=f"{hint}{near}"
                    )


def _why_no_file(path: Path) -> str:
    if path.is_dir():
        return "is a folder, and not a file."
    if path.is_symlink():
        return "is a link that leads to no file."
    return "is no regular file." if path.exists() else "there is no such file."


def nearest_file(root: str | Path, path: str, study: Study) -> str | None:
    """Return the path of a file beside one that is not there and is nearly called so.

    Parameters
    ----------
    root : path
        The project's folder.
    path : str
        Relative to it.
    study : Study
        Files of its other sources are not proposed.
    """
    folder = (Path(root) / path).parent
    used = {other for source in study.sources for other in (source.path, *source.other_files)}
    beside = [
        file.name
        for file in (sorted(folder.iterdir()) if folder.is_dir() else ())
        if file.is_file()
        and file.suffix.lower() in FORMATS
        and Path(path).with_name(file.name).as_posix() not in used
    ]
    # Names of files may be those of people: one is told only where nearly all of it is written already.
    close = get_close_matches(Path(path).name, beside, n=1, cutoff=0.85)
    return Path(path).with_name(close[0]).as_posix() if close else None
