"""The difference of two estimates of a study, with the error that their group scores give."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ruralimpact.errors import DesignError
from ruralimpact.estimation.stored_scores import stored_scores
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.inference.contrasts import difference_test


def difference_between(
    results: StudyResults, first: Mapping[Any, Any], second: Mapping[Any, Any]
) -> tuple[float, float]:
    """Return ``first - second`` and its standard error.

    Parameters
    ----------
    results : StudyResults
        With the group scores of both.
    first, second : mapping
        Rows of estimates: ``spec_id``, ``estimate`` and ``df``.

    Returns
    -------
    difference, std_error : float
        In the outcome's stored unit; the error is NaN where there are too few groups.
    """
    scores = [
        stored_scores(results["scores"], str(estimate["spec_id"]), float(estimate["df"]))
        for estimate in (first, second)
    ]
    values = float(first["estimate"]), float(second["estimate"])
    try:
        test = difference_test(*values, *scores)
    except DesignError:
        return values[0] - values[1], np.nan
    return test.difference, test.inference.std_error
