"""The drafted study.yaml: each key with what speaks for it."""

import json
from collections.abc import Iterator

from ruralimpact.draft.assignment import control_of
from ruralimpact.draft.column_names import variable_name
from ruralimpact.draft.proposal import OPEN, Proposal
from ruralimpact.draft.series import in_series
from ruralimpact.draft.source import DraftSource, JoinedTable
from ruralimpact.draft.study import DraftStudy
from ruralimpact.draft.variable import DraftVariable

_HEAD = """\
# Drafted from the files that were delivered. What follows a # is why, or the question behind a "?".
# Answer every "?"; `ruralimpact check` lists those that are left, and `ruralimpact run` waits for them.
"""
_DESIGNS = (
    "cross_section: one wave after the project; panel: waves before and after; "
    "before_after: treated only; descriptive: no arms"
)


def study_text(study: DraftStudy) -> str:
    """Return the contents of study.yaml.

    Parameters
    ----------
    study : DraftStudy
    """
    return "\n".join([_HEAD, *_lines(study), ""])


def _lines(study: DraftStudy) -> Iterator[str]:
    groups = any(row.role == "group" for row in study.codebook)
    yield f"title: {_quoted(OPEN)}  # what is evaluated, where and when?"
    yield "synthetic: false"
    yield f"design: {_design(study)}"
    yield f"unit_label: {_quoted(OPEN)}  # producers, households, farms?"
    if groups:
        yield f"group_label: {_quoted(OPEN)}  # what the groups are called: villages, cooperatives?"
    if study.amounts:
        yield f"currency: {_quoted(OPEN)}  # and of which year: pesos of 2024?"
    yield f"citation: {_quoted(OPEN)}  # who collected the data, when?"
    yield ""
    yield "sources:"
    for series in in_series(study.sources):
        yield from _source(series)
    if study.arms is not None:
        yield ""
        yield from _arms(study.arms)


def _design(study: DraftStudy) -> str:
    waves = {source.option("wave") for source in study.sources}
    several = any(source.option("wave_variable") for source in study.sources) or len(waves) > 1
    if several or OPEN in waves:
        return f"{_quoted(OPEN)}  # {_DESIGNS}"
    return f"cross_section  # one wave, {waves.pop()}; if all units are treated, before_after"


def _source(source: DraftSource) -> Iterator[str]:
    yield f"  - name: {source.name}"
    yield f"    path: {_quoted(source.path)}"
    for option in source.options:
        yield from (f"    {line}" for line in _option(option))
    if source.joined:
        yield from (f"    # {joined.evidence}" for joined in source.joined)
        yield "    join:"
        yield from (f"      - {{{_joined(joined)}}}" for joined in source.joined)


def _joined(joined: JoinedTable) -> str:
    reading = [option for option in joined.source.delivered.reading if option.key != "edits"]
    keys: list[tuple[str, object]] = [("name", joined.source.name), ("path", joined.source.path)]
    keys += [(option.key, option.value) for option in reading]
    written = [f"{key}: {_quoted(value)}" for key, value in keys]
    other = f"{{{_json(joined.own)}: {_json(joined.key)}}}"
    by = f"[{_json(joined.own)}]" if joined.own == joined.key else other
    return ", ".join([*written, f"by: {by}"])


def _option(option: Proposal) -> Iterator[str]:
    evidence = " ".join(option.evidence.split())
    yield f"# {evidence}"
    if option.key != "edits":
        yield f"{option.key}: {_quoted(option.value)}"
        return
    yield "edits:"
    for edit in option.value if isinstance(option.value, list) else ():
        keys = ", ".join(f"{key}: {_quoted(value)}" for key, value in edit.items())
        yield f"  - {{{keys}}}"


def _arms(row: DraftVariable) -> Iterator[str]:
    """Yield a treatment for each arm, against the control."""
    control = control_of(row)
    treated = [level for level in row.profile.levels if level != control]
    taken: set[str] = {row.variable}
    yield f"# '{row.raw_name}' has {len(treated)} arms beside '{control}': each is compared with it."
    yield "variables:"
    for level in treated:
        others = [other for other in treated if other != level]
        keys = {
            "label": level,
            "build": "indicator",
            "of": row.variable,
            "values": [level],
            "exclude": others,
            "role": "treatment",
        }
        pairs = ", ".join(f"{key}: {_quoted(value)}" for key, value in keys.items())
        yield f"  {variable_name(level, taken)}: {{{pairs}}}"


def _quoted(value: object) -> str:
    """Write a value so that YAML reads it as it is."""
    text = value if isinstance(value, str) else ""
    plain = text.isascii() and text.isidentifier() and text.lower() not in _READ_OTHERWISE
    return text if plain else _json(value)


_READ_OTHERWISE = ("yes", "no", "on", "off", "true", "false", "null", "y", "n")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
