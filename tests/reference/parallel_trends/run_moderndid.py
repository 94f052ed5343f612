"""Fixed-length intervals of moderndid on the event study of Benzarti & Carloni (2019).

Its relative magnitudes are not stored: version 0.2.0 loops over range(1 - K, 0) and so excludes
the earliest change before treatment (estimates 0.5, 0, 0, 0 before treatment give a point as
identified set at Mbar 1, where the change of 0.5 makes it an interval).

Run in an environment of its own: pip install moderndid==0.2.0 cvxpy==1.9.3 ecos numba
"""

import csv
from importlib.metadata import version
from pathlib import Path

import numpy as np
from moderndid.didhonest.fixed_length_ci import compute_flci

HERE = Path(__file__).parent
N_PRE, N_POST, POINTS = 4, 4, 2000
TARGETS = {"first": np.eye(N_POST)[0], "average": np.full(N_POST, 1 / N_POST)}


def _read() -> tuple[np.ndarray, np.ndarray]:
    with (HERE / "benzarti_carloni.csv").open() as file:
        rows = list(csv.DictReader(file))
    beta = np.array([float(row["estimate"]) for row in rows])
    names = [f"covariance_{row['time']}" for row in rows]
    return beta, np.array([[float(row[name]) for name in names] for row in rows])


def main() -> None:
    beta, sigma = _read()
    rows = []
    for target, weights in TARGETS.items():
        for bound in (0.0, 0.01, 0.02, 0.1, 0.2):
            low, high = compute_flci(beta, sigma, bound, N_PRE, N_POST, weights, POINTS).flci
            rows.append(("smoothness", target, bound, low, high))
    with (HERE / "moderndid.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["restriction", "target", "magnitude", "conf_low", "conf_high", "version"])
        for row in rows:
            numbers = [format(float(number), ".10g") for number in row[2:]]
            writer.writerow([*row[:2], *numbers, version("moderndid")])


if __name__ == "__main__":
    main()
