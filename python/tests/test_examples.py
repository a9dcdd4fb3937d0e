"""The examples run, and print what they did when they were written."""
import os
import pathlib
import subprocess
import sys

import pytest

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent / "examples"


def run(name: str, stdin: str = "", timeout: float = 60) -> str:
    """What an example prints. It must end well and write nothing to the standard error."""
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / f"{name}.py")], input=stdin, capture_output=True,
        text=True, timeout=timeout, env={**os.environ, "PYTHONIOENCODING": "utf-8"})
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_hello_calls_a_function_of_c_and_one_of_python() -> None:
    lines = run("hello").splitlines()
    assert lines[0].startswith("libpulley ")
    assert lines[1:] == ["Hello from WebAssembly", "Python says: Hello from WebAssembly"]


def test_numpy_filter_works_in_place() -> None:
    pytest.importorskip("numpy")
    assert run("numpy_filter") == (
        "noise before: 0.498\n"
        "noise after:  0.036\n"
        "as in Python: True\n")


def test_sqlite_calls_the_guest_for_each_row() -> None:
    assert run("sqlite") == (
        "Mars has 0.107 times the mass of Earth\n"
        "Venus has 0.815 times the mass of Earth\n"
        "Earth has 1.000 times the mass of Earth\n"
        "status 0\n"
        "status 1 for a table that does not exist\n")


def test_plugins_are_ended_without_harm() -> None:
    assert run("plugins") == (
        "squares:\n"
        "  reports 1\n"
        "  reports 4\n"
        "  reports 9\n"
        "  returns 3\n"
        "endless:\n"
        "  is ended: the guest has not ended within 0.2 s\n"
        "greedy:\n"
        "  returns 49\n"
        "wild:\n"
        "  traps: memory_out_of_bounds in peek\n"
        "bottomless:\n"
        "  traps: stack_overflow in dig\n"
        "talkative:\n"
        "  got an exception: -1 is not a square\n"
        "burglar:\n"
        "  may not have env.system\n"
        "broken:\n"
        "  is not valid, line 1\n")


def test_calculator_compiles_each_line() -> None:
    typed = {
        "area(r) = 3.14159 * r**2": "",
        "area(2) + sqrt(2)": "13.9806\n",
        "area(r) = 4 * r**2": "",
        "area(2)": "16\n",
        "factorial(n) = 1 if n < 2 else n * factorial(n - 1)": "",
        "factorial(20)": "2.4329e+18\n",
        "endless(n) = endless(n + 1)": "",
        "endless(1)": "Trap: call stack exhausted\n",
        "1 + * 2": "SyntaxError: invalid syntax\n",
        "volume(2)": "volume: not defined\n",
        "-7 % 3 - 1/4": "-1.25\n",
        "'a' + 1": "SyntaxError: 'a' is not part of this language\n",
    }
    assert run("calculator", "\n".join(typed)) == "".join(typed.values())


def test_words_gets_only_what_it_is_given() -> None:
    assert run("words") == (
        "0 A haiku\n"
        "input: 3 lines, 8 words\n"
        "0 /poems/poem.txt: 3 lines, 8 words\n"
        "the program 'words' exited with code 1\n"
        "/etc/passwd: Capabilities insufficient\n")
