"""A study for the tests of exhibits: the NSW data with MatchIt's own weights, no engine involved."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ruralimpact.config import load_study
from ruralimpact.exhibits.load import load_results, study_of_exhibits
from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.schema.base import plain

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "tests" / "reference" / "r"
STRATEGIES = {  # name in strategies.yaml: MatchIt specification
    "nn1_caliper": "nn11_cal02_repl",
    "nn5": "nn51_repl",
    "nn1_without_replacement": "nn11_norepl",
    "mahalanobis": "maha11_repl",
}
OUTCOMES = {"earnings": "re78", "low_earnings": "poor78", "employed": "employed78"}
COVARIATES = {"age": "age", "educ": "education", "married": "married", "re74": "earnings_1974"}
LABELS = {"age": "Age", "education": "Schooling", "married": "Married", "earnings_1974": "Earnings"}


def nsw_study() -> dict[str, Any]:
    """Configuration of the study, less its largest comparison."""
    study: dict[str, Any] = plain(load_study(ROOT / "config" / "studies" / "nsw"), "codebook")
    for key in ("sources", "analyses"):
        study[key] = [entry for entry in study[key] if not entry["name"].startswith("cps")]
    study["answer"] = {
        key: [entry for entry in entries if not entry["analysis"].startswith("cps")]
        for key, entries in study["answer"].items()
    }
    for entries in study["exhibits"].values():
        for entry in entries:
            if "analyses" in entry:
                entry["analyses"] = [
                    name for name in entry["analyses"] if not name.startswith("cps")
                ]
    return study


def _with_outcomes(name: str, treatment: str) -> pd.DataFrame:
    frame = pd.read_csv(REFERENCE / "data" / name)
    frame = frame.assign(
        treated=frame[treatment].astype(int),
        poor78=(frame["re78"] < 3000).astype(float),
        employed78=(frame["re78"] > 0).astype(float),
    )
    if "id" not in frame:
        serial = frame.groupby("treated").cumcount() + 1
        frame["id"] = np.where(frame["treated"] == 1, "NSW", "CTL") + serial.astype(str)
    return frame.assign(id=frame["id"].astype(str))


def comparison(y: np.ndarray, d: np.ndarray, w: np.ndarray) -> dict[str, Any]:
    """Weighted difference of means with its group scores, written out plainly."""
    n1 = d.sum()
    mean1, mean0 = y[d == 1].mean(), np.average(y[d == 0], weights=w[d == 0])
    own = d * (y - mean1) / n1
    scores = own - (1 - d) * w * (y - mean0) / w[d == 0].sum()
    active = scores[scores != 0]
    se = np.sqrt(len(active) / (len(active) - 1) * (active**2).sum())
    df = len(active) - 1
    effect, half = mean1 - mean0, stats.t.ppf(0.975, df) * se
    ratio = effect / mean0
    control_scores = own - scores
    delta = (scores - ratio * control_scores) / mean0
    wide = stats.t.ppf(0.975, df) * np.sqrt((delta**2).sum())
    return {
        "estimate": effect,
        "std_error": se,
        "df": df,
        "statistic": effect / se,
        "p_value": 2 * stats.t.sf(abs(effect / se), df),
        "conf_low": effect - half,
        "conf_high": effect + half,
        "treated_mean": mean1,
        "control_mean": mean0,
        "counterfactual_mean": mean0,
        "percent": 100 * ratio,
        "percent_low": 100 * (ratio - wide),
        "percent_high": 100 * (ratio + wide),
        "percent_control": 100 * ratio,
        "percent_control_low": 100 * (ratio - wide),
        "percent_control_high": 100 * (ratio + wide),
        "percent_reason": "",
        "n_treated": int(n1),
        "n_control": int(((d == 0) & (w > 0)).sum()),
        "n_clusters": len(active),
        "ess": w[d == 0].sum() ** 2 / (w[d == 0] ** 2).sum(),
        "scores": scores,
    }


def _estimate_rows(
    frame: pd.DataFrame, analysis: str, strategy: str, weights: pd.Series
) -> tuple[list[dict[str, Any]], dict[str, pd.Series]]:
    kept = frame[(weights > 0).to_numpy() | (frame["treated"] == 0).to_numpy()]
    w = weights.loc[kept.index].to_numpy(dtype=float)
    rows, scores = [], {}
    for outcome, column in OUTCOMES.items():
        result = comparison(kept[column].to_numpy(float), kept["treated"].to_numpy(float), w)
        spec = f"{analysis}/{strategy}/{outcome}"
        scores[spec] = pd.Series(result.pop("scores"), index=kept["id"].to_numpy())
        rows.append(
            {
                "spec_id": spec,
                "analysis": analysis,
                "sample": analysis,
                "method": "difference_in_means"
                if strategy == "difference_in_means"
                else "matching",
                "treatment": "trained",
                "outcome": outcome,
                "unit": "US dollars of 1982" if outcome == "earnings" else "percentage points",
                "strategy": strategy,
                "estimand": "ATT",
                "vcov": "group",
                "treated_groups": result["n_treated"],
                "effective_treated_groups": float(result["n_treated"]),
                "control_groups": result["n_control"],
                "effective_control_groups": result["ess"],
                "dropped": int((frame["treated"] == 1).sum() - result["n_treated"]),
                "balanced": {"nn5": "yes", "difference_in_means": ""}.get(strategy, "no"),
                "synthetic": False,
                "notes": "",
                **result,
            }
        )
    return rows, scores


def _balance_rows(frame: pd.DataFrame, strategy: str, w: pd.Series) -> list[dict[str, Any]]:
    treated = frame["treated"] == 1
    rows = []
    for column, name in COVARIATES.items():
        x, sd = frame[column].astype(float), frame.loc[treated, column].std()
        mean1 = np.average(x[treated], weights=w[treated])
        mean0 = np.average(x[~treated], weights=w[~treated])
        binary = x.nunique() == 2
        smd = (mean1 - mean0) / sd
        rows.append(
            {
                "analysis": "psid_matching",
                "strategy": strategy,
                "stage": "after" if strategy else "before",
                "covariate": name,
                "label": LABELS[name],
                "binary": binary,
                "treated_mean": mean1,
                "control_mean": mean0,
                "smd": smd,
                "variance_ratio": np.nan if binary else 1.3,
                "ks": abs(smd) / 3,
                "balanced": bool(abs(smd) < 0.1),
            }
        )
    return rows


@cache
def _matchit_weights() -> pd.DataFrame:
    frame = pd.read_csv(REFERENCE / "matchit_lalonde614_weights.csv")
    return frame.pivot_table(index="id", columns="spec", values="weight")


def build_tables() -> dict[str, pd.DataFrame]:
    """Every table the exhibits read, for the experiment and the matched PSID controls."""
    experiment = _with_outcomes("lalonde_matching_445.csv", "treat")
    psid = _with_outcomes("lalonde_matchit_614.csv", "treat")
    ones = pd.Series(1.0, index=experiment.index)
    rows, scores = _estimate_rows(experiment, "experiment", "difference_in_means", ones)
    balance = _balance_rows(psid, "", pd.Series(1.0, index=psid.index))
    designs, weights = [], []
    for strategy, spec in STRATEGIES.items():
        w = pd.Series(_matchit_weights()[spec].reindex(psid["id"]).to_numpy(), index=psid.index)
        more, further = _estimate_rows(psid, "psid_matching", strategy, w)
        rows += more
        scores |= further
        balance += _balance_rows(psid, strategy, w)
        designs.append(_design_row(strategy, psid, w, balance))
        weights.append(
            pd.DataFrame(
                {
                    "analysis": "psid_matching",
                    "strategy": strategy,
                    "unit_id": psid["id"],
                    "treated": psid["treated"],
                    "weight": w,
                    "set": -1,
                }
            )
        )
    sheet = pd.DataFrame(scores).rename_axis("group").reset_index()
    estimates = pd.DataFrame(rows)
    reference = pd.read_csv(REFERENCE / "matchit_lalonde614_weights.csv")
    distance = reference[reference["spec"] == "nn11_norepl"].set_index("id")["distance"]
    probability = distance.reindex(psid["id"]).to_numpy()
    return {
        "estimates": estimates,
        "scores": sheet,
        "std_errors": _std_errors(estimates),
        "sensitivity": _sensitivity(estimates),
        "leave_one_out": _without_regions(estimates),
        "weights": pd.concat(weights, ignore_index=True),
        "propensity": pd.DataFrame(
            {
                "analysis": "psid_matching",
                "unit_id": psid["id"],
                "treated": psid["treated"],
                "linear_predictor": np.log(probability / (1 - probability)),
                "probability": probability,
            }
        ),
        "balance": pd.DataFrame(balance),
        "designs": pd.DataFrame(designs),
        "exclusions": pd.DataFrame(
            [("design", "psid_matching/nn1_caliper", "no control within the caliper", 1, 185)],
            columns=["stage", "scope", "reason", "rows", "rows_before"],
        ),
    }


def _design_row(
    strategy: str, frame: pd.DataFrame, w: pd.Series, balance: list[dict[str, Any]]
) -> dict[str, Any]:
    treated = frame["treated"] == 1
    largest = max(abs(row["smd"]) for row in balance if row["strategy"] == strategy)
    return {
        "analysis": "psid_matching",
        "strategy": strategy,
        "estimand": "ATT",
        "n_treated": int(treated.sum()),
        "n_control": int((~treated).sum()),
        "n_treated_matched": int((w[treated] > 0).sum()),
        "n_control_matched": int((w[~treated] > 0).sum()),
        "effective_controls": w[~treated].sum() ** 2 / (w[~treated] ** 2).sum(),
        "n_dropped": int((w[treated] == 0).sum()),
        "max_abs_smd": largest,
        "infeasible": "",
        "balanced": bool(largest < 0.1),
    }


def _std_errors(estimates: pd.DataFrame) -> pd.DataFrame:
    kinds = (("group", "Clustered by participant", 1.0), ("ai2006", "Abadie-Imbens (2006)", 1.1))
    parts = [
        pd.DataFrame(
            {
                "spec_id": estimates["spec_id"],
                "kind": kind,
                "label": label,
                "std_error": factor * estimates["std_error"],
                "p_value": np.nan,
                "draws": np.nan,
            }
        )
        for kind, label, factor in kinds
    ]
    errors = pd.concat(parts, ignore_index=True)
    experimental = errors["spec_id"].str.startswith("experiment")
    return errors[~(experimental & (errors["kind"] == "ai2006"))].reset_index(drop=True)


def _sensitivity(estimates: pd.DataFrame) -> pd.DataFrame:
    """Made-up strengths of hidden bias, so that every column has something to print."""
    matched = estimates[estimates["analysis"] == "psid_matching"]
    pairs = (matched["strategy"] == "nn1_without_replacement").to_numpy()
    binary = (matched["unit"] == "percentage points").to_numpy()
    numbers = {
        "regression_estimate": 1.1 * matched["estimate"],
        "regression_std_error": matched["std_error"],
        "partial_r2": 0.01,
        "robustness_value": 0.123,
        "robustness_value_interval": np.where(matched["p_value"] < 0.05, 0.0456, 0.0),
        "benchmark_estimate": 0.5 * matched["estimate"],
        "short_effect": 0.5 * matched["estimate"],
        "short_r2": 0.01,
        "long_effect": 0.9 * matched["estimate"],
        "long_r2": 0.1,
        "r2_max": 0.13,
        "oster_delta": 2.345,
        "oster_effect": 0.7 * matched["estimate"],
        "risk_ratio": np.where(binary, 1.2, np.nan),
        "e_value": np.where(binary, 1.69, np.nan),
        "e_value_interval": np.where(binary, 1.0, np.nan),
        "critical_gamma": np.where(pairs, 1.25, np.nan),
    }
    words = {"n_pairs": np.where(pairs, 180, 0), "gamma_reason": "", "regression_reason": ""}
    return pd.DataFrame({"spec_id": matched["spec_id"], "benchmark": "age", **words, **numbers})


def _without_regions(estimates: pd.DataFrame) -> pd.DataFrame:
    matched = estimates[estimates["analysis"] == "psid_matching"]
    parts = [
        pd.DataFrame(
            {
                "spec_id": matched["spec_id"],
                "excluded": region,
                "estimate": factor * matched["estimate"],
                "std_error": matched["std_error"],
                "p_value": matched["p_value"],
                "n_treated": treated,
                "n_control": 100,
                "reason": "",
            }
        )
        for region, factor, treated in (("east", 0.8, 100), ("north", 1.3, 100), ("south", 9.0, 5))
    ]
    return pd.concat(parts, ignore_index=True)


def build_results(
    folder: Path, study: dict[str, Any] | None = None, tables: dict[str, pd.DataFrame] | None = None
) -> StudyResults:
    """Write the tables as the stages do and read them back as the exhibits do."""
    tables = tables or build_tables()
    own = study_of_exhibits(study or nsw_study(), package_kinds())
    for name, frame in tables.items():
        frame.to_parquet(folder / f"{name}.parquet", index=False)
    quality = []
    for source in own.sources:
        path = folder / f"{source.name}.quality.json"
        path.write_text(json.dumps({"rows_read": 445, "rows_kept": 445, "excluded": []}))
        quality.append(path)
    paths = {name: folder / f"{name}.parquet" for name in tables}
    by_round = {name: [path] for name, path in paths.items()}
    return load_results(own, tables=by_round, quality=quality)


def test_the_study_reproduces_matchit(tmp_path: Path) -> None:
    results = build_results(tmp_path)
    reference = pd.read_csv(REFERENCE / "matchit_lalonde614_att.csv")
    for strategy, spec in STRATEGIES.items():
        row = reference[
            (reference["spec"] == spec)
            & (reference["outcome"] == "re78")
            & ~reference["covariate_adjusted"].astype(bool)
        ]
        found = results["estimates"].set_index("spec_id").loc[f"psid_matching/{strategy}/earnings"]
        expected = float(row["estimate_matchdata_weights"].iloc[0])
        assert found["estimate"] == pytest.approx(expected, rel=1e-9)
