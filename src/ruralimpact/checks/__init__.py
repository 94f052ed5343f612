"""Every mistake of a study, listed at once, before anything is estimated."""

from ruralimpact.checks.study import CheckedStudy, check_study, checked_study

__all__ = ["CheckedStudy", "check_study", "checked_study"]
