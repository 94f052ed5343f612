"""Difference estimators over time: two periods, groups and times, event studies, parallel trends."""
