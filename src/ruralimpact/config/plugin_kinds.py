"""What the configuration of a study may name because a plug-in gives it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruralimpact.config.rule import Rule
from ruralimpact.errors import ConfigError
from ruralimpact.plugins import Generator, Plugin, Plugins
from ruralimpact.schema.document import read_document
from ruralimpact.schema.study import Study
from ruralimpact.schema.validation import mistakes, validated
from ruralimpact.suggestions import nearest


@Rule
def check_process(
    study: Study, plugins: Plugins, file: Path, folder: Path
) -> Iterator[ConfigError]:
    """Check that a plug-in gives the process that makes the raw files of a study, and can use its parameters.

    Parameters
    ----------
    study : Study
    plugins : Plugins
    file : path
        study.yaml, for messages.
    folder : path
        Where the files of the study are.
    """
    if study.generate is None:
        return
    process, known = study.generate.process, list(plugins.generators)
    if process not in known:
        hint = nearest(process, known) if known else "No plug-in of config/config.yaml gives one."
        problem = f"there is no process '{process}'. {hint}"
        yield ConfigError(problem, file=file, key="generate.process")
        return
    plugin, generator = plugins.generators[process]
    name = study.generate.calibration
    try:
        document = read_document(folder / name, shown=file.parent / name)
        if generator.calibration:
            calibration = plugin.function(generator.calibration)
            yield from (mistake.error for mistake in mistakes(calibration, document))
    except ConfigError as problem:
        yield problem


def read_calibration(plugin: Plugin, generator: Generator, path: Path) -> Any:
    """Return the parameters of a process: an instance of the model that its generator names.

    Raises
    ------
    ConfigError
        The file cannot be read, or says what the model does not know.
    """
    document = read_document(path, shown=path)
    if not generator.calibration:
        return document.content
    return validated(plugin.function(generator.calibration), document)
