"""The whole interface, used at random: nothing but documented exceptions, and no handle left.

`hammer.py` does the same for as long as wanted.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

hypothesis = pytest.importorskip("hypothesis")

from hypothesis import HealthCheck, settings, strategies  # noqa: E402
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule  # noqa: E402

from world import OPERATIONS, World, handle_count  # noqa: E402


class Use(RuleBasedStateMachine):
    """Rules choose the operations, and each has its own seed, so that what fails can be made small."""

    def __init__(self) -> None:
        super().__init__()
        World(0).clear()
        self.before = handle_count()
        self.world = World(0)

    @initialize(seed=strategies.integers(0, 1000))
    def begin(self, seed: int) -> None:
        self.world.random.seed(seed)
        for operation in ("op_make_a_linker", "op_instantiate", "op_instantiate", "op_look_up"):
            self.perform(operation)

    @rule(operation=strategies.sampled_from(OPERATIONS), seed=strategies.integers(0, 10**6))
    def use(self, operation: str, seed: int) -> None:
        self.world.random.seed(seed)
        self.perform(operation)

    @rule(seed=strategies.integers(0, 10**6), count=strategies.integers(1, 20))
    def use_much(self, seed: int, count: int) -> None:
        self.world.random.seed(seed)
        self.world.steps(count)
        self.check()

    def perform(self, operation: str) -> None:
        self.world.step(operation)
        self.check()

    def check(self) -> None:
        if self.world.problems:
            raise self.world.problems[0]

    def teardown(self) -> None:
        self.world.clear()
        del self.world
        assert handle_count() <= self.before


TestUse = Use.TestCase
TestUse.settings = settings(
    max_examples=20, stateful_step_count=40, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck))


def test_the_hammer_finds_nothing_and_ends(request: Any) -> None:
    hammer = request.path.with_name("hammer.py")
    done = subprocess.run(
        [sys.executable, "-X", "dev", str(hammer), "--calls", "3000", "--seed", "7"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Expected exceptions" in done.stdout
