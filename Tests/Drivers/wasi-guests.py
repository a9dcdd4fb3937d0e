#!/usr/bin/env python3
"""Runs the programs in Tests/wasi-guests. Each checks what a WASI host gives it, in directories that this script
creates. The script also checks that nothing next to these directories changes.

    Tests/Drivers/wasi-guests.py [--with 'COMMAND…'] [GUEST…]

runs only these guests, or runs them with another runtime, as in --with 'wasmtime run'."""
import argparse
import contextlib
import ctypes
import fcntl
import os
import pathlib
import re
import resource
import shlex
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import counting
from command import PULLEY

GUESTS = pathlib.Path(__file__).resolve().parent.parent / "wasi-guests"
# Where a host has a choice, and what libpulley does. All other lines with alternatives name errors that are
# all correct.
CHOICES = {
    "readv": "whole", "preadv": "whole", "writev": "whole", "pwritev": "whole",
    "posix_fallocate": "SUCCESS",
    "stat without following: link/ is a directory": "yes",
    "readdir: all while removing them": "yes",
    "rmdir: link/": "NOTDIR", "rmdir: e/": "SUCCESS",
    "a file is always ready, for both": "yes",
    "the clock of the process or thread": "SUCCESS",
}

parser = argparse.ArgumentParser()
parser.add_argument("--with", dest="other", type=shlex.split, help="another runtime's command")
parser.add_argument("guests", nargs="*")
options = parser.parse_args()
other = options.other is not None
count = counting.Count()


# Running

class Filter:
    """A system call filter that makes openat2 fail as on a kernel without it."""
    instructions = b"".join(struct.pack("HBBI", *line) for line in [
        (0x20, 0, 0, 0),             # load the system call's number
        (0x15, 0, 1, 437),           # openat2?
        (0x06, 0, 0, 0x00050000 | 38),  # ENOSYS
        (0x06, 0, 0, 0x7FFF0000)])   # allow
    buffer = ctypes.create_string_buffer(instructions)
    program = struct.pack("HxxxxxxQ", 4, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)

    @classmethod
    def install(cls):
        if cls.libc.prctl(38, 1, 0, 0, 0) or cls.libc.prctl(22, 2, cls.program, 0, 0):
            os._exit(125)


def command(guest, arguments, dirs, env, extra):
    line = [*options.other] if other else [PULLEY, "run"]
    for host, name in dirs:
        line += ["--dir", f"{host}::{name}"]
    for item in env:
        line += ["--env", item]
    return [*line, *extra, str(GUESTS / f"{guest}.wasm"), *arguments]


def start(guest, *arguments, dirs=(), env=(), extra=(), old_kernel=False, before=None, **more):
    return subprocess.Popen(
        command(guest, arguments, dirs, env, extra), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, preexec_fn=Filter.install if old_kernel else before, **more)


class Result:
    def __init__(self, process, stdin=None):
        try:
            self.out, self.err = process.communicate(stdin, timeout=120)
            self.code = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            self.out, self.err = process.communicate()
            self.code = "timeout"

    def __str__(self):
        return f"exit {self.code}\n{self.out[-3000:]!r}\n{self.err[:2000].decode(errors='replace')}"


def run(guest, *arguments, stdin=b"", **more):
    return Result(start(guest, *arguments, **more), stdin)


def checks(what, result, number):
    """Counts the checks that a guest reports: it must report `number` of them and no failure."""
    lines = [line for line in result.out.decode(errors="replace").splitlines()
             if line.startswith(("ok ", "FAILED "))]
    for line in lines:
        choice = re.fullmatch(r"ok (.*) \((\w+)\)", line)
        if line.startswith("FAILED"):
            count.check(f"{what}: {line[7:]}", False)
        elif choice and not other:
            count.check(f"{what}: {line}", CHOICES.get(choice[1], choice[2]) == choice[2],
                        f"expected: {CHOICES.get(choice[1])}")
        else:
            count.passed += 1
    count.check(f"{what}: the exit code is 0 and all checks are reported",
                (result.code, len(lines)) == (0, number),
                f"expected: exit 0 and {number} checks, not {len(lines)}", result)


# The guests' environment

def make_files(folder):
    """The entries that readonly.c and escape.c expect."""
    folder.mkdir(exist_ok=True)
    (folder / "file").write_text("content")
    (folder / "dir").mkdir()
    (folder / "dir" / "inner").write_text("inner")
    (folder / "link").symlink_to("file")


def make_escapes(folder):
    root, outside = folder / "root", folder / "outside"
    (root / "dir" / "deep").mkdir(parents=True)
    outside.mkdir()
    (folder / "secret").write_text("SECRET of the host")
    (outside / "victim").write_text("victim")
    (root / "file").write_text("file")
    (root / "dir" / "file").write_text("file")
    links = {"in-link": "dir/../file", "out-file": "../secret", "new-out": "../created",
             "out-dir": "..", "up": "dir/../..", "abs-file": folder / "secret", "abs-dir": outside,
             "loop": "loop", "a": "b", "b": "a", "c20": "file", "e60": "file",
             **{f"c{i}": f"c{i + 1}" for i in range(1, 20)},
             **{f"e{i}": f"e{i + 1}" for i in range(1, 60)}}
    for name, target in links.items():
        (root / name).symlink_to(target)
    return root


def make_race(folder):
    root = folder / "root"
    (root / "a" / "b" / "c").mkdir(parents=True)
    (folder / "secret").write_text("SECRET of the host")
    for name in ("secret", "f", "spare"):
        (root / name).write_text("decoy\n")
    return root


def listing(folder, below=True):
    """The names, contents and times that no program may change."""
    return {str(path.relative_to(folder)): (os.readlink(path) if path.is_symlink() else
            path.read_bytes() if path.is_file() else None, path.lstat().st_mtime_ns)
            for path in (folder.rglob("*") if below else folder.iterdir())
            if below or path.name != "root"}


@contextlib.contextmanager
def new_folder():
    with tempfile.TemporaryDirectory() as folder:
        yield pathlib.Path(folder)


# The guests

def in_empty_folder(guest, number, *arguments, **more):
    with new_folder() as folder:
        checks(" ".join([guest, *arguments]) + (", no openat2" if more.get("old_kernel") else ""),
               run(guest, *arguments, dirs=[(folder, "/")], **more), number)


def files():
    in_empty_folder("files", 124)
    if not other:
        in_empty_folder("files", 124, old_kernel=True)


def names():
    in_empty_folder("names", 109)
    if not other:
        in_empty_folder("names", 109, old_kernel=True)


def escape():
    for old_kernel in [False] if other else [False, True]:
        what = "escape, no openat2" if old_kernel else "escape"
        with new_folder() as folder:
            root = make_escapes(folder)
            before = listing(folder, below=False), listing(folder / "outside")
            result = run("escape", dirs=[(root, "/")], old_kernel=old_kernel)
            checks(what, result, 779)
            count.equal(f"{what}: nothing outside the directory changed",
                        (listing(folder, below=False), listing(folder / "outside")), before)
            if not other:
                refusals = re.findall(rb"\((PERM|EPERM)\)$", result.out, re.M)
                count.equal(f"{what}: the error is NOTCAPABLE", refusals, [])


def move_about(root, end):
    """Does on the host what `race swap` does in the guest."""
    while time.monotonic() < end:
        for source, target in (("a/b/c", "c"), ("c", "a/b/c"), ("a/b", "a/hidden")):
            with contextlib.suppress(OSError):
                os.rename(root / source, root / target)
        with contextlib.suppress(OSError):
            os.symlink("../..", root / "a/b")
            os.unlink(root / "a/b")
        with contextlib.suppress(OSError):
            os.rename(root / "a/hidden", root / "a/b")


def race():
    milliseconds = 2000
    for by_host in (False, True):
        for old_kernel in [False] if other else [False, True]:
            what = "race with " + ("the host" if by_host else "a guest") + (
                ", no openat2" if old_kernel else "")
            with new_folder() as folder:
                root = make_race(folder)
                before = listing(folder, below=False)
                more = {"dirs": [(root, "/")], "old_kernel": old_kernel}
                reader = start("race", "read", str(milliseconds), **more)
                if by_host:
                    move_about(root, time.monotonic() + milliseconds / 1000 + 0.3)
                else:
                    checks(f"{what}, moving", run("race", "swap", str(milliseconds), **more), 6)
                checks(what, Result(reader), 2)
                count.equal(f"{what}: nothing outside the directory changed",
                            listing(folder, below=False),
                            before)


def wild():
    in_empty_folder("wild", 197, "descriptors")
    if other and "wasmtime" in " ".join(options.other):
        counting.left_out("wild: Wasmtime ends programs that pass wild pointers or numbers")
        return
    in_empty_folder("wild", 259, "pointers", env=["A=B"])
    in_empty_folder("wild", 61, "arguments")


def clocks():
    in_empty_folder("clocks", 91, stdin=b"input")
    with new_folder() as folder:
        process = start("clocks", "idle", dirs=[(folder, "/")])
        seen = b""
        while not seen.endswith(b"waiting\n") and (line := process.stdout.readline()):
            seen += line
        time.sleep(0.1)
        result = Result(process, b"late")
        result.out = seen + result.out
        checks("clocks idle", result, 5)


def readonly():
    with new_folder() as folder:
        make_files(folder)
        if other:
            counting.left_out("readonly: the other runtime's command may not know :ro")
            return
        for old_kernel in (False, True):
            before = listing(folder)
            checks("readonly", run("readonly", dirs=[(folder, "/:ro")], old_kernel=old_kernel), 42)
            count.equal("readonly: nothing in the directory changed", listing(folder), before)


def process():
    arguments = ["", "two words", "new\nline", '"quoted"', "'", "\\", "ü 你好 😀", "--help", "$HOME",
                 "*"]
    env = ["A=b", "EMPTY=", "LINES=x\ny", "EQUALS==a=b=", "ÜNI=你"]
    expected = "".join(f"arg {len(a.encode())} {a}\n" for a in arguments) + "".join(
        f"env {len(e.encode())} {e}\n" for e in env)
    result = run("process", "echo", *arguments, env=env)
    count.equal("process: the program receives its arguments and environment",
                (result.code, result.out.decode()),
                (0, expected), result)
    result = run("process", "echo")
    count.equal("process: the program receives no arguments and environment by default",
                (result.code, result.out), (0, b""), result)
    many = [f"argument {i}" for i in range(5000)]
    result = run("process", "echo", *many)
    count.equal("process: the program receives 5,000 arguments",
                (result.code, result.out.count(b"\n")), (0, 5000))
    checks("process raw", run("process", "raw", "x", "", env=["A=B", "C="]), 9)

    with new_folder() as folder:
        for code in [0, 1, 42, 125] if other else [0, 1, 42, 125, 126, 134, 255]:
            for way, out in (("exit", b"leaving"), ("_exit", b""), ("return", b"")):
                result = run("process", way, str(code), dirs=[(folder, "/")])
                count.equal(f"process: {way} {code}", (result.code, result.out, result.err),
                            (code, out, b""))
    result = run("process", "abort")
    count.check("process: abort ends the program with a trap",
                (result.code, result.out) == (134, b"aborting\n")
                and b"unreachable" in result.err, result)

    text = os.urandom(1 << 20) + "äöü\n".encode() * 1000
    for stdin in (b"", b"abc", b"no\0end", text):
        result = run("process", "upper", stdin=stdin)
        count.equal(f"process: upper converts {len(stdin)} bytes", (result.code, result.err,
                    result.out == stdin.upper()), (0, b"", True))
    with new_folder() as folder:
        (folder / "in").write_bytes(text)
        with open(folder / "in", "rb") as stdin, open(folder / "out", "wb") as out:
            code = subprocess.run(command("process", ["upper"], [], [], []), stdin=stdin,
                                  stdout=out, timeout=60).returncode
        count.equal("process: upper converts a file to a file",
                    (code, (folder / "out").read_bytes() == text.upper()), (0, True))
    result = run("process", "stderr")
    count.equal("process: standard output and standard error are separate",
                (result.code, result.out, result.err),
                (0, b"to stdout\n", b"to stderr\n"))
    endless = start("process", "endless")
    count.equal("process: endless writes reach the reader",
                endless.stdout.read(8), b"yes\nyes\n")
    endless.stdout.close()
    endless.stdout = None
    result = Result(endless)
    if other:
        count.check("process: endless writes end when the reader closes the pipe", result.code != "timeout")
    else:
        # Either the command ends with its reader, like other commands, or the guest receives the error.
        count.check("process: a broken pipe ends the program", (result.code, result.err) in (
            (-signal.SIGPIPE, b""), (3, b"PIPE\n")), result)
    count.equal("process: sched_yield succeeds", run("process", "yield").code, 0)
    with new_folder() as folder:
        for name in ("one", "two"):
            (folder / name).mkdir()
        result = run("process", "preopened",
                     dirs=[(folder / "one", "/x/y"), (folder / "two", "."), (folder / "one", "ü")])
        count.equal("process: the program has the given directories", result.out.decode(),
                    "fd 3: 0 /x/y 4\nfd 4: 0 . 1\nfd 5: 0 ü 2\nfd 6: BADF\n", result)
    count.equal("process: the program has no directories by default",
                run("process", "preopened").out, b"fd 3: BADF\n")
    for closed in ([0], [1], [2], [1, 2], [0, 1, 2]):
        with new_folder() as folder:
            result = run("process", "apart", dirs=[(folder, "/")],
                         before=lambda: [os.close(fd) for fd in closed])
            kept = (folder / "kept").read_bytes() if (folder / "kept").exists() else None
            count.equal(f"process: the program runs with closed standard streams {closed}",
                        (result.code, kept, [path.name for path in folder.iterdir()]),
                        (0, b"kept", ["kept"]), result)
    if not other:
        in_empty_folder("process", 4, "exhaust", before=lambda: resource.setrlimit(
            resource.RLIMIT_NOFILE, (64, 64)))
    checks("process streams", run("process", "streams"), 16)
    checks("process streams, no input", run("process", "streams", before=lambda: os.dup2(
        os.open(os.devnull, os.O_RDWR), 0)), 16)


def sockets():
    if other:
        counting.left_out("sockets: how to give a socket to the other runtime is not known")
        return
    listener = socket.create_server(("127.0.0.1", 0))
    address = listener.getsockname()
    server = start("sockets", "3", extra=["--listen-fd", str(listener.fileno())],
                   pass_fds=[listener.fileno()])
    lines = []
    while lines[-1:] != [b"listening\n"] and (line := server.stdout.readline()):
        lines.append(line)
    received = b""
    try:
        with socket.create_connection(address, timeout=30) as client:
            client.sendall(b"hello")
            while len(received) < 5 and (part := client.recv(5)):
                received += part
            client.sendall(b"one")
            time.sleep(0.1)
            client.sendall(b"two")
            while part := client.recv(100):
                received += part
        socket.create_connection(address, timeout=30).close()
    except OSError as error:
        count.check(f"sockets: {error}", False)
    result = Result(server)
    result.out = b"".join(lines) + result.out
    checks("sockets", result, 33)
    count.equal("sockets: the client receives the answer", received, b"HELLObye")

    # A client that closes its connection before the answer, even with a reset, causes no signal.
    server = start("sockets", "3", extra=["--listen-fd", str(listener.fileno())],
                   pass_fds=[listener.fileno()])
    for _ in range(2):
        client = socket.create_connection(address, timeout=30)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.sendall(b"hello")
        time.sleep(0.3)
        client.close()
    result = Result(server)
    count.equal("sockets: a client that leaves early does not end the program", result.code, 1, result)


def encoding():
    for old_kernel in [False] if other else [False, True]:
        with new_folder() as folder:
            raw = os.fsencode(folder)
            (folder / os.fsdecode(b"caf\xe9")).write_text("latin")
            os.symlink(b"caf\xe9", raw + b"/to\xff")
            checks("encoding", run("encoding", dirs=[(folder, "/")], old_kernel=old_kernel), 135)
            count.equal("encoding: names that are not UTF-8 reach the directory of the host",
                        sorted(os.listdir(raw)),
                        [b"caf\xe9", b"to\xff", b"\xfe\xff"])
            count.equal("encoding: names that are not UTF-8 reach the program",
                        os.listdir(raw + b"/\xfe\xff"),
                        [b"\x81\x82"])


def make_many(folder, number):
    for name in ("many", "other"):
        (folder / name).mkdir()
    for i in range(number):
        (folder / "many" / f"entry{i}").touch()


def limits():
    def limited(which, number, resource_name, limit, *arguments):
        with new_folder() as folder:
            make_many(folder, 1000)
            result = run("limits", which, *arguments, dirs=[(folder, "/")],
                         before=lambda: resource.setrlimit(resource_name, (limit, limit)))
            checks(f"limits {which}", result, number)
            return result

    for limit, most in ((64, 48), (256, 192), (1024, 768), (3000, 2744)):
        if other:
            break
        result = limited("descriptors", 12, resource.RLIMIT_NOFILE, limit)
        opened = int((re.search(rb"opened (\d+)", result.out) or [0, 0])[1])
        count.check(f"limits: with {limit} descriptors, the program leaves some to the host",
                    most - 16 < opened < most, f"the guest opened {opened}")
    limited("file-size", 5, resource.RLIMIT_FSIZE, 1 << 20)
    for which, number in (("places", 11), ("vectors", 5), ("sizes", 6), ("numbers", 9)):
        with new_folder() as folder:
            make_many(folder, 2000)
            checks(f"limits {which}", run("limits", which, dirs=[(folder, "/")]), number)

    # Open directories that have been read use little memory, even the maximum number of them.
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    number = min(9000, hard - 300)
    if number < 9000:
        counting.left_out(f"limits: {hard} files may be open here, so {number} directories are")
    with new_folder() as folder:
        make_many(folder, 1000)
        process = start("limits", "listings", str(number), dirs=[(folder, "/")],
                        before=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard)))
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        count.equal("limits: reading directories works up to the limit", (out, status),
                    (b"ok open directories that have been read\n", 0), process.stderr.read())
        count.check("limits: open directories use little memory", usage.ru_maxrss < 100 << 10 or other,
                    f"{number} take {usage.ru_maxrss} KiB")


def lent_streams():
    """Runs the program with non-blocking or blocking pipes as input and output."""
    text = os.urandom(1 << 20)
    for blocking in (True, False):
        what = "lent: streams that " + ("wait" if blocking else "do not wait")
        for mode in ("copy", "streams", "pour"):
            in_read, in_write = os.pipe()
            out_read, out_write = os.pipe()
            for fd in (in_read, out_write):
                os.set_blocking(fd, blocking)
            process = subprocess.Popen(command("lent", [mode], [], [], []), stdin=in_read,
                                       stdout=out_write, stderr=subprocess.PIPE)
            received = bytearray()

            def receive():
                time.sleep(0.3)
                while part := os.read(out_read, 1 << 16):
                    received.extend(part)

            if mode == "streams":
                seen = b""
                while not seen.endswith(b"waiting\n") and (line := process.stderr.readline()):
                    seen += line
            count.equal(f"{what}: the host's flags do not change while the program runs, {mode}",
                        [os.get_blocking(fd) for fd in (in_read, out_write)], [blocking] * 2)
            os.close(out_write)
            reader = threading.Thread(target=receive)
            reader.start()
            if mode == "copy":
                for start in range(0, len(text), 100_000):
                    time.sleep(0.02)
                    os.write(in_write, text[start:start + 100_000])
            elif mode == "streams":
                os.write(in_write, b"x")
            os.close(in_write)
            result = Result(process)
            reader.join()
            if mode == "streams":
                result.out = seen + result.err
                checks(what, result, 11)
            else:
                poured = bytes(i % 253 for i in range(1 << 20))
                count.check(f"{what}: {mode}", result.code == 0
                            and received == (text if mode == "copy" else poured),
                            f"{len(received)} bytes", result)
            count.equal(f"{what}: the host's flags are unchanged after {mode}",
                        os.get_blocking(in_read),
                        blocking)
            os.close(in_read)
            os.close(out_read)


def lent():
    if other:
        counting.left_out("lent: what the other runtime lends is not known")
        return
    lent_streams()
    with new_folder() as folder:
        (folder / "out").write_bytes(b"0123456789")
        with open(folder / "out", "r+b") as out:
            process = subprocess.run(command("lent", ["append"], [], [], []), stdout=out,
                                     stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=60)
            result = Result.__new__(Result)
            result.code, result.out, result.err = process.returncode, process.stderr, b""
            checks("lent append", result, 3)
            count.equal("lent append: the program writes at the end",
                        (folder / "out").read_bytes(), b"0123456789end")
            count.check("lent append: the host's flags are unchanged",
                        not fcntl.fcntl(out, fcntl.F_GETFL)
                        & os.O_APPEND)

    for timeout in (None, 0):
        what = "lent: a listener that " + ("waits" if timeout is None else "does not wait")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(timeout)
            before = fcntl.fcntl(listener, fcntl.F_GETFL)
            process = start("lent", "listener", extra=["--listen-fd", str(listener.fileno())],
                            pass_fds=[listener.fileno()])
            seen = b""
            while not seen.endswith(b"waiting\n") and (line := process.stderr.readline()):
                seen += line
            time.sleep(0.1)
            count.equal(f"{what}: the host's flags do not change while the program runs",
                        fcntl.fcntl(listener, fcntl.F_GETFL), before)
            with socket.create_connection(listener.getsockname(), timeout=30) as client:
                client.sendall(b"hello")
                received = client.recv(5)
                client.recv(1)
            result = Result(process)
            result.out = seen + result.err
            checks(what, result, 17)
            count.equal(f"{what}: the client receives the answer", received, b"hello")
            # The socket still listens.
            listener.settimeout(30)
            with socket.create_connection(listener.getsockname(), timeout=30) as client:
                connection, _ = listener.accept()
                connection.sendall(b"host")
                count.equal(f"{what}: the host can still accept connections", client.recv(4), b"host")
                connection.close()


tests = [files, names, escape, race, wild, clocks, readonly, process, sockets, encoding, limits, lent]
known = {test.__name__: test for test in tests}
for name in options.guests or known:
    known[name]()
built = {path.stem for path in GUESTS.glob("*.wasm")}
count.equal("each guest source has a binary and is tested", built, {*known})
count.equal("each guest binary has a source", built, {path.stem for path in GUESTS.glob("*.c")})
count.finish()
