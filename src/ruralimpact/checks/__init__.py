"""Every mistake of a study, listed at once, before anything is estimated."""

from ruralimpact.checks.study import check_study

__all__ = ["check_study"]
