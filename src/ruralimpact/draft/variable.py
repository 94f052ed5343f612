"""A row of a drafted codebook, and what was seen in its column."""

from dataclasses import dataclass, field

from ruralimpact.draft.column_profile import ColumnProfile
from ruralimpact.draft.proposal import OPEN
from ruralimpact.survey.codebook import IDENTIFIER, UNUSED

_SHOWN = 8


@dataclass(frozen=True)
class DraftVariable:
    """A row of the codebook, and what was seen in its column.

    Attributes
    ----------
    variable, source, raw_name, type, unit, labels, missing_codes, role, timing, label : str
        As in the codebook.
    why : str
        What speaks for it, or the question to answer.
    profile : ColumnProfile
    joined_by : str or None
        Of a column of a joined file: the column of the source by which rows find theirs.
    quoted : bool
        Values may be shown: they do not look as if they told who somebody is.
    """

    variable: str
    source: str
    raw_name: str
    type: str
    profile: ColumnProfile = field(compare=False)
    unit: str = ""
    labels: str = ""
    missing_codes: str = ""
    role: str = OPEN
    timing: str = ""
    label: str = ""
    why: str = field(default="what part has it? Choose a role, or `unused`", compare=False)
    joined_by: str | None = None
    quoted: bool = field(default=True, compare=False)


def seen_words(row: DraftVariable) -> str:
    """Say what was seen in the column of a row."""
    profile = row.profile
    words = [f"{profile.rows - profile.blank:,} of {profile.rows:,} rows filled"]
    if not row.quoted or row.role in (UNUSED, IDENTIFIER):
        return "; ".join([*words, f"{profile.distinct:,} different values"])
    if profile.is_number and profile.minimum is not None and profile.maximum is not None:
        words.append(f"{profile.minimum:,.6g} to {profile.maximum:,.6g}")
    elif profile.levels:
        shown = list(profile.levels.items())[:_SHOWN]
        more = ", ..." if len(profile.levels) > _SHOWN else ""
        words.append(", ".join(f"{level} ({count:,})" for level, count in shown) + more)
    else:
        words.append(f"{profile.distinct:,} different values")
    for text, count in profile.codes.counts.items():
        doubt = "perhaps " if text in profile.codes.perhaps else ""
        words.append(f"{doubt}missing: {text} ({count:,})")
    if profile.unfit:
        words.append(f"no numbers: {', '.join(profile.unfit[:3])}")
    return "; ".join(words)
