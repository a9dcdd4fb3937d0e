#!/usr/bin/env python3
"""Writes the manual page from the help of the command.

    docs/man.py build/bin/pulley > docs/pulley.1
"""
import json
import subprocess
import sys


def escaped(text):
    """Text for roff, whose lines must not begin with a period or a quote."""
    text = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text[:1] in (".", "'") else text


def name_of(name):
    return ("-" if name["kind"] == "short" else "--") + name["name"]


def label(argument):
    if argument["kind"] == "positional":
        dots = " ..." if argument.get("isRepeating") else ""
        return "\\fI" + escaped(argument["valueName"]) + "\\fR" + dots
    names = ", ".join("\\fB" + escaped(name_of(name)) + "\\fR" for name in argument["names"])
    value = argument["kind"] == "option"
    return names + (" \\fI" + escaped(argument["valueName"]) + "\\fR" if value else "")


def shown(command):
    return [a for a in command.get("arguments", []) if a.get("shouldDisplay", True)]


def section(command, prefix):
    arguments = shown(command)
    words = [prefix + " " + command["commandName"]] + ["[\\fIoptions\\fR]"] + [
        label(a) if not a.get("isOptional") else "[" + label(a) + "]"
        for a in arguments if a["kind"] == "positional"]
    yield f".SS {command['commandName']}"
    yield " ".join(words)
    yield ".PP"
    yield escaped(command.get("abstract", ""))
    for paragraph in filter(None, command.get("discussion", "").split("\n\n")):
        yield ".PP"
        yield escaped(paragraph)
    for argument in arguments:
        if any(name_of(name) in ("--help", "--version") for name in argument.get("names") or []):
            continue
        yield ".TP"
        yield label(argument)
        yield escaped(argument.get("abstract", "") or "")


def page(root):
    yield '.TH PULLEY 1 "" "libpulley" "User Commands"'
    yield ".SH NAME"
    yield "pulley \\- " + escaped(root["abstract"])
    yield ".SH SYNOPSIS"
    yield "\\fBpulley\\fR \\fIcommand\\fR [\\fIoptions\\fR] ..."
    yield ".SH DESCRIPTION"
    for paragraph in root["discussion"].split("\n\n"):
        yield escaped(paragraph)
    yield ".SH COMMANDS"
    for command in root["subcommands"]:
        if command["commandName"] != "help":
            yield from section(command, "pulley")


if __name__ == "__main__":
    dump = subprocess.run([sys.argv[1], "--experimental-dump-help"], check=True,
                          capture_output=True, text=True).stdout
    print("\n".join(page(json.loads(dump)["command"])))
