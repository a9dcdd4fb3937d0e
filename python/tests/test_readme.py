"""What README.md shows is run, and prints what the comments say."""
import contextlib
import importlib
import io
import pathlib
import re
import shlex
import subprocess
import sys
from typing import Any, Iterator, List, Tuple

import pytest

README = pathlib.Path(__file__).resolve().parent.parent / "README.md"
TEXT = README.read_text(encoding="utf-8")


def blocks(language: str) -> List[Tuple[str, str]]:
    """The headings of README.md and the blocks of a language below them."""
    heading = ""
    found = []
    for part in re.finditer(r"^#+ ([^\n]*)$|^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL):
        if part[1]:
            heading = part[1]
        elif part[2] == language:
            found.append((heading, part[3]))
    return found


def run(code: str) -> List[str]:
    """Runs a block, and returns the lines that it prints."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        # Like a reader, a block may use what the first one has imported.
        exec("import ctypes, pulley\n" + code, {"__name__": "readme"})
    return [line.rstrip() for line in output.getvalue().splitlines()]


@pytest.fixture
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pathlib.Path]:
    """The current folder of a block, which may add to sys.path and import from there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "path_importer_cache", {})
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        if not name.startswith("pulley"):
            del sys.modules[name]


@pytest.mark.parametrize("code", [
    pytest.param(code, id=heading.replace(" ", "-")) for heading, code in blocks("python")])
def test_a_block_prints_what_its_comments_say(code: str, folder: pathlib.Path) -> None:
    assert run(code) == re.findall(r"# prints (.*)$", code, re.MULTILINE)


def test_the_first_block_has_twelve_lines() -> None:
    _, code = blocks("python")[0]
    assert len(code.splitlines()) == 12


def test_the_commands_of_the_readme_run(folder: pathlib.Path) -> None:
    for heading, code in blocks("python"):
        if heading == "Import modules, and the command":
            run(code)
    commands = [
        line for _, code in blocks("sh") for line in code.splitlines()
        if line.startswith("python -m pulley")]
    outputs = [
        subprocess.run(
            [sys.executable, *shlex.split(command)[1:]], check=True, capture_output=True,
            text=True).stdout
        for command in commands]
    assert len(commands) == 3
    assert outputs[0] == "3\n"
    assert "gcd" in outputs[1]
    assert (folder / "gcd.pulley").stat().st_size > 0


def test_the_block_in_the_project_s_own_readme_runs() -> None:
    root = README.parent.parent
    text = (root / "README.md").read_text("utf-8")
    code = re.search(r"^```python\n(.*?)^```$", text, re.M | re.S)
    assert code
    done = subprocess.run(
        [sys.executable, "-c", code[1]], cwd=root, check=True, capture_output=True, text=True)
    assert done.stdout == "Hello from WebAssembly\n"


def names() -> List[str]:
    """The names of the package that README.md mentions, in code and in text."""
    found = set(re.findall(r"(?<![\w./-])pulley(?:\.[A-Za-z_]\w*)+", TEXT))
    return sorted(found)


@pytest.mark.parametrize("name", names())
def test_a_name_in_the_readme_exists(name: str) -> None:
    found: Any = importlib.import_module("pulley")
    for word in name.split(".")[1:]:
        if not hasattr(found, word):
            importlib.import_module(f"{found.__name__}.{word}")
        found = getattr(found, word)
