#!/usr/bin/env python3
"""Disassembles an optimised libpulley.so and checks that threaded code stays threaded.

usage: check-handlers.py LIBRARY    (with its symbols)

A handler must end in a jump through a register to the next handler, or in a jump to an equal handler. It must not
return. It must not call, except the handlers listed here with a reason. A call needs a stack frame, and a call
and return instead of a jump would make the host's stack grow with every instruction.
"""
import collections
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "Drivers"))
import counting

PREFIX = "pulley_h_"
# The handlers that stop the guest.
MAY_RETURN = {"halt", "stop"}
# The work of these handlers takes much longer than a call.
MAY_CALL = {
    "predecode": "predecodes a function on its first call",
    "call_unbound": "binds the call on its first use",
    "call1_unbound": "likewise",
    "call2_unbound": "likewise",
    "call3_unbound": "likewise",
    "call4_unbound": "likewise",
    "call_indirect_host": "calls the host",
    "call_indirect_host_escape": "likewise",
    "wcall_host": "likewise",
    "wcall_host_escape": "likewise",
    "wtail": "copies the arguments",
    "wtail_indirect": "likewise",
    "return_from_instance": "copies the results",
    "wenter_large": "moves the window",
    "wleave_large": "likewise",
    "vfma32x4": "calls the C library where fusing is not in every processor",
    "vfma64x2": "likewise",
}
# Fewer handlers would mean that the names have changed and this script checks nothing.
EXPECTED_AT_LEAST = 1500


def handlers(library):
    """The instructions of each handler, without trailing padding."""
    done = subprocess.run(["objdump", "-d", "--no-show-raw-insn", library], capture_output=True,
                          text=True, check=True)
    found, current = collections.OrderedDict(), None
    for line in done.stdout.splitlines():
        start = re.match(r"^[0-9a-f]+ <(.*)>:$", line)
        if start:
            name = start.group(1)
            current = None
            if name.startswith(PREFIX):
                current = found.setdefault(name[len(PREFIX):], [])
        elif current is not None and "\t" in line:
            text = line.split("\t", 1)[1].strip()
            if not re.match(r"(data16|cs|nop|int3|xchg +%ax,%ax)", text):
                current.append(text)
    return found


def is_call(text):
    return re.match(r"(call|blr?)\b", text)


def is_return(text):
    return re.match(r"ret", text)


def is_jump_through_register(text):
    return re.match(r"(jmp +\*|br +x)", text)


def is_frame(text):
    return re.match(r"(push +%rbp|stp +x29)", text)


def twin(body):
    """The handler to which this handler only jumps."""
    jumps = [re.search(r"<" + PREFIX + r"(\w+)>$", text) for text in body if re.match(
        r"(jmp|b) ", text)]
    return jumps[-1].group(1) if jumps and jumps[-1] else None


def main():
    count = counting.Count()
    found = handlers(sys.argv[1])
    count.check(f"there are at least {EXPECTED_AT_LEAST} handlers",
                len(found) >= EXPECTED_AT_LEAST, f"found {len(found)} in {sys.argv[1]}")
    twins = []
    for name, body in found.items():
        listing = "\n".join(body)
        calls = [text for text in body if is_call(text)]
        if name in MAY_RETURN:
            continue
        problems = []
        if any(is_return(text) for text in body):
            problems.append("returns")
        if calls and name not in MAY_CALL:
            problems.append("calls: " + "; ".join(calls))
        if name not in MAY_CALL and any(is_frame(text) for text in body):
            problems.append("sets up a frame")
        if not any(is_jump_through_register(text) for text in body):
            if twin(body) in found:
                twins.append(name)
            else:
                problems.append("does not jump to the next handler")
        count.check(f"{name}: {', '.join(problems)}", not problems, listing)
    if twins:
        print(f"{len(twins)} handlers are a jump to one that does the same: {', '.join(twins)}")
    count.finish()


main()
