"""Reads the functions that preprocessed headers of the C library declare."""
import re
import subprocess


class Function:
    def __init__(self, result, name, parameters, symbol):
        self.name = name
        self.result = result
        self.parameters = [] if parameters == "void" else split(parameters)
        # The native program links the symbol; for a guest, libpulley finds it.
        self.text = f"{result} {name}({parameters})" + (f' SYMBOL("{symbol}");' if symbol else ";")


def split(parameters):
    """The parameters' types and names, each as a text."""
    parts, depth = [""], 0
    for character in parameters:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def preprocessed(*headers):
    text = "".join(f"#include <{header}>\n" for header in headers)
    return subprocess.run(["cc", "-std=gnu11", "-E", "-P", "-x", "c", "-"], input=text, capture_output=True,
                          text=True, check=True).stdout


def without(text, keyword):
    """The text without each `keyword (…)`."""
    parts, end = [], 0
    for found in re.finditer(rf"\b{keyword}\s*\(", text):
        if found.start() < end:
            continue
        parts.append(text[end:found.start()])
        depth, end = 1, found.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
    return "".join(parts) + text[end:]


def functions(*headers):
    """The functions by name, without those whose names are reserved."""
    text = re.sub(r'__asm__ \("" "(\w+)"\)', r"@\1", preprocessed(*headers))
    text = without(without(text, "__attribute__"), "__asm__")
    text = re.sub(r"\b(__extension__|__restrict|__inline|_Noreturn)\b", "", text)
    found = {}
    for declaration in text.split(";"):
        match = re.fullmatch(r"extern (.*?)\s*\b(\w+)\s*\((.*)\)(?: @(\w+))?", " ".join(declaration.split()))
        if match and (match[2] == "_Exit" or not match[2].startswith("_")):
            found[match[2]] = Function(*match.groups())
    return found
