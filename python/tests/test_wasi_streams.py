"""The streams of programs for WASI, and the exceptions that come from them."""

import gc
import gzip
import io
import os
import queue
import subprocess
import sys
import threading
import time
import weakref

import pytest

import pulley
from pulley import wasi
from wasi_programs import CAT, EXIT, Feed, LOOP, SPEAK, program


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
