"""What a draft proposes, and why."""

from dataclasses import dataclass

OPEN = "?"
"""Stands where the files cannot show what is right."""


@dataclass(frozen=True)
class Proposal:
    """A value of one key.

    Attributes
    ----------
    key : str
    value : str, int or list
        `OPEN` where it is to be answered.
    evidence : str
        What in the file speaks for it, or the question to answer.
    """

    key: str
    value: object
    evidence: str
