#!/usr/bin/env python3
"""Runs a program for WASI as `subprocess` would run one for this machine.

The program counts words. It is written in C (examples-c/guests/words.c) and gets only what it is
given.
"""
import pathlib
import tempfile

import pulley
from pulley import wasi

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
program = pulley.load(ROOT / "examples-c" / "guests" / "words.wasm")

poem = "an old silent pond\na frog jumps\nplop\n"
done = wasi.run(program, env={"TITLE": "A haiku"}, input=poem, capture_output=True, text=True)
print(done.returncode, done.stdout, end="")

# The program has no files but those in folders that it is given, here one that it can only read.
with tempfile.TemporaryDirectory() as folder:
    pathlib.Path(folder, "poem.txt").write_text(poem)
    done = wasi.run(
        program, ["/poems/poem.txt"], dirs={"/poems": (folder, "ro")}, capture_output=True,
        text=True)
    print(done.returncode, done.stdout, end="")

try:
    wasi.run(program, ["/etc/passwd"], name="words", capture_output=True, check=True)
except wasi.CalledProcessError as error:
    print(error)
    print(error.stderr.decode(), end="")
