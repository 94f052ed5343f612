"""Snakemake logger plugin: write what happens as JSON lines for the runner to show.

The file is named by the environment variable RURALIMPACT_EVENTS. Used as `--logger ruralimpact`:
Snakemake finds a logger plugin by the first part of its module's name.
"""

import json
import os
from logging import LogRecord
from typing import Any

from snakemake_interface_logger_plugins.base import LogHandlerBase

_WANTED = {
    "run_info": ("stats",),
    "job_info": ("jobid", "rule_name", "wildcards", "log"),
    "job_started": ("jobs",),
    "job_finished": ("job_id",),
    "job_error": ("jobid", "rule_name", "log"),
    "group_info": ("group_id",),
    "group_error": ("groupid", "aux_logs"),
    "error": ("exception",),
}


class LogHandler(LogHandlerBase):
    """Append one JSON line an event."""

    def __post_init__(self) -> None:
        path = os.environ.get("RURALIMPACT_EVENTS", os.devnull)
        self._file = open(path, "a", encoding="utf-8", buffering=1)  # noqa: SIM115, PTH123

    def emit(self, record: LogRecord) -> None:
        """Write the record if the runner has a use for it."""
        name = str(getattr(record, "event", None) or "").lower()
        if name not in _WANTED:
            return
        event: dict[str, Any] = {key: getattr(record, key, None) for key in _WANTED[name]}
        event["event"] = name
        if name == "error":
            event["message"] = record.getMessage()
        self._file.write(json.dumps(event, default=str) + "\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    @property
    def writes_to_stream(self) -> bool:
        """Snakemake's own text output stays on."""
        return False

    @property
    def writes_to_file(self) -> bool:
        """Not a log that Snakemake should point users to."""
        return False

    @property
    def has_filter(self) -> bool:
        """Every record is wanted, however quiet Snakemake is told to be."""
        return True

    @property
    def has_formatter(self) -> bool:
        """JSON needs none."""
        return True

    @property
    def needs_rulegraph(self) -> bool:
        """The stages are known."""
        return False
