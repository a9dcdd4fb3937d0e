"""Programs for WASI: `pulley.wasi`."""

import gc
import os
import pathlib
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
from wasi_programs import (
    ARGS, CAT, DATA, ENVIRONMENT, EXIT, Feed, LIBRARY, LOOP, SLEEP, SPEAK, TRAP, opens, program)


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
