#!/usr/bin/env python3
"""What each module imports is what Package.swift lets it use and what docs/architecture.md says.

The compiler accepts an import of any module that happens to have been built before, so that a
dependency that is not declared breaks some builds and not others."""
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import counting

#: What comes with the compiler.
TOOLCHAIN = {"Swift", "Glibc", "Musl", "Darwin", "Synchronization", "Testing", "Foundation", "Dispatch"}
#: Executables and tests may use these, the modules of the library may not.
HEAVY = {"Foundation", "FoundationEssentials", "Dispatch"}
#: What a target depends on for its code alone: the implementation of the header that it imports, and
#: all that the shared library exports.
LINKED = {("PulleyCTests", "PulleyC"), ("PulleyShared", "PulleyC"),
          ("PulleyShared", "PulleyWasmC")}
#: An import, with what may stand before it; the module may be followed by one of its members.
IMPORT = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
                    r"import\s+(?:(?:class|enum|func|let|protocol|struct|typealias|var)\s+)?(\w+)", re.M)

count = counting.Count()
# In a separate folder, which no build has locked.
dump = subprocess.run([os.environ.get("SWIFT", "swift"), "package", "--scratch-path", "build/test-logs/package",
                       "dump-package"],
                      capture_output=True, text=True)
if not count.equal("swift package dump-package", dump.returncode, 0, dump.stderr):
    count.finish()
targets = {target["name"]: target for target in json.loads(dump.stdout)["targets"]}


def dependencies(target):
    """The names of the modules that a target declares to use."""
    return {item[kind][0] for item in target["dependencies"] for kind in item}


def without_comments(text):
    """The source with its comments and long strings blank: neither imports anything."""
    return re.sub(r'/\*.*?\*/|//[^\n]*|"""(?:\\.|.)*?"""', "", text, flags=re.S)


def folder(target):
    above = "Tests" if target["type"] == "test" else "Sources"
    return pathlib.Path(target.get("path") or f"{above}/{target['name']}")


def imports(target):
    """The modules that a target's sources import, each with one file that does."""
    found = {}
    for file in sorted(folder(target).rglob("*.swift")):
        for module in IMPORT.findall(without_comments(file.read_text())):
            found.setdefault(module, file)
    return found


#: A module's name is its target's with what no name may have made an underscore.
module_names = {name: re.sub(r"\W", "_", name) for name in targets}
library = set()
pending = ["PulleyShared"]
while pending:
    name = pending.pop()
    if name in targets and name not in library:
        library.add(name)
        pending += dependencies(targets[name])

used = {}
for name, target in sorted(targets.items()):
    if target["type"] == "system":
        continue
    imported = imports(target)
    used[name] = set(imported)
    declared = {module_names.get(item, item): item for item in dependencies(target)}
    for module, file in sorted(imported.items()):
        if module not in TOOLCHAIN:
            count.check(f"{name} imports {module}, which Package.swift does not let it use",
                        module in declared, file)
        if name in library:
            count.check(f"{name} imports {module}, which no module of the library may", module not in HEAVY,
                        file)
    for module, item in sorted(declared.items()):
        if (name, item) not in LINKED:
            count.check(f"{name} depends on {item} and imports it nowhere", module in imported)

# The table in docs/architecture.md

page = pathlib.Path("docs/architecture.md").read_text()
table = re.search(r"^\| module \|.*?\n\n", page, re.M | re.S)
rows = {}
for line in (table.group() if table else "").splitlines()[2:]:
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    for name in re.findall(r"`([^`]+)`", cells[0]):
        rows[name] = set(re.findall(r"`([^`]+)`", cells[2]))
count.equal("docs/architecture.md has a row for each module",
            sorted(rows), sorted(name for name, target in targets.items() if folder(target).parts[0] != "Tests"))
for name, described in sorted(rows.items()):
    if name in targets:
        count.equal(f"docs/architecture.md says what {name} uses", sorted(described),
                    sorted(dependencies(targets[name])))
count.finish()
