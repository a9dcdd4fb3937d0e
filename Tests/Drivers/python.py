#!/usr/bin/env python3
"""The Python package: a wheel that is built, installed into fresh virtual environments, and tested there with every
Python from 3.9 on that this machine has. Nothing is imported from the source tree."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import counting

ROOT = pathlib.Path.cwd()
PACKAGE = ROOT / "python"
TESTS = PACKAGE / "tests"
NEWEST = 14
# Two thirds of the tests' time: threads, signals, random operations, many objects. A Python between the oldest and the
# newest one runs the others only, because a difference between Pythons shows on one side of it, too.
LONG = ["test_interruption.py", "test_state_machine.py", "test_memory_random.py", "test_lifetimes.py",
        "test_threads.py", "test_host_random.py", "test_examples.py"]
count = counting.Count()
version = re.search(r'^#define PULLEY_VERSION "(.*)"', (ROOT / "include/pulley.h").read_text(), re.M).group(1)
# What the user of this machine has set must not decide which library and which modules are tested.
environment = {name: value for name, value in os.environ.items()
               if name not in ("PULLEY_LIBRARY", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
environment["PYTHONDONTWRITEBYTECODE"] = "1"
# A shell starts commands in the background with an ignored SIGINT, and tests interrupt themselves.
signal.signal(signal.SIGINT, signal.default_int_handler)
# The tests compare the package's command line with the project's.
environment["PULLEY_COMMAND"] = str(ROOT / "build/bin/pulley")


def run(*command, cwd):
    return subprocess.run([str(word) for word in command], cwd=cwd, env=environment, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def succeeds(what, *command, cwd):
    done = run(*command, cwd=cwd)
    # The end of the output tells most.
    count.check(what, done.returncode == 0, done.stdout[-1900:])
    return done


# The generated declarations

succeeds("_api.py is what pulley.h declares", sys.executable, PACKAGE / "generate.py", "--check", cwd=ROOT)


# The wheel

def check_wheel(wheel):
    tag = re.fullmatch(rf"libpulley-{re.escape(version)}-py3-none-manylinux_2_\d+_\w+\.whl", wheel.name)
    count.check("the wheel's name has the version and the oldest system", tag, wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        for name in ["pulley/lib/libpulley.so.0", "pulley/py.typed", "pulley/_api.py"]:
            count.check(f"the wheel contains {name}", name in names, names)
        for name in ["LICENSE", "THIRD-PARTY-NOTICES"]:
            stored = f"libpulley-{version}.dist-info/licenses/{name}"
            count.check(f"the wheel contains this project's {name}",
                        stored in names and archive.read(stored) == (ROOT / name).read_bytes(), names)
        sources = [str(path.relative_to(PACKAGE / "src")) for path in (PACKAGE / "src/pulley").rglob("*.py")]
        count.equal("the wheel contains exactly the package's modules",
                    sorted(name for name in names if name.endswith(".py")), sorted(sources))
        count.equal("no file of the wheel contains the path of the checkout",
                    [name for name in names if str(ROOT).encode() in archive.read(name)], [])


# Tests in an environment

def make_environment(python, folder, wheel):
    """A fresh environment with the wheel; its Python, or None."""
    # pip comes from ensurepip, so that this needs no network.
    done = run(python, "-m", "venv", folder, cwd=folder.parent)
    if done.returncode:
        counting.left_out(f"{python}: it cannot make virtual environments")
        return None
    own = folder / "bin/python"
    succeeds(f"the wheel can be installed for {python}", own, "-m", "pip", "install", "-q", "--no-index", "--no-deps",
             "--disable-pip-version-check", wheel, cwd=folder)
    return own


def install(label, python, *packages):
    """Whether the packages can be installed from PyPI."""
    done = run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--retries", "1", "--only-binary",
               ":all:", *packages, cwd=ROOT)
    if done.returncode and "(from versions: none)" in done.stdout:
        counting.left_out(f"{label}: what needs {' '.join(map(str, packages))}: PyPI cannot be reached")
    else:
        count.check(f"{label}: what the tests need can be installed", done.returncode == 0, done.stdout[-1900:])
    return done.returncode == 0


def pytest(label, python, work, *arguments, none=False):
    """Runs pytest outside of the source tree and counts its tests. `none`: whether there may be none."""
    report = work / "report.xml"
    report.unlink(missing_ok=True)
    done = run(python, "-X", "dev", "-m", "pytest", "-v", "-p", "no:cacheprovider", "-c", PACKAGE / "pyproject.toml",
               "--rootdir", work, f"--junitxml={report}", *arguments, cwd=work)
    if not report.exists():
        # The last line names the test.
        count.check(f"{label}: pytest does not end with {done.returncode} in a test", False, done.stdout[-1900:])
        return
    suite = xml.etree.ElementTree.parse(report).getroot().find("testsuite")
    skipped = {}
    for case in suite.iter("testcase"):
        name = f"{label}: {case.get('classname')}: {case.get('name')}"
        bad = case.find("failure") if case.find("failure") is not None else case.find("error")
        if bad is not None:
            count.check(name, False, (bad.get("message") or "")[:500], (bad.text or "")[-1400:])
        elif case.find("skipped") is not None:
            reason = case.find("skipped").get("message")
            skipped.setdefault(reason, []).append(case.get("name"))
        else:
            count.check(name, True)
    for reason, names in skipped.items():
        counting.left_out(f"{label}: {', '.join(names)}: {reason}")
    # 1: tests failed, which are counted. 5: there are no tests.
    count.check(f"{label}: pytest runs to its end", done.returncode in (0, 1, 5 if none else 0), done.stdout[-1900:])


def minor(python):
    """The version of a Python as (3, minor, whether it is without the lock); None if it does not run."""
    program = ("import sys, sysconfig\n"
               "print(*sys.version_info[:2], int(bool(sysconfig.get_config_var('Py_GIL_DISABLED'))))")
    try:
        done = subprocess.run([python, "-c", program], capture_output=True, text=True, env=environment, timeout=60)
        return tuple(map(int, done.stdout.split())) or None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def other_pythons():
    """Pythons of other versions than this one, each version once."""
    names = [f"python3.{number}{suffix}" for number in range(9, NEWEST + 1) for suffix in ("", "t")]
    candidates = [shutil.which(name) for name in names]
    if pyenv := shutil.which("pyenv"):
        versions = subprocess.run([pyenv, "versions", "--bare"], capture_output=True, text=True).stdout.split()
        for name in versions:
            prefix = subprocess.run([pyenv, "prefix", name], capture_output=True, text=True).stdout.strip()
            candidates.append(os.path.join(prefix, "bin", "python"))
    found = {}
    for candidate in candidates:
        kind = minor(candidate) if candidate else None
        if kind and (3, 9) <= kind[:2] and kind != minor(sys.executable):
            found.setdefault(kind, candidate)
    return sorted(found.items())


# Parts of the test in this Python

def check_types(python, work):
    # Tests pass wrong types on purpose. So functions of tests without annotations are not checked, and modules that
    # only a test's import hook finds are unknown.
    lenient = ["--allow-untyped-defs", "--allow-untyped-calls", "--allow-untyped-decorators", "--allow-incomplete-defs",
               "--no-check-untyped-defs", "--no-warn-return-any", "--no-warn-unused-ignores",
               "--disable-error-code=import-not-found", "--disable-error-code=annotation-unchecked"]
    for what, arguments in [("the package", ["-p", "pulley"]), ("the tests", [*lenient, TESTS]),
                            *((path.name, [path]) for path in sorted((PACKAGE / "examples").glob("*.py")))]:
        succeeds(f"mypy --strict accepts {what}", python, "-m", "mypy", "--strict", "--config-file=", "--cache-dir",
                 work / "mypy", *arguments, cwd=work)


def check_examples(python, work):
    """Examples print what is in the file beside them whose name ends in `.txt`, if there is one."""
    for example in sorted((PACKAGE / "examples").glob("*.py")):
        done = succeeds(f"the example {example.name} runs", python, "-X", "dev", "-W", "error", example, cwd=work)
        expected = example.with_suffix(".txt")
        if expected.exists():
            count.equal(f"the example {example.name} prints this", done.stdout, expected.read_text())


def check_origin(label, python, work):
    done = run(python, "-X", "dev", "-W", "error", "-c", "import pulley, pulley._library as library\n"
               "print(pulley.__file__, library.path, sep='\\n')", cwd=work)
    origins = done.stdout.split("\n")[:2]
    count.check(f"{label}: the installed package and its own library are imported",
                done.returncode == 0 and all(origin.startswith(str(work)) for origin in origins), done.stdout)


with tempfile.TemporaryDirectory() as name:
    work = pathlib.Path(name).resolve()
    made = run(PACKAGE / "make-wheel.sh", cwd=ROOT)
    wheels = sorted((ROOT / "build/wheel").glob("*.whl"))
    if made.returncode == 69:
        counting.left_out(f"the Python package: {made.stdout.strip()}")
        count.finish()
    if not count.check("make-wheel.sh makes one wheel", made.returncode == 0 and len(wheels) == 1, made.stdout[-1900:]):
        count.finish()
    check_wheel(wheels[0])

    python = make_environment(sys.executable, work / "main", wheels[0])
    if python:
        check_origin("this Python", python, work)
    if python and install("this Python", python, "-r", PACKAGE / "requirements-test.txt"):
        check_types(python, work)
        pytest("this Python", python, work, TESTS)
        sources = "".join(path.read_text() for path in (PACKAGE / "src/pulley").rglob("*.py"))
        pytest("doctests", python, work, "--doctest-modules", "--pyargs", "pulley", none=">>> " not in sources)
        readme = PACKAGE / "README.md"
        pytest("README.md", python, work, "--doctest-glob=*.md", readme, none=">>> " not in readme.read_text())
        check_examples(python, work)

    others = other_pythons()
    # Without the lock, threads are what matters.
    ends = {function(kind[:2] for kind, _ in others + [(sys.version_info[:2], "")]) for function in (min, max)}
    for kind, path in others:
        label = f"Python {kind[0]}.{kind[1]}" + (" without the lock" if kind[2] else "")
        folder = work / f"{kind[0]}.{kind[1]}.{kind[2]}"
        other = make_environment(path, folder, wheels[0])
        if not other:
            continue
        check_origin(label, other, work)
        if install(label, other, "pytest", "hypothesis", "-c", PACKAGE / "requirements-test.txt"):
            if kind[2] or kind[:2] in ends:
                pytest(label, other, work, TESTS)
            else:
                pytest(label, other, work, TESTS, *(f"--ignore={TESTS / name}" for name in LONG))
                counting.left_out(f"{label}: {', '.join(LONG)}: the oldest and the newest Python run them")
            continue
        done = run(other, "-X", "dev", "-W", "error", TESTS / "plain.py", *sorted(TESTS.glob("test_*.py")), cwd=work)
        counts = re.search(r"^(\d+) passed, (\d+) failed$", done.stdout, re.M)
        count.check(f"{label}: the tests that need no pytest pass",
                    counts and counts.group(1) != "0" and counts.group(2) == "0", done.stdout[-1900:])
    known = {kind[:2] for kind, _ in others} | {sys.version_info[:2]}
    if missing := [f"3.{number}" for number in range(9, NEWEST + 1) if (3, number) not in known]:
        counting.left_out(f"the package with Python {', '.join(missing)}: not installed")

count.finish()
