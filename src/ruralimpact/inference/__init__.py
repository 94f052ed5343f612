"""Standard errors, tests and intervals from influence scores."""
