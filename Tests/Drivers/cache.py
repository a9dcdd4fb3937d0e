#!/usr/bin/env python3
"""The cache of compiled code, as users of the command see it: what is taken from it, what is ignored, and that no
problem with it fails a run."""
import os
import pathlib
import re
import resource
import signal
import subprocess
import tempfile
import time

from command import PULLEY
from counting import Count, left_out

count = Count()
temporary = tempfile.TemporaryDirectory(prefix="pulley-cache-")
folder = pathlib.Path(temporary.name)
environment = {key: value for key, value in os.environ.items()
               if key not in ("PULLEY_CACHE", "XDG_CACHE_HOME")}
environment["HOME"] = str(folder / "home")
(folder / "home").mkdir()


class Run:
    def __init__(self, *words, prepare=None, cwd=None, **variables):
        done = subprocess.run([PULLEY, *map(str, words)], capture_output=True, timeout=120, text=True, cwd=cwd,
                              env={**environment, **variables}, preexec_fn=prepare)
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr
        #: How many functions came from the cache, and how many were compiled; None without a cache.
        counts = re.search(r"functions: (\d+) from the cache, (\d+) compiled", self.err)
        self.counts = counts and (int(counts[1]), int(counts[2]))

    def __str__(self):
        return f"exit {self.code}\n{self.out}{self.err}"


def module(name, functions=40, seed=0, data=16 << 10, hot=False):
    """A module of more than 8 KiB whose export `many` calls `functions` functions."""
    text = ["(module (memory 1)", f'(data (i32.const 0) "{"x" * data}")']
    for n in range(functions):
        text.append(f"(func $f{n} (param i32) (result i32) (local i32)"
                    f" (loop $l (local.set 1 (i32.add (local.get 1) (i32.const {n + seed})))"
                    " (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_if $l (i32.gt_s (local.get 0) (i32.const 0))))"
                    " (local.get 1))")
    calls = "".join(f"(i32.add (call $f{n} (i32.const 2))" for n in range(functions))
    text.append(f'(func (export "many") (result i32) {calls} (i32.const 0) {")" * functions})')
    text.append('(func (export "one") (result i32) (call $f0 (i32.const 2)))')
    text.append('(func (export "trap") (drop (call $f0 (i32.const 1))) unreachable)')
    if hot:
        text.append('(func (export "hot") (result i32) (local i32) (loop $l (drop (call $f1 (i32.const 9)))'
                    ' (br_if $l (i32.lt_s (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 9999))))'
                    ' (call $f1 (i32.const 3)))')
    text.append('(func (export "forever") (drop (call $f0 (i32.const 1))) (loop $l (br $l))))')
    (folder / "text.wat").write_text("\n".join(text))
    path = folder / name
    subprocess.run([PULLEY, "wat2wasm", str(folder / "text.wat"), "-o", str(path)], check=True)
    return path


def run(path, *options, export="many", **more):
    return Run("run", "--usage", "-O2", *options, "--invoke", export, path, **more)


def fresh(name):
    path = folder / name
    path.mkdir(mode=0o700)
    return path


program = module("program.wasm")
plain = run(program, "--no-cache")
count.check("a run without a cache counts nothing", plain.code == 0 and plain.counts is None, plain)
whole = (0, 41)
again = (41, 0)


def first_and_second(what, cache, *options, **more):
    """Whether a run fills the cache and the next one compiles nothing."""
    runs = [run(program, f"--cache={cache}", *options, **more) for _ in range(2)]
    count.check(what, [each.counts for each in runs] == [whole, again]
                and all(each.out == plain.out and each.code == 0 for each in runs), *runs)


first_and_second("the second run compiles nothing", folder / "first")
count.check("the directory and its files are the user's alone",
            os.stat(folder / "first").st_mode & 0o777 == 0o700
            and all(os.stat(path).st_mode & 0o777 == 0o600 for path in (folder / "first").iterdir()))

# Where the cache is

home = folder / "home" / ".cache" / "pulley"
count.equal("the cache is on by default", [run(program).counts for _ in range(2)], [whole, again])
count.equal("the cache is in ~/.cache/pulley", len(list(home.iterdir())), 1)
count.equal("`--cache` alone is the user's", run(program, "--cache").counts, again)
count.equal("$XDG_CACHE_HOME has its own", [run(program, XDG_CACHE_HOME=str(fresh("xdg"))).counts for _ in range(1)]
            + [run(program, XDG_CACHE_HOME=str(folder / "xdg")).counts], [whole, again])
count.equal("a relative $XDG_CACHE_HOME is ignored", run(program, XDG_CACHE_HOME="xdg").counts, again)
count.equal("$PULLEY_CACHE names another",
            [run(program, PULLEY_CACHE=str(folder / "named")).counts for _ in range(2)], [whole, again])
count.equal("an empty $PULLEY_CACHE turns the cache off", run(program, PULLEY_CACHE="").counts, None)
count.equal("`--cache` overrides $PULLEY_CACHE", run(program, "--cache", PULLEY_CACHE="").counts, again)
wrong = run(program, "--cache", "--no-cache")
count.check("`--cache` and `--no-cache` exclude each other", wrong.code == 64 and "exclude" in wrong.err, wrong)
guest = Run("run", program, "--no-cache")
count.check("words after the file are no options", guest.code == 1 and "--no-cache comes after" in guest.err, guest)

# What is stored

partial = folder / "partial"
count.equal("only functions that were called are stored",
            [run(program, f"--cache={partial}", export="one").counts for _ in range(2)], [(0, 2), (2, 0)])
count.equal("a later run adds its functions",
            [run(program, f"--cache={partial}").counts for _ in range(2)], [(1, 40), again])
count.equal("the functions of earlier runs stay", run(program, f"--cache={partial}", export="one").counts, (2, 0))
trap = folder / "trap"
runs = [run(program, f"--cache={trap}", export="trap") for _ in range(2)]
count.check("a run that traps stores its functions, and a trap has the same backtrace",
            runs[1].counts == (2, 0) and runs[0].code == runs[1].code == 134
            and runs[0].err.split("\n")[1:3] == runs[1].err.split("\n")[1:3]
            or "unreachable" in runs[1].err and runs[1].counts == (2, 0), *runs)
count.equal("a run that ends at its time limit stores its functions",
            [run(program, f"--cache={folder / 'limit'}", "--timeout", "200ms", export="forever").counts
             for _ in range(2)], [(0, 2), (2, 0)])
text = folder / "text.wat"
count.equal("the text of a module shares the file of its binary form",
            [run(text, f"--cache={folder / 'first'}").counts], [again])
small = folder / "small.wat"
small.write_text('(module (func (export "many") (result i32) (i32.const 7)))')
count.equal("small modules are not cached", run(small, f"--cache={folder / 'first'}").counts, None)
artifact = folder / "program.pulley"
subprocess.run([PULLEY, "compile", str(program), "-o", str(artifact)], check=True)
count.equal("artifacts are not cached", run(artifact, f"--cache={folder / 'first'}").counts, None)

# What shares a file

count.equal("other modules have their own files",
            run(module("other.wasm", seed=1), f"--cache={folder / 'first'}").counts, whole)
count.equal("options that change code have their own files",
            [run(program, f"--cache={folder / 'first'}", f"--profile={folder / 'profile'}").counts for _ in range(2)],
            [whole, again])
count.equal("options that do not change code share a file",
            [run(program, f"--cache={folder / 'first'}", *options).counts
             for options in (["--timeout", "1m"], ["--count-dispatches"], ["--stack-size", "64K"], ["--stats"])],
            [again] * 4)
count.equal("`--eager` compiles what the cache lacks, and stores it",
            [run(program, f"--cache={folder / 'all'}", "--eager").counts[1] > 41,
             run(program, f"--cache={folder / 'all'}", "--eager").counts[1]], [True, 0])

# What is ignored


def only(cache):
    (path,) = [path for path in cache.iterdir() if len(path.name) == 64]
    return path


def spoiled(what, change, expected=whole, name=None):
    """Whether a run is right although the cache was changed, compiles as many functions, and repairs the file."""
    cache = folder / f"spoiled{count.passed + count.failed}"
    run(program, f"--cache={cache}")
    path = only(cache)
    change(path)
    spoilt = run(program, f"--cache={cache}")
    count.check(f"{what} is ignored", spoilt.code == 0 and spoilt.out == plain.out
                and spoilt.counts == expected, spoilt)
    return cache


def edit(path, place, value=None):
    content = bytearray(path.read_bytes())
    place = place if place >= 0 else len(content) + place
    content[place] = content[place] ^ 0x10 if value is None else value
    path.write_bytes(content)


for place in (0, 16, 47, 48, 56, 63, 64, 68, 72, 80, 87):
    spoiled(f"a file whose byte {place} was changed", lambda path, place=place: edit(path, place))
cache = spoiled("changed code of one function", lambda path: edit(path, -20), (40, 1))
count.equal("the file with changed code is repaired", run(program, f"--cache={cache}").counts, again)
for length in (0, 1, 15, 16, 63, 64, 100, 500):
    cache = spoiled(f"a file cut off after {length} bytes", lambda path, length=length: os.truncate(path, length))
    count.equal(f"a file cut off after {length} bytes is replaced", run(program, f"--cache={cache}").counts, again)

def cut(path):
    os.truncate(path, path.stat().st_size - 30)


cut_off = folder / "cut"
run(program, f"--cache={cut_off}")
cut(only(cut_off))
result = run(program, f"--cache={cut_off}")
count.check("the functions before the place where a file is cut off are used", result.out == plain.out
            and result.counts[0] in range(30, 41) and sum(result.counts) == 41, result)
generator = __import__("random").Random(4711)
for number in range(40):
    cache = folder / f"random{number}"
    run(program, f"--cache={cache}")
    path = only(cache)
    for _ in range(generator.randint(1, 8)):
        edit(path, generator.randrange(path.stat().st_size), generator.randrange(256))
    result = run(program, f"--cache={cache}")
    if not (result.code == 0 and result.out == plain.out):
        count.check(f"a file with random changes ({number}) is harmless", False, result)
count.check("files with random changes are harmless", True)


def link(path):
    path.rename(folder / f"target{count.passed}")
    path.symlink_to(folder / f"target{count.passed}")


spoiled("a symbolic link", link)
spoiled("a file that others can write to", lambda path: path.chmod(0o666))
spoiled("a file that the group can write to", lambda path: path.chmod(0o620))


def fifo(path):
    path.unlink()
    os.mkfifo(path, 0o600)


spoiled("a FIFO", fifo)


def directory(path):
    path.unlink()
    path.mkdir()


spoiled("a directory in place of a file", directory)
swapped = folder / "swapped"
run(program, f"--cache={swapped}")
path = only(swapped)
run(folder / "other.wasm", f"--cache={swapped}")
(other,) = set(swapped.iterdir()) - {path}
other.write_bytes(path.read_bytes())
result = run(folder / "other.wasm", f"--cache={swapped}")
count.check("a file of another module under this name is ignored",
            result.counts == whole and result.out == run(folder / "other.wasm", "--no-cache").out, result)


def unsafe(what, prepare):
    """Whether the directory is neither used nor filled."""
    cache = folder / f"unsafe{count.passed + count.failed}"
    run(program, f"--cache={cache}")
    before = only(cache).read_bytes()
    used = prepare(cache) or cache
    result = run(program, f"--cache={used}")
    count.check(f"{what} is not used", result.code == 0 and result.counts == whole and result.out == plain.out,
                result)
    return before


unsafe("a directory that others can write to", lambda cache: cache.chmod(0o777))
unsafe("a directory that the group can write to", lambda cache: cache.chmod(0o770))


def through_link(cache):
    link = folder / f"link{count.passed}"
    link.symlink_to(cache)
    return link


unsafe("a symbolic link to a directory", through_link)
if os.geteuid() == 0:
    spoiled("a file of another user", lambda path: os.chown(path, 12345, 12345))
    unsafe("a directory of another user", lambda cache: os.chown(cache, 12345, 12345))
    stranger = fresh("stranger")
    os.chown(stranger, 12345, 12345)
    result = run(program, HOME=str(stranger))
    count.check("nothing is made in the home of another user",
                result.code == 0 and result.out == plain.out and not list(stranger.iterdir()), result)
else:
    left_out("files of other users, which only root can make")
count.check("a run without a home works", run(program, HOME="").out == plain.out)
for what, path in {"a file as the directory": program, "a directory that cannot be made": "/proc/none/cache",
                   "a name that is too long": "x" * 5000}.items():
    result = run(program, f"--cache={path}")
    count.check(f"{what} fails no run", result.code == 0 and result.out == plain.out, result)
locked = fresh("locked")
limited = run(program, f"--cache={locked}", prepare=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
count.check("a limit on the size of files fails no run", limited.code == 0 and limited.out == plain.out
            and not list(locked.iterdir()), limited)
full = fresh("full")
limited = run(program, f"--cache={full}", prepare=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4)))
count.check("too few descriptors fail no run", limited.code == 0 and limited.out == plain.out, limited)

# Several processes

large = module("large.wasm", functions=1500)
expected = run(large, "--no-cache").out
together = folder / "together"
processes = [subprocess.Popen([PULLEY, "run", "-O2", f"--cache={together}", "--invoke", "many", str(large)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
             for _ in range(8)]
outputs = [process.communicate(timeout=120) for process in processes]
count.check("runs at the same time do not disturb one another",
            all(output == (expected, "") for output in outputs), *outputs)
count.equal("they leave one whole file", [len(list(together.iterdir())), run(large, f"--cache={together}").counts],
            [1, (1501, 0)])

killed = folder / "killed"
for step in range(60):
    process = subprocess.Popen([PULLEY, "run", "-O2", f"--cache={killed}", "--invoke", "many", str(large)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    deadline = time.monotonic() + 30
    if step % 2:
        # During the writing, if that takes long enough to be seen.
        while process.poll() is None and time.monotonic() < deadline \
                and not (killed.exists() and list(killed.glob("new-*"))):
            pass
    else:
        time.sleep(generator.random() * 0.4)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    for path in killed.glob("*") if killed.exists() and step % 4 < 2 else ():
        if len(path.name) == 64:
            path.unlink()
result = run(large, f"--cache={killed}")
count.check("killed runs do no damage", result.code == 0 and result.out == expected, result)
for path in killed.glob("new-*"):
    os.utime(path, (time.time() - 3600,) * 2)
(killed / "new-0").write_bytes(b"unfinished")
os.utime(killed / "new-0", (time.time() - 3600,) * 2)
(killed / "mine.txt").write_text("not of the cache")
run(program, f"--cache={killed}")
count.check("files that killed runs have left are removed later", not list(killed.glob("new-*")))

# Size

bounded = folder / "bounded"
programs = [module(f"bounded{number}.wasm", functions=200, seed=number) for number in range(4)]
run(programs[0], f"--cache={bounded}")
size = only(bounded).stat().st_size
for number, path in enumerate(programs[1:]):
    for age, old in enumerate(sorted(bounded.iterdir(), key=lambda old: old.stat().st_mtime)):
        os.utime(old, (time.time() - 10000 + 100 * age,) * 2)
    run(path, f"--cache={bounded}", "--cache-size", int(3.5 * size))
    run(programs[0], f"--cache={bounded}")
files = list(bounded.iterdir())
count.check("the files stay within --cache-size",
            len(files) == 3 and sum(path.stat().st_size for path in files) <= 3.5 * size, files)
count.equal("the file that was used least recently is removed, and others stay",
            [run(path, f"--cache={bounded}", "--cache-size", 100 * size).counts[0] > 0 for path in programs],
            [True, False, True, True])
run(programs[0], f"--cache={folder / 'tiny'}", "--cache-size", 100)
count.check("a file larger than --cache-size is not written",
            not (folder / "tiny").exists() or not list((folder / "tiny").iterdir()))

# Tiers

learned = folder / "learned"
tiers = ["run", "--usage", "-O1", "--optimize-after", "3", f"--cache={learned}", "--invoke"]
first, second = (Run(*tiers, "hot", module("hot.wasm", functions=4, hot=True)) for _ in range(2))
count.check("a later run begins with what an earlier one has optimised",
            first.counts[0] == 0 and first.counts[1] > 0 and second.counts[0] == first.counts[1]
            and first.out == second.out, first, second)
cold = folder / "cold"
runs = [Run("run", "--usage", f"--cache={cold}", "--invoke", "one", program) for _ in range(2)]
count.check("functions of the first tier are not kept, only that the module is valid",
            [each.counts for each in runs] == [(0, 0), (0, 0)] and len(list(cold.iterdir())) == 1, *runs)

# pulley cache

shown = Run("cache", f"--cache={bounded}")
total = sum(path.stat().st_size for path in bounded.iterdir())
count.check("`pulley cache` shows the directory, the files and their size",
            shown.code == 0 and shown.out == f"directory: {bounded}\nmodules: 4\nsize: {total} bytes\n", shown)
shown = Run("cache", "show")
count.check("`pulley cache` shows the user's cache", shown.code == 0 and f"directory: {home}\n" in shown.out, shown)
shown = Run("cache", f"--cache={folder / 'none'}")
count.check("`pulley cache` says that there is no directory", shown.code == 0 and "not in use" in shown.out, shown)
shown = Run("cache", PULLEY_CACHE="")
count.check("`pulley cache` fails if there is no cache", shown.code == 1 and "PULLEY_CACHE" in shown.err, shown)
cleaned = Run("cache", "clean", f"--cache={killed}")
count.check("`pulley cache clean` removes the files of the cache and no others",
            cleaned.code == 0 and cleaned.out.startswith("removed ")
            and [path.name for path in killed.iterdir()] == ["mine.txt"], cleaned)
count.equal("after that, the next run compiles", run(program, f"--cache={killed}").counts, whole)
temporary.cleanup()
count.finish()
