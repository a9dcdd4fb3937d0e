#!/usr/bin/env python3
"""Chooses sequences of instructions to fuse from counts of real programs.

    tools/fusions.py [--count N] [--least SHARE] COUNTS.json… > Sources/PulleyGenerator/Handlers/DiscoveredFusions.swift

COUNTS.json are made by `pulley run --stats=COUNTS.json --stats-format json PROGRAM`; tools/fusions.md lists the programs.
Each file has the same weight, whatever its program runs. The choice is that of byte-pair encoding: the two cells that
most often run one after the other become one, everywhere, and so on, until N sequences are chosen or the best one would
save less than SHARE of the cells of an average program. Cells that are fused already count as one, so the result adds
to the lists in Fusions.swift.
"""

import argparse
import collections
import json
import re

# A fused handler has at most four parts.
MOST_PARTS = 4
# Written by hand, or of variable length.
NOT_FUSABLE = re.compile(
    r"wcall_|wtail|wslot|wenter|wleave|wmemory|wreload|return_from|count_run|check_int|sample_call|halt|predecode|trap"
    r"|br_table|sync|reload_memory|.*_unbound|call|xjump|push_frame|pop_frame|stack_|xmov_fp|xmov_lr|ret$"
)


def programs(paths):
    """Per file its straight runs of cells, each cell as the names of its parts, with the share of a cell of each run."""
    for path in paths:
        with open(path, encoding="utf-8") as file:
            counts = json.load(file)
        names = [handler["name"] for handler in counts["handlers"]]
        parts = [
            tuple(names[part] for part in handler["parts"]) or (handler["name"],)
            for handler in counts["handlers"]
        ]
        yield [
            (run["count"] / counts["cells"], [parts[number] for number in run["handlers"]])
            for run in counts["runs"]
        ]


def is_testable(parts):
    """Whether the test of all handlers can run every end of a handler of these parts.

    It has no memory for an address that was loaded, and a return reads a result.
    """
    if parts[-1] in ("wret", "wret_in_place"):
        return False
    if re.match(r"xzero|xconst", parts[0]) and re.match(r"br_if(_not)?32_x", parts[1]):
        return False
    is_loaded = False
    for part in parts:
        if re.match(r"[xfv](load|store)\w*_(mem|o32)_x", part) and is_loaded:
            return False
        if re.match(r"xload(32|64)|xstore", part):
            is_loaded = True
        elif not part.endswith("_x"):
            is_loaded = False
    return True


def pairs(cells):
    """The neighbours that could become one cell."""
    for one, other in zip(cells, cells[1:]):
        both = one + other
        if len(both) > MOST_PARTS or not is_testable(both):
            continue
        if not any(NOT_FUSABLE.match(part) for part in both):
            yield both


def joined(cells, chosen):
    """The cells with each two that make the chosen sequence joined."""
    result = []
    for cell in cells:
        if result and result[-1] + cell == chosen:
            result[-1] = chosen
        else:
            result.append(cell)
    return result


def choose(runs, count, least, program_count):
    """The sequences, best first, each with the share of an average program's cells that it saves."""
    scores = collections.Counter()
    users = collections.defaultdict(set)
    for number, (share, cells) in enumerate(runs):
        for both in pairs(cells):
            scores[both] += share
            users[both].add(number)
    chosen = []
    while len(chosen) < count and scores:
        # Equal scores in the order of the names, so that the result is reproducible.
        best = min(scores, key=lambda both: (-scores[both], both))
        saved = scores[best] / program_count
        if saved < least:
            break
        chosen.append((best, saved))
        for number in list(users[best]):
            share, cells = runs[number]
            for both in pairs(cells):
                scores[both] -= share
            cells = joined(cells, best)
            runs[number] = (share, cells)
            for both in pairs(cells):
                scores[both] += share
                users[both].add(number)
        del scores[best]
    return chosen


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("counts", nargs="+")
    parser.add_argument("--count", type=int, default=240)
    parser.add_argument("--least", type=float, default=0.0002)
    options = parser.parse_args()
    all_programs = list(programs(options.counts))
    runs = [run for program in all_programs for run in program]
    chosen = choose(runs, options.count, options.least, len(all_programs))
    print("/// Sequences that real programs run often. Written by tools/fusions.py; tools/fusions.md says from which.")
    print("let discovered: [[FusedPart]] = [")
    for parts, saved in chosen:
        names = ", ".join(f'"{part}"' for part in parts)
        print(f"  [{names}],  // {100 * saved:.2f} %")
    print("]")


if __name__ == "__main__":
    main()
