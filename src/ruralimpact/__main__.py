"""`python -m ruralimpact`, which is what `make` calls: no path of a script that a shell must quote."""

import signal
import sys


def main() -> int:
    """Do what the command line asks for and return the exit status, also when interrupted while it loads."""
    try:
        from ruralimpact.cli import main as command_line

        return command_line()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        print("\nStopped.", file=sys.stderr)
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
