"""What strategies have in common that weight by the propensity score and regress the outcome."""

from ruralimpact.design.strategies.options import OutcomeCovariates
from ruralimpact.design.strategies.score_weighting import ScoreWeighting


class DoublyRobust(ScoreWeighting):
    """Weights from the propensity score with an outcome regression."""

    outcome_covariates: OutcomeCovariates = ()

    @property
    def outcome_regressors(self) -> tuple[str, ...]:
        """Columns of the outcome regression."""
        return self.outcome_covariates
