"""A Slurm of one node, started without systemd from the packages slurm-wlm and munge. For root only."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol")
# Jobs do not get SLURM_CONF, so that the configuration must stand where Slurm looks by itself.
DEFAULT_CONFIGURATION = Path("/etc/slurm/slurm.conf")
CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0,sched_interval=1
MinJobAge=3600
KillWait=5
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory={memory} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> list[str]:
    """Return what a node cannot be started without."""
    lacking = [name for name in PROGRAMS if shutil.which(name) is None]
    if os.geteuid() != 0:
        lacking.append("the rights of root")
    if DEFAULT_CONFIGURATION.exists() or DEFAULT_CONFIGURATION.is_symlink():
        lacking.append(f"a machine without {DEFAULT_CONFIGURATION}")
    return lacking


@contextmanager
def single_node(folder: Path) -> Iterator[None]:
    """Run a node whose files lie in `folder`, and end it."""
    host = socket.gethostname().split(".")[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20 * 9 // 10
    text = CONFIGURATION.format(host=host, folder=folder, cores=os.cpu_count(), memory=memory)
    (folder / "spool").mkdir()
    (folder / "munge.key").write_bytes(os.urandom(1024))
    (folder / "munge.key").chmod(0o400)
    DEFAULT_CONFIGURATION.parent.mkdir(exist_ok=True)
    DEFAULT_CONFIGURATION.write_text(text, encoding="utf-8")
    try:
        _start(folder, host)
        yield
    finally:
        subprocess.run(["scontrol", "shutdown"], check=False, capture_output=True)
        for name in ("slurmd", "slurmctld", "munged"):
            pid = folder / f"{name}.pid"
            if pid.exists():
                subprocess.run(["kill", pid.read_text(encoding="utf-8").strip()], check=False)
        DEFAULT_CONFIGURATION.unlink()


def _start(folder: Path, host: str) -> None:
    files = {
        "key": "key",
        "socket": "socket",
        "pid-file": "pid",
        "log-file": "log",
        "seed-file": "seed",
    }
    options = [f"--{option}={folder}/munge.{name}" for option, name in files.items()]
    options[2] = f"--pid-file={folder}/munged.pid"
    folder.chmod(0o755)
    subprocess.run(["munged", "--force", *options], check=True)
    subprocess.run(["slurmctld", "-i"], check=True)
    _wait(lambda: "UP" in _said("scontrol", "ping"), "slurmctld")
    subprocess.run(["slurmd", "-N", host], check=True)
    _wait(lambda: _said("sinfo", "-h", "-o", "%t") == "idle", "slurmd")


def _said(*command: str) -> str:
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()


def _wait(ready: Callable[[], bool], name: str) -> None:
    deadline = time.monotonic() + 30
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{name} did not start")
        time.sleep(0.1)
