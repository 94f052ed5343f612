"""Write moderndid.csv: triple differences of the Jiangxi households by moderndid 0.2.0.

Run by hand in an environment with moderndid 0.2.0 (polars 2.1, numpy 2.4, Python 3.11):
``python tests/reference/jiangxi/make_moderndid.py``.
"""

from pathlib import Path

import moderndid as did
import polars as pl

FOLDER = Path(__file__).parent
DATA = FOLDER.parents[2] / "data/jiangxi_insurance/jiangxi_32391.csv"
COVARIATES = "~ hhsize + age"


def households() -> pl.DataFrame:
    frame = pl.read_csv(DATA, infer_schema_length=None)
    insured = pl.col("county") == 3
    return frame.with_columns(group=pl.when(insured).then(2003).otherwise(0))


def at_base_year(frame: pl.DataFrame) -> pl.DataFrame:
    """Give every row the covariates that its household had in 2002."""
    base = frame.filter(pl.col("year") == 2002).select("hhno", "hhsize", "age")
    return frame.drop("hhsize", "age").join(base, on="hhno")


def event_study(frame: pl.DataFrame, specification: str, **options) -> list[tuple]:
    outcome = options.pop("outcome", "checksaving_ratio")
    result = did.ddd(
        data=frame,
        yname=outcome,
        tname="year",
        idname="hhno",
        gname="group",
        pname="sector",
        control_group="nevertreated",
        base_period="universal",
        **options,
    )
    average = did.agg_ddd(result, type="eventstudy", boot=False, cband=False)
    rows = [
        (specification, outcome, int(time), float(effect), float(error), int(result.n))
        for time, effect, error in zip(average.egt, average.att_egt, average.se_egt, strict=True)
        if time != -1
    ]
    overall = float(average.overall_att), float(average.overall_se)
    return [*rows, (specification, outcome, None, *overall, int(result.n))]


def main() -> None:
    every = households()
    complete = every.filter(pl.len().over("hhno") == 9)
    total = every.filter(pl.col("savingtotal_rate").is_not_null())
    rows = []
    for form in ("dr", "reg", "ipw"):
        rows += event_study(every, f"panel_{form}", xformla=COVARIATES, est_method=form)
        rows += event_study(
            every, f"repeated_{form}", xformla=COVARIATES, est_method=form, panel=False
        )
    rows += event_study(every, "panel_plain", est_method="dr")
    rows += event_study(every, "repeated_plain", est_method="dr", panel=False)
    rows += event_study(complete, "complete_dr", xformla=COVARIATES, est_method="dr")
    rows += event_study(
        at_base_year(complete), "complete_dr_2002", xformla=COVARIATES, est_method="dr"
    )
    rows += event_study(complete, "complete_plain", est_method="dr")
    rows += event_study(
        total, "panel_dr", xformla=COVARIATES, est_method="dr", outcome="savingtotal_rate"
    )
    rows += event_study(total, "panel_plain", est_method="dr", outcome="savingtotal_rate")
    columns = ["specification", "outcome", "event_time", "estimate", "std_error", "units"]
    pl.DataFrame(rows, schema=columns, orient="row").write_csv(FOLDER / "moderndid.csv")


if __name__ == "__main__":
    main()
