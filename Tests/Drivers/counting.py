"""Counts the checks of test drivers written in Python."""
import sys


class Count:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, what, holds, *details):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED: {what}")
            for detail in details:
                print("    " + str(detail)[:2000].replace("\n", "\n    "))
        return bool(holds)

    def equal(self, what, actual, expected, *details):
        return self.check(what, actual == expected, f"expected: {expected!r}",
                          f"actual:   {actual!r}", *details)

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(self.failed != 0)


def left_out(why):
    print(f"LEFT OUT: {why}")
