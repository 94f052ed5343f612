"""What the configuration of a study may name because a plug-in gives it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruralimpact.errors import ConfigError
from ruralimpact.plugins import Plugins
from ruralimpact.suggestions import nearest


def check_process(study: Mapping[str, Any], plugins: Plugins, file: Path) -> None:
    """Check that a plug-in gives the process that makes the raw files of a synthetic study.

    Raises
    ------
    ConfigError
    """
    process = study.get("generate", {}).get("process")
    known = list(plugins.generators)
    if process is None or process in known:
        return
    hint = nearest(process, known) if known else "No plug-in of config/config.yaml gives one."
    raise ConfigError(f"there is no process '{process}'. {hint}", file=file, key="generate.process")
