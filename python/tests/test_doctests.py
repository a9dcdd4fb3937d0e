"""The examples in the package's documentation are run."""
import doctest
import importlib
import pkgutil

import pytest

import pulley

MODULES = ["pulley", *(
    f"pulley.{item.name}" for item in pkgutil.iter_modules(pulley.__path__)
    if item.name != "__main__")]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_give_what_they_show(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_classes_that_programs_use_have_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    for name in ("Engine", "Function", "Global", "Instance", "Linker", "Memory", "Module", "Table"):
        kind = getattr(pulley, name)
        assert any(test.examples for test in finder.find(kind)), name
