#!/usr/bin/env python3
"""Passes NULL for each pointer of each known function of the C library, of SQLite and of zlib.

The functions are those of Sources/PulleyDeclarations/Known. Each is declared without attributes, as a prototype that
somebody writes by hand, so that only the table can tell what NULL does. A guest calls it with harmless arguments, and
once for each pointer with 0 there, always in a process of its own. The call returns or traps; a process that ends by a
signal is a failure."""
import ctypes
import os
import pathlib
import re
import signal
import sys
import tempfile

ROOT = pathlib.Path.cwd()
sys.dont_write_bytecode = True
os.environ["PULLEY_LIBRARY"] = str(ROOT / "build/lib/libpulley.so.0")
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(ROOT / "python/src")]
import counting
import pulley

LIBRARIES = ["libc.so.6", "libm.so.6", "libz.so.1", "libsqlite3.so.0"]
# Declarations of the types that the table leaves out, or gives in part.
TYPES = """
typedef struct _IO_FILE FILE; typedef struct __dirstream DIR;
struct tm { int sec, min, hour, mday, mon, year, wday, yday, isdst; long gmtoff; const char *zone; };
struct timespec { time_t tv_sec; long tv_nsec; };
struct dirent { uint64_t ino; off_t offset; unsigned short length; unsigned char type; char name[256]; };
struct drand48_data { unsigned short x[3], old_x[3], c, init; unsigned long long a; };
typedef struct { off_t position; struct { int count; unsigned value; } state; } fpos_t;
typedef unsigned char Bytef; typedef unsigned uInt; typedef unsigned long uLong; typedef struct gzFile_s *gzFile;
struct z_stream_s { Bytef *next_in; uInt avail_in; uLong total_in; Bytef *next_out; uInt avail_out; uLong total_out;
  const char *msg; struct internal_state *state; void *(*zalloc)(void *, uInt, uInt); void (*zfree)(void *, void *);
  void *opaque; int data_type; uLong adler, reserved; };
struct gz_header_s { int text; uLong time; int xflags, os; Bytef *extra; uInt extra_len, extra_max; Bytef *name;
  uInt name_max; Bytef *comment; uInt comm_max; int hcrc, done; };
typedef struct z_stream_s *z_streamp; typedef struct gz_header_s *gz_headerp;
typedef struct sqlite3 sqlite3; typedef struct sqlite3_stmt sqlite3_stmt; typedef struct sqlite3_value sqlite3_value;
typedef struct sqlite3_context sqlite3_context; typedef struct sqlite3_blob sqlite3_blob;
typedef struct sqlite3_backup sqlite3_backup; typedef struct sqlite3_mutex sqlite3_mutex;
typedef struct sqlite3_snapshot sqlite3_snapshot; typedef struct sqlite3_str sqlite3_str;
typedef struct sqlite3_module sqlite3_module; typedef struct sqlite3_index_info sqlite3_index_info;
typedef long long int64; typedef unsigned long long uint64;
"""
# What the tests call, too.
HELPERS = """
FILE *tmpfile(void); DIR *opendir(const char *name); char *strdup(const char *s);
gzFile gzopen(const char *name, const char *mode); char *sqlite3_mprintf(const char *format, ...);
int deflateInit2_(z_streamp s, int level, int method, int bits, int memory, int strategy, const char *v, int size);
int inflateInit2_(z_streamp s, int bits, const char *version, int size);
int inflateBackInit_(z_streamp s, int bits, Bytef *window, const char *version, int size);
int sqlite3_open(const char *name, sqlite3 **db);
int sqlite3_exec(sqlite3 *db, const char *sql, int (*row)(void *, int, char **, char **), void *data, char **message);
int sqlite3_prepare_v2(sqlite3 *db, const char *sql, int n, sqlite3_stmt **statement, const char **rest);
int sqlite3_step(sqlite3_stmt *s); sqlite3_value *sqlite3_column_value(sqlite3_stmt *s, int i);
sqlite3_str *sqlite3_str_new(sqlite3 *db); sqlite3_mutex *sqlite3_mutex_alloc(int kind);
sqlite3_value *sqlite3_value_dup(const sqlite3_value *value);
int sqlite3_blob_open(sqlite3 *db, const char *name, const char *table, const char *column, int64 row, int flags,
  sqlite3_blob **blob);
sqlite3_backup *sqlite3_backup_init(sqlite3 *to, const char *name, sqlite3 *from, const char *source);
int sqlite3_snapshot_get(sqlite3 *db, const char *name, sqlite3_snapshot **snapshot);
int sqlite3_create_function(sqlite3 *db, const char *name, int n, int flags, void *data,
  void (*call)(sqlite3_context *, int, sqlite3_value **), void (*step)(sqlite3_context *, int, sqlite3_value **),
  void (*final)(sqlite3_context *));
"""
count = counting.Count()


class Parameter:
    def __init__(self, text):
        text = text.strip()
        pointer = re.fullmatch(r"(.*?)\(\*(\w*)\)\s*\((.*)\)", text)
        self.is_function = bool(pointer)
        if pointer:
            self.type, self.name = text, pointer[2]
            self.guest = Function(f"{pointer[1]} f({pointer[3]})")
            return
        named = re.fullmatch(r"(.*?[\s*])(\w+)\s*(\[\d*\])?", text)
        if named and named[2] not in WORDS:
            self.type, self.name = named[1].strip() + (" *" if named[3] else ""), named[2]
        else:
            self.type, self.name = text, ""

    @property
    def is_pointer(self):
        return self.is_function or self.type.endswith("*") or self.type in ("gzFile", "z_streamp", "gz_headerp")

    @property
    def kind(self):
        """The type of WebAssembly."""
        if self.is_pointer:
            return "i32"
        wide = r"\b(long long|int64|uint64|u?int64_t|u?intmax_t|time_t|off_t|clock_t)\b"
        return {"double": "f64", "float": "f32"}.get(self.type, "i64" if re.search(wide, self.type) else "i32")


WORDS = {"int", "long", "char", "unsigned", "short", "double", "float", "void", "size_t", "sqlite3", "sqlite3_value",
         "sqlite3_context", "int64", "uint64"}


class Function:
    """A declaration without attributes, read from a declaration with those of the table."""

    def __init__(self, text):
        found = re.search(r"(\w+)\(", text)
        self.text, self.name = text, found[1]
        depth, end = 1, found.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        parts = split(text[found.end():end - 1])
        self.is_variadic = parts[-1:] == ["..."]
        self.parameters = [Parameter(part) for part in parts if part not in ("void", "...")]
        # A function that returns a pointer to one has parentheses after its own.
        result = text[:found.start()].strip()
        self.result = "i32" if text[end:].strip() else "" if result == "void" else Parameter(result + " r").kind

    @property
    def kinds(self):
        return [parameter.kind for parameter in self.parameters] + ["i32"] * self.is_variadic

    def wasm(self):
        return "".join(f" (param {kind})" for kind in self.kinds) + (f" (result {self.result})" if self.result else "")


def split(text):
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def functions(text):
    """The functions of a text in C, by name. Attributes are left out."""
    text = re.sub(r"//.*", "", text)
    text = re.sub(r"\[\[.*?\]\]", "", text)
    text = re.sub(r"(?s)\bstruct \w+ \{.*?\n\s*\};", "", text)
    texts = [" ".join(part.split()) for part in text.split(";")]
    texts = [re.sub(r"\s+([,)])", r"\1", text).replace("( ", "(") for text in texts]
    return {function.name: function for function in
            [Function(text) for text in texts if "(" in text and not text.startswith("typedef")]}


def known():
    folder = ROOT / "Sources/PulleyDeclarations/Known"
    texts = [re.search(r'(?s)"""\n(.*)"""', path.read_text()) for path in sorted(folder.glob("*.swift"))]
    return functions("\n".join(text[1] for text in texts if text))


# The guest

# Where the arguments at each position are. Each place has room for the 32 KiB of zlib's windows.
PLACES = [65536 * place for place in range(1, 17)]
STREAM, OTHER_STREAM, TEXT = 65536 * 18, 65536 * 19, 65536 * 20
# Of a z_stream in the guest.
STREAM_SIZE = 56


def guest(imported):
    """A module that exports the imports, and the indices of its functions for callbacks by type."""
    shapes = {}
    lines = [f'(import "env" "{f.name}" (func ${f.name}{f.wasm()}))' for f in imported.values()]
    lines += ['(memory (export "memory") 64)', '(global $end (mut i32) (i32.const 3000000))']
    lines += [f'(global ${kind}_{i} (export "{kind}_{i}") (mut {kind}) ({kind}.const 0))'
              for kind in ("i32", "i64", "f64") for i in range(10)]
    # Allocations of the host are small.
    lines += ['(func (export "malloc") (param i32) (result i32) (global.get $end)',
              '(global.set $end (i32.and (i32.add (global.get $end) (i32.add (local.get 0) (i32.const 23)))',
              '(i32.const -8))))', '(func (export "free") (param i32))']
    elements = []
    for function in imported.values():
        gets = "".join(f" (local.get {i})" for i in range(len(function.kinds)))
        lines.append(f'(func (export "call {function.name}"){function.wasm()} (call ${function.name}{gets}))')
        for parameter in function.parameters:
            if parameter.is_function:
                shapes.setdefault(parameter.guest.wasm(), None)
        if function.kinds and "sqlite3_context *" in function.parameters[0].type:
            gets = "".join(f" (global.get ${kind}_{i})" for i, kind in enumerate(function.kinds) if i)
            lines.append(f"(func $in_{function.name} (param i32 i32 i32) (call ${function.name} (local.get 0){gets})"
                         f"{' (drop)' if function.result else ''})")
            elements.append(f"in_{function.name}")
    for number, shape in enumerate(shapes):
        result = re.search(r"\(result (\w+)\)", shape)
        lines.append(f"(func $shape_{number}{shape} {f'({result[1]}.const 0)' if result else ''})")
        elements.append(f"shape_{number}")
        shapes[shape] = len(elements)
    lines.append(f'(table (export "__indirect_function_table") {len(elements) + 1} funcref)')
    lines.append(f"(elem (i32.const 1) {' '.join('$' + element for element in elements)})")
    return "(module\n" + "\n".join(lines) + ")", {**shapes, **{name: i + 1 for i, name in enumerate(elements)}}


class Guest:
    """An instance whose imports are the functions. `unbound` has the reasons for those that it lacks."""

    def __init__(self, wanted):
        self.functions, self.unbound = dict(wanted), {}
        helpers = functions(HELPERS)
        linker = pulley.Linker()
        linker.declare(TYPES + "".join(f"{f.text};\n" for f in {**helpers, **wanted}.values()))
        for library in LIBRARIES:
            try:
                linker.bind(library)
            except pulley.Error as error:
                counting.left_out(f"functions of {library}: {error}")
        imported = {**helpers, **wanted}
        while True:
            text, self.elements = guest(imported)
            module = pulley.load(text)
            try:
                self.instance = linker.instantiate(module)
                return
            except pulley.LinkError as error:
                for missing in error.missing:
                    del imported[missing.name]
                    self.functions.pop(missing.name, None)
                    self.unbound[missing.name] = missing.reason

    def call(self, name, *arguments):
        return self.instance[f"call {name}"](*arguments)

    def write(self, address, data):
        self.instance["memory"].write(address, data)

    def word(self, address):
        return int.from_bytes(self.instance["memory"].read(address, 4), "little")

    def text(self, text, place=TEXT):
        self.write(place, text.encode() + b"\0")
        return place

    # Objects

    def database(self):
        self.call("sqlite3_open", self.text(":memory:"), TEXT + 1024)
        db = self.word(TEXT + 1024)
        self.call("sqlite3_exec", db, self.text("create table a(a); insert into a values (x'303132')"), 0, 0, 0)
        return db

    def statement(self, text="select 1, ?1"):
        self.call("sqlite3_prepare_v2", self.database(), self.text(text), -1, TEXT + 1024, 0)
        return self.word(TEXT + 1024)

    def value(self):
        statement = self.statement()
        self.call("sqlite3_step", statement)
        return self.call("sqlite3_column_value", statement, 0)

    def blob(self):
        a = self.text("a", TEXT + 64)
        self.call("sqlite3_blob_open", self.database(), self.text("main"), a, a, 1, 1, TEXT + 1024)
        return self.word(TEXT + 1024)

    def backup(self):
        return self.call("sqlite3_backup_init", self.database(), self.text("main"), self.database(), self.text("main"))

    def stream(self, function, place=STREAM):
        size, version = STREAM_SIZE, self.text("1")
        if function.startswith("inflateBack"):
            self.call("inflateBackInit_", place, 15, place + 1024, version, size)
        elif function.startswith("inflate"):
            self.call("inflateInit2_", place, 47, version, size)
        else:
            self.call("deflateInit2_", place, 6, 8, 31, 8, 0, version, size)
        # 64 bytes of input, and room for output.
        self.write(place, (place + 256).to_bytes(4, "little") + (64).to_bytes(4, "little"))
        self.write(place + 12, (place + 512).to_bytes(4, "little") + (64).to_bytes(4, "little"))
        return place

    def gz_file(self, function):
        reads = any(word in function for word in ("read", "gets", "getc", "close_r", "error"))
        return self.call("gzopen", self.text("/dev/null"), self.text("r" if reads else "w", TEXT + 64))

    # Arguments

    def argument(self, function, i):
        """A harmless argument for the parameter at a position."""
        parameter, name = function.parameters[i], function.name
        special = SPECIAL.get((name, parameter.name))
        if special is not None:
            return self.text(special, PLACES[i]) if isinstance(special, str) else \
                special(self) if callable(special) else special
        if parameter.is_function:
            return self.elements[parameter.guest.wasm()]
        made = re.sub(r"\bconst\b|\s", "", parameter.type)
        if made in OBJECTS:
            return OBJECTS[made](self)
        if made == "z_streamp":
            return self.stream(name, STREAM if i == 0 or parameter.name == "s" else OTHER_STREAM)
        if made == "gzFile":
            return self.gz_file(name)
        if parameter.is_pointer:
            return self.text(TEXTS.get(parameter.name, "1"), PLACES[i])
        return 0 if parameter.kind[0] == "f" else NUMBERS.get(parameter.name, 1)

    def arguments(self, function):
        arguments = [self.argument(function, i) for i in range(len(function.parameters))]
        return arguments + [PLACES[-1]] * function.is_variadic

    def run(self, function, null=None):
        """Calls a function, with 0 for the parameter at `null`."""
        arguments = self.arguments(function)
        if null is not None:
            arguments[null] = 0
        if f"in_{function.name}" in self.elements and null != 0:
            # Only a function that SQL calls has a context.
            for i, (kind, argument) in enumerate(zip(function.kinds, arguments)):
                if i:
                    self.instance[f"{kind}_{i}"].value = argument
            db = self.database()
            called = self.elements[f"in_{function.name}"]
            final = self.elements[" (param i32)"]
            functions_ = (0, called, final) if "aggregate" in function.name else (called, 0, 0)
            self.call("sqlite3_create_function", db, self.text("f"), 0, 1, 0, *functions_)
            self.call("sqlite3_exec", db, self.text("select f()"), 0, 0, 0)
        else:
            self.call(function.name, *arguments)


OBJECTS = {
    "FILE*": lambda guest: guest.call("tmpfile"),
    "DIR*": lambda guest: guest.call("opendir", guest.text("/")),
    "sqlite3*": Guest.database, "sqlite3_stmt*": Guest.statement, "sqlite3_value*": Guest.value,
    "sqlite3_blob*": Guest.blob, "sqlite3_backup*": Guest.backup, "sqlite3_context*": lambda guest: 0,
    "sqlite3_mutex*": lambda guest: guest.call("sqlite3_mutex_alloc", 0),
    "sqlite3_str*": lambda guest: guest.call("sqlite3_str_new", 0),
    "sqlite3_module*": lambda guest: 0, "sqlite3_index_info*": lambda guest: 0,
}
# Arguments by the names of parameters, and by functions, too.
NUMBERS = {"n": 8, "size": 4, "count": 2, "m": 4, "base": 10, "alignment": 16, "clock": 0, "offset": 0, "flags": 0,
           "i": 0, "level": 6, "method": 8, "bits": 15, "memory": 8, "strategy": 0}
TEXTS = {"mode": "r", "command": "true", "format": "%%"}
SPECIAL = {
    ("opendir", "name"): "/", ("fdopendir", "file"): lambda guest: os.open("/", os.O_RDONLY),
    ("strfromd", "format"): "%f", ("strfromf", "format"): "%f", ("putenv", "text"): "A=1",
    ("timespec_get", "base"): 1, ("nanosleep", "time"): "", ("getline", "line"): "", ("getdelim", "line"): "",
    # The monotonic clock cannot be set.
    ("clock_settime", "clock"): 1, ("clock_getcpuclockid", "process"): 0,
    ("sqlite3_open_v2", "name"): ":memory:", ("sqlite3_open_v2", "flags"): 6, ("sqlite3_open_v2", "vfs"): "unix",
    ("sqlite3_blob_open", "name"): "main", ("sqlite3_blob_open", "table"): "a", ("sqlite3_blob_open", "column"): "a",
    ("sqlite3_backup_init", "name"): "main", ("sqlite3_backup_init", "source"): "main",
    ("sqlite3_value_free", "value"): lambda guest: guest.call("sqlite3_value_dup", guest.value()),
    ("deflateCopy", "to"): PLACES[8], ("inflateCopy", "to"): PLACES[8], ("rawmemchr", "c"): ord("1"),
    **{(f"{name}_", parameter): argument for parameter, argument in (("s", STREAM), ("size", STREAM_SIZE))
       for name in ("deflateInit", "deflateInit2", "inflateInit", "inflateInit2", "inflateBackInit")},
    **{(name, "p"): lambda guest: guest.call("strdup", guest.text("1"))
       for name in ("free", "realloc", "reallocarray")},
    **{(f"sqlite3_{name}", "p"): lambda guest: guest.call("sqlite3_mprintf", guest.text("1"), PLACES[-1])
       for name in ("free", "realloc", "realloc64")},
}
# Where NULL has a meaning, the function gets it.
MEANINGS = """
time to, free p, realloc p, strtol end, strtoul end, strtod end, signal handler, nanosleep rest, clock_getres to,
freopen name, mbtowc to, qsort_r data, on_exit data, setbuf buffer, strtok_r s, fopen name,
sqlite3_open name, sqlite3_open_v2 vfs, sqlite3_close db, sqlite3_close_v2 db, sqlite3_exec row, sqlite3_exec data,
sqlite3_exec message, sqlite3_prepare_v2 rest, sqlite3_finalize statement, sqlite3_free p, sqlite3_realloc p,
sqlite3_mutex_free mutex, sqlite3_bind_text done, sqlite3_bind_blob done, sqlite3_result_text done,
sqlite3_create_function data, sqlite3_create_function call, sqlite3_create_function step,
sqlite3_create_function final, sqlite3_create_function_v2 done, sqlite3_create_collation compare,
sqlite3_create_collation data, sqlite3_busy_handler busy, sqlite3_set_authorizer allow, sqlite3_trace_v2 trace,
sqlite3_progress_handler progress, sqlite3_commit_hook commit, sqlite3_update_hook update, sqlite3_wal_hook wal,
sqlite3_wal_checkpoint_v2 name, sqlite3_wal_checkpoint_v2 frames, sqlite3_load_extension entry,
sqlite3_load_extension message, sqlite3_table_column_metadata name, sqlite3_table_column_metadata type,
sqlite3_serialize n, sqlite3_next_stmt s, sqlite3_db_filename name, sqlite3_value_free value,
sqlite3_value_dup value, sqlite3_blob_close blob, sqlite3_backup_finish backup, sqlite3_str_finish s,
deflate s, inflate s, inflateEnd s, deflateSetHeader header, deflatePending bits,
deflateGetDictionary n, gzerror code, gzclose file
"""
# What no guest can call, whatever its arguments, with a part of the reason.
UNCALLABLE = {"strtold": "has another format", "sqlite3_get_table": "pointer to pointers to pointers"}
# What ends the process, or gives an address of the host, which no guest gets.
ENDINGS = {"err": "exits", "errx": "exits",
           "posix_memalign": "traps: argument 1 of env.posix_memalign is a pointer to memory of the host"}


def outcomes(guest, function, nulls):
    """How calls with 0 at each of the positions end: "returns", "exits", "traps: …" or "ends by …". They are made in a
    child process, and what follows a call that ends it in another one."""
    found = []
    while len(found) < len(nulls):
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.close(reader)
            call_all(guest, function, nulls[len(found):], writer)
        os.close(writer)
        with os.fdopen(reader, "rb") as stream:
            lines = stream.read().decode().splitlines()
        status = os.waitpid(child, 0)[1]
        if os.WIFSIGNALED(status):
            ending = f"ends by {signal.Signals(os.WTERMSIG(status)).name}"
            # A process that ends after its last call has used what that call left.
            if len(found) + len(lines) == len(nulls):
                ending = f"{lines.pop()}, and then {ending}"
            lines.append(ending)
        elif len(found) + len(lines) < len(nulls):
            lines.append("exits")
        found += lines
    return found


def call_all(guest, function, nulls, writer):
    """Makes calls, writes how each ends, and ends the process."""
    for descriptor in (0, 1, 2):
        os.dup2(os.open("/dev/null", os.O_RDWR), descriptor)
    for null in nulls:
        signal.alarm(20)
        try:
            guest.run(function, null)
            text = "returns"
            if function.name.startswith("sqlite3_"):
                # What the library has kept is used for the next database.
                guest.database()
        except pulley.Trap as trap:
            text = f"traps: {trap}"
        except BaseException as error:
            text = f"fails: {error!r}"
        os.write(writer, text.replace("\n", " ").encode() + b"\n")
    # Now functions run that atexit and others have kept.
    libc = ctypes.CDLL(None)
    (libc.quick_exit if function.name == "at_quick_exit" else libc.exit)(0)


def test():
    wanted = known()
    guest = Guest(wanted)
    count.check("the table is read", len(wanted) > 400, len(wanted))
    for name, reason in guest.unbound.items():
        count.check(f"{name} is bound", UNCALLABLE.get(name, "has no symbol") in reason, reason)
    meanings = {tuple(pair.split()) for pair in MEANINGS.split(",")}
    for name, parameter in meanings:
        count.check(f"{parameter} is a pointer of {name}",
                    any(p.name == parameter and p.is_pointer for p in wanted[name].parameters))
    for function in guest.functions.values():
        name = function.name
        nulls = [None] + [i for i, parameter in enumerate(function.parameters) if parameter.is_pointer]
        if function.parameters and "sqlite3_index_info" in function.parameters[0].type:
            # Only a virtual table is given the object, so that no call can have all other arguments.
            nulls = [0]
        # The trap of a result comes after the call.
        called = ("returns", f"traps: the result of env.{name} ", ENDINGS.get(name, "returns"))
        for null, ending in zip(nulls, outcomes(guest, function, nulls)):
            if null is None:
                count.check(f"{name} can be called", ending.startswith(called), ending)
                continue
            parameter = function.parameters[null].name
            if (name, parameter) in meanings:
                count.check(f"{name} gets NULL for '{parameter}'", ending.startswith(called), ending)
            else:
                refused = (f"traps: argument {null + 1} of env.{name} is NULL",
                           f"traps: argument {null + 1} of env.{name} must be a function, but it is NULL")
                count.check(f"NULL for '{parameter}' of {name} crashes nothing",
                            ending.startswith((*refused, *called)), ending)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name_:
        os.chdir(name_)
        test()
    count.finish()
