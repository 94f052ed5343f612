"""Make every result of this package anew from its raw files, and compare it with what the package holds.

    python run.py               into .venv of this folder, at the pinned versions
    python run.py --installed   with the ruralimpact of the Python that runs this

Nothing has to be changed to run it elsewhere.
"""

import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
STUDY = "$study"


def python() -> str:
    """Return the Python to run with, with everything installed."""
    if "--installed" in sys.argv[1:]:
        return sys.executable
    folder = HERE / ".venv"
    scripts = folder / ("Scripts" if sys.platform == "win32" else "bin")
    interpreter = str(scripts / "python")
    if not (folder / "ready").exists():
        print("Setting up .venv")
        venv.create(folder, with_pip=True, clear=True)
        install = [interpreter, "-m", "pip", "install", "--quiet"]
        lock, (wheel,) = HERE / "software" / "requirements.lock", (HERE / "software").glob("*.whl")
        subprocess.run([*install, "--require-hashes", "--requirement", str(lock)], check=True)
        subprocess.run([*install, "--no-deps", str(wheel)], check=True)
        (folder / "ready").touch()
    return interpreter


def main() -> int:
    """Run, check, and return the exit status."""
    command = [python(), "-m", "ruralimpact"]
    ended = subprocess.run([*command, "run", STUDY], cwd=HERE / "project", check=False)
    if ended.returncode != 0:
        return ended.returncode
    return subprocess.run([*command, "package", "--check", str(HERE)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
