"""Finds libpulley, loads it, and declares its functions for ctypes.

The first of these libraries that loads and fits is used:

1. The one that the environment variable PULLEY_LIBRARY names: a file, or a folder that contains
   libpulley.so.0. If the variable is set, no other library is tried, so that a program never runs
   with another library than its user asked for.
2. The one in this package, which wheels contain.
3. The one in build/lib, if this package is imported from a checkout of the project.
4. The system's libpulley.so.0.

If there is none, ImportError tells what was tried and why it failed.
"""
from __future__ import annotations

import ctypes
import os
from typing import Any, Final, Iterator

from . import _api

_NAME: Final = "libpulley.so.0"

#: Functions that return at once, take no lock for long and never call the program, so that their
#: calls may keep the global interpreter lock. Most _delete functions are not here, because they may
#: run finalizers, and if the stack is short, they do so on another thread while the caller waits: a
#: finalizer in Python would wait for the lock forever.
QUICK: Final = frozenset("pulley_" + name for name in """
    version version_number handle_count
    options_new options_retain options_set_stack_size options_set_host_stack_reserve
    options_set_memory_limit options_set_limit options_set_eager options_set_tiers options_set_threads
    options_set_interruptible options_set_time_limit options_set_clif
    engine_retain engine_same engine_usage engine_peak
    module_retain module_same module_format module_name module_custom_section_count
    module_custom_section_name module_custom_section module_import_count module_export_count
    module_import module_export
    extern_kind extern_module extern_name extern_description extern_function_type
    extern_value_type extern_is_mutable extern_is_shared extern_limits extern_address_bits
    extern_page_size signature_for
    linker_retain linker_interrupt linker_clear_interrupt
    instance_retain instance_same instance_module instance_usage instance_set_data instance_data
    instance_function instance_memory instance_global instance_table instance_tag
    instance_pointer interrupt clear_interrupt
    function_retain function_same function_type function_value function_address
    function_pointer_error value_function
    trap trap_error throw
    memory_retain memory_same memory_limits memory_address_bits memory_page_size
    memory_is_shared memory_data memory_size memory_pin memory_unpin
    global_retain global_same global_type global_is_mutable global_get global_set
    table_retain table_same table_element table_address_bits table_limits table_size table_get
    table_set table_function
    tag_retain tag_same tag_type
    wasi_retain wasi_exited wasi_denied
    error_delete error_retain error_status error_message error_description error_offset
    error_line error_column error_trap_code error_trap_number error_frame_count
    error_frame_name error_frame_module error_frame_index error_frame_offset
    error_import_count error_import_module error_import_name error_import_reason
""".split())


def _declared(name: str, function: Any) -> Any:
    function.restype, function.argtypes = _api.FUNCTIONS[name]
    return function


# Most programs use few functions. So a function is declared on its first use, which makes the
# import faster. Then it is an attribute of the library, and __getitem__ is not called again.


class _Library(ctypes.CDLL):
    """The library's functions. A call releases the global interpreter lock."""

    def __getitem__(self, name: Any) -> Any:
        if name not in _api.FUNCTIONS:
            raise AttributeError(f"pulley.h does not declare {name}")
        return _declared(name, super().__getitem__(name))


class _QuickLibrary(ctypes.PyDLL):
    """The functions in QUICK. A call keeps the global interpreter lock."""

    def __getitem__(self, name: Any) -> Any:
        if name not in QUICK:
            raise AttributeError(f"{name} is not one of the quick functions")
        return _declared(name, super().__getitem__(name))


def _candidates() -> Iterator[tuple[str, str]]:
    """Yields the origin and the path of each library to try."""
    named = os.environ.get("PULLEY_LIBRARY")
    if named:
        named = os.path.abspath(named)
        yield "PULLEY_LIBRARY", os.path.join(named, _NAME) if os.path.isdir(named) else named
        return
    package = os.path.dirname(os.path.abspath(__file__))
    yield "in the package", os.path.join(package, "lib", _NAME)
    checkout = os.path.dirname(os.path.dirname(os.path.dirname(package)))
    if os.path.exists(os.path.join(checkout, "include", "pulley.h")):
        yield "in the checkout", os.path.join(checkout, "build", "lib", _NAME)
    yield "of the system", _NAME


def _fits(number: int, wanted: int) -> bool:
    """Whether a library of this PULLEY_VERSION_NUMBER has all that a header of the wanted number
    declares. Later versions only add functions, but until 1.0 a new minor version may be
    incompatible."""
    unit = 1_000_000 if wanted >= 1_000_000 else 1_000
    return number >= wanted and number // unit == wanted // unit


def _load() -> _Library:
    failures = []
    for origin, path in _candidates():
        if os.path.isabs(path) and not os.path.exists(path):
            failures.append(f"{path} ({origin}): there is no such file")
            continue
        try:
            library = _Library(path)
            number = library.pulley_version_number()
            if _fits(number, _api.PULLEY_VERSION_NUMBER):
                return library
            version = library.pulley_version().decode()
            failures.append(f"{path} ({origin}): it has version {version}, "
                            f"and this package was made for {_api.PULLEY_VERSION}")
        except (OSError, AttributeError) as error:
            failures.append(f"{path} ({origin}): {error}")
    raise ImportError("cannot load libpulley. Install it, or set PULLEY_LIBRARY to its file."
                      " Tried:\n"
                      + "\n".join(f"  {failure}" for failure in failures))


#: For functions that may take long or call the program: calls release the global interpreter lock.
lib: Final = _load()

#: For the functions in QUICK: calls keep the lock, and so are faster.
quick: Final = _QuickLibrary(lib._name, handle=lib._handle)

#: The path of the library, or its name if the system found it.
path: Final[str] = lib._name
