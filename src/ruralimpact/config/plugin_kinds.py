"""What the configuration of a study may name because a plug-in gives it."""

from collections.abc import Iterator
from pathlib import Path

from ruralimpact.config.rule import Rule
from ruralimpact.errors import ConfigError
from ruralimpact.plugins import Plugins
from ruralimpact.schema.study import Study
from ruralimpact.suggestions import nearest


@Rule
def check_process(study: Study, plugins: Plugins, file: Path) -> Iterator[ConfigError]:
    """Check that a plug-in gives the process that makes the raw files of a synthetic study."""
    process = study.generate.process if study.generate is not None else None
    known = list(plugins.generators)
    if process is None or process in known:
        return
    hint = nearest(process, known) if known else "No plug-in of config/config.yaml gives one."
    yield ConfigError(f"there is no process '{process}'. {hint}", file=file, key="generate.process")
