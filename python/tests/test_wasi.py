"""Programs for WASI: `pulley.wasi`."""

import gc
import gzip
import io
import os
import pathlib
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref

import pytest

import pulley
from pulley import wasi

# A module for WASI: its imports, a memory, and the code of the test.
TYPES = {
    "args_sizes_get": "i32 i32",
    "args_get": "i32 i32",
    "environ_sizes_get": "i32 i32",
    "environ_get": "i32 i32",
    "fd_read": "i32 i32 i32 i32",
    "fd_write": "i32 i32 i32 i32",
    "poll_oneoff": "i32 i32 i32 i32",
    "clock_time_get": "i32 i64 i32",
    "random_get": "i32 i32",
    "path_open": "i32 i32 i32 i32 i32 i64 i64 i32 i32",
    "sock_accept": "i32 i32 i32",
}


def program(code, imports=""):
    """The text of a module with `code`, which may call `$write(descriptor, address, count)`."""
    imports += "".join(
        f'(import "wasi_snapshot_preview1" "{name}" (func ${name} (param {types}) (result i32)))'
        for name, types in TYPES.items() if f"${name}" in code or name == "fd_write")
    return f"""(module $program
      (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
      {imports}
      (memory (export "memory") 2)
      (func $write (param $fd i32) (param $from i32) (param $count i32)
        (i32.store (i32.const 0) (local.get $from))
        (i32.store (i32.const 4) (local.get $count))
        (if (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))
          (then (call $proc_exit (i32.const 99)))))
      {code})"""


# Copies the input to the output, and the number of bytes that it has read is the exit code.
CAT = program("""
  (func (export "_start") (local $count i32) (local $sum i32)
    (block $end
      (loop $more
        (i32.store (i32.const 16) (i32.const 1024))
        (i32.store (i32.const 20) (i32.const 4096))
        (br_if $end (call $fd_read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 24)))
        (local.set $count (i32.load (i32.const 24)))
        (br_if $end (i32.eqz (local.get $count)))
        (local.set $sum (i32.add (local.get $sum) (local.get $count)))
        (call $write (i32.const 1) (i32.const 1024) (local.get $count))
        (br $more)))
    (call $proc_exit (local.get $sum)))""")

# Writes one text to the output and one to the error output, the text in two parts.
SPEAK = program("""
  (data (i32.const 64) "gr\\c3\\bc\\c3\\9ferror\\n")
  (func (export "_start")
    (call $write (i32.const 1) (i32.const 64) (i32.const 3))
    (call $write (i32.const 1) (i32.const 67) (i32.const 3))
    (call $write (i32.const 2) (i32.const 70) (i32.const 6)))""")


def words(kind):
    """Writes the arguments, or the environment, each with a NUL."""
    return program(f"""
      (func (export "_start")
        (drop (call ${kind}_sizes_get (i32.const 16) (i32.const 20)))
        (drop (call ${kind}_get (i32.const 1024) (i32.const 8192)))
        (call $write (i32.const 1) (i32.const 8192) (i32.load (i32.const 20))))""")


ARGS = words("args")
ENVIRONMENT = words("environ")

EXIT = program("""(func (export "_start") (call $proc_exit (i32.const 300)))""")
LOOP = program("""(func (export "_start") (loop $for_ever (br $for_ever)))""")
TRAP = program("""
  (data (i32.const 64) "panicked")
  (func $inner (call $write (i32.const 2) (i32.const 64) (i32.const 8)) unreachable)
  (func (export "_start") (call $inner))""")

# Waits for a minute.
SLEEP = program("""
  (func (export "_start")
    (i64.store (i32.const 88) (i64.const 60000000000))
    (i32.store (i32.const 80) (i32.const 1))
    (call $proc_exit
      (call $poll_oneoff (i32.const 64) (i32.const 128) (i32.const 1) (i32.const 160))))""")


def opens(path, create=False):
    """Opens a file in the first directory: reads it to the output, or creates it. The exit code is
    the error number."""
    return program(f"""
      (data (i32.const 512) "{path}")
      (func (export "_start") (local $error i32)
        (local.set $error
          (call $path_open (i32.const 3) (i32.const 0) (i32.const 512) (i32.const {len(path)})
            (i32.const {int(create)}) (i64.const {64 if create else 2}) (i64.const 0) (i32.const 0)
            (i32.const 32)))
        (if (local.get $error) (then (call $proc_exit (local.get $error))))
        (i32.store (i32.const 16) (i32.const 1024))
        (i32.store (i32.const 20) (i32.const 4096))
        {"" if create else '''
        (drop (call $fd_read (i32.load (i32.const 32)) (i32.const 16) (i32.const 1) (i32.const 24)))
        (call $write (i32.const 1) (i32.const 1024) (i32.load (i32.const 24)))'''})""")


# The time of the clock, and eight random bytes.
DATA = program("""
  (func (export "_start")
    (drop (call $clock_time_get (i32.const 0) (i64.const 1) (i32.const 64)))
    (drop (call $random_get (i32.const 72) (i32.const 8)))
    (call $write (i32.const 1) (i32.const 64) (i32.const 16)))""")

LIBRARY = program("""
  (data (i32.const 64) "hello")
  (global $ready (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $ready (i32.const 1)))
  (func (export "ready") (result i32) (global.get $ready))
  (func (export "speak") (result i32)
    (call $write (i32.const 1) (i32.const 64) (i32.const 5))
    (i32.const 7))
  (func (export "leave") (param i32) (call $proc_exit (local.get 0)))
  (func (export "fail") unreachable)""")


class Cut:
    """A binary stream without a descriptor that reads and writes at most three bytes at a time."""

    def __init__(self, data=b""):
        self.data = data
        self.written = b""

    def read(self, size):
        part, self.data = self.data[:3], self.data[3:]
        return part

    def write(self, data):
        self.written += bytes(data[:3])
        return min(len(data), 3)


# Results


def test_run_returns_the_exit_code_and_what_was_captured():
    done = wasi.run(CAT, stdin=b"abc", capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (3, b"abc", b"")
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.args == ["program"]
    assert done.denied == ""


def test_an_exit_code_has_32_bits():
    assert wasi.run(EXIT).returncode == 300


def test_a_program_that_returns_has_exit_code_zero():
    assert wasi.run(program('(func (export "_start"))'), check=True).returncode == 0


def test_a_program_may_exit_in_its_start_function():
    source = program(
        '(func $s (call $proc_exit (i32.const 4))) (start $s) (func (export "_start"))')
    assert wasi.run(source).returncode == 4


def test_check_raises_an_exception_that_subprocess_users_catch():
    with pytest.raises(subprocess.CalledProcessError) as caught:
        wasi.run(EXIT, ["x"], name="app", check=True, capture_output=True)
    assert isinstance(caught.value, pulley.Exit)
    assert (caught.value.returncode, caught.value.code) == (300, 300)
    assert caught.value.cmd == ["app", "x"]
    assert caught.value.stdout == b""
    assert str(caught.value) == "the program 'app' exited with code 300"


def test_text_decodes_what_was_captured():
    done = wasi.run(CAT, stdin="größe", capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == ("größe", "", 7)
    assert wasi.run(SPEAK, stdout=wasi.PIPE, encoding="latin-1").stdout == "gr\xc3\xbc\xc3\x9f"
    with pytest.raises(UnicodeDecodeError):
        wasi.run(CAT, stdin=b"\xff", capture_output=True, text=True)
    assert wasi.run(CAT, stdin=b"\xff", capture_output=True, errors="replace").stdout == "\ufffd"


def test_a_program_is_a_path_or_bytes_or_a_module(tmp_path):
    path = tmp_path / "cat.wat"
    path.write_text(CAT)
    module = pulley.load(CAT)
    for source in (path, str(path), CAT.encode(), module):
        done = wasi.run(source, ["x"], stdin=b"ab", stdout=wasi.PIPE)
        assert done.stdout == b"ab"
    assert wasi.run(path, name="cat").args == ["cat"]
    assert wasi.run(path).args == [str(path)]
    assert not module.closed
    with pytest.raises(FileNotFoundError):
        wasi.run(tmp_path / "missing.wasm")


def test_a_trap_is_an_exception_with_the_frames_and_the_output():
    with pytest.raises(pulley.Trap) as caught:
        wasi.run(TRAP, capture_output=True, text=True)
    assert caught.value.code == "unreachable"
    assert [frame.function for frame in caught.value.frames] == ["inner", "_start"]
    assert (caught.value.stdout, caught.value.stderr) == ("", "panicked")
    if sys.version_info >= (3, 11):
        assert any("panicked" in note for note in caught.value.__notes__)


def test_a_library_cannot_be_run():
    with pytest.raises(pulley.NotFoundError, match="reactor"):
        wasi.run(LIBRARY)


def test_missing_imports_are_a_link_error():
    source = '(module (import "env" "absent" (func)) (func (export "_start")))'
    with pytest.raises(pulley.LinkError, match="absent"):
        wasi.run(source)


# Arguments, environment, directories


def test_arguments_reach_the_program_after_its_name(tmp_path):
    done = wasi.run(
        ARGS, ["a b", "", b"\xff", "\udcfe", tmp_path, "ü"], name="app", stdout=wasi.PIPE)
    expected = [b"app", b"a b", b"", b"\xff", b"\xfe", os.fsencode(tmp_path), "ü".encode(), b""]
    assert done.stdout.split(b"\0") == expected


def test_a_program_has_no_environment_but_the_given_one(monkeypatch):
    monkeypatch.setenv("SECRET", "x")
    assert wasi.run(ENVIRONMENT, stdout=wasi.PIPE).stdout == b""
    done = wasi.run(ENVIRONMENT, env={"A": "1", "B": b"\xff=", "C": ""}, stdout=wasi.PIPE)
    assert done.stdout == b"A=1\0B=\xff=\0C=\0"
    done = wasi.run(ENVIRONMENT, env=os.environ, stdout=wasi.PIPE)
    assert b"SECRET=x\0" in done.stdout


def test_a_program_reads_files_in_its_directories(tmp_path):
    (tmp_path / "file").write_bytes(b"contents")
    for dirs in ({"/": tmp_path}, {"d": str(tmp_path)}, {b"/": os.fsencode(tmp_path)}, [tmp_path],
                 {"/": (tmp_path, "ro")}, {"/": (tmp_path, "rw")}):
        done = wasi.run(opens("file"), dirs=dirs, stdout=wasi.PIPE)
        assert (done.returncode, done.stdout, done.denied) == (0, b"contents", "")


def test_a_read_only_directory_cannot_be_changed(tmp_path):
    source = opens("new", create=True)
    done = wasi.run(source, dirs={"/": (tmp_path, "ro")})
    assert done.returncode == 69
    assert "new" in done.denied and "only read" in done.denied
    assert not list(tmp_path.iterdir())
    assert wasi.run(source, dirs={"/": tmp_path}).returncode == 0
    assert (tmp_path / "new").exists()


def test_a_program_cannot_leave_its_directories(tmp_path):
    (tmp_path / "secret").write_text("x")
    (tmp_path / "inner").mkdir()
    done = wasi.run(opens("../secret"), dirs={"/": tmp_path / "inner"}, stdout=wasi.PIPE)
    assert (done.returncode, done.stdout) == (76, b"")
    assert "../secret" in done.denied
    with pytest.raises(wasi.CalledProcessError, match="outside of the directories"):
        done.check_returncode()


def test_a_directory_that_cannot_be_opened_is_an_exception_of_its_kind(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        wasi.run(CAT, dirs={"/": tmp_path / "missing"})
    assert "missing" in str(caught.value)
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        wasi.run(CAT, dirs={"/": tmp_path / "file"})


def test_a_constant_clock_and_a_seed_make_runs_equal():
    first = wasi.run(DATA, clock=1234567, seed=7, stdout=wasi.PIPE).stdout
    assert int.from_bytes(first[:8], "little") == 1234567
    assert wasi.run(DATA, clock=1234567, seed=7, stdout=wasi.PIPE).stdout == first
    assert wasi.run(DATA, clock=1234567, seed=8, stdout=wasi.PIPE).stdout != first
    now = time.time_ns()
    real = wasi.run(DATA, stdout=wasi.PIPE).stdout
    assert abs(int.from_bytes(real[:8], "little") - now) < 60e9


def test_with_a_constant_clock_waiting_takes_no_time():
    assert wasi.run(SLEEP, clock=0, timeout=30).returncode == 0


def test_a_program_accepts_connections_on_a_listener():
    source = program("""
      (data (i32.const 64) "hi")
      (func (export "_start")
        (call $proc_exit (call $sock_accept (i32.const 3) (i32.const 0) (i32.const 32)))) """)
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()):
            assert wasi.run(source, listeners=[server], timeout=30).returncode == 0


def test_host_functions_come_from_imports_or_a_linker():
    source = program(
        '(func (export "_start") (call $proc_exit (call $code)))',
        imports='(import "env" "code" (func $code (result i32)))')
    assert wasi.run(source, imports={"env": {"code": lambda: 5}}).returncode == 5
    linker = pulley.Linker()
    linker["env"]["code"] = lambda: 6
    assert wasi.run(source, linker=linker).returncode == 6
    assert wasi.run(source, linker=linker).returncode == 6


def test_a_linker_does_not_keep_the_streams_of_a_program():
    linker = pulley.Linker()
    written = []
    assert wasi.run(CAT, linker=linker, stdin=b"abc", stdout=written.append).returncode == 3
    with pytest.raises(pulley.Exit) as caught:
        linker.instantiate(pulley.load(CAT))._start()
    assert caught.value.code == 0
    assert written == [b"abc"]


# Input


@pytest.mark.parametrize("make", [
    lambda path: b"some data", lambda path: bytearray(b"some data"),
    lambda path: memoryview(b"some data"), lambda path: "some data",
    lambda path: io.BytesIO(b"some data"), lambda path: io.StringIO("some data"),
    lambda path: Cut(b"some data"), lambda path: iter([b"some", "", " data"]),
    lambda path: (part for part in ["some ", b"data"]),
    lambda path: io.BufferedReader(io.BytesIO(b"some data")),
    lambda path: io.TextIOWrapper(io.BytesIO(b"some data")),
    lambda path: path.open("rb"), lambda path: path.open("rb", buffering=0),
    lambda path: path.open("r"), lambda path: os.open(path, os.O_RDONLY),
    lambda path: gzip.open(path.with_suffix(".gz"), "rb"),
    lambda path: gzip.open(path.with_suffix(".gz"), "rt"),
], ids=["bytes", "bytearray", "memoryview", "str", "BytesIO", "StringIO", "reader", "iterator",
        "generator", "buffered", "wrapped", "file", "raw file", "text file", "descriptor",
        "compressed", "compressed text"])
def test_input_comes_from_any_source(tmp_path, make):
    path = tmp_path / "input"
    path.write_bytes(b"some data")
    with gzip.open(path.with_suffix(".gz"), "wb") as file:
        file.write(b"some data")
    source = make(path)
    try:
        done = wasi.run(CAT, stdin=source, stdout=wasi.PIPE, timeout=30)
    finally:
        if isinstance(source, int):
            os.close(source)
        elif hasattr(source, "close"):
            source.close()
    assert done.stdout == b"some data"
    assert not feeders()


def feeders():
    """The threads that feed programs."""
    return [thread for thread in threading.enumerate() if thread.name == "pulley stdin"]


def test_input_comes_from_a_function_until_it_gives_nothing():
    parts = [b"a", "bc", b""]
    assert wasi.run(CAT, stdin=lambda: parts.pop(0), stdout=wasi.PIPE).stdout == b"abc"
    assert wasi.run(CAT, stdin=lambda: None, stdout=wasi.PIPE).stdout == b""


def test_large_input_arrives_whole():
    data = bytes(range(256)) * 4000
    done = wasi.run(CAT, stdin=Feed(data), stdout=wasi.PIPE, timeout=60)
    assert done.stdout == data


class Feed:
    def __init__(self, data):
        self.stream = io.BytesIO(data)

    def read(self, size):
        return self.stream.read(size)


def test_input_is_another_name_for_stdin():
    assert wasi.run(CAT, input=b"ab").returncode == 2
    with pytest.raises(ValueError, match="both"):
        wasi.run(CAT, input=b"ab", stdin=b"c")


def test_no_input_is_the_end_of_input():
    assert wasi.run(CAT, stdin=wasi.DEVNULL).returncode == 0
    assert wasi.run(CAT, stdin=subprocess.DEVNULL).returncode == 0


def test_the_feeding_thread_ends_if_the_program_does_not_read():
    fed = Feed(bytes(1 << 20))
    assert wasi.run(EXIT, stdin=fed).returncode == 300
    assert not feeders()
    assert fed.stream.tell() < 1 << 20


def test_a_program_ends_although_its_input_waits():
    data = queue.Queue()
    assert wasi.run(EXIT, stdin=data.get, timeout=30).returncode == 300
    threads = feeders()
    data.put(b"late")
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_programs_leave_no_descriptors_open(tmp_path):
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("the system does not list descriptors")
    wasi.run(CAT, stdin=Feed(b"x"), dirs=[tmp_path], capture_output=True)
    gc.collect()
    before = sorted(os.listdir("/proc/self/fd"))
    for _ in range(20):
        wasi.run(CAT, stdin=Feed(b"x"), dirs=[tmp_path], capture_output=True)
        with pytest.raises(FileNotFoundError):
            wasi.run(CAT, stdin=Feed(b"x"), dirs=[tmp_path / "missing"])
    gc.collect()
    assert sorted(os.listdir("/proc/self/fd")) == before


# Output


def test_output_goes_to_a_function_as_it_is_written():
    parts = []
    wasi.run(SPEAK, stdout=parts.append, stderr=parts.append)
    assert parts == [b"gr\xc3", b"\xbc\xc3\x9f", b"error\n"]


def test_a_function_gets_text_if_there_is_an_encoding():
    parts = []
    wasi.run(SPEAK, stdout=parts.append, text=True)
    assert parts == ["gr", "üß"]


def test_output_goes_to_objects_of_python(tmp_path):
    binary, text, cut = io.BytesIO(), io.StringIO(), Cut()
    wasi.run(SPEAK, stdout=binary, stderr=text)
    assert (binary.getvalue(), text.getvalue()) == ("grüß".encode(), "error\n")
    wasi.run(CAT, stdin=b"0123456789", stdout=cut)
    assert cut.written == b"0123456789"
    with gzip.open(tmp_path / "x.gz", "wb") as file:
        wasi.run(CAT, stdin=b"abc", stdout=file)
    assert gzip.decompress((tmp_path / "x.gz").read_bytes()) == b"abc"


def test_output_goes_to_files_after_what_they_buffer(tmp_path):
    path = tmp_path / "out"
    for mode, first in (("wb", b"first "), ("w", "first ")):
        with path.open(mode) as file:
            file.write(first)
            wasi.run(CAT, stdin=b"second", stdout=file)
        assert path.read_bytes() == b"first second"
    number = os.open(path, os.O_WRONLY | os.O_TRUNC)
    wasi.run(CAT, stdin=b"third", stdout=number)
    os.close(number)
    assert path.read_bytes() == b"third"


def test_stderr_may_go_where_stdout_goes():
    done = wasi.run(SPEAK, stdout=wasi.PIPE, stderr=wasi.STDOUT, text=True)
    assert (done.stdout, done.stderr) == ("grüßerror\n", None)
    done = wasi.run(SPEAK, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.stdout == "grüßerror\n".encode()


def test_output_can_be_discarded():
    done = wasi.run(SPEAK, stdout=wasi.DEVNULL, stderr=subprocess.DEVNULL)
    assert (done.stdout, done.stderr) == (None, None)


def test_output_goes_to_the_streams_of_the_process(capfd):
    wasi.run(SPEAK)
    assert capfd.readouterr() == ("grüß", "error\n")


def test_output_goes_to_an_object_that_replaces_a_standard_stream(capsys, monkeypatch):
    wasi.run(SPEAK)
    assert capsys.readouterr() == ("grüß", "error\n")
    replaced = io.StringIO()
    monkeypatch.setattr(sys, "stdout", replaced)
    monkeypatch.setattr(sys, "stderr", None)
    wasi.run(SPEAK)
    assert replaced.getvalue() == "grüß"


def test_an_incomplete_character_at_the_end_is_replaced():
    target = io.StringIO()
    wasi.run(CAT, stdin=b"a\xc3", stdout=target)
    assert target.getvalue() == "a\ufffd"


def test_the_standard_streams_work_in_a_process_of_their_own(tmp_path):
    (tmp_path / "cat.wat").write_text(CAT)
    code = "from pulley import wasi; print('x', end=''); print(wasi.run('cat.wat').returncode)"
    done = subprocess.run(
        [sys.executable, "-c", code], input=b"abc", capture_output=True, cwd=tmp_path, timeout=60)
    assert (done.stdout, done.stderr) == (b"xabc3\n", b"")


# Exceptions


def test_an_exception_of_a_writer_ends_the_program_and_comes_out():
    def refuse(data):
        raise KeyError(data)

    with pytest.raises(KeyError) as caught:
        wasi.run(CAT, stdin=b"a" * 10000, stdout=refuse, timeout=30)
    assert caught.value.args == (b"a" * 4096,)
    assert any(entry.name == "refuse" for entry in caught.traceback)
    if sys.version_info >= (3, 11):
        assert "in the guest:" in caught.value.__notes__[0]


def test_an_exception_that_cannot_describe_itself_comes_out():
    class Silent(Exception):
        def __str__(self):
            raise ValueError("no")

    def refuse(data):
        raise Silent

    with pytest.raises(Silent):
        wasi.run(CAT, stdin=b"a", stdout=refuse)


def test_an_exception_of_a_writer_is_not_kept():
    class Kept:
        pass

    def refuse(data):
        thing = Kept()
        things.append(weakref.ref(thing))
        raise KeyError(thing)

    things = []
    gc.collect()
    gc.disable()
    try:
        try:
            wasi.run(CAT, stdin=b"a", stdout=refuse)
        except KeyError:
            pass
        assert things[0]() is None
    finally:
        gc.enable()


def test_an_exception_of_the_last_write_comes_out():
    source = program(
        '(func (export "_start") (call $write (i32.const 1) (i32.const 64) (i32.const 1)))')
    with pytest.raises(ZeroDivisionError):
        wasi.run(source, stdout=lambda data: 1 // 0)


def test_an_exception_of_a_writer_in_a_start_function_comes_out():
    source = program("""
      (func $s (call $write (i32.const 1) (i32.const 64) (i32.const 1)))
      (start $s) (func (export "_start"))""")
    with pytest.raises(ZeroDivisionError):
        wasi.run(source, stdout=lambda data: 1 // 0)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit, pulley.Timeout])
def test_any_exception_of_a_writer_comes_out_as_itself(kind):
    raised = kind("x")

    def refuse(data):
        raise raised

    with pytest.raises(kind) as caught:
        wasi.run(CAT, stdin=b"a", stdout=refuse)
    assert caught.value is raised


def test_an_exception_of_a_reader_ends_the_program_and_comes_out():
    def refuse():
        raise LookupError("no input")

    with pytest.raises(LookupError, match="no input"):
        wasi.run(CAT, stdin=refuse, timeout=30)
    with pytest.raises(LookupError, match="no input"):
        wasi.run(LOOP, stdin=refuse, timeout=30)
    with pytest.raises(TypeError, match="float"):
        wasi.run(CAT, stdin=lambda: 1.5, timeout=30)


@pytest.mark.parametrize("delay", [0, 0.001, 0.01, 0.1])
def test_an_exception_of_a_reader_ends_a_program_whenever_it_is_raised(delay):
    def refuse():
        time.sleep(delay)
        raise LookupError("no input")

    start = program('(func $s (loop $l (br $l))) (start $s) (func (export "_start"))')
    for source in (LOOP, start):
        for _ in range(3):
            with pytest.raises(LookupError, match="no input"):
                wasi.run(source, stdin=refuse, timeout=60)


def test_a_writer_cannot_use_a_closed_stream():
    stream = io.BytesIO()
    stream.close()
    with pytest.raises(ValueError, match="closed"):
        wasi.run(SPEAK, stdout=stream)


# Time and signals


@pytest.mark.parametrize("source", [LOOP, SLEEP], ids=["loop", "sleep"])
def test_a_time_limit_ends_a_program_wherever_it_is(source):
    start = time.monotonic()
    with pytest.raises(pulley.Timeout, match="0.2 s"):
        wasi.run(source, timeout=0.2)
    assert 0.2 <= time.monotonic() - start < 20


def test_a_time_limit_ends_a_program_that_reads():
    receiver, sender = os.pipe()
    try:
        with pytest.raises(TimeoutError):
            wasi.run(CAT, stdin=receiver, timeout=0.2)
        forever = threading.Event()
        with pytest.raises(TimeoutError):
            wasi.run(CAT, stdin=lambda: forever.wait() and None, timeout=0.2)
        forever.set()
    finally:
        os.close(receiver)
        os.close(sender)


def test_a_time_limit_counts_the_start_function_and_keeps_the_output():
    source = program("""
      (data (i32.const 64) "begun")
      (func $s (call $write (i32.const 1) (i32.const 64) (i32.const 5)) (loop $l (br $l)))
      (start $s) (func (export "_start"))""")
    with pytest.raises(pulley.Timeout) as caught:
        wasi.run(source, timeout=0.2, capture_output=True, text=True)
    assert caught.value.stdout == "begun"


@pytest.mark.parametrize("source", [LOOP, SLEEP, CAT], ids=["loop", "sleep", "read"])
def test_control_c_ends_a_program_wherever_it_is(source):
    receiver, sender = os.pipe()
    timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            wasi.run(source, stdin=receiver, timeout=30)
    finally:
        timer.join()
        os.close(receiver)
        os.close(sender)


def test_control_c_while_the_program_writes_is_a_keyboard_interrupt():
    source = program("""
      (func (export "_start")
        (loop $l (call $write (i32.const 1) (i32.const 64) (i32.const 1)) (br $l)))""")
    for _ in range(10):
        timer = threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            wasi.run(source, stdout=lambda data: None, timeout=30)
        timer.join()


def test_programs_run_at_the_same_time_on_several_threads():
    results = {}

    def work(number):
        data = bytes([65 + number]) * 20000
        done = wasi.run(CAT, stdin=Feed(data), capture_output=True, timeout=60)
        results[number] = done.stdout == data and done.returncode == 20000

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == dict.fromkeys(range(4), True)


# Libraries


def library(**options):
    linker = pulley.Linker()
    system = wasi.Wasi(**options)
    system.define(linker)
    instance = linker.instantiate(pulley.load(LIBRARY))
    instance.initialize()
    return system, instance


def test_a_library_is_initialized_and_called():
    system, instance = library(stdout=wasi.PIPE)
    assert instance.ready() == 1
    assert (instance.speak(), instance.speak()) == (7, 7)
    assert (system.stdout, system.stderr) == (b"hellohello", None)
    assert system.exit_code is None


def test_a_call_that_exits_raises_exit():
    system, instance = library()
    for code in (3, 0, -1):
        with pytest.raises(pulley.Exit) as caught:
            instance.leave(code)
        assert caught.value.code == code
        assert system.exit_code == code


def test_a_trap_after_an_exit_is_a_trap():
    _, instance = library()
    with pytest.raises(pulley.Exit):
        instance.leave(3)
    with pytest.raises(pulley.Trap, match="unreachable"):
        instance.fail()


def test_an_exception_of_a_writer_comes_out_of_a_call_and_the_library_stays_usable():
    fails = [True]
    written = []

    def write(data):
        if fails.pop() if fails else False:
            raise OSError("disk full")
        written.append(data)

    _, instance = library(stdout=write)
    with pytest.raises(OSError, match="disk full"):
        instance.speak()
    assert instance.speak() == 7
    assert written == [b"hello"]


def test_an_exception_of_a_reader_ends_one_call_of_a_library():
    begun = threading.Event()

    def refuse():
        begun.wait(30)
        raise LookupError("no input")

    _, instance = library(stdin=refuse, stdout=lambda data: begun.set() or time.sleep(0.2))
    with pytest.raises(LookupError, match="no input"):
        for _ in range(100):
            instance.speak()
    for _ in range(3):
        assert instance.ready() == 1


def test_a_writer_may_call_the_guest_again():
    answers = []
    _, instance = library(stdout=lambda data: answers.append(instance.ready()))
    assert instance.speak() == 7
    assert answers == [1]


def test_an_exception_of_a_nested_write_can_be_caught_in_between():
    inner = library(stdout=lambda data: 1 // 0)[1]
    linker = pulley.Linker()

    def catching():
        try:
            return inner.speak()
        except ZeroDivisionError:
            return 42

    linker["env"]["f"] = catching
    outer = linker.instantiate(pulley.load("""(module
      (import "env" "f" (func $f (result i32)))
      (func (export "g") (result i32) (call $f)))"""))
    assert outer.g() == 42


def test_a_system_is_for_one_program():
    system, _ = library()
    with pytest.raises(ValueError, match="its own"):
        system.define(pulley.Linker())


def test_the_state_of_a_system_is_not_read_while_another_thread_uses_it():
    entered, leave = threading.Event(), threading.Event()

    def write(data):
        entered.set()
        leave.wait(30)

    system, instance = library(stdout=write)
    thread = threading.Thread(target=instance.speak)
    thread.start()
    entered.wait(30)
    try:
        for name in ("denied", "exit_code"):
            with pytest.raises(pulley.BusyError):
                getattr(system, name)
    finally:
        leave.set()
        thread.join()
    assert system.exit_code is None


def test_a_system_lives_as_long_as_its_library_and_no_longer():
    system, instance = library(stdout=[].append)
    gone = weakref.ref(system)
    del system
    gc.collect()
    assert instance.speak() == 7
    del instance
    gc.collect()
    assert gone() is None


# Bad input


@pytest.mark.parametrize("options, error, words", [
    ({"args": "a b"}, TypeError, "args must be a sequence of words, not str"),
    ({"args": 5}, TypeError, "not int"),
    ({"args": ["a", 5]}, TypeError, r"args\[1\] must be a str, bytes or a path, not int"),
    ({"args": ["a\0b"]}, ValueError, r"args\[0\] contains a NUL"),
    ({"env": ["A=1"]}, TypeError, "env must be a mapping"),
    ({"env": {"": "1"}}, ValueError, "name of a variable"),
    ({"env": {"A=B": "1"}}, ValueError, "'A=B' cannot be the name"),
    ({"env": {"A": 1}}, TypeError, r"env\['A'\]"),
    ({"env": {"A": "x\0"}}, ValueError, r"env\['A'\] contains a NUL"),
    ({"dirs": "/tmp"}, TypeError, "dirs must be a sequence"),
    ({"dirs": {"/": (".", "rx")}}, ValueError, "the mode is 'rx'"),
    ({"dirs": {"/": (".", "ro", 1)}}, ValueError, "pair"),
    ({"dirs": {"/": 5}}, TypeError, r"dirs\['/'\]"),
    ({"stdin": 1.5}, TypeError, "stdin must be"),
    ({"stdin": True}, TypeError, "stdin must be"),
    ({"stdin": wasi.PIPE}, ValueError, "stdin cannot be PIPE"),
    ({"stdin": 987654}, OSError, "descriptor 987654 is not open"),
    ({"stdout": "file"}, TypeError, "stdout must be"),
    ({"stdout": wasi.STDOUT}, TypeError, "stdout must be"),
    ({"stderr": True}, TypeError, "stderr must be"),
    ({"stderr": 987654}, OSError, "descriptor 987654 is not open"),
    ({"stdout": wasi.PIPE, "capture_output": True}, ValueError, "capture_output"),
    ({"clock": -1}, ValueError, "clock is -1"),
    ({"clock": 1 << 64}, ValueError, "clock is"),
    ({"clock": 1.5}, TypeError, "clock must be an int"),
    ({"seed": "x"}, TypeError, "seed must be an int"),
    ({"listeners": ["x"]}, TypeError, "a listener must be an int"),
    ({"timeout": 0}, ValueError, "timeout is 0"),
    ({"timeout": float("nan")}, ValueError, "timeout is nan"),
    ({"encoding": "nonsense"}, LookupError, "nonsense"),
])
def test_wrong_options_are_named(options, error, words):
    with pytest.raises(error, match=words):
        wasi.run(SPEAK, **{"stdout": lambda data: None, **options}
                 if "capture_output" not in options else options)


def test_a_file_must_be_open_for_what_the_program_does_with_it(tmp_path):
    path = tmp_path / "file"
    with path.open("w") as file:
        with pytest.raises(ValueError, match="writing only"):
            wasi.run(CAT, stdin=file)
    with path.open("r") as file:
        with pytest.raises(ValueError, match="reading only"):
            wasi.run(CAT, stdout=file)
    with pytest.raises(ValueError, match="closed"):
        wasi.run(CAT, stdout=file)


def test_wrong_objects_are_named():
    with pytest.raises(TypeError, match="pulley.Linker"):
        wasi.Wasi().define(5)
    with pytest.raises(TypeError, match="pulley.Instance"):
        wasi.Wasi().run(5)
    instance = pulley.Instance(pulley.load("(module)"))
    with pytest.raises(ValueError, match="define"):
        wasi.Wasi().run(instance)
    instance.close()
    with pytest.raises(pulley.ClosedError):
        wasi.Wasi().run(instance)


def test_running_a_closed_module_is_an_error():
    module = pulley.load(CAT)
    module.close()
    with pytest.raises(pulley.ClosedError):
        wasi.run(module)


def test_the_package_finds_the_module_by_attribute():
    code = "import pulley; print(pulley.wasi.run)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert pathlib.Path(wasi.__file__).name == "wasi.py"
