"""`python -m ruralimpact`, which is what `make` calls: no path of a script that a shell must quote."""

import sys

from ruralimpact.cli import main

if __name__ == "__main__":
    sys.exit(main())
