"""What the tests share."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import textwrap
from typing import Any, Callable, Iterator

import pytest

import pulley
from pulley._library import quick


def handle_count() -> int:
    """How many handles of the library the process has."""
    return int(quick.pulley_handle_count())


@pytest.fixture
def no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves handles of the library. Other fixtures must depend on this one."""
    pulley.load("(module)").close()
    before = handle_count()
    yield
    # pytest keeps what the test was given until later.
    (request.node.funcargs or {}).clear()
    if handle_count() > before:
        gc.collect()
    assert handle_count() <= before


@pytest.fixture
def run_python() -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Runs a program in another interpreter with the options of this one. It must end by itself."""

    def run(program: str, *options: str, timeout: float = 60, **more: Any) -> Any:
        # What is installed must be found, and nothing from the folder of the tests.
        return subprocess.run(
            [sys.executable, "-X", "faulthandler", *options, "-c", textwrap.dedent(program)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True,
            timeout=timeout, env=dict(os.environ), **more)

    return run
