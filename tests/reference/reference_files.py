"""Where the stored reference values are."""

from pathlib import Path

REFERENCE = Path(__file__).parent
