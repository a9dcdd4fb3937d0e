#!/usr/bin/env python3
"""Runs random modules that throw and catch in each tier, and with functions that are optimised after some calls or
repetitions of loops. All must give what the second tier alone gives.

    Tests/Fuzz/run.sh tiers
    python3 Tests/Fuzz/Targets/tiers.py FILE…      compares these modules
    python3 Tests/Fuzz/Targets/tiers.py --seed N   writes the module of a seed to standard output

Unlike the fuzzer `objects` it needs no other engine, so that the modules also have the older exceptions, which
Wasmtime does not."""
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import tier_modules

FINDINGS = pathlib.Path("build/fuzz/findings/tiers")
PULLEY = pathlib.Path("build/bin/pulley")
VARIANTS = [["-O0"], ["-O0", "--gc-stress"], *(["-O1", "--optimize-after", str(n)] for n in (1, 2, 3, 8, 40))]
#: In seconds. One run takes less than a tenth of a second.
PATIENCE = 60


def pulley(*arguments):
    """The exit code and the output of the command; no code if it does not end."""
    try:
        done = subprocess.run([PULLEY, *arguments], capture_output=True, text=True, errors="replace", timeout=PATIENCE,
                              env={**os.environ, "SWIFT_BACKTRACE": "enable=no"})
    except subprocess.TimeoutExpired:
        return None, "no end"
    return done.returncode, (done.stdout + done.stderr).strip()


def compare(path):
    """What a variant does otherwise than the second tier, or None."""
    code, output = pulley("run", "--no-cache", "-O2", "--invoke", "main", path)
    if code != 0:
        return f"-O2: exit {code}: {output[-300:]}"
    script = path.with_suffix(".wast")
    script.write_text(f'{path.read_text()}\n(assert_return (invoke "main") (i64.const {output}))\n')
    for variant in VARIANTS:
        code, output = pulley("wast", *variant, script)
        if code != 0:
            return f"{' '.join(variant)}: exit {code}: {output[-300:]}"
    return None


def main():
    if sys.argv[1:2] == ["--seed"]:
        sys.stdout.write(tier_modules.text(int(sys.argv[2])))
        return 0
    seconds = int(os.environ.get("FUZZ_SECONDS", "60"))
    seed = int(os.environ.get("FUZZ_SEED", "1"))
    generator = random.Random(seed)
    inputs = findings = 0
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        given = [pathlib.Path(path) for path in sys.argv[1:]]
        while given or not sys.argv[1:] and time.monotonic() < end and findings < 20:
            number = generator.getrandbits(48)
            path = pathlib.Path(folder, f"{number}.wat")
            path.write_text(given.pop().read_text() if given else tier_modules.text(number))
            inputs += 1
            if what := compare(path):
                findings += 1
                FINDINGS.mkdir(parents=True, exist_ok=True)
                kept = shutil.copy(path, FINDINGS / path.name)
                print(f"FINDING in tiers: python3 Tests/Fuzz/Targets/tiers.py {kept}\n  {what}", flush=True)
            path.unlink()
            path.with_suffix(".wast").unlink(missing_ok=True)
    print(f"tiers: {inputs} inputs in {seconds} s, {findings} findings (FUZZ_SEED={seed})")
    return findings != 0


if __name__ == "__main__":
    sys.exit(main())
