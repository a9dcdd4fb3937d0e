#!/usr/bin/env python3
"""Tests `pulley run --profile`: the text, and the flame graph in a real browser.

    Tests/Drivers/profile.py [--screenshots FOLDER]
"""
import json
import pathlib
import re
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import browser
import counting
from browser import Browser, BrowserError
from command import Run

count = counting.Count()
folder = pathlib.Path(tempfile.mkdtemp())
screenshots = pathlib.Path(sys.argv[2]) if sys.argv[1:2] == ["--screenshots"] else None
HOSTILE = "</script><script>document.title='owned'</script>"


def file(name, text):
    path = folder / name
    path.write_text(text)
    return path


program = file("program.wat", r"""
(module
  (memory 16)
  (func $long (param i32)
    (loop $again
      (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
      (br_if $again (local.get 0))))
  (func $short (param i32) (call $long (i32.div_u (local.get 0) (i32.const 8))))
  (func $deep (param i32)
    (if (local.get 0)
      (then (call $deep (i32.sub (local.get 0) (i32.const 1))))
      (else (call $long (i32.const 20000000)))))
  (func $"%s" (param i32) (call $long (local.get 0)))
  (func (export "hostile") (call $"%s" (i32.const 20000000)))
  (func (export "work") (param i32) (call $long (local.get 0)) (call $short (local.get 0)))
  (func (export "deep") (param i32) (call $deep (local.get 0)))
  (func (export "fill") (param i32)
    (loop $again
      (memory.fill (i32.const 0) (i32.const 1) (i32.const 1000000))
      (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
      (br_if $again (local.get 0))))
  (func (export "crash") (call $long (i32.const 20000000)) (unreachable))
  (func (export "spin") (loop $again (br $again)))
  (func (export "nothing")))
""" % (HOSTILE.replace("'", "\\'"), HOSTILE.replace("'", "\\'")))
ROW = re.compile(r"^ *(\d+) ms +([\d.]+) %  (?: *(\d+) ms +([\d.]+) %  )?(.*)$")


def profile(*arguments):
    """The run; the milliseconds of functions, own and total; the milliseconds of places."""
    run = Run("run", "--profile", *arguments)
    functions, places = {}, {}
    for line in run.err.splitlines():
        if row := ROW.match(line):
            own, _, total, _, name = row.groups()
            if total is not None:
                functions[name] = int(own), int(total)
            elif "when they were first called" not in name:
                places[name] = int(own)
    return run, functions, places


# Text

run, functions, places = profile("--invoke", "work", program, "80000000")
count.check("the function that takes the time is first", run.code == 0 and next(iter(functions), None) == "long", run)
all_time = functions["work"][1]
count.check("the time of a caller includes that of what it calls", functions["long"][0] > 0.9 * all_time, functions)
count.check("a function that is called for an eighth of the time has that share",
            0.03 * all_time < functions["short"][1] < 0.25 * all_time, functions)
count.check("callers have no time of their own", functions["work"][0] < 0.1 * all_time, functions)
loops = [name for name in places if name.startswith("long ") and "byte 0x" in name]
count.check("places have offsets in the source", loops and max(places[name] for name in loops) > 0.8 * all_time, places)
again = Run("objdump", "--offsets", "--filter", "long", program)
count.check("the place is the head of the loop",
            re.search(r"; " + loops[0].split("byte ")[1] + r"\b", again.out) if loops else False, places, again)
run, functions, _ = profile("--invoke", "deep", program, "300")
count.check("recursion counts once", functions["deep"][1] <= functions["long"][0] * 1.2 + 3, functions)
run, functions, _ = profile("--invoke", "deep", program, "5000")
count.check("calls further out than samples reach are told", "(calls further out)" in functions, run)
run, functions, places = profile("--invoke", "fill", program, "3000")
count.check("the time of an operation on memory belongs to its place",
            run.code == 0 and max(places.values(), default=0) > 0.8 * functions["fill"][0] > 5, run)
run, functions, _ = profile("--invoke", "crash", program)
count.check("a program that traps has a profile", run.code == 134 and "long" in functions, run)
run, functions, _ = profile("--timeout", "300ms", "--invoke", "spin", program)
count.check("a program that takes too long has a profile", run.code == 124 and functions["spin"][0] > 50, run)
run, functions, _ = profile("--invoke", "nothing", program)
count.check("a program that takes no time has a profile", run.code == 0 and re.match(r"\d ms of processor time", run.err), run)
run = Run("run", f"--profile={folder}/text", "--invoke", "work", program, "10000000")
count.check("`--profile=FILE` leaves the output alone", run.code == 0 and not run.err and not run.out, run)
count.check("`--profile=FILE` writes the text to a file",
            "of processor time" in (folder / "text").read_text(), (folder / "text").read_text())
run = Run("run", f"--profile={folder}/none/x.html", "--invoke", "nothing", program)
count.check("a file for `--profile` that cannot be written is an error",
            run.code == 1 and "No such file" in run.err, run)
clif = file("program.clif", """\
function %main() -> i64 {
block0:
    v0 = iconst.i64 30000000
    v3 = iconst.i64 -1
    jump block1(v0)
block1(v1: i64):
    v2 = iadd v1, v3
    brif v2, block1(v2), block2
block2:
    return v2
}
""")
run, functions, places = profile(clif)
count.check("CLIF has a profile with lines",
            run.code == 0 and any(re.search(r"main .*, line [4-9]", name) for name in places), run)
artifact = folder / "program.pulley"
Run("compile", "-o", artifact, program)
run, functions, places = profile("--invoke", "work", artifact, "20000000")
count.check("an artifact has a profile", run.code == 0 and "long" in functions, run)
run = Run("run", "--profile", "--stats", "--invoke", "work", program, "1000000")
count.check("`--stats` and `--profile` work together",
            run.code == 0 and "instructions ran in" in run.err and "of processor time" in run.err, run)

# The page


def page(function, *arguments):
    path = folder / f"{function}.html"
    run = Run("run", f"--profile={path}", "--invoke", function, program, *arguments)
    count.check(f"`--profile=FILE.html` writes a page of {function}", run.code == 0 and not run.out and not run.err, run)
    return path


def data_of(path):
    return json.loads(re.search(r'id="data">(.*?)</script>', path.read_text(), re.S).group(1))


work, hostile = page("work", "80000000"), page("hostile")
data = data_of(work)
own = sum(call[2] for call in data["calls"])
count.equal("the calls of the page add up", own + data["compiling"], data["total"])
count.equal("the functions of the page add up", sum(f[1] for f in data["functions"]), own)
count.equal("the places of the page add up", sum(p[3] for p in data["places"]), own)
count.check("the page loads nothing", not re.search(r"(src|href)=|url\(|@import|https?:", work.read_text()))
count.equal("names in the page's data are those of the module",
            [f[0] for f in data_of(hostile)["functions"] if "owned" in f[0]], [HOSTILE])

if not browser.program():
    counting.left_out("the flame graph in a browser: no browser is installed")
    shutil.rmtree(folder)
    count.finish()
    sys.exit()


def call(name):
    return f"[...document.querySelectorAll('.call')].find(e => e.textContent === {json.dumps(name)})"


def width(name):
    return window.value(f"({call(name)})?.getBoundingClientRect().width ?? 0")


def test_flame():
    window.open(work)
    whole = width("all")
    count.check("the first row is the whole width", whole > 1000, whole)
    count.check("the width of a call is its share of the time", 0.9 * whole < width("work") <= whole, width("work"))
    count.check("callees are below their caller", window.value(
        f"{call('work')}.getBoundingClientRect().top < {call('short')}.getBoundingClientRect().top"))
    window.hover(call("short"))
    count.check("the pointer shows a call's times", window.value(
        "/^short: [0-9.,]+ ms, [0-9.]+ %; of its own/.test(detail.textContent)"), window.value("detail.textContent"))
    if screenshots:
        window.screenshot(screenshots / "flame.png")
    before = width("short")
    window.click(call("short"))
    count.check("a click enlarges a call", before < 0.5 * whole and width("short") > 0.99 * whole, before)
    window.click(call("all"))
    count.equal("a click on the first row shows all again", width("short"), before)
    window.click("search")
    window.type("LONG")
    count.check("functions are marked by a part of the name in any case", window.value(
        "[...document.querySelectorAll('.marked')].every(e => e.textContent === 'long')"))
    count.check("the share of marked functions is told", window.value("/^(9[0-9]|100)[.][0-9] % in/.test(found.textContent)"),
                window.value("found.textContent"))
    count.equal("the tables have all functions and places", window.value(
        "['functions', 'places'].map(id => document.getElementById(id).rows.length - 1)"),
        [len(data["functions"]), len(data["places"])])
    window.prefer("dark")
    if screenshots:
        window.screenshot(screenshots / "flame-dark.png")
    window.prefer("light")


def test_hostile():
    window.open(hostile)
    count.check("a name that contains HTML is text", window.value(f"!!({call(HOSTILE)})")
                and window.value("document.title") != "owned", window.value("document.title"))


window = Browser()
try:
    window.resize(1300, 850)
    for test in (test_flame, test_hostile):
        try:
            test()
        except (BrowserError, AttributeError, TypeError) as error:
            count.check(f"{test.__name__} finishes", False, repr(error))
        count.check(f"{test.__name__}: the page has no errors", not window.complaints, window.complaints)
        count.check(f"{test.__name__}: the page requests nothing from outside",
                    all(url.startswith("file:") or url == "about:blank" for url in window.requests), window.requests)
finally:
    window.close()

shutil.rmtree(folder)
count.finish()
