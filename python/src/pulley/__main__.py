"""`python -m pulley`."""

import signal
import sys

from ._command.arguments import main

if __name__ == "__main__":
    # Like other commands, this one ends at once by Ctrl-C, or when nobody reads its output.
    for number in (signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    sys.exit(main())
