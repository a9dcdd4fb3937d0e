#!/usr/bin/env python3
"""Tests the source positions that `pulley objdump` shows, as text and as a page in a real browser.

    Tests/Drivers/explorer.py [--screenshots FOLDER]
"""
import os
import pathlib
import random
import re
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import browser
import counting
import wasm
from browser import Browser, BrowserError
from command import PULLEY, Run
from wasm import I32, I64, call, get, i32, set_

count = counting.Count()
folder = pathlib.Path(tempfile.mkdtemp())
screenshots = pathlib.Path(sys.argv[2]) if sys.argv[1:2] == ["--screenshots"] else None


def file(name, data):
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def fails(what, run, code, *parts):
    count.check(what, run.code == code and not run.out and all(p in run.err for p in parts),
                f"expected: exit {code}, error with {parts}", run)


HOSTILE = [
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "<!--<script>",
    "\" onmouseover=\"document.title='owned'\" x='",
    "&lt;b&gt; \\u003cb\\u003e ${1+1} %s TITLE",
    "line\nfeed\ttab\0zero",
    "right\u202eto left\u2028separated",
    "\U0001f980 gr\u00fc\u00dfe \u4e16\u754c \u05d0\u05d1",
    "constructor", "__proto__",
    "long " * 300,
]


def module(names=(), copies=0):
    m = wasm.Module()
    m.function("add", [I32, I32], [I32], get(0) + get(1) + b"\x6a")
    m.function("div", [I32, I32], [I32], get(0) + get(1) + b"\x6d")
    m.function("outer", [I32], [I32], get(0) + i32(9) + call(1) + get(0) + b"\x6a")
    # loop: s += load(p); p += 4; br_if (n -= 1)
    m.function(
        "loop", [I32, I32], [I32],
        b"\x03\x40" + get(2) + get(0) + b"\x28\x02\x00" + b"\x6a" + set_(2) + get(0) + i32(4) + b"\x6a"
        + set_(0) + get(1) + i32(1) + b"\x6b\x22\x01\x0d\x00\x0b" + get(2), [I32])
    # Trapping code is at the end of the function: if (a) unreachable; b / 3
    m.function("moves", [I32, I32], [I32],
               get(0) + b"\x04\x40\x00\x0b" + get(1) + get(0) + b"\x6e" + get(1) + i32(77) + b"\x6c\x6a")
    # br_table with three targets
    m.function("pick", [I32], [I32],
               b"\x02\x40\x02\x40\x02\x40" + get(0) + b"\x0e\x02\x00\x01\x02\x0b" + i32(11) + b"\x0f\x0b"
               + i32(22) + b"\x0f\x0b" + i32(33))
    for name in names:
        m.function(name, [I32], [I32], get(0) + b"\x45")
    for number in range(copies):
        m.function(f"copy{number}", [I64], [I64], get(0) + get(0) + b"\x7e")
    m.with_memory(1)
    return m.bytes()


plain = module()
program = file("program.wasm", plain)
offset = {
    "i32.add": plain.index(get(0) + get(1) + b"\x6a") + 4,
    "i32.div_s": plain.index(get(0) + get(1) + b"\x6d") + 4,
    "call $div": plain.index(i32(9) + call(1)) + 2,
    "br_if": plain.index(b"\x6b\x22\x01\x0d\x00") + 3,
}

# Text

LINE = re.compile(r"^( *[0-9a-f]+: )?(.*?)(?: +; (0x[0-9a-f]+|line \d+)(?::? (.*))?)?$")


def listing(run):
    """For each function, a list of (instruction, position, source)."""
    functions = {}
    for line in run.out.split("\n"):
        if line and not line[0].isspace():
            current = functions.setdefault(line.split(" ")[-1].rstrip(":"), [])
        elif line:
            _, text, place, origin = LINE.match(line).groups()
            current.append((text.strip(), place, origin))
    return functions


run = Run("objdump", "--offsets", program)
functions = listing(run)
count.check("`--offsets` lists the functions by name", run.code == 0 and set(functions) >= {
    "add", "div", "outer", "loop", "moves", "pick"}, run)


def comes_from(what, function, mnemonic, origin, place):
    found = [line for line in functions[function] if line[0].startswith(mnemonic)]
    count.check(what, any(line[1] == hex(place) and line[2] and line[2].startswith(origin)
                          for line in found),
                f"expected: {mnemonic} from {place:#x} {origin}", functions[function])


comes_from("an operation", "add", "xadd32", "i32.add", offset["i32.add"])
comes_from("one that may trap", "div", "xdiv32_s", "i32.div_s", offset["i32.div_s"])
comes_from("a call, with the name in it", "outer", "call", "call $div", offset["call $div"])
comes_from("a branch", "loop", "br_if", "br_if 0", offset["br_if"])
count.check("each instruction has an offset, except those that set up the function",
            all(line[1] for line in functions["add"]), functions["add"])
count.check("a trap at the end of the code has the offset of its operator",
            any(line[0].startswith("trap") and line[2] == "unreachable" for line in functions["moves"]),
            functions["moves"])
for name in ("add", "div", "outer", "moves"):
    for line in functions[name]:
        if line[2] and " " not in line[2]:
            at = int(line[1], 16)
            expected = {"i32.add": 0x6A, "i32.div_s": 0x6D, "i32.div_u": 0x6E, "i32.mul": 0x6C, "end": 0x0B,
                        "unreachable": 0, "i32.eqz": 0x45}.get(line[2])
            if expected is not None:
                count.equal(f"{name}: {line[2]} has the right offset", plain[at], expected)
bare = Run("objdump", program)
count.equal("`--offsets` does not change the code", {
    name: [line[0] for line in lines] for name, lines in functions.items()}, {
    name: [line[0] for line in lines] for name, lines in listing(bare).items()})
run = Run("objdump", "--offsets", "--addresses", "--bytes", "--filter", "add", program)
count.check("`--offsets` works with `--addresses` and `--bytes`",
            run.code == 0 and re.search(r"^ +[0-9a-f]+: [0-9a-f ]+ xadd32 .*; 0x", run.out, re.M), run)

text = file("text.wat", Run("wasm2wat", program).out)
count.equal("`wat2wasm` succeeds", Run("wat2wasm", text).code, 0)
count.equal("a text has the offsets of its binary", listing(Run("objdump", "--offsets", text)),
            listing(Run("objdump", "--offsets", folder / "text.wasm")))

count.equal("`compile` succeeds", Run("compile", program).code, 0)
artifact = folder / "program.pulley"
own = listing(Run("objdump", "--offsets", artifact))
count.check("an artifact has the offsets of instructions that may trap",
            [line[1] for line in own["div"] if line[0].startswith("xdiv32_s")] == [hex(offset["i32.div_s"])],
            own["div"])
count.check("an artifact has no other offsets", all(line[1] is None for line in own["add"]), own["add"])
count.check("the offsets of an artifact agree with the module's", all(
    mine[:1] == all_[:1] and mine[1] in (None, all_[1])
    for name in own for mine, all_ in zip(own[name], functions[name])), own, functions)

clif = """\
function %f(i32, i32) -> i32 {
    fn0 = colocated %g(i32) -> i32
block0(v0: i32, v1: i32):
    v2 = iadd v0, v1 ; </script><script>document.title = 'owned'</script>
    v3 = call fn0(v2)
    return v3
}

function %g(i32) -> i32 {
block0(v0: i32):
    v1 = sdiv v0, v0
    return v1
}
"""
functions_of_text = file("program.clif", clif)
functions = listing(Run("objdump", "--offsets", functions_of_text))
for function, mnemonic, line in (("f", "xadd32", 4), ("f", "call", 5), ("g", "xdiv32_s", 11)):
    found = [item for item in functions[function] if item[0].startswith(mnemonic)]
    count.check(f"CLIF: {mnemonic} comes from line {line}", found
                and found[0][1:] == (f"line {line}", clif.split("\n")[line - 1].strip()), functions)
count.equal("`compile` of CLIF succeeds",
            Run("compile", functions_of_text, "-o", folder / "clif.pulley").code, 0)
count.check("an artifact of CLIF has offsets in its text",
            listing(Run("objdump", "--offsets", folder / "clif.pulley"))["g"][0][1]
            == hex(clif.index("sdiv")), Run("objdump", "--offsets", folder / "clif.pulley"))

# Errors

fails("`--html` refuses an artifact", Run("objdump", "--html", artifact), 1, "program.pulley",
      ".wasm, .wat or .clif")
fails("`-o` without `--html` is refused", Run("objdump", "-o", "x", program), 64, "--html")
fails("`--html` refuses options of listings",
      Run("objdump", "--html", "--offsets", program), 64, "--offsets")
fails("a filter that matches no function is an error",
      Run("objdump", "--html", "--filter", "nobody", program), 1, "program.wasm", "nobody")
fails("`--html` fails if it cannot write the page",
      Run("objdump", "--html", program, "-o", folder / "none" / "x.html"), 1, "x.html")
fails("`--offsets` refuses a foreign ELF file", Run("objdump", "--offsets", PULLEY), 1, "address map")
fails("an empty file is refused", Run("objdump", "--html", file("empty.wasm", b"")), 1, "empty.wasm")

# Damaged input gives an error or a listing.

generator = random.Random(5)
elf = artifact.read_bytes()
for what, source, options in (
        ("modules", plain, ["--offsets"]), ("modules", plain, ["--html", "-o", folder / "damaged.html"]),
        ("texts", clif.encode(), ["--html", "-o", folder / "damaged.html"]),
        ("artifacts", elf, ["--offsets"])):
    bad = []
    for number in range(60):
        damaged = bytearray(source)
        for _ in range(generator.randint(1, 4)):
            damaged[generator.randrange(len(damaged))] = generator.randrange(256)
        if number % 3 == 0:
            del damaged[generator.randrange(len(damaged)):]
        run = Run("objdump", *options, file("damaged.bin", bytes(damaged)))
        if run.code not in (0, 1) or (run.code == 1 and not run.err):
            bad.append((bytes(damaged).hex(), str(run)))
    count.check(f"{options[0]} of a damaged {what} gives an error or a listing", not bad, *bad[:3])

# Pages

if not browser.program():
    missing = "there is no browser for the pages; .ci/install-dependencies browser installs one"
    if os.environ.get("CI") == "true":
        count.check(missing, False)
    else:
        counting.left_out(missing)
    shutil.rmtree(folder)
    count.finish()

SHOWN = "[...document.querySelectorAll('.function .name')]"
OPEN = "document.querySelector('.function.open')"


def opener(name):
    return f"{SHOWN}.find(e => e.textContent === {name!r}).closest('button')"


def line(column, text, at=0):
    return (f"[...{OPEN}.querySelectorAll('.{column} .line')]"
            f".filter(l => l.querySelector('.text').textContent.startsWith({text!r}))[{at}]")


def texts(selector):
    return f"[...document.querySelectorAll({selector!r})].map(e => e.textContent)"


def page_of(path, *options):
    run = Run("objdump", "--html", *options, path)
    count.check(f"`--html` writes a page of {path.name[:20]}",
                run.code == 0 and not run.out and not run.err, run)
    return path.with_suffix(".html")


def shoot(name):
    if screenshots:
        window.screenshot(screenshots / f"{name}.png")


def test_filter():
    window.open(page_of(program))
    names = window.value(f"{SHOWN}.map(e => e.textContent)")
    count.check("all functions are listed",
                names[:6] == ["add", "div", "outer", "loop", "moves", "pick"],
                names)
    count.check("no function is open at first",
                window.value("document.querySelectorAll('.line').length") == 0)
    count.check("the page shows the number of functions",
                window.value("count.textContent").endswith("functions"))
    window.click("search")
    window.type("O")
    count.equal("the filter finds a part of the name in any case", window.value(f"{SHOWN}.map(e => e.textContent)")[:3],
                ["outer", "loop", "moves"])
    window.type("o")
    count.equal("a longer filter leaves fewer functions",
                window.value(f"{SHOWN}.map(e => e.textContent)"), ["loop"])
    window.type("~")
    count.check("a filter without matches shows no function",
                window.value("!document.getElementById('none').hidden"))
    window.key("Escape")
    count.equal("Escape clears the filter", window.value(f"{SHOWN}.length"), len(names))
    window.value("order.value = 'size'; order.dispatchEvent(new Event('change'))")
    sizes = window.value("shown.map(f => f.code)")
    count.equal("functions can be sorted by size", sizes, sorted(sizes, reverse=True))
    window.value("order.value = 'module'; order.dispatchEvent(new Event('change'))")


def test_columns():
    window.click(opener("loop"))
    count.equal("a click opens a function", window.value(
        f"{opener('loop')}.getAttribute('aria-expanded')"), "true")
    shoot("light")
    window.prefer("dark")
    dark = window.value("getComputedStyle(document.body).backgroundColor")
    shoot("dark")
    window.prefer("light")
    light = window.value("getComputedStyle(document.body).backgroundColor")
    count.check("the page has a dark and a light theme", dark != light, dark, light)
    rows = window.value(f"""[...{OPEN}.querySelectorAll('.row:not(.heads)')].map(row =>
        [...row.children].map(cell => {{
          const box = cell.getBoundingClientRect();
          const lines = [...cell.querySelectorAll('.line')];
          return {{
            left: box.left, right: box.right, top: box.top,
            first: lines.length ? lines[0].getBoundingClientRect().top : null,
            keys: lines.filter(l => !l.matches('.moved, .free')).map(l => l.dataset.k),
          }};
        }}))""")
    count.check("each row has three columns",
                len(rows) > 10 and all(len(row) == 3 for row in rows), rows)
    count.check("the columns are side by side", all(
        row[0]["right"] <= row[1]["left"] and row[1]["right"] <= row[2]["left"] for row in rows), rows[:2])
    count.check("the columns have the same positions in all rows", all(
        [cell["left"] for cell in row] == [cell["left"] for cell in rows[0]] for row in rows))
    count.check("the lines of a row begin at the same height", all(
        len({round(cell["first"]) for cell in row if cell["first"] is not None}) == 1 for row in rows), rows)
    count.check("lines are beside the instruction that they come from", all(
        set(row[1]["keys"] + row[2]["keys"]) <= set(row[0]["keys"]) for row in rows), rows)
    count.check("rows are in order from top to bottom", all(
        above[0]["top"] < below[0]["top"] for above, below in zip(rows, rows[1:])))
    for column, text in (("s", "i32.load"), ("i", "v"), ("p", "xload32le_g32")):
        count.check(f"column {column} has the expected lines",
                    window.value(f"!!({line(column, text)})"))
    at = window.value(f"[{line('s', 'i32.load')}, {line('p', 'xload32le_g32')}]"
                      ".map(l => l.getBoundingClientRect().top)")
    count.check("a Pulley load is beside the WebAssembly load", abs(at[0] - at[1]) < 2, at)
    count.equal("the offsets on the page are those of the file", window.value(
        f"{line('s', 'br_if')}.querySelector('.label').textContent"), hex(offset["br_if"]))


def test_highlighting():
    key = window.value(f"{line('s', 'br_if')}.dataset.k")
    count.equal("lines have their sources", key, str(offset["br_if"]))
    marked = "[...document.querySelectorAll('.line.{}')].map(l => [l.parentElement.className, l.dataset.k])"
    window.hover(line("p", "br_if"))
    near = window.value(marked.format("near"))
    count.check("pointing at a line marks the related lines",
                {"cell s", "cell i", "cell p"} == {c for c, _ in near} and {k for _, k in near} == {key}, near)
    colours = window.value(f"[{line('s', 'br_if')}, {line('s', 'loop')}]"
                           ".map(l => getComputedStyle(l).backgroundColor)")
    count.check("the marks are visible", colours[0] != colours[1], colours)
    window.click(line("i", "brif"))
    window.hover("search")
    pinned = window.value(marked.format("pinned"))
    count.check("a click keeps the marks",
                window.value("document.querySelectorAll('.near').length") == 0
                and {"cell s", "cell i", "cell p"} == {c for c, _ in pinned}
                and {k for _, k in pinned} == {key}, pinned)
    count.check("the address of the page names the marked line",
                window.value("location.hash").endswith(":" + key))
    window.click(line("i", "brif"))
    count.equal("another click removes the marks", window.value(marked.format("pinned")), [])


def test_moved():
    window.click(opener("loop"))
    window.click(opener("moves"))
    count.check("a moved line is in italics", window.value(f"{line('p', 'trap')}.matches('.moved')"),
                window.value(f"{OPEN}.innerText"))
    window.hover(line("p", "trap"))
    count.check("pointing at a moved line marks its source", window.value(
        f"{line('s', 'unreachable')}.matches('.near') || {line('s', 'i32.div_u')}.matches('.near')"))
    window.click(f"{line('p', 'trap')}.querySelector('.from')")
    window.settle()
    count.check("the source of a moved line is a link",
                window.value(f"!!{OPEN}.querySelector('.s .line.pinned')"))
    window.click(opener("moves"))
    window.click(opener("outer"))
    count.check("the CLIF column shows function names",
                window.value(f"{OPEN}.innerText").count("%div sig0") == 1)
    window.click(f"{OPEN}.querySelector('.target')")
    window.wait("document.querySelectorAll('.function.open').length === 2")
    count.equal("a call is a link to the function",
                window.value(f"{OPEN}.querySelector('.name').textContent"),
                "div")


def test_keys():
    window.open(program.with_suffix(".html"))
    window.key("/", "/")
    count.check("the key / moves to the filter",
                window.value("document.activeElement === search && !search.value"))
    window.key("ArrowDown")
    window.key("ArrowDown")
    count.equal("arrow keys move through the functions",
                window.value("document.activeElement.innerText")[:3], "div")
    window.key("Enter", "\r")
    count.equal("Enter opens a function",
                window.value(f"{OPEN}.querySelector('.name').textContent"), "div")
    window.key("ArrowRight")
    count.check("the right arrow enters an open function",
                window.value("document.activeElement.matches('.line')"))
    for _ in range(40):
        if window.value("document.activeElement.textContent").endswith("i32.div_s"):
            break
        window.key("ArrowDown")
    window.key("ArrowRight")
    window.key("ArrowRight")
    # The record with which the function begins belongs to what it does first.
    if "spilltmp0" in window.value("document.activeElement.textContent"):
        window.key("ArrowDown")
    count.check("the right arrow moves to the related line of the next column", window.value(
        "document.activeElement.matches('.p .line.pinned') "
        "&& document.activeElement.textContent.includes('xdiv32_s')"),
                window.value("document.activeElement.outerHTML"))
    window.key("Escape")
    count.check("Escape moves from a line to its function",
                window.value("document.activeElement.matches('.opener')"))
    window.key("ArrowLeft")
    count.check("the left arrow closes a function", window.value(f"{OPEN} === null"))


def test_phone():
    window.resize(390, 844, 2)
    window.open(program.with_suffix(".html"), f"#3:{offset['br_if']}")
    count.check("an address opens a function at an instruction", window.value(
        f"{line('s', 'br_if')}.matches('.pinned')"))
    count.check("no element is wider than a phone", window.value(
        "document.documentElement.scrollWidth <= innerWidth"))
    boxes = window.value(f"[{line('s', 'br_if')}, {line('i', 'brif')}, {line('p', 'br_if')}]"
                         ".map(l => l.getBoundingClientRect().top)")
    count.check("on a phone, the columns are below one another", boxes == sorted(set(boxes)), boxes)
    shoot("phone")
    window.resize(1300, 850)


def test_hostile():
    page = page_of(file("<b>&\"x'.wasm", module(HOSTILE)))
    window.open(str(page).replace("<", "%3C").replace(">", "%3E").replace("&", "%26").replace('"', "%22"))
    names = window.value(f"{SHOWN}.map(e => e.textContent)")[6:]
    count.equal("the title of the page is escaped",
                window.value("document.title"), "<b>&\"x'.wasm – Pulley explorer")
    for name, shown in zip(HOSTILE[:5] + HOSTILE[8:10], names[:5] + names[8:10]):
        count.equal(f"the name {name[:20]!r} is only text", shown, name)
    count.equal("control characters are shown as numbers", names[5], "line\\u{a}feed\ttab\\u{0}zero")
    count.equal("characters that reorder text are shown as numbers",
                names[6], "right\\u{202e}to left\\u{2028}separated")
    count.equal("letters of all scripts are unchanged", names[7], HOSTILE[7])
    window.click("search")
    window.type("<img")
    window.click("document.querySelector('.opener')")
    window.key("/", "/")
    window.key("Escape")
    for number in range(len(HOSTILE)):
        window.value(f"setOpen({6 + number}, true)")
    window.settle()
    count.equal("no name became an element", window.value(
        "[document.images.length, document.scripts.length - index.functions.length, "
        "document.querySelectorAll('b').length]"), [0, 2, 0])
    count.check("no name was executed as a script", "owned" not in window.value("document.title"))
    page = page_of(functions_of_text)
    window.open(page)
    window.click(opener("f"))
    count.check("CLIF: a comment is only text", window.value(
        f"{line('s', 'v2 = iadd')}.textContent").endswith("<script>document.title = 'owned'</script>"))
    count.equal("CLIF: lines are numbered", window.value(
        f"{line('s', 'v2 = iadd')}.querySelector('.label').textContent"), "4")
    window.click(line("p", "xadd32"))
    count.check("CLIF: related lines are linked", window.value(
        f"{line('s', 'v2 = iadd')}.matches('.pinned') && {line('i', 'v2 = iadd')}.matches('.pinned')"))
    at = window.value(f"[{line('s', 'v3 = call')}, {line('i', 'v3 = call')}, {line('p', 'call')}]"
                      ".map(l => l.getBoundingClientRect().top)")
    count.check("CLIF: related lines are side by side", max(at) - min(at) < 2, at)
    shoot("clif")


def test_large():
    m = wasm.Module()
    m.function("one", [I32], [I32], get(0))
    m.function("two", [I64], [I64], get(0))
    m.function("large", [I32], [I32],
               get(0) + (get(0) + b"\x6c" + call(0)) * 1500 + b"\xad" + call(1) + b"\xa7")
    data = m.bytes()
    page = page_of(file("large.wasm", data))
    window.open(page)
    window.click(opener("large"))
    count.check("only the visible part of a large function is laid out",
                0 < window.value(f"{OPEN}.querySelectorAll('.line').length") < 2000)
    count.check("a large function has its full height",
                window.value(f"{OPEN}.offsetHeight") > 4500 * 15)
    count.equal("declarations are folded", window.value(
        f"[{OPEN}.querySelector('summary').textContent, {OPEN}.querySelector('details').open]"),
        ["4 declarations", False])
    window.value(f"{OPEN}.querySelector('.i .line').focus()")
    window.key("ArrowDown")
    count.check("arrow keys skip folded declarations",
                window.value("document.activeElement.textContent").startswith("block0"))
    window.click(f"{OPEN}.querySelector('summary')")
    count.check("a click unfolds the declarations",
                window.value(f"{OPEN}.querySelector('details').open"))
    last = data.index(b"\xad" + call(1)) + 1
    window.open(page, f"#2:{last}")
    count.equal("an address opens a line far down a large function", window.value(
        f"{OPEN}.querySelector('.s .line.pinned .text').textContent"), "call $two")
    window.wait(f"!!{OPEN}.querySelector('.p .line.pinned')")
    place = window.value(f"(b => [b.top, b.bottom])({OPEN}.querySelector('.s .line.pinned')"
                         ".getBoundingClientRect())")
    count.check("the line of the address is visible", 0 < place[0] < place[1] < 850, place)
    at = window.value(f"[...{OPEN}.querySelectorAll('.line.pinned')].map(l => l.getBoundingClientRect().top)")
    count.check("the line of the address is visible in all columns",
                len(at) >= 3 and max(at) - min(at) < 120, at)


def test_many():
    page = page_of(file("many.wasm", module(copies=5000)))
    start = time.monotonic()
    window.open(page)
    count.check("5,000 functions can be listed at once",
                time.monotonic() - start < 15, time.monotonic() - start)
    count.check("not all of 5,000 functions are laid out",
                window.value("document.querySelectorAll('*').length") < 20000)
    for _ in range(100):
        window.value("scrollTo(0, document.documentElement.scrollHeight)")
        window.settle()
        if window.value("rendered === shown.length"):
            break
    count.check("scrolling lays out the other functions", window.value("rendered === shown.length"))
    window.key("/", "/")
    window.type("copy4999")
    count.equal("the filter finds the last of 5,000 functions",
                window.value(f"{SHOWN}.map(e => e.textContent)"), ["copy4999"])
    window.click(opener("copy4999"))
    count.check("the last of 5,000 functions opens", window.value(f"!!({line('p', 'xmul64')})"))
    only = page_of(file("few.wasm", module(copies=20)), "--filter", "copy1")
    window.open(only)
    count.equal("`--html --filter` writes a page", window.value(f"{SHOWN}.length"), 11)
    count.equal("`--html --filter` leaves out the other functions' data",
                only.read_text().count('type="application/json" id="f'), 11)


window = Browser()
try:
    window.resize(1300, 850)
    for test in (test_filter, test_columns, test_highlighting, test_moved, test_keys, test_phone,
                 test_hostile, test_large, test_many):
        try:
            test()
        except (BrowserError, AttributeError, TypeError) as error:
            count.check(f"{test.__name__} finishes", False, repr(error))
        count.check(f"{test.__name__}: the page has no errors",
                    not window.complaints, window.complaints)
        count.check(f"{test.__name__}: the page requests nothing from outside",
                    all(url.startswith("file:") or url == "about:blank" for url in window.requests),
                    window.requests)
finally:
    window.close()

shutil.rmtree(folder)
count.finish()
