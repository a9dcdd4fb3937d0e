#!/usr/bin/env python3
"""The folders of each module, which use one another in one direction only, as modules do.

    Tests/Drivers/folders.py [--arrows MODULE]

A folder uses another one if its code names a type or a function that only the other one declares at the
top level. Members of extensions do not count, because their names do not tell whose they are. Each file
beside the folders, and each generated file, counts as a separate folder. Folders that use one another
in a circle are a knot; such files that do so among themselves are not."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import counting

#: A declaration, with what may stand before it.
DECLARATION = re.compile(
    r"^([ \t]*)(?:@\w+(?:\([^)\n]*\))?\s+)*(?:(?:public|package|internal|final|indirect|nonisolated|static"
    r"|mutating|nonmutating|override|convenience|private\(set\)|private|fileprivate)(?:\(\w+\))?\s+)*"
    r"(class|struct|enum|protocol|actor|typealias|func|let|var)\s+(\w+)", re.M)
TYPES = {"class", "struct", "enum", "protocol", "actor", "typealias"}
HIDDEN = re.compile(r"\b(?:private|fileprivate)\s")


def code_of(text):
    """The source without comments and the text of strings, but with what is interpolated in them."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S)
    text = re.sub(r'(#*)"""(?:\\.|.)*?"""\1', '""', text, flags=re.S)
    return re.sub(r'"((?:\\.|[^"\\\n])*)"',
                  lambda match: '" ' + " ".join(re.findall(r"\\\(([^()]*(?:\([^()]*\)[^()]*)*)\)",
                                                           match.group(1))) + ' "', text)


def folders_of(module):
    """The code of each folder's files, by the folder's name and the file's path."""
    folders = {}
    for path in sorted(module.rglob("*.swift")):
        parts = path.relative_to(module).parts
        name = path.name if "Generated" in parts else parts[0]
        folders.setdefault(name, {})[path] = code_of(path.read_text())
    return folders


def arrows(folders):
    """The uses of one folder by another: for each pair, the names with a file that uses each."""
    owners, members = {}, set()
    for folder, files in folders.items():
        for code in files.values():
            for match in DECLARATION.finditer(code):
                indent, kind, name = match.groups()
                if indent:
                    # A nested type, a method or a variable of this name may be meant instead.
                    members.add(name)
                elif not HIDDEN.search(match.group()) and kind not in ("let", "var"):
                    owners.setdefault(name, set()).add((folder, kind in TYPES))
    found = {}
    declared = {name: next(iter(owner)) for name, owner in owners.items()
                if len({folder for folder, _ in owner}) == 1 and name not in members}
    for folder, files in folders.items():
        for path, code in files.items():
            for match in re.finditer(r"(?<![.\w`])(\w+)\b(\s*\()?", code):
                name, call = match.groups()
                owner, is_type = declared.get(name, (folder, True))
                if owner != folder and (is_type or call):
                    found.setdefault((folder, owner), {}).setdefault(name, path)
    return found


def knots(names, found):
    """The sets of folders that use one another in a circle."""
    after = {name: {target for source, target in found if source == name} for name in names}

    def reachable(start):
        seen, pending = set(), [start]
        while pending:
            for name in after[pending.pop()] - seen:
                seen.add(name)
                pending.append(name)
        return seen

    reach = {name: reachable(name) for name in names}
    return sorted({tuple(sorted(other for other in names if other in reach[name] and name in reach[other]))
                   for name in names if name in reach[name]} - {()})


def describe(found, among=None):
    for (source, target), names in sorted(found.items()):
        if among is None or {source, target} <= set(among):
            examples = ", ".join(f"{name} ({path.name})" for name, path in sorted(names.items())[:4])
            yield f"{source} -> {target}: {len(names)} names: {examples}"


if sys.argv[1:2] == ["--arrows"]:
    print("\n".join(describe(arrows(folders_of(pathlib.Path("Sources") / sys.argv[2])))))
    sys.exit()

count = counting.Count()
for module in sorted(path for path in pathlib.Path("Sources").iterdir() if path.is_dir()):
    folders = folders_of(module)
    if len(folders) > 1:
        found = arrows(folders)
        tied = [knot for knot in knots(list(folders), found) if any("." not in name for name in knot)]
        count.check(f"the folders of {module.name} use one another in one direction only", not tied,
                    *(line for knot in tied
                      for line in ["knot: " + ", ".join(knot), *describe(found, knot)]))
count.finish()
