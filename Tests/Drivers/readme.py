#!/usr/bin/env python3
"""Runs every command of README.md, and checks what all documents say about files.

The commands in README.md's `sh` blocks run one after another in a copy of the repository that holds the
built library. `make` targets that would build the library again are only checked to exist. Each `c` block
must equal the file that the paragraph above it links to. In all documents, links must lead to files and
headings that exist, and so must paths and `make` targets in code spans.
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from counting import Count, left_out

count = Count()
readme = pathlib.Path("README.md").read_text()
tracked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.split("\n")
tracked = [path for path in tracked if os.path.exists(path)]


def blocks(text, language):
    """The blocks of a language, each with the text above it."""
    for block in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.S | re.M):
        yield text[:block.start()], block.group(1)


# ---- Code in README.md is the code of the files it links to ----

for above, code in blocks(readme, "c"):
    path = re.findall(r"\]\(([^)]*\.c)\)", above)[-1]
    source = re.sub(r"\A/\*.*?\*/\n", "", pathlib.Path(path).read_text())
    count.equal(f"README.md shows {path} without changes", code, source)

# ---- The commands of README.md run ----

# Targets that only need what `make` has built. The others would compile everything again.
RUNNABLE_TARGETS = {"install", "uninstall"}


def runnable(command):
    words = command.split()
    if words[0] == "make" and not RUNNABLE_TARGETS.intersection(words):
        return command.replace("make", "make -n", 1)
    return command


def run_commands(folder):
    """Runs the commands in one shell, so that exported variables last; gives each with its exit code and
    output."""
    commands = [line for _, code in blocks(readme, "sh")
                for line in code.replace("\\\n", " ").split("\n") if line.strip()]
    script = "".join(f"{runnable(line)}\nprintf '\\n@@@ %s\\n' $?\n" for line in commands)
    variables = {**os.environ, "HOME": str(folder / "home")}
    run = subprocess.run(["sh"], input=script, cwd=folder, env=variables, text=True, timeout=600,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    parts = re.split(r"\n@@@ (\d+)\n", run.stdout)
    return list(zip(commands, parts[1::2], parts[0::2]))


def make_copy(folder):
    for path in tracked:
        if not path.startswith(("Sources/", "Tests/", "bench/")):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, folder / path)
    for name in ("lib", "bin", "include"):
        shutil.copytree(f"build/{name}", folder / "build" / name, symlinks=True)


missing = [tool for tool in ("clang", "wasm-ld", "pkg-config", "cc", "make") if not shutil.which(tool)]
if missing:
    left_out(f"the commands of README.md: there is no {' and no '.join(missing)}")
else:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_copy(folder)
        outcomes = run_commands(folder)
        for command, code, output in outcomes:
            count.equal(f"README.md: `{command}` succeeds", code, "0", output)
        for command in ("build/hello build/hello.wasm", "pulley run --host"):
            count.check(f"README.md: `{command}` prints the greeting", any(
                command in line and "Hello from WebAssembly\n" in output + "\n" for line, _, output in outcomes))

# ---- Links, paths and make targets in documents ----

documents = [path for path in tracked if path.endswith(".md") and not path.startswith(("Tests/", "Sources/"))]
targets = set(re.findall(r"^([a-z-]+(?: [a-z-]+)*):", pathlib.Path("Makefile").read_text(), re.M))
targets = {name for group in targets for name in group.split()}
known = set(tracked) | {str(parent) for path in tracked for parent in pathlib.PurePath(path).parents}


def anchors(path):
    headings = re.findall(r"^#+ (.*)$", pathlib.Path(path).read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def exists(path):
    """Whether a path names a file or folder, from the root, or inside of Sources or a module's folder."""
    return any(place in known or any(k.endswith("/" + place) for k in known)
               for place in (path, f"Sources/{path}"))


for document in documents:
    text = pathlib.Path(document).read_text()
    folder = os.path.dirname(document)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)
    wrong = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        path, _, anchor = target.partition("#")
        if ":" in path:
            continue
        path = os.path.normpath(os.path.join(folder, path)) if path else document
        if path not in known:
            wrong.append(target)
        elif anchor and anchor not in anchors(path):
            wrong.append(target)
    count.equal(f"{document}: every link leads to a file and a heading that exist", wrong, [])
    spans = re.findall(r"`([^`\n]+)`", prose)
    # A path with a folder and an ending, such as `PulleyISA/CallABI.swift`, or a folder of a module.
    paths = [span for span in spans
             if re.fullmatch(r"[\w.+-]+(/[\w.+-]+)+", span)
             and (re.search(r"\.(swift|h|c|py|sh|md|tsv)$", span) or span.split("/")[0].startswith("Pulley"))
             and not span.startswith("build")]
    wrong = [path for path in paths if not exists(path)]
    count.equal(f"{document}: every path in a code span exists", wrong, [])
    named = [word for span in spans for word in re.findall(r"^make ([a-z][a-z-]*)", span)]
    count.equal(f"{document}: every `make` target in a code span exists",
                [word for word in named if word not in targets], [])
count.finish()
