#!/usr/bin/env python3
"""Runs a command with a time limit.

  Tests/limited.py SECONDS COMMAND [ARGUMENT…]

At the limit, the command is ended with all processes that it has started, and the status is 124. Otherwise
the status is the command's own, or 128 and the number of the signal that ended it. Processes that the
command leaves are ended too.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time

TIMED_OUT = 124
PR_SET_CHILD_SUBREAPER = 36
# How long a process may take to end itself, in seconds.
GRACE = 5


def descendants():
    """The living processes that this one has started, and those that they have started."""
    children = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                # The command's name, in parentheses, may contain anything.
                state, parent = file.read().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            children.setdefault(int(parent), []).append(int(name))
    found, left = [], [os.getpid()]
    while left:
        own = children.get(left.pop(), [])
        found += own
        left += own
    return found


def send(number, processes):
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            pass


def end_descendants():
    """Asks all of them to end, and kills those that are left after the time of grace."""
    deadline = time.monotonic() + GRACE
    send(signal.SIGTERM, descendants())
    while left := descendants():
        if time.monotonic() >= deadline:
            # Again and again, because one may have started another in the meantime.
            send(signal.SIGKILL, left)
        time.sleep(0.05)
    # Otherwise they would stay, ended, until the process that adopts them next ends.
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__.strip())
    # A process that outlives its parent becomes a child of this one, so that no process is lost.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def stop(number, _):
        end_descendants()
        os._exit(128 + number)

    for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP:
        signal.signal(number, stop)
    command = subprocess.Popen(sys.argv[2:], start_new_session=True)
    try:
        status = command.wait(timeout=float(sys.argv[1]))
    except subprocess.TimeoutExpired:
        status = TIMED_OUT
    end_descendants()
    sys.exit(status if status >= 0 else 128 - status)


main()
