"""Where things lie in a package."""

from pathlib import Path

README, MAIN_SCRIPT, LICENCE = Path("README.md"), Path("run.py"), Path("LICENSE.txt")
MANIFEST, CRATE = Path("manifest.json"), Path("ro-crate-metadata.json")
SOFTWARE, PROJECT, RESULTS = Path("software"), Path("project"), Path("results")
TABLES, DOCUMENTATION = Path("tables"), Path("documentation")
LOCK = SOFTWARE / "requirements.lock"
CODEBOOK = TABLES / "codebook.csv"
EXHIBITS_MAP = DOCUMENTATION / "exhibits.csv"
SPECIFICATIONS = DOCUMENTATION / "specifications.md"
LEFT_OUT = DOCUMENTATION / "left_out.csv"

# What running the package makes, which is no part of it.
REMADE = (
    Path(".venv"),
    PROJECT / "results",
    PROJECT / "resources",
    PROJECT / ".snakemake",
)
# Of results, what says when and how fast they were made, or what was run in the folder before.
TIMES = {"logs", "benchmarks", "done"}
HISTORY = {"record.json", "specification_lists.json"}


def is_remade(path: Path) -> bool:
    """Tell whether a path, relative to the package, is made by running it."""
    return any(path.is_relative_to(folder) for folder in REMADE) or "__pycache__" in path.parts
