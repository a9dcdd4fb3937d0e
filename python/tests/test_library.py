"""How the package finds its library, and the C interface without the classes."""
from __future__ import annotations

import ctypes
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
from typing import Optional

from pulley import _api, _library
from pulley._library import lib, quick

ADD = b"""(module
  (memory (export "memory") 1 2)
  (func (export "add") (param i32 i64) (result i64)
    (i64.add (i64.extend_i32_s (local.get 0)) (local.get 1))))"""


def import_with(named: Optional[object]) -> tuple[bool, str]:
    """Imports the package in another process with this PULLEY_LIBRARY. Returns whether that
    succeeds, and the path of the library or the error."""
    environment = {name: value for name, value in os.environ.items() if name != "PULLEY_LIBRARY"}
    if named is not None:
        environment["PULLEY_LIBRARY"] = str(named)
    program = "import pulley._library as library; print(library.path)"
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    return run.returncode == 0, (run.stderr or run.stdout).strip()


def loaded_file() -> pathlib.Path:
    """The file of the library that this process uses."""
    with open("/proc/self/maps", encoding="utf-8") as maps:
        return pathlib.Path(next(line.split(None, 5)[5].strip() for line in maps if "libpulley.so" in line))


def compiled(folder: pathlib.Path, source: str) -> pathlib.Path:
    """A shared library from C source."""
    compiler = shutil.which("cc")
    if not compiler:
        raise unittest.SkipTest("there is no C compiler")
    library = folder / "libpulley.so.0"
    subprocess.run([compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", library], input=source, text=True, check=True)
    return library


def test_pulley_library_may_be_a_file_or_a_folder() -> None:
    # Not a link, in whose folder the library would look for the ones that it needs.
    file = loaded_file()
    assert import_with(file) == (True, str(file))
    assert import_with(file.parent) == (True, str(file.parent / "libpulley.so.0"))


def test_an_empty_pulley_library_is_as_none() -> None:
    if os.environ.get("PULLEY_LIBRARY"):
        raise unittest.SkipTest("PULLEY_LIBRARY is set")
    assert import_with("") == import_with(None) == (True, _library.path)


def test_no_other_library_is_tried_than_the_one_that_pulley_library_names() -> None:
    with tempfile.TemporaryDirectory() as name:
        missing = pathlib.Path(name) / "none.so"
        succeeds, text = import_with(missing)
        assert not succeeds
        assert text.endswith(f"Tried:\n  {missing} (PULLEY_LIBRARY): there is no such file"), text


def test_the_error_says_why_a_file_cannot_be_loaded() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        text = folder / "text.so"
        text.write_text("no library")
        for path, reason in [
            (text, "file too short"),
            (compiled(folder, "int x;"), "undefined symbol: pulley_version_number"),
        ]:
            succeeds, error = import_with(path)
            assert not succeeds and "ImportError" in error, error
            assert f"{path} (PULLEY_LIBRARY): " in error and reason in error, error


def test_a_library_of_another_version_is_refused() -> None:
    with tempfile.TemporaryDirectory() as name:
        path = compiled(pathlib.Path(name), """
            int pulley_version_number(void) { return 99000000; }
            const char *pulley_version(void) { return "99.0.0"; }""")
        succeeds, error = import_with(path)
        assert not succeeds
        assert error.endswith(f"{path} (PULLEY_LIBRARY): it has version 99.0.0, and this package was made for "
                              f"{_api.PULLEY_VERSION}"), error


def test_a_library_may_be_newer_within_the_versions_that_are_compatible() -> None:
    def fits(library: tuple[int, int, int], package: tuple[int, int, int]) -> bool:
        numbers = [(major * 1000 + minor) * 1000 + patch for major, minor, patch in (library, package)]
        return _library._fits(*numbers)

    assert fits((0, 1, 0), (0, 1, 0)) and fits((0, 1, 7), (0, 1, 0))
    assert not fits((0, 1, 0), (0, 1, 1))
    assert not fits((0, 2, 0), (0, 1, 0)) and not fits((0, 1, 0), (0, 2, 0))
    assert not fits((1, 1, 0), (0, 1, 0)) and not fits((0, 1, 0), (1, 1, 0))
    assert fits((1, 2, 0), (1, 1, 5)) and not fits((1, 1, 0), (1, 1, 5)) and not fits((2, 1, 0), (1, 1, 0))


def test_the_library_has_every_function_with_its_types() -> None:
    for name, (result, arguments) in _api.FUNCTIONS.items():
        function = getattr(lib, name)
        assert function.restype is result and tuple(function.argtypes) == arguments, name


def test_each_quick_function_is_declared() -> None:
    assert _library.QUICK <= set(_api.FUNCTIONS)
    for name in _library.QUICK:
        function = getattr(quick, name)
        result, arguments = _api.FUNCTIONS[name]
        assert function.restype is result and tuple(function.argtypes) == arguments, name


def test_functions_that_may_call_the_program_are_not_quick() -> None:
    for name in ["pulley_call", "pulley_run", "pulley_instantiate", "pulley_instance_delete", "pulley_wasi_run",
                 "pulley_function_delete", "pulley_instance_release_objects", "pulley_compile"]:
        assert name not in _library.QUICK
        try:
            getattr(quick, name)
        except AttributeError as error:
            assert str(error) == f"{name} is not one of the quick functions"
        else:
            raise AssertionError(name)


def test_a_name_that_the_header_does_not_declare_is_an_attribute_error() -> None:
    for library in (lib, quick):
        assert not hasattr(library, "pulley_cal")
        assert not hasattr(library, "malloc")


def test_the_version_is_that_of_the_package() -> None:
    assert quick.pulley_version() == lib.pulley_version()
    assert _library._fits(quick.pulley_version_number(), _api.PULLEY_VERSION_NUMBER)


def test_a_guest_function_can_be_called_by_the_c_interface() -> None:
    handles = lib.pulley_handle_count()
    error, instance, function = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p()
    linker = lib.pulley_linker_new(None)
    status = lib.pulley_instantiate_bytes(linker, ADD, len(ADD), ctypes.byref(instance), ctypes.byref(error))
    assert status == _api.PULLEY_OK, lib.pulley_error_description(error)
    assert not quick.pulley_instance_function(instance, b"add", ctypes.byref(function), None)
    kind = quick.pulley_function_type(function)
    assert kind.parameters[:kind.parameter_count] == [_api.PULLEY_I32, _api.PULLEY_I64]
    assert kind.results[:kind.result_count] == [_api.PULLEY_I64]
    arguments, results = (_api.pulley_value_t * 2)(), (_api.pulley_value_t * 1)()
    arguments[0].type, arguments[0].of.i32 = _api.PULLEY_I32, -2
    arguments[1].type, arguments[1].of.i64 = _api.PULLEY_I64, 2 ** 40
    assert not lib.pulley_call(function, arguments, 2, results, 1, None)
    assert results[0].of.i64 == 2 ** 40 - 2
    assert lib.pulley_call(function, arguments, 1, results, 1, ctypes.byref(error)) == _api.PULLEY_ERROR_ARGUMENT
    assert quick.pulley_error_status(error) == _api.PULLEY_ERROR_ARGUMENT
    quick.pulley_error_delete(error)
    lib.pulley_function_delete(function)
    lib.pulley_instance_delete(instance)
    lib.pulley_linker_delete(linker)
    assert lib.pulley_handle_count() == handles


def test_structures_are_passed_and_returned_by_value() -> None:
    memory = ctypes.c_void_p()
    assert not lib.pulley_memory_new(None, _api.pulley_limits_t(3, 5), ctypes.byref(memory), None)
    limits = quick.pulley_memory_limits(memory)
    assert (limits.minimum, limits.maximum) == (3, 5)
    assert quick.pulley_memory_size(memory) == 3 * _api.PULLEY_PAGE_SIZE
    lib.pulley_memory_delete(memory)
    initial = _api.pulley_memory_type_t(*_api.PULLEY_MEMORY_TYPE_INIT)
    initial.limits.minimum, initial.page_size = 10, 1
    assert not lib.pulley_memory_new_type(None, ctypes.byref(initial), ctypes.byref(memory), None)
    assert quick.pulley_memory_size(memory) == 10
    lib.pulley_memory_delete(memory)


def test_a_python_function_can_be_a_host_function() -> None:
    guest = b"""(module (import "env" "twice" (func $f (param i32) (result i32)))
      (func (export "run") (result i32) (call $f (i32.const 21))))"""
    instance, result = ctypes.c_void_p(), _api.pulley_value_t()
    finalized: list[int] = []

    def twice(data: int, caller: int, arguments: int, count: int, results: int, results_count: int, error: int) -> int:
        value = _api.pulley_value_t.from_address(arguments)
        _api.pulley_value_t.from_address(results).of.i32 = 2 * value.of.i32
        return int(_api.PULLEY_OK)

    callback = _api.pulley_values_callback_t(twice)
    finalizer = _api.pulley_finalizer_t(finalized.append)
    linker = lib.pulley_linker_new(None)
    i32 = (ctypes.c_int32 * 1)(_api.PULLEY_I32)
    kind = _api.pulley_function_type_t(i32, 1, i32, 1)
    assert not lib.pulley_register_values(linker, b"env", b"twice", kind, callback, 7, finalizer, None)
    assert not lib.pulley_instantiate_bytes(linker, guest, len(guest), ctypes.byref(instance), None)
    assert not lib.pulley_run(instance, b"run", None, 0, ctypes.byref(result), 1, None)
    assert result.of.i32 == 42
    lib.pulley_linker_delete(linker)
    assert finalized == []
    lib.pulley_instance_delete(instance)
    assert finalized == [7]
