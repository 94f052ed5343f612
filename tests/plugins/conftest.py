"""Where the tests of plug-ins find the study that those of exhibits share, and the plug-in's scripts."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "unit"))
sys.path.append(str(ROOT / "plugins" / "rural_alliances" / "scripts"))
