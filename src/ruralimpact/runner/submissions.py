"""What a run has sent to a cluster: why it failed there, and how it is cancelled when the run is stopped."""

import contextlib
import re
import shutil
import subprocess
from pathlib import Path

# All submissions of a run have the name that the executor of Slurm prints first.
_NAME = re.compile(r"^SLURM run ID: ([\w-]+)$", re.MULTILINE)
_MOST_SECONDS = 60.0
# As the executor words it.
_REFUSAL = re.compile(r"SLURM sbatch failed\. The error message was '(.*?)'\.\s", re.DOTALL)
_EACH_TIME = re.compile(r"^(sbatch: error: )?(Batch job submission failed: )?")
_STATUS = re.compile(r"SLURM status is: '(\w+)")
_ENDED = {
    "OUT_OF_MEMORY": "error: the cluster ended the jobs of {name}: they needed more memory than their last "
    "try asked for. Raise mem_mb under default-resources of profiles/slurm/config.yaml.",
    "TIMEOUT": "error: the cluster ended the jobs of {name}: they needed more time than their last try "
    "asked for. Raise runtime under default-resources of profiles/slurm/config.yaml.",
    "CANCELLED": "error: the jobs of {name} were cancelled on the cluster.",
    "NODE_FAIL": "error: the cluster ended the jobs of {name}: their node failed.",
}
_UNTOLD = (
    "error: the cluster ended the jobs of {name}, and no stage said why. They may have needed more memory "
    "or time than their last try asked for (profiles/slurm), or somebody cancelled them."
)


# What Slurm writes into the log of a job whose state says only that it failed.
_IN_LOG = {
    "OUT_OF_MEMORY": re.compile(
        r"exceeded (\w+ )?memory limit|oom[-_ ]?kill|out of memory", re.IGNORECASE
    ),
    "TIMEOUT": re.compile(r"DUE TO TIME LIMIT"),
}


def problem(name: str, said: str, log: str = "") -> str:
    """Return the line that says why jobs failed on a cluster.

    Parameters
    ----------
    name : str
        Of the study or project that they are of.
    said : str
        By the executor; empty where it said nothing.
    log : str
        What the cluster wrote of the last try.
    """
    refused = _REFUSAL.search(said)
    if refused:
        return f"error: the cluster refused the jobs of {name}: {_last_words(refused[1])}."
    status = next((status for status, words in _IN_LOG.items() if words.search(log)), None)
    told = _STATUS.search(said)
    return _ENDED.get(status or (told[1] if told else ""), _UNTOLD).format(name=name)


def is_told(output: str) -> bool:
    """Whether what Snakemake printed says that a cluster refused or ended jobs."""
    return bool(_REFUSAL.search(output) or _STATUS.search(output))


def _last_words(refusal: str) -> str:
    """Return what sbatch said last, without what it says each time."""
    last = (refusal.strip().splitlines() or [""])[-1].strip()
    return _EACH_TIME.sub("", last).rstrip(".")


def cancel_submissions(output: Path) -> None:
    """Cancel what a run has in the queue of a cluster, or at work there.

    Parameters
    ----------
    output : path
        What Snakemake printed in that run; without a submission nothing is done.
    """
    command = shutil.which("scancel")
    if command is None or not output.is_file():
        return
    for name in _NAME.findall(output.read_text(encoding="utf-8", errors="replace")):
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(
                [command, "--name", name], check=False, capture_output=True, timeout=_MOST_SECONDS
            )
