"""What moved between two runs, and which of data, sample, specification and code had changed."""

import pandas as pd

from ruralimpact.waves.record import EstimateRecord, Run

COLUMNS = ("spec_id", "kind", "before", "now", "std_error", "units_new", "units_lost", "reasons")
REASONS = ("data", "sample", "specification", "code")


def changes(before: Run, now: Run) -> pd.DataFrame:
    """Compare the estimates of two runs.

    Parameters
    ----------
    before, now : Run

    Returns
    -------
    DataFrame
        `COLUMNS`, one row an estimate that is ``new``, ``gone``, ``moved`` or ``same``: its values in both
        runs, its standard error now, units of its sample that are new or lost, and ``reasons``, those of
        `REASONS` that changed, separated by commas. For a moved estimate without a reason it says
        ``nothing recorded``: the run was not reproducible.
    """
    rows = []
    for spec_id in sorted({*before.estimates, *now.estimates}):
        then, today = before.estimates.get(spec_id), now.estimates.get(spec_id)
        if then is None or today is None:
            kind = "new" if then is None else "gone"
            rows.append(_row(spec_id, kind, then, today, 0, 0, ""))
            continue
        new, lost = _units(before, now, then.sample, today.sample)
        reasons = _reasons(before, now, then, today, bool(new or lost))
        moved = (then.estimate, then.std_error) != (today.estimate, today.std_error)
        if moved and not reasons:
            reasons = "nothing recorded"
        rows.append(_row(spec_id, "moved" if moved else "same", then, today, new, lost, reasons))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _units(before: Run, now: Run, then: str, today: str) -> tuple[int, int]:
    """Count the units of a sample that are new, and those that are lost."""
    old, new = (
        set(run.samples[sample].units if sample in run.samples else ())
        for run, sample in ((before, then), (now, today))
    )
    return len(new - old), len(old - new)


def _reasons(
    before: Run, now: Run, then: EstimateRecord, today: EstimateRecord, units_changed: bool
) -> str:
    changed = {
        "data": _files(before, then.sample) != _files(now, today.sample),
        "sample": units_changed,
        "specification": then.specification != today.specification,
        "code": before.code != now.code,
    }
    return ", ".join(reason for reason in REASONS if changed[reason])


def _files(run: Run, sample: str) -> dict[str, str]:
    """Digests of the raw files behind a sample."""
    names = run.samples[sample].sources if sample in run.samples else ()
    return {name: run.sources[name] for name in names if name in run.sources}


def _row(
    spec_id: str,
    kind: str,
    then: EstimateRecord | None,
    today: EstimateRecord | None,
    new: int,
    lost: int,
    reasons: str,
) -> dict[str, str | float]:
    values = (
        spec_id,
        kind,
        _number(None if then is None else then.estimate),
        _number(None if today is None else today.estimate),
        _number(None if today is None else today.std_error),
        new,
        lost,
        reasons,
    )
    return dict(zip(COLUMNS, values, strict=True))


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
