"""Bell and McCaffrey's covariance with every matrix written out."""

import numpy as np


def dense_cr2(design: np.ndarray, residuals: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """CR2 covariance of ordinary least squares, shape (k, k)."""
    bread = np.linalg.inv(design.T @ design)
    rest = np.eye(len(design)) - design @ bread @ design.T
    meat = np.zeros_like(bread)
    for group in np.unique(groups):
        own = groups == group
        values, vectors = np.linalg.eigh(rest[np.ix_(own, own)])
        root = vectors / np.sqrt(values) @ vectors.T
        score = design[own].T @ root @ residuals[own]
        meat += np.outer(score, score)
    return bread @ meat @ bread
