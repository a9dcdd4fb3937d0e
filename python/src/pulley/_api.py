"""The C interface of libpulley for ctypes, with the names of C.

Generated from include/pulley.h by python/generate.py. Do not edit.
"""
from __future__ import annotations

import ctypes
from ctypes import (
    c_bool, c_char_p, c_double, c_float, c_int16, c_int32, c_int64, c_int8, c_size_t, c_uint32,
    c_uint64, c_uint8, c_void_p)
from typing import Any, Final, Optional

PULLEY_VERSION_MAJOR: Final = 0
PULLEY_VERSION_MINOR: Final = 1
PULLEY_VERSION_PATCH: Final = 0
PULLEY_VERSION: Final = "0.1.0"
PULLEY_VERSION_NUMBER: Final = 1000
PULLEY_NO_MAXIMUM: Final = 0xFFFF_FFFF_FFFF_FFFF
PULLEY_PAGE_SIZE: Final = 65536
PULLEY_NO_LIMIT: Final = 0xFFFF_FFFF_FFFF_FFFF
PULLEY_CACHE_SIZE: Final = 536870912
PULLEY_NO_OFFSET: Final = 0xFFFF_FFFF_FFFF_FFFF
PULLEY_ANY: Final = -1
PULLEY_OK: Final = 0
PULLEY_ERROR_ARGUMENT: Final = 1
PULLEY_ERROR_MALFORMED: Final = 2
PULLEY_ERROR_INVALID: Final = 3
PULLEY_ERROR_UNSUPPORTED: Final = 4
PULLEY_ERROR_LINK: Final = 5
PULLEY_ERROR_SIGNATURE: Final = 6
PULLEY_ERROR_TRAP: Final = 7
PULLEY_ERROR_NOT_FOUND: Final = 8
PULLEY_ERROR_LIMIT: Final = 9
PULLEY_ERROR_ARTIFACT: Final = 10
PULLEY_ERROR_FILE: Final = 11
PULLEY_ERROR_INTERNAL: Final = 12
PULLEY_I32: Final = 1
PULLEY_I64: Final = 2
PULLEY_F32: Final = 3
PULLEY_F64: Final = 4
PULLEY_V128: Final = 5
PULLEY_FUNCREF: Final = 6
PULLEY_EXTERNREF: Final = 7
PULLEY_I8: Final = 8
PULLEY_I16: Final = 9
PULLEY_I128: Final = 10
PULLEY_ANYREF: Final = 11
PULLEY_EXNREF: Final = 12
PULLEY_RESOURCE_MEMORY: Final = 1
PULLEY_RESOURCE_TABLES: Final = 2
PULLEY_RESOURCE_INSTANCES: Final = 3
PULLEY_RESOURCE_STACKS: Final = 4
PULLEY_RESOURCE_WASI: Final = 5
PULLEY_RESOURCE_COMPILATION: Final = 6
PULLEY_RESOURCE_OBJECTS: Final = 7
PULLEY_TIERS_FIRST: Final = 0
PULLEY_TIERS_BACKGROUND: Final = 1
PULLEY_TIERS_SYNCHRONOUS: Final = 2
PULLEY_TIERS_SECOND: Final = 3
PULLEY_FORMAT_WASM: Final = 1
PULLEY_FORMAT_WAT: Final = 2
PULLEY_FORMAT_CLIF: Final = 3
PULLEY_FORMAT_ARTIFACT: Final = 4
PULLEY_EXTERN_FUNCTION: Final = 1
PULLEY_EXTERN_TABLE: Final = 2
PULLEY_EXTERN_MEMORY: Final = 3
PULLEY_EXTERN_GLOBAL: Final = 4
PULLEY_EXTERN_TAG: Final = 5
PULLEY_EXTERN_ADDRESS: Final = 6
PULLEY_OBJECT_NONE: Final = 0
PULLEY_OBJECT_I31: Final = 1
PULLEY_OBJECT_STRUCT: Final = 2
PULLEY_OBJECT_ARRAY: Final = 3
PULLEY_OBJECT_EXTERN: Final = 4
PULLEY_OBJECT_EXCEPTION: Final = 5
PULLEY_TRAP_NONE: Final = 0
PULLEY_TRAP_UNREACHABLE: Final = 1
PULLEY_TRAP_MEMORY_OUT_OF_BOUNDS: Final = 2
PULLEY_TRAP_TABLE_OUT_OF_BOUNDS: Final = 3
PULLEY_TRAP_INDIRECT_CALL_TO_NULL: Final = 4
PULLEY_TRAP_INDIRECT_CALL_TYPE: Final = 5
PULLEY_TRAP_INTEGER_DIVIDE_BY_ZERO: Final = 6
PULLEY_TRAP_INTEGER_OVERFLOW: Final = 7
PULLEY_TRAP_BAD_CONVERSION: Final = 8
PULLEY_TRAP_STACK_OVERFLOW: Final = 9
PULLEY_TRAP_HOST: Final = 10
PULLEY_TRAP_NULL_REFERENCE: Final = 11
PULLEY_TRAP_UNSUPPORTED: Final = 12
PULLEY_TRAP_UNALIGNED_ATOMIC: Final = 13
PULLEY_TRAP_EXPECTED_SHARED_MEMORY: Final = 14
PULLEY_TRAP_INTERRUPTED: Final = 15
PULLEY_TRAP_NUMBERED: Final = 16
PULLEY_TRAP_UNCAUGHT_EXCEPTION: Final = 17
PULLEY_TRAP_ELEMENT_OUT_OF_BOUNDS: Final = 18
PULLEY_TRAP_CAST_FAILURE: Final = 19
PULLEY_TRAP_HEAP_EXHAUSTED: Final = 20


class pulley_value_of_t(ctypes.Union):
    i8: int
    i16: int
    i32: int
    i64: int
    i128: ctypes.Array[c_uint64]
    f32: float
    f64: float
    v128: ctypes.Array[c_uint8]
    ref: Optional[int]
    _fields_ = [
        ("i8", c_int8),
        ("i16", c_int16),
        ("i32", c_int32),
        ("i64", c_int64),
        ("i128", c_uint64 * 2),
        ("f32", c_float),
        ("f64", c_double),
        ("v128", c_uint8 * 16),
        ("ref", c_void_p),
    ]


class pulley_value_t(ctypes.Structure):
    type: int
    of: pulley_value_of_t
    _fields_ = [
        ("type", c_int32),
        ("of", pulley_value_of_t),
    ]


class pulley_function_type_t(ctypes.Structure):
    parameters: ctypes._Pointer[c_int32]
    parameter_count: int
    results: ctypes._Pointer[c_int32]
    result_count: int
    _fields_ = [
        ("parameters", ctypes.POINTER(c_int32)),
        ("parameter_count", c_size_t),
        ("results", ctypes.POINTER(c_int32)),
        ("result_count", c_size_t),
    ]


class pulley_limits_t(ctypes.Structure):
    minimum: int
    maximum: int
    _fields_ = [
        ("minimum", c_uint64),
        ("maximum", c_uint64),
    ]


pulley_host_t = ctypes.CFUNCTYPE(None)
pulley_finalizer_t = ctypes.CFUNCTYPE(None, c_void_p)
pulley_values_callback_t = ctypes.CFUNCTYPE(
    c_int32, c_void_p, c_void_p, c_void_p, c_size_t, c_void_p, c_size_t, c_void_p)
pulley_import_resolver_t = ctypes.CFUNCTYPE(
    c_int32, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)
pulley_resolver_t = ctypes.CFUNCTYPE(c_void_p, c_void_p, c_char_p)


class pulley_heap_t(ctypes.Structure):
    live_bytes: int
    allocated_bytes: int
    reserved_bytes: int
    limit_bytes: int
    collections: int
    longest_pause: int
    total_pause: int
    _fields_ = [
        ("live_bytes", c_uint64),
        ("allocated_bytes", c_uint64),
        ("reserved_bytes", c_uint64),
        ("limit_bytes", c_uint64),
        ("collections", c_uint64),
        ("longest_pause", c_uint64),
        ("total_pause", c_uint64),
    ]


class pulley_field_t(ctypes.Structure):
    type: int
    bits: int
    is_mutable: bool
    _fields_ = [
        ("type", c_int32),
        ("bits", c_uint32),
        ("is_mutable", c_bool),
    ]


class pulley_memory_type_t(ctypes.Structure):
    struct_size: int
    limits: pulley_limits_t
    address_bits: int
    page_size: int
    is_shared: bool
    reserved: ctypes.Array[c_uint8]
    _fields_ = [
        ("struct_size", c_size_t),
        ("limits", pulley_limits_t),
        ("address_bits", c_uint32),
        ("page_size", c_uint32),
        ("is_shared", c_bool),
        ("reserved", c_uint8 * 7),
    ]


class pulley_table_type_t(ctypes.Structure):
    struct_size: int
    limits: pulley_limits_t
    element: int
    address_bits: int
    _fields_ = [
        ("struct_size", c_size_t),
        ("limits", pulley_limits_t),
        ("element", c_int32),
        ("address_bits", c_uint32),
    ]


pulley_writer_t = ctypes.CFUNCTYPE(None, c_void_p, c_void_p, c_size_t)

# The arguments of a structure's class for its initial value.
PULLEY_MEMORY_TYPE_INIT: Final = (
    ctypes.sizeof(pulley_memory_type_t), (0, PULLEY_NO_MAXIMUM), 32, PULLEY_PAGE_SIZE, False, (0,))
PULLEY_TABLE_TYPE_INIT: Final = (
    ctypes.sizeof(pulley_table_type_t), (0, PULLEY_NO_MAXIMUM), PULLEY_FUNCREF, 32)

#: Name → the type of the result, the types of the arguments. A pointer is c_void_p, which takes
#: numbers, bytes, arrays, byref(…), functions and None. Text that ends with NUL is c_char_p.
FUNCTIONS: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {
    "pulley_version": (c_char_p, ()),
    "pulley_version_number": (c_int32, ()),
    "pulley_handle_count": (c_size_t, ()),
    "pulley_options_new": (c_void_p, ()),
    "pulley_options_retain": (c_void_p, (c_void_p,)),
    "pulley_options_delete": (None, (c_void_p,)),
    "pulley_options_set_stack_size": (c_int32, (c_void_p, c_size_t, c_void_p)),
    "pulley_options_set_host_stack_reserve": (c_int32, (c_void_p, c_size_t, c_void_p)),
    "pulley_options_set_memory_limit": (c_int32, (c_void_p, c_uint64, c_void_p)),
    "pulley_options_set_limit": (c_int32, (c_void_p, c_int32, c_uint64, c_uint64, c_void_p)),
    "pulley_options_set_eager": (c_int32, (c_void_p, c_bool, c_void_p)),
    "pulley_options_set_tiers": (c_int32, (c_void_p, c_int32, c_void_p)),
    "pulley_options_set_threads": (c_int32, (c_void_p, c_uint32, c_void_p)),
    "pulley_options_set_interruptible": (c_int32, (c_void_p, c_bool, c_void_p)),
    "pulley_options_set_time_limit": (c_int32, (c_void_p, c_uint64, c_void_p)),
    "pulley_options_set_gc_stress": (c_int32, (c_void_p, c_bool, c_void_p)),
    "pulley_options_set_clif": (c_int32, (c_void_p, c_bool, c_void_p)),
    "pulley_options_set_cache": (c_int32, (c_void_p, c_char_p, c_uint64, c_void_p)),
    "pulley_engine_new": (c_void_p, (c_void_p,)),
    "pulley_engine_retain": (c_void_p, (c_void_p,)),
    "pulley_engine_same": (c_bool, (c_void_p, c_void_p)),
    "pulley_engine_delete": (None, (c_void_p,)),
    "pulley_engine_usage": (c_uint64, (c_void_p, c_int32)),
    "pulley_engine_peak": (c_uint64, (c_void_p, c_int32)),
    "pulley_compile": (c_int32, (c_void_p, c_void_p, c_size_t, c_void_p, c_void_p)),
    "pulley_compile_file": (c_int32, (c_void_p, c_char_p, c_void_p, c_void_p)),
    "pulley_validate": (c_int32, (c_void_p, c_void_p, c_size_t, c_void_p)),
    "pulley_module_delete": (None, (c_void_p,)),
    "pulley_module_retain": (c_void_p, (c_void_p,)),
    "pulley_module_same": (c_bool, (c_void_p, c_void_p)),
    "pulley_module_format": (c_int32, (c_void_p,)),
    "pulley_module_name": (c_char_p, (c_void_p,)),
    "pulley_module_custom_section_count": (c_size_t, (c_void_p,)),
    "pulley_module_custom_section_name": (c_void_p, (c_void_p, c_size_t, c_void_p)),
    "pulley_module_custom_section": (c_void_p, (c_void_p, c_size_t, c_void_p)),
    "pulley_module_import_count": (c_size_t, (c_void_p,)),
    "pulley_module_export_count": (c_size_t, (c_void_p,)),
    "pulley_module_import": (c_void_p, (c_void_p, c_size_t)),
    "pulley_module_export": (c_void_p, (c_void_p, c_size_t)),
    "pulley_extern_kind": (c_int32, (c_void_p,)),
    "pulley_extern_module": (c_void_p, (c_void_p, c_void_p)),
    "pulley_extern_name": (c_void_p, (c_void_p, c_void_p)),
    "pulley_extern_description": (c_char_p, (c_void_p,)),
    "pulley_extern_function_type": (pulley_function_type_t, (c_void_p,)),
    "pulley_extern_value_type": (c_int32, (c_void_p,)),
    "pulley_extern_is_mutable": (c_bool, (c_void_p,)),
    "pulley_extern_is_shared": (c_bool, (c_void_p,)),
    "pulley_extern_limits": (pulley_limits_t, (c_void_p,)),
    "pulley_extern_address_bits": (c_uint32, (c_void_p,)),
    "pulley_extern_page_size": (c_uint32, (c_void_p,)),
    "pulley_module_save": (c_int32, (c_void_p, c_void_p, c_void_p, c_void_p)),
    "pulley_module_save_file": (c_int32, (c_void_p, c_char_p, c_void_p)),
    "pulley_load": (c_int32, (c_void_p, c_void_p, c_size_t, c_void_p, c_void_p)),
    "pulley_load_file": (c_int32, (c_void_p, c_char_p, c_void_p, c_void_p)),
    "pulley_free": (None, (c_void_p,)),
    "pulley_linker_new": (c_void_p, (c_void_p,)),
    "pulley_linker_delete": (None, (c_void_p,)),
    "pulley_linker_retain": (c_void_p, (c_void_p,)),
    "pulley_register": (c_int32, (
        c_void_p, c_char_p, c_char_p, c_char_p, c_void_p, c_void_p, c_void_p, c_void_p)),
    "pulley_register_values": (c_int32, (
        c_void_p, c_char_p, c_char_p, pulley_function_type_t, c_void_p, c_void_p, c_void_p,
        c_void_p)),
    "pulley_linker_set_import_resolver": (c_int32, (c_void_p, c_void_p, c_void_p, c_void_p)),
    "pulley_linker_set_resolver": (c_int32, (c_void_p, c_void_p, c_void_p, c_void_p)),
    "pulley_linker_define_instance": (c_int32, (c_void_p, c_char_p, c_void_p, c_void_p)),
    "pulley_linker_define_function": (c_int32, (c_void_p, c_char_p, c_char_p, c_void_p, c_void_p)),
    "pulley_linker_define_memory": (c_int32, (c_void_p, c_char_p, c_char_p, c_void_p, c_void_p)),
    "pulley_linker_define_table": (c_int32, (c_void_p, c_char_p, c_char_p, c_void_p, c_void_p)),
    "pulley_linker_define_global": (c_int32, (c_void_p, c_char_p, c_char_p, c_void_p, c_void_p)),
    "pulley_linker_define_tag": (c_int32, (c_void_p, c_char_p, c_char_p, c_void_p, c_void_p)),
    "pulley_declare": (c_int32, (c_void_p, c_char_p, c_void_p)),
    "pulley_declare_file": (c_int32, (c_void_p, c_char_p, c_void_p)),
    "pulley_bind": (c_int32, (
        c_void_p, c_char_p, c_char_p, c_void_p, c_void_p, c_void_p, c_void_p)),
    "pulley_bind_library": (c_int32, (c_void_p, c_char_p, c_char_p, c_void_p)),
    "pulley_signature_for": (c_char_p, (c_void_p,)),
    "pulley_instantiate": (c_int32, (c_void_p, c_void_p, c_void_p, c_void_p)),
    "pulley_instantiate_bytes": (c_int32, (c_void_p, c_void_p, c_size_t, c_void_p, c_void_p)),
    "pulley_instantiate_file": (c_int32, (c_void_p, c_char_p, c_void_p, c_void_p)),
    "pulley_instance_delete": (None, (c_void_p,)),
    "pulley_instance_retain": (c_void_p, (c_void_p,)),
    "pulley_instance_same": (c_bool, (c_void_p, c_void_p)),
    "pulley_instance_group": (c_uint64, (c_void_p,)),
    "pulley_function_group": (c_uint64, (c_void_p,)),
    "pulley_memory_group": (c_uint64, (c_void_p,)),
    "pulley_table_group": (c_uint64, (c_void_p,)),
    "pulley_global_group": (c_uint64, (c_void_p,)),
    "pulley_instance_module": (c_int32, (c_void_p, c_void_p, c_void_p)),
    "pulley_instance_initialize": (c_int32, (c_void_p, c_void_p)),
    "pulley_instance_usage": (c_uint64, (c_void_p, c_int32)),
    "pulley_instance_externref": (c_int32, (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)),
    "pulley_instance_release_objects": (c_int32, (c_void_p, c_void_p, c_void_p)),
    "pulley_gc": (c_int32, (c_void_p, c_void_p)),
    "pulley_instance_heap": (pulley_heap_t, (c_void_p,)),
    "pulley_instance_set_data": (None, (c_void_p, c_void_p)),
    "pulley_instance_data": (c_void_p, (c_void_p,)),
    "pulley_object_keep": (c_int32, (c_void_p, c_void_p, c_void_p, c_void_p)),
    "pulley_object_delete": (None, (c_void_p,)),
    "pulley_object_value": (pulley_value_t, (c_void_p,)),
    "pulley_object_kind": (c_int32, (c_void_p,)),
    "pulley_object_i31": (c_int32, (c_void_p,)),
    "pulley_object_count": (c_size_t, (c_void_p,)),
    "pulley_object_field": (pulley_field_t, (c_void_p, c_size_t)),
    "pulley_object_get": (c_int32, (c_void_p, c_size_t, c_void_p, c_void_p)),
    "pulley_object_set": (c_int32, (c_void_p, c_size_t, c_void_p, c_void_p)),
    "pulley_object_read": (c_int32, (c_void_p, c_size_t, c_size_t, c_void_p, c_void_p)),
    "pulley_object_write": (c_int32, (c_void_p, c_size_t, c_size_t, c_void_p, c_void_p)),
    "pulley_struct_new": (c_int32, (c_void_p, c_uint32, c_void_p, c_size_t, c_void_p, c_void_p)),
    "pulley_array_new": (c_int32, (c_void_p, c_uint32, c_size_t, c_void_p, c_void_p, c_void_p)),
    "pulley_array_new_data": (c_int32, (
        c_void_p, c_uint32, c_size_t, c_void_p, c_void_p, c_void_p)),
    "pulley_run": (c_int32, (c_void_p, c_char_p, c_void_p, c_size_t, c_void_p, c_size_t, c_void_p)),
    "pulley_instance_function": (c_int32, (c_void_p, c_char_p, c_void_p, c_void_p)),
    "pulley_call": (c_int32, (c_void_p, c_void_p, c_size_t, c_void_p, c_size_t, c_void_p)),
    "pulley_function_type": (pulley_function_type_t, (c_void_p,)),
    "pulley_function_value": (pulley_value_t, (c_void_p,)),
    "pulley_function_address": (c_void_p, (c_void_p,)),
    "pulley_value_function": (c_int32, (c_void_p, c_void_p, c_void_p)),
    "pulley_function_pointer": (c_int32, (c_void_p, c_char_p, c_void_p, c_void_p)),
    "pulley_function_pointer_error": (c_int32, (c_void_p, c_void_p)),
    "pulley_function_delete": (None, (c_void_p,)),
    "pulley_function_retain": (c_void_p, (c_void_p,)),
    "pulley_function_same": (c_bool, (c_void_p, c_void_p)),
    "pulley_trap": (None, (c_void_p, c_char_p)),
    "pulley_trap_error": (None, (c_void_p, c_void_p)),
    "pulley_throw": (None, (c_void_p, c_uint32, c_uint64, c_uint64)),
    "pulley_throw_tag": (c_int32, (c_void_p, c_void_p, c_void_p, c_size_t, c_void_p)),
    "pulley_interrupt": (None, (c_void_p,)),
    "pulley_clear_interrupt": (None, (c_void_p,)),
    "pulley_linker_interrupt": (None, (c_void_p,)),
    "pulley_linker_clear_interrupt": (None, (c_void_p,)),
    "pulley_thread_set_stack": (c_int32, (c_void_p, c_size_t, c_void_p)),
    "pulley_instance_memory": (c_int32, (c_void_p, c_char_p, c_void_p, c_void_p)),
    "pulley_memory_new": (c_int32, (c_void_p, pulley_limits_t, c_void_p, c_void_p)),
    "pulley_memory_new_shared": (c_int32, (c_void_p, pulley_limits_t, c_void_p, c_void_p)),
    "pulley_memory_new_type": (c_int32, (c_void_p, c_void_p, c_void_p, c_void_p)),
    "pulley_memory_delete": (None, (c_void_p,)),
    "pulley_memory_retain": (c_void_p, (c_void_p,)),
    "pulley_memory_same": (c_bool, (c_void_p, c_void_p)),
    "pulley_memory_limits": (pulley_limits_t, (c_void_p,)),
    "pulley_memory_address_bits": (c_uint32, (c_void_p,)),
    "pulley_memory_page_size": (c_uint32, (c_void_p,)),
    "pulley_memory_is_shared": (c_bool, (c_void_p,)),
    "pulley_memory_data": (c_void_p, (c_void_p,)),
    "pulley_memory_size": (c_size_t, (c_void_p,)),
    "pulley_memory_grow": (c_int32, (c_void_p, c_uint64, c_void_p, c_void_p)),
    "pulley_memory_pin": (c_int32, (c_void_p, c_void_p)),
    "pulley_memory_unpin": (None, (c_void_p,)),
    "pulley_memory_read": (c_int32, (c_void_p, c_uint64, c_void_p, c_size_t, c_void_p)),
    "pulley_memory_write": (c_int32, (c_void_p, c_uint64, c_void_p, c_size_t, c_void_p)),
    "pulley_memory_notify": (c_int32, (c_void_p, c_uint64, c_uint32, c_void_p, c_void_p)),
    "pulley_instance_pointer": (c_void_p, (c_void_p, c_uint64, c_size_t)),
    "pulley_instance_allocate": (c_int32, (c_void_p, c_uint64, c_void_p, c_void_p)),
    "pulley_instance_free": (c_int32, (c_void_p, c_uint64, c_void_p)),
    "pulley_instance_global": (c_int32, (c_void_p, c_char_p, c_void_p, c_void_p)),
    "pulley_global_new": (c_int32, (c_void_p, c_void_p, c_bool, c_void_p, c_void_p)),
    "pulley_global_delete": (None, (c_void_p,)),
    "pulley_global_retain": (c_void_p, (c_void_p,)),
    "pulley_global_same": (c_bool, (c_void_p, c_void_p)),
    "pulley_global_type": (c_int32, (c_void_p,)),
    "pulley_global_is_mutable": (c_bool, (c_void_p,)),
    "pulley_global_get": (c_int32, (c_void_p, c_void_p, c_void_p)),
    "pulley_global_set": (c_int32, (c_void_p, c_void_p, c_void_p)),
    "pulley_instance_table": (c_int32, (c_void_p, c_char_p, c_void_p, c_void_p)),
    "pulley_table_new": (c_int32, (c_void_p, c_int32, pulley_limits_t, c_void_p, c_void_p)),
    "pulley_table_new_type": (c_int32, (c_void_p, c_void_p, c_void_p, c_void_p)),
    "pulley_table_delete": (None, (c_void_p,)),
    "pulley_table_retain": (c_void_p, (c_void_p,)),
    "pulley_table_same": (c_bool, (c_void_p, c_void_p)),
    "pulley_table_element": (c_int32, (c_void_p,)),
    "pulley_table_address_bits": (c_uint32, (c_void_p,)),
    "pulley_table_limits": (pulley_limits_t, (c_void_p,)),
    "pulley_table_size": (c_uint64, (c_void_p,)),
    "pulley_table_get": (c_int32, (c_void_p, c_uint64, c_void_p, c_void_p)),
    "pulley_table_set": (c_int32, (c_void_p, c_uint64, c_void_p, c_void_p)),
    "pulley_table_grow": (c_int32, (c_void_p, c_uint64, c_void_p, c_void_p, c_void_p)),
    "pulley_table_function": (c_int32, (c_void_p, c_uint64, c_void_p, c_void_p)),
    "pulley_instance_tag": (c_int32, (c_void_p, c_char_p, c_void_p, c_void_p)),
    "pulley_tag_new": (c_int32, (c_void_p, c_void_p, c_size_t, c_void_p, c_void_p)),
    "pulley_tag_delete": (None, (c_void_p,)),
    "pulley_tag_retain": (c_void_p, (c_void_p,)),
    "pulley_tag_same": (c_bool, (c_void_p, c_void_p)),
    "pulley_tag_type": (pulley_function_type_t, (c_void_p,)),
    "pulley_wasi_new": (c_void_p, ()),
    "pulley_wasi_delete": (None, (c_void_p,)),
    "pulley_wasi_retain": (c_void_p, (c_void_p,)),
    "pulley_wasi_set_arguments": (c_int32, (c_void_p, c_void_p, c_size_t, c_void_p)),
    "pulley_wasi_set_environment": (c_int32, (c_void_p, c_void_p, c_size_t, c_void_p)),
    "pulley_wasi_add_directory": (c_int32, (c_void_p, c_char_p, c_char_p, c_bool, c_void_p)),
    "pulley_wasi_inherit_streams": (c_int32, (c_void_p, c_void_p)),
    "pulley_wasi_set_stream": (c_int32, (c_void_p, c_int32, c_int32, c_void_p)),
    "pulley_wasi_set_input": (c_int32, (c_void_p, c_void_p, c_size_t, c_void_p)),
    "pulley_wasi_set_output": (c_int32, (c_void_p, c_int32, c_void_p, c_void_p, c_void_p)),
    "pulley_wasi_add_listener": (c_int32, (c_void_p, c_int32, c_void_p)),
    "pulley_wasi_set_clock": (c_int32, (c_void_p, c_uint64, c_void_p)),
    "pulley_wasi_set_seed": (c_int32, (c_void_p, c_uint64, c_void_p)),
    "pulley_wasi_define": (c_int32, (c_void_p, c_void_p, c_void_p)),
    "pulley_wasi_run": (c_int32, (c_void_p, c_void_p, c_void_p, c_void_p)),
    "pulley_wasi_exited": (c_bool, (c_void_p, c_void_p)),
    "pulley_wasi_denied": (c_char_p, (c_void_p,)),
    "pulley_error_delete": (None, (c_void_p,)),
    "pulley_error_retain": (c_void_p, (c_void_p,)),
    "pulley_error_status": (c_int32, (c_void_p,)),
    "pulley_error_message": (c_char_p, (c_void_p,)),
    "pulley_error_description": (c_char_p, (c_void_p,)),
    "pulley_error_offset": (c_uint64, (c_void_p,)),
    "pulley_error_line": (c_uint32, (c_void_p,)),
    "pulley_error_column": (c_uint32, (c_void_p,)),
    "pulley_error_trap_code": (c_int32, (c_void_p,)),
    "pulley_error_trap_number": (c_uint32, (c_void_p,)),
    "pulley_error_tag": (c_void_p, (c_void_p,)),
    "pulley_error_values": (c_size_t, (c_void_p, c_void_p, c_size_t)),
    "pulley_error_frame_count": (c_size_t, (c_void_p,)),
    "pulley_error_frame_name": (c_char_p, (c_void_p, c_size_t)),
    "pulley_error_frame_module": (c_char_p, (c_void_p, c_size_t)),
    "pulley_error_frame_index": (c_uint32, (c_void_p, c_size_t)),
    "pulley_error_frame_offset": (c_uint64, (c_void_p, c_size_t)),
    "pulley_error_import_count": (c_size_t, (c_void_p,)),
    "pulley_error_import_module": (c_void_p, (c_void_p, c_size_t, c_void_p)),
    "pulley_error_import_name": (c_void_p, (c_void_p, c_size_t, c_void_p)),
    "pulley_error_import_reason": (c_char_p, (c_void_p, c_size_t)),
    "pulley_call_typed": (c_int32, (c_void_p, c_void_p, c_size_t, c_int32, c_void_p, c_void_p)),
    "pulley_run_typed": (c_int32, (
        c_void_p, c_char_p, c_void_p, c_size_t, c_int32, c_void_p, c_void_p)),
}
