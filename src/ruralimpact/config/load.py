"""Read and check the configuration, so that a mistake is found before any work starts."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ruralimpact.config.exhibits import check_exhibits
from ruralimpact.config.plugin_kinds import check_process
from ruralimpact.config.references import check_references
from ruralimpact.config.series import sources_written_out, written_out
from ruralimpact.design.strategies import StrategiesFile
from ruralimpact.errors import ConfigError, DataError
from ruralimpact.exhibits.registry import exhibits_file, kinds_of
from ruralimpact.plugins import Plugins, load_plugins
from ruralimpact.schema.document import read_document
from ruralimpact.schema.study import Config, Study, StudyFile
from ruralimpact.schema.validation import located, validated
from ruralimpact.suggestions import nearest
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.codebook_file import codebook_path, read_codebook

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


def load_studies(root: str | Path, config: Config | Mapping[str, Any]) -> list[Study]:
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
    known = known_studies(root)
    for name in asked.studies:
        if name not in known:
            raise ConfigError(
                f"there is no study '{name}' in {_STUDIES}. {nearest(name, known)}",
                file=_CONFIG,
                key="studies",
            )
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
    folder = Path(folder)
    plugins = plugins if plugins is not None else _project_plugins(folder.parents[2])
    shown = _STUDIES / folder.name
    documents = {
        name: read_document(folder / f"{name}.yaml", shown=shown / f"{name}.yaml")
        for name in ("study", "strategies", "exhibits")
    }
    file = validated(StudyFile, documents["study"])
    validated(StrategiesFile, documents["strategies"])
    kinds = kinds_of(plugins)
    validated(exhibits_file(kinds), documents["exhibits"])
    codebook_file = codebook_path(folder)
    shown_codebook = shown / codebook_file.name
    lines = read_codebook(codebook_file, shown=shown_codebook)
    codebook = list(lines.values())
    try:
        sources = sources_written_out(file.sources, shown / "study.yaml")
        known = dict.fromkeys(
            [*(item.name for item in file.sources), *(item.name for item in sources)]
        )
        parse_codebook(codebook, known, file=str(shown_codebook), lines=list(lines))
        study = written_out(
            file,
            shown / "study.yaml",
            name=folder.name,
            codebook=codebook,
            strategies=documents["strategies"].content,
            exhibits=documents["exhibits"].content,
        )
        check_process(study, plugins, shown / "study.yaml")
        check_references(study, shown)
        check_exhibits(study, kinds, shown / "exhibits.yaml")
    except ConfigError as error:
        about = [item for item in documents.values() if str(item.file) == str(error.file)]
        raise located(error, about[0]) if about else error from None
    return study


def _project_plugins(root: Path) -> Plugins:
    declared = (root / _CONFIG).is_file()
    return load_plugins(root, load_config(root).plugins if declared else ())


def check_files(root: str | Path, studies: Iterable[Study]) -> None:
    """Check that the raw files of studies are there, but for those that a run makes itself.

    Raises
    ------
    DataError
        A file is missing, or has a name that Snakemake takes for a pattern of names.
    """
    for study in studies:
        for source in study.sources if study.generate is None else ():
            whose = f"It is the source '{source.name}' of {_STUDIES / study.name}/study.yaml."
            if set(source.path) & set("{}<>"):
                problem = (
                    "a file whose name has braces or angle brackets cannot be read; rename it."
                )
                raise DataError(problem, file=source.path, hint=whose)
            for path in (source.path, *source.other_files):
                if not (Path(root) / path).is_file():
                    others = whose.replace("It is the", "It belongs to the")
                    hint = whose if path == source.path else others
                    raise DataError("there is no such file.", file=path, hint=hint)
