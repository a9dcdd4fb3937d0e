#!/usr/bin/env python3
"""Chooses sequences of instructions to fuse from counts of programs.

    tools/fusions.py [--known NAMES] [--count N] [--least SHARE] [--parts N] COUNTS.json… [--aside COUNTS.json…]

COUNTS.json are made by `pulley run --stats=COUNTS.json --stats-format json PROGRAM` with a library that fuses nothing;
tools/fusions.md lists the programs and what to do with the result. Each file has the same weight, whatever its program
runs; WEIGHT:COUNTS.json gives it another.

The candidates are those of byte-pair encoding: the two cells that most often run one after the other become one,
everywhere, and so on. A sequence may contain branches that are not taken; it saves what runs after them. Then what saves
less than SHARE of the cells of an average program, when all others are there too, is left out.

On standard error: how many cells each program is left with if a function is divided as well as possible, which is
what predecoding does; also for programs that are kept aside.
"""

import argparse
import collections
import heapq
import json
import math
import pathlib
import re
import sys

# Written by hand, or of variable length.
NOT_FUSABLE = re.compile(
    r"wcall_host|wtail|wslot|wenter|wleave|wmemory|wreload|wframe|return_from|count_|check_int|sample_call|halt|predecode|trap"
    r"|br_table|sync|reload_memory|.*_unbound|calls|call_|xjump|push_frame|pop_frame|stack_|xmov_fp|xmov_lr|ret$|object_|array_"
    r"|reference_|store_reference|jump_function"
)
# What only the end of a sequence can be.
LAST = re.compile(r"jump$|wcall|wret")
OF_WINDOWS = re.compile(r"wcall|wret|wcontext")
# What the test of all handlers can run in a function with a window.
WINDOW_TESTABLE = re.compile(
    r"wcall|wret_in_place_x$|wcontext$|x(add|sub|mul|band|bor|bxor|shl|shr_u|shr_s|rotl)(32|64)(_i)?(_[xy])?$|xmov(_x)?$|xconst$|xzero$"
    r"|x(load|store)\w*_o32(_[xv])?$|xload(8_u32|32le|64le)_mem(_x)?$|x(ult|eq|slt|neq|ulteq|slteq)32(_[xy])?$|zext(8|32)(_x)?$"
    r"|xneg32(_x)?$|xbnot32(_x)?$|br_if_\w+$|br_if32(_x)?$"
)


def traces(path):
    """Straight pieces of code, each as cells (their parts, the share of the program's cells that their count is)."""
    with open(path, encoding="utf-8") as file:
        counts = json.load(file)
    names = [handler["name"] for handler in counts["handlers"]]
    parts = [
        tuple(names[part] for part in handler["parts"]) or (handler["name"],)
        for handler in counts["handlers"]
    ]
    for trace in counts["traces"]:
        yield [
            (parts[number], count / counts["cells"])
            for count, run in zip(trace["counts"], trace["handlers"])
            for number in run
        ]


def is_testable(parts):
    """Whether the test of all handlers can run every end of a handler of these parts.

    It has no memory for an address that was loaded, and a comparison of constants has one end. It seldom finds the
    number that a computed one is compared with.
    """
    if any(OF_WINDOWS.match(part) for part in parts):
        if not all(WINDOW_TESTABLE.match(part) for part in parts):
            return False
        if re.match(r"x(load|store)\w*_o32_x", parts[0]) or parts[-1] == "wcall_indirect" and len(parts) > 4:
            return False
    is_loaded = is_constant = False
    for place, part in enumerate(parts):
        before = parts[place - 1] if place else ""
        if re.match(r"[xfv](load|store)\w*_(mem|o32|z)_x", part) and is_loaded:
            return False
        if re.match(r"br_if", part) and is_constant:
            return False
        if re.match(r"br_if_\w*_w_[xy]", part) and before and not re.match(r"xadd32_i", before):
            return False
        if re.match(r"br_if_\w*_i_x", part) and re.match(r"br_if", before):
            return False
        if re.match(r"xstore\w*_v", part) and re.match(r"xstore", before):
            return False
        if re.match(r"xload(32|64)|xstore", part):
            is_loaded = True
        elif not part.endswith("_x"):
            is_loaded = False
        if re.match(r"xzero|xconst", part):
            is_constant = True
        elif not re.search(r"_[xyv]$", part):
            is_constant = False
    return True


class Chooser:
    """Joins the pairs of cells that run most often, one after the other."""

    def __init__(self, most_parts):
        self.most_parts = most_parts
        self.cells = []
        self.scores = collections.Counter()
        self.users = collections.defaultdict(set)
        self.fusable = {}
        self.changed = set()

    def can_fuse(self, both):
        known = self.fusable.get(both)
        if known is None:
            known = (
                len(both) <= self.most_parts and not any(NOT_FUSABLE.match(part) for part in both)
                and not any(LAST.match(part) for part in both[:-1]) and is_testable(both))
            self.fusable[both] = known
        return known

    def add(self, trace):
        self.cells.append(trace)
        self.count(len(self.cells) - 1, 1)

    def count(self, number, sign):
        trace = self.cells[number]
        for (one, _), (other, share) in zip(trace, trace[1:]):
            if share and self.can_fuse(one + other):
                self.scores[one + other] += sign * share
                if sign > 0:
                    self.users[one + other].add(number)
                    self.changed.add(one + other)

    def join(self, chosen):
        for number in list(self.users[chosen]):
            self.count(number, -1)
            result = []
            for parts, share in self.cells[number]:
                if result and result[-1][0] + parts == chosen:
                    # What follows runs as often as the last part.
                    result[-1] = (chosen, result[-1][1])
                else:
                    result.append((parts, share))
            self.cells[number] = result
            self.count(number, 1)
        del self.scores[chosen]

    def choose(self, count, least):
        """The sequences, best first, until one saves less than `least`."""
        chosen = []
        # Equal scores in the order of the names, so that the result is reproducible. An entry may be out of date.
        heap = []
        while len(chosen) < count:
            for both in self.changed:
                heapq.heappush(heap, (-self.scores[both], both))
            self.changed.clear()
            if not heap:
                break
            score, best = heapq.heappop(heap)
            now = self.scores.get(best, 0)
            if abs(now + score) > 1e-12:
                if now > least:
                    heapq.heappush(heap, (-now, best))
                continue
            if now < least:
                break
            chosen.append(best)
            self.join(best)
        return chosen


class Tiler:
    """Divides traces into cells as well as a set of sequences allows, which is what predecoding does."""

    def __init__(self, sequences):
        self.sequences = sequences
        # The sequences that begin with some parts: longer ones are not looked for if there is none.
        self.beginnings = {parts[:length] for parts in sequences for length in range(1, len(parts) + 1)}

    def tile(self, trace, saved=None):
        """The share of the cells that is left. Adds to `saved` what each sequence saves."""
        # Shares differ where a branch falls through, so the cost of a cell is the share of its first instruction.
        singles = [(part, share) for parts, share in trace for part in parts]
        costs = [0.0] * (len(singles) + 1)
        lengths = [1] * len(singles)
        for start in range(len(singles) - 1, -1, -1):
            best = costs[start + 1]
            parts = (singles[start][0],)
            for end in range(start + 2, len(singles) + 1):
                parts += (singles[end - 1][0],)
                if parts not in self.beginnings:
                    break
                if parts in self.sequences and costs[end] < best:
                    best, lengths[start] = costs[end], end - start
            costs[start] = best + singles[start][1]
        if saved is not None:
            start = 0
            while start < len(singles):
                end = start + lengths[start]
                if lengths[start] > 1:
                    parts = tuple(part for part, _ in singles[start:end])
                    saved[parts] += sum(share for _, share in singles[start + 1:end])
                start = end
        return costs[0] if singles else 0


def prune(sequences, known, programs, least, count):
    """Leaves out what saves too little when others are there, a part at a time: the rest then saves more."""
    total = sum(weight for weight, _ in programs)
    for step in (0.25, 0.5, 1, 1):
        tiler = Tiler(sequences | known)
        saved = collections.Counter()
        for weight, program in programs:
            for trace in program:
                tiler.tile([(parts, share * weight / total) for parts, share in trace], saved)
        sequences = {parts for parts in sequences if saved[parts] >= least * step}
    order = sorted(sequences, key=lambda parts: (-saved[parts], parts))[:count]
    return [(parts, saved[parts]) for parts in order]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("counts", nargs="+")
    parser.add_argument("--aside", nargs="*", default=[])
    parser.add_argument("--count", type=int, default=240)
    parser.add_argument("--least", type=float, default=0.0002)
    parser.add_argument("--parts", type=int, default=6)
    parser.add_argument("--known", help="HandlerNames.swift with the fusions written by hand")
    options = parser.parse_args()
    chooser = Chooser(options.parts)
    programs = []
    total = sum(float(name.rpartition(":")[0] or 1) for name in options.counts)
    for name in options.counts:
        weight, _, path = name.rpartition(":")
        weight = float(weight or 1)
        programs.append((weight, list(traces(path))))
        for trace in programs[-1][1]:
            chooser.add([(parts, share * weight / total) for parts, share in trace])
    candidates = chooser.choose(4 * options.count, options.least / 4)
    known = set()
    if options.known:
        names = pathlib.Path(options.known).read_text(encoding="utf-8").split()
        known = {tuple(name.split("__")) for name in names if "__" in name}
    chosen = prune(set(candidates) - known, known, programs, options.least, options.count)
    print(f"{len(candidates)} candidates, {len(chosen)} chosen", file=sys.stderr)
    tiler = Tiler({parts for parts, _ in chosen} | known)
    shares = []
    for path in options.counts + options.aside:
        share = sum(tiler.tile(trace) for trace in traces(path.rpartition(":")[2]))
        shares.append(share)
        mark = "  (aside)" if len(shares) > len(options.counts) else ""
        print(f"{share:.3f}  {path}{mark}", file=sys.stderr)
    for kind, some in (("chosen from", shares[:len(options.counts)]), ("aside", shares[len(options.counts):])):
        if some:
            print(f"{math.prod(some) ** (1 / len(some)):.3f}  geometric mean, {kind}", file=sys.stderr)
    print("// swift-format-ignore-file")
    print("// Written by tools/fusions.py; tools/fusions.md says from which programs. Do not edit.\n")
    print("/// Sequences that programs run often, each with the share of the cells of an average program that it saves.")
    print("let discovered: [[FusedPart]] = [")
    for parts, saved in chosen:
        names = ", ".join(f'"{part}"' for part in parts)
        print(f"  [{names}],  // {100 * saved:.2f} %")
    print("]")


if __name__ == "__main__":
    main()
