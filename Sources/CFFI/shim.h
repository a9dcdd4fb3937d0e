/* libffi, and its type objects as functions: Swift sees C's global variables as shared mutable
 * state, which they are only while a call interface is being prepared. */
#ifndef PULLEY_CFFI_SHIM_H
#define PULLEY_CFFI_SHIM_H

#include <ffi.h>
#include <stdio.h>
#include <string.h>

static inline ffi_type *pulley_ffi_void(void) { return &ffi_type_void; }
static inline ffi_type *pulley_ffi_uint8(void) { return &ffi_type_uint8; }
static inline ffi_type *pulley_ffi_sint8(void) { return &ffi_type_sint8; }
static inline ffi_type *pulley_ffi_uint16(void) { return &ffi_type_uint16; }
static inline ffi_type *pulley_ffi_sint16(void) { return &ffi_type_sint16; }
static inline ffi_type *pulley_ffi_uint32(void) { return &ffi_type_uint32; }
static inline ffi_type *pulley_ffi_sint32(void) { return &ffi_type_sint32; }
static inline ffi_type *pulley_ffi_uint64(void) { return &ffi_type_uint64; }
static inline ffi_type *pulley_ffi_sint64(void) { return &ffi_type_sint64; }
static inline ffi_type *pulley_ffi_float(void) { return &ffi_type_float; }
static inline ffi_type *pulley_ffi_double(void) { return &ffi_type_double; }
static inline ffi_type *pulley_ffi_pointer(void) { return &ffi_type_pointer; }
static inline ffi_type *pulley_ffi_longdouble(void) { return &ffi_type_longdouble; }

/* Swift imports no functions with variable arguments. */
static inline const void *pulley_address_of_sprintf(void) { return (const void *)sprintf; }
static inline const void *pulley_address_of_snprintf(void) { return (const void *)snprintf; }

/* A structure of 16 bytes. */
static inline ffi_type *pulley_ffi_vector(void) {
  static ffi_type *elements[] = {&ffi_type_uint64, &ffi_type_uint64, NULL};
  static ffi_type type = {0, 0, FFI_TYPE_STRUCT, elements};
  return &type;
}

/* An __int128: as the structure, but aligned to 16 bytes on the stack. */
static inline ffi_type *pulley_ffi_int128(void) {
  static ffi_type *elements[] = {&ffi_type_uint64, &ffi_type_uint64, NULL};
  static ffi_type type = {16, 16, FFI_TYPE_STRUCT, elements};
  return &type;
}

static inline ffi_status pulley_ffi_prepare(ffi_cif *cif, unsigned count, ffi_type *result,
                                            ffi_type **parameters) {
  return ffi_prep_cif(cif, FFI_DEFAULT_ABI, count, result, parameters);
}

static inline ffi_status pulley_ffi_prepare_variadic(ffi_cif *cif, unsigned fixed, unsigned count,
                                                     ffi_type *result, ffi_type **parameters) {
  return ffi_prep_cif_var(cif, FFI_DEFAULT_ABI, fixed, count, result, parameters);
}

/* A C function of a described type that calls `handler`; NULL if there is no memory for it. `*code` is its
 * address. */
static inline ffi_closure *pulley_ffi_closure_new(const void **code) {
  void *address = NULL;
  ffi_closure *closure = (ffi_closure *)ffi_closure_alloc(sizeof(ffi_closure), &address);
  *code = address;
  return closure;
}

static inline ffi_status pulley_ffi_closure_set(ffi_closure *closure, ffi_cif *cif,
                                                void (*handler)(ffi_cif *, void *, void **, void *),
                                                void *context, const void *code) {
  return ffi_prep_closure_loc(closure, cif, handler, context, (void *)code);
}

#endif
