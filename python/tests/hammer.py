"""Uses the package at random, for as long as wanted:

    python -X dev hammer.py SECONDS [--seed N]
    python -X dev hammer.py --calls N [--seed N]

It ends with 1, and shows the seed, if an exception of a class that is not documented was raised, if a
handle is left, or after five minutes without progress. A crash shows where it was.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import sys
import time
import traceback

from world import World, handle_count

STEPS = 2000

PATIENCE = 300


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", nargs="?", type=float, default=float("inf"))
    parser.add_argument("--calls", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    faulthandler.enable()
    end = time.monotonic() + options.seconds
    seed, calls, rounds = options.seed, 0, 0
    raised: "dict[str, int]" = {}
    World(0).clear()
    before = handle_count()
    while calls < options.calls and time.monotonic() < end:
        faulthandler.dump_traceback_later(PATIENCE, exit=True)
        world = World(seed)
        for _ in range(STEPS):
            world.step()
            if world.problems:
                break
        calls += world.calls
        rounds += 1
        for name, count in world.raised.items():
            raised[name] = raised.get(name, 0) + count
        if world.problems:
            print(f"seed {seed}:")
            for problem in world.problems[:3]:
                traceback.print_exception(type(problem), problem, problem.__traceback__)
            return 1
        world.clear()
        del world
        left = handle_count() - before
        if left:
            print(f"seed {seed}: {left} handles are left")
            return 1
        seed += 1
        print(f"\r{calls} operations", end="", file=sys.stderr, flush=True)
    faulthandler.cancel_dump_traceback_later()
    print(file=sys.stderr)
    print(f"{calls} operations in {rounds} rounds from seed {options.seed}. Expected exceptions:",
          ", ".join(f"{count} {name}" for name, count in sorted(raised.items())))
    gc.collect()
    return 0


if __name__ == "__main__":
    sys.exit(main())
