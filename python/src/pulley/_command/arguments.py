"""The command line `python -m pulley`: `run`, `inspect` and `compile` of the command `pulley`."""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sys
from typing import Any, Callable, List, NoReturn, Optional, Sequence, Tuple

from . import text
from .input import STREAM, InputFile, write
from .text import CommandError
from .._engine import Engine
from .._library import lib

_COMMANDS = ("run", "inspect", "compile")
_OTHER_COMMANDS = ("wasm2wat", "wat2wasm", "validate", "objdump", "wast", "clif-test")
_ENDINGS = (".wasm", ".wat", ".clif")
_WRONG = 64
"""The exit code for a wrong command line."""


def main(words: Optional[Sequence[str]] = None) -> int:
    """Performs a command and returns its exit code."""
    found = list(sys.argv[1:] if words is None else words)
    try:
        return _perform(found)
    except CommandError as error:
        text.print_error(str(error))
        return 1
    except _Usage as wrong:
        text.write_error(f"Error: {text.lines(str(wrong))}\n{wrong.usage}")
        return _WRONG


def _perform(words: List[str]) -> int:
    parser = _parser()
    if not words or words[0] in ("help", "-h", "--help"):
        parsers = parser.commands
        chosen = parsers.get(words[1], parser) if len(words) > 1 else parser
        text.write(chosen.format_help())
        return 0
    if words[0] == "--version":
        text.print_line(lib.pulley_version().decode())
        return 0
    if not words[0].startswith("-") and words[0] not in _COMMANDS:
        raise _Usage(_unknown(words[0]), parser)
    # The guest's arguments may be untrusted, and must never become options of this command.
    start = guest_start(words)
    options = parser.parse_args(words[:start])
    options.arguments = words[start:]
    options.misplaced = _misplaced(options.arguments)
    perform: Callable[[argparse.Namespace], int] = options.perform
    return perform(options)


def _unknown(name: str) -> str:
    if name.endswith((*_ENDINGS, ".pulley")):
        return f"unknown command '{name}'. To run the file, use `python -m pulley run {name}`"
    if name in _OTHER_COMMANDS:
        return f"`python -m pulley` has no command '{name}'. The command `pulley` has it"
    near = difflib.get_close_matches(name, [*_COMMANDS, "help"], 1)
    if near:
        return f"unknown command '{name}'. Did you mean '{near[0]}'?"
    return f"unknown command '{name}'. There are {', '.join(_COMMANDS)}, help"


def _run(options: argparse.Namespace) -> int:
    from .run import run

    return run(options)


def _inspect(options: argparse.Namespace) -> int:
    from .inspect import inspect

    return inspect(options)


def _compile(options: argparse.Namespace) -> int:
    file = InputFile(options.file)
    if file.format == "artifact":
        raise CommandError(
            f"{file.shown}: this is an ELF file, which is compiled already or not a module")
    file.require_trust(options.allow_clif)
    size = options.max_compile_memory
    limits = {} if size is None else {"compilation": (size, size)}
    try:
        engine = Engine(clif=file.format == "clif", threads=options.threads, limits=limits)
        artifact = file.module(engine).save()
    except text.EXPECTED as error:
        return text.report(error, file.shown)
    write(artifact, _artifact_of(file.path) if options.output is None else options.output)
    return 0


def _artifact_of(path: str) -> str:
    """The name of a file's artifact; standard output for standard input."""
    if path == STREAM:
        return path
    ending = next((ending for ending in _ENDINGS if path.endswith(ending)), "")
    return path[: len(path) - len(ending)] + ".pulley"


# Where the guest's arguments begin


def guest_start(words: List[str]) -> int:
    """The index of the first word after the file's name. The number of words if there is none, or
    if the command is not `run`."""
    if words[0] != "run":
        return len(words)
    position = 1
    while position < len(words):
        word = words[position]
        position += 1
        if word == "--":
            return min(position + 1, len(words))
        if not word.startswith("-") or word == STREAM:
            return position
        is_alone = not word.startswith("--") or "=" in word or word in _FLAGS
        if not is_alone:
            position += 1
    return len(words)


_FLAGS = ("--help", "--version", "--usage", "--eager", "--count-dispatches", "--stats", "--profile",
          "--allow-clif", "--allow-precompiled")
"""The options of `run` without a value, or with one after `=` only."""


def _misplaced(arguments: List[str]) -> Optional[str]:
    """The guest's first argument if it has the name of an option of `run`, which is probably a
    mistake."""
    if not arguments or not arguments[0].startswith("--"):
        return None
    name = arguments[0].partition("=")[0]
    known = _parser().commands["run"]._option_string_actions
    return name if name in known else None


# Values of options


def _refused(word: str) -> "argparse.ArgumentTypeError":
    return argparse.ArgumentTypeError(f"The value '{word}' is invalid for")


def _size(word: str) -> int:
    """A number of bytes, with an optional suffix K, M or G, which are powers of 1024."""
    found = re.fullmatch(r"(\+?[0-9]+)([KMGkmg]?)(iB)?", word)
    if found is None:
        raise _refused(word)
    number = int(found[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[found[2].upper()]
    if number >= 1 << 63:
        raise _refused(word)
    return number


def _stack_size(word: str) -> int:
    size = _size(word)
    if not 16 << 10 <= size <= 1 << 30:
        raise _refused(word)
    return size


def _time_span(word: str) -> Tuple[float, str]:
    """A duration in seconds, and how messages show it."""
    found = re.fullmatch(r"([0-9.]+)(ms|s|m|h|)", word)
    try:
        number = float(found[1]) if found is not None else 0.0
    except ValueError:
        number = 0.0
    if found is None:
        raise _refused(word)
    seconds = number * {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}[found[2]]
    if not 0 < seconds < 1e9:
        raise _refused(word)
    return seconds, f"{found[1]} {found[2] or 's'}"


def _number(bits: int, minimum: int = 0) -> Callable[[str], int]:
    def read(word: str) -> int:
        if re.fullmatch(r"[+-]?[0-9]+", word) is None or not minimum <= int(word) < 1 << bits:
            raise _refused(word)
        return int(word)

    return read


def _directory(word: str) -> Tuple[bytes, bytes, str]:
    """The name in the guest, the path and the mode of HOST[::GUEST][:ro]."""
    data = os.fsencode(word)
    read_only = data.endswith(b":ro")
    data = data[:-3] if read_only else data
    host, colons, guest = data.partition(b"::")
    guest = guest if colons else host
    if not host or not guest:
        raise _refused(word)
    return guest, host, "ro" if read_only else "rw"


def _variable(word: str) -> Tuple[bytes, bytes]:
    data = os.fsencode(word)
    name, equals, value = data.partition(b"=")
    found = value if equals else os.environb.get(name)
    if not name or found is None:
        raise _refused(word)
    return name, found


def _host(word: str) -> Tuple[str, str, str, str]:
    """The module, the name and the signature of MODULE.NAME=SIGNATURE, and the word itself."""
    found = re.fullmatch(r"([^.=]*)\.([^=]*)=(.*)", word, re.DOTALL)
    if found is None:
        raise argparse.ArgumentTypeError(
            f"--host expects MODULE.NAME=SIGNATURE, not {text.quoted(word)}")
    return found[1], found[2], found[3], word


def _library(word: str) -> Tuple[str, str]:
    """The module and the path of [MODULE=]FILE. A `=` in the name of a file comes after a slash."""
    equals, slash = word.find("="), word.find("/")
    module, path = "env", word
    if equals >= 0 and (slash < 0 or equals < slash):
        module, path = word[:equals], word[equals + 1 :]
    if not path:
        raise _refused(word)
    return module, path


# The parsers


class _Usage(Exception):
    """The command line is wrong."""

    def __init__(self, message: str, parser: "_Parser", action: Any = None) -> None:
        super().__init__(message)
        help = "" if action is None else f"Help:  {_shown(action)}  {action.help}\n"
        usage = parser.format_usage().replace("usage:", "Usage:")
        self.usage = f"{help}{usage}  See '{parser.prog} --help' for more information.\n"


def _shown(action: Any) -> str:
    if not action.option_strings:
        return f"<{action.dest}>"
    value = f" <{action.metavar}>" if action.metavar else ""
    return f"{action.option_strings[-1]}{value}"


class _Parser(argparse.ArgumentParser):
    """A parser whose errors have the words and the exit code of the command `pulley`."""

    commands: "dict[str, _Parser]"

    def error(self, message: str) -> NoReturn:
        found = re.fullmatch(r"argument ([^:]+): (.*)", message, re.DOTALL)
        if found is not None:
            name, rest = found[1].split("/")[-1], found[2]
            action = self._option_string_actions.get(name)
            if rest.startswith("The value") and action is not None:
                raise _Usage(f"{rest} '{_shown(action)}'", self, action)
            if rest.startswith("expected one argument") and action is not None:
                raise _Usage(f"Missing value for '{_shown(action)}'", self, action)
            ignored = re.fullmatch(r"ignored explicit argument '(.*)'", rest, re.DOTALL)
            if ignored is not None:
                raise _Usage(
                    f"The option '{name}' does not take any value, but '{ignored[1]}' was "
                    "specified.", self)
            raise _Usage(rest, self)
        missing = re.fullmatch(r"the following arguments are required: (.*)", message)
        if missing is not None:
            action = next(item for item in self._actions if item.dest == "file")
            raise _Usage("Missing expected argument '<file>'", self, action)
        raise _Usage(message, self)

    def _unexpected(self, word: str) -> str:
        if not word.startswith("-"):
            return f"Unexpected argument '{word}'"
        near = difflib.get_close_matches(word, list(self._option_string_actions), 1)
        offer = f". Did you mean '{near[0]}'?" if near else ""
        return f"Unknown option '{word}'{offer}"

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        options, rest = self.parse_known_args(args, namespace)
        if rest:
            parser = self.commands.get(options.command, self)
            raise _Usage(parser._unexpected(rest[0]), parser)
        return options


def _parser() -> _Parser:
    prog = "python -m pulley"
    parser = _Parser(
        prog=prog, usage=f"{prog} <subcommand>", allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Runs WebAssembly and CLIF on a portable bytecode interpreter.",
        epilog=_EXIT_CODES)
    parser.add_argument(
        "--version", action="version", version=lib.pulley_version().decode(),
        help="Show the version.")
    commands = parser.add_subparsers(dest="command", metavar="command", parser_class=_Parser)
    parser.commands = {}
    for name, perform, add, help, epilog, usage in (
            ("run", _run, _add_run, "Run a WebAssembly module, a text of CLIF or an artifact.",
             _RUN, "[<options>] <file> [<arguments> ...]"),
            ("compile", _compile, _add_compile,
             "Compile a WebAssembly module or a text of CLIF to an artifact.", _COMPILE,
             "[--output <output>] [--threads <threads>] [--max-compile-memory <size>] "
             "[--allow-clif] <file>"),
            ("inspect", _inspect, _add_inspect,
             "Show the imports, exports and contents of a WebAssembly module.", _INSPECT,
             "[--json] [--header <file> ...] [--library <[module=]file> ...] <file>")):
        command = commands.add_parser(
            name, help=help, description=help, epilog=epilog, usage=f"{prog} {name} {usage}",
            prog=f"{prog} {name}", allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter)
        command.add_argument(
            "--version", action="version", version=lib.pulley_version().decode(),
            help="Show the version.")
        command.set_defaults(perform=perform)
        add(command)
        parser.commands[name] = command
    return parser


def _add_bindings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--header", metavar="file", action="append", default=[],
        help="Read declarations of C: prototypes, or the output of a preprocessor (cc -E).")
    parser.add_argument(
        "--library", metavar="[module=]file", action="append", default=[], type=_library,
        help="Bind imports from MODULE (env) to the declared functions of a shared library.")


def _add_run(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--invoke", metavar="invoke", help="Call this export.")
    add("--host", metavar="host", action="append", default=[], type=_host,
        help="Make MODULE.NAME=SIGNATURE importable.")
    add("--load", metavar="load", action="append", default=[],
        help="Load a shared library, in which --host finds functions.")
    _add_bindings(parser)
    add("--dir", metavar="host[::guest][:ro]", action="append", default=[], type=_directory,
        help="Grant a directory to the program, under the name GUEST; with :ro, read-only.")
    add("--env", metavar="name[=value]", action="append", default=[], type=_variable,
        help="Set an environment variable of the program; it has no others. NAME alone copies the "
        "value of this process.")
    add("--max-memory", metavar="size", type=_size,
        help="Limit the size of all memories of the program: bytes, or a number with K, M or G. "
        "The same limit holds for its tables.")
    add("--max-tables", metavar="size", type=_size,
        help="Limit the size of its tables, at eight bytes for each element.")
    add("--max-instances", metavar="size", type=_size,
        help="Limit the size of its instance without memories, tables and stacks.")
    add("--max-wasi", metavar="size", type=_size,
        help="Limit the size of the state of its descriptors and directories.")
    add("--max-compile-memory", metavar="size", type=_size,
        help="Limit the size of the module, its code and the memory for compilation.")
    add("--usage", action="store_true", help="Print the peak of each resource on standard error.")
    add("--stack-size", metavar="size", type=_stack_size,
        help="The size of the guest's stack, 16K to 1G: bytes, or a number with K, M or G.")
    add("--clock", metavar="time", type=_number(64),
        help="The constant time of all clocks, in nanoseconds since 1970.")
    add("--seed", metavar="number", type=_number(64),
        help="The seed of random numbers, to get the same ones in each run.")
    add("--listen-fd", metavar="fd", action="append", default=[], type=_number(31),
        help="Let the program accept connections on a listening socket, an open descriptor.")
    add("--timeout", metavar="time", type=_time_span,
        help="End the run, including compilation, after this time: seconds, or a number with ms, "
        "s, m or h.")
    add("--eager", action="store_true", help="Compile all functions before running.")
    add("--count-dispatches", action="store_true",
        help="Only the command `pulley` can print the number of dispatched instructions.")
    add("--stats", action="store_true", help="Only the command `pulley` can count what runs.")
    add("--stats-format", metavar="format", help="Only the command `pulley` can count what runs.")
    add("--profile", action="store_true",
        help="Only the command `pulley` can sample where a program spends its time.")
    add("--allow-clif", action="store_true",
        help="Run CLIF even if the file's name does not end in .clif.")
    add("--allow-precompiled", action="store_true",
        help="Run an artifact even if the file's name does not end in .pulley.")
    add("file", help="A .wasm, .wat or .clif file or an artifact.")


def _add_compile(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("-o", "--output", metavar="output",
        help="The output file (default: FILE with the ending .pulley; - is standard output).")
    add("--threads", metavar="threads", type=_number(31), default=0,
        help="The number of threads (default: one for each processor).")
    add("--max-compile-memory", metavar="size", type=_size,
        help="Limit the size of the module, its code and the memory for compilation: bytes, or a "
        "number with K, M or G.")
    add("--allow-clif", action="store_true",
        help="Accept CLIF even if the file's name does not end in .clif.")
    add("file", help="A .wasm, .wat or .clif file.")


def _add_inspect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="Print JSON.")
    _add_bindings(parser)
    parser.add_argument("file", help="A .wasm or .wat file or an artifact.")


_EXIT_CODES = """\
Exit codes: 0 success; 1 the input was refused, or the output could not be
written; 64 the command line is wrong; 124 the time limit of --timeout was
reached; 134 the guest trapped. A guest that exits chooses its own code, of
which the system keeps 8 bits.

The command `pulley` has more commands."""

_RUN = """\
A program of WASI preview 1 gets its arguments, the standard streams, and the
directories and variables that --dir and --env grant. Options end at the file's
name: the guest gets every word after it unchanged. If the file's name begins
with -, put -- before it.

The content of a file determines its format. WebAssembly runs under any name.
CLIF and artifacts have all rights of this process, so they run only from files
whose names end in .clif and .pulley, or with --allow-clif and
--allow-precompiled. The file - is standard input.

With --invoke, calls that export with the arguments as its parameters and
prints the results. Otherwise calls _start, and the program gets the arguments.
A vector is written as four numbers of 32 bits, separated by commas, lane 0
first: 1,2,3,0xff. In CLIF it is written as its lanes."""

_COMPILE = "The artifact is an ELF file; running it gives the same results without compiling."

_INSPECT = "For a text or an artifact, shows only imports and exports."
