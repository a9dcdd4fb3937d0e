"""Runs test files without pytest, for a Python that has none:

    plain.py FILE…

A test is a function whose name begins with `test_` and that takes no arguments. A file that needs a module which is
not installed, such as pytest, is left out. The last line is `N passed, M failed`.
"""
from __future__ import annotations

import importlib.util
import inspect
import pathlib
import sys
import traceback
import unittest

#: What a test file may need besides the package.
OPTIONAL = ("pytest", "hypothesis", "numpy")


def main(files: list[str]) -> int:
    passed = failed = 0
    for file in files:
        path = pathlib.Path(file)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except unittest.SkipTest as reason:
            print(f"LEFT OUT: {path.name}: {reason}")
            continue
        except ModuleNotFoundError as error:
            if error.name not in OPTIONAL:
                raise
            print(f"LEFT OUT: {path.name}: there is no {error.name}")
            continue
        for name, test in list(vars(module).items()):
            if not name.startswith("test_") or not callable(test):
                continue
            if inspect.signature(test).parameters:
                print(f"LEFT OUT: {path.name}: {name} needs pytest")
                continue
            try:
                test()
            except unittest.SkipTest as reason:
                print(f"LEFT OUT: {path.name}: {reason}")
            except Exception:
                failed += 1
                print(f"FAILED: {path.name}: {name}")
                traceback.print_exc(file=sys.stdout)
            else:
                passed += 1
    print(f"{passed} passed, {failed} failed")
    return int(failed != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
