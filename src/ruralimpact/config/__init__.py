"""The configuration of studies: read, checked and written out before any work starts."""

from ruralimpact.config.load import (
    check_files,
    known_studies,
    load_config,
    load_studies,
    load_study,
    nearest_file,
    refuse_unknown_studies,
    study_examination,
    unlisted_studies,
)

__all__ = [
    "check_files",
    "known_studies",
    "load_config",
    "load_studies",
    "load_study",
    "nearest_file",
    "refuse_unknown_studies",
    "study_examination",
    "unlisted_studies",
]
