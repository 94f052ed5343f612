"""Languages that a study may be printed in."""

from typing import Literal

Language = Literal["en", "es"]
