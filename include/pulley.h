/* libpulley: runs WebAssembly on a portable bytecode interpreter and lets it call any C function.
 *
 *   #include <pulley.h>
 *   #include <stdio.h>
 *
 *   int main(void) {
 *     pulley_error_t *error = NULL;
 *     pulley_instance_t *instance = NULL;
 *     pulley_linker_t *linker = pulley_linker_new(NULL);
 *     pulley_host_t host_puts = (pulley_host_t)puts;
 *     if (pulley_register(linker, "env", "puts", "i32(cstr)", host_puts, NULL, NULL, &error)
 *         || pulley_instantiate_file(linker, "hello.wasm", &instance, &error)
 *         || pulley_run(instance, "hello", NULL, 0, NULL, 0, &error))
 *       fprintf(stderr, "%s\n", pulley_error_description(error));
 *   }
 *
 * This header is the specification of the library; what it does not promise may change.
 *
 * CONVENTIONS
 *
 * Status and error. A function that can fail returns a pulley_status_t, PULLEY_OK (zero) for
 * success, and takes a `pulley_error_t **error` as its last argument. `error` may be NULL. If it
 * is not, then `*error` is set to NULL on success and to a new error object, which the caller ends
 * with pulley_error_delete, on failure; what `*error` held before is overwritten, never read. An
 * error's status is the status that the function returned. Statuses being zero for success, calls
 * chain with `||` as above. A failed call leaves every object as it was and usable. Where nothing is
 * left of the thread's stack to make an error object on, and no thread can be had, `*error` is NULL.
 *
 * Results. Each result is stored through an out-parameter that stands before `error`. It is
 * required unless its comment says otherwise. When the call fails, a handle stored there is NULL.
 *
 * Ownership. A handle that comes out of a function whose name ends in `_new`, or through an
 * out-parameter, belongs to the caller, who ends it with the type's `_delete` function. Deleting
 * NULL does nothing. Handles may be deleted in any order: what one object needs of another it keeps
 * alive by itself, so that a module may be deleted before its instance. Using a handle after it
 * was deleted is an error that the library may be unable to see. A pointer returned as a function's
 * value (a name, a type, an array) is borrowed: it is valid until the handle that it was asked of
 * is deleted.
 *
 * Mistakes. A NULL handle, a handle of another kind, a NULL required pointer, a wrong type or a
 * wrong count is an error of status PULLEY_ERROR_ARGUMENT. Functions that return something other
 * than a status then return NULL, 0 or false.
 *
 * Text is UTF-8; other bytes are PULLEY_ERROR_ARGUMENT. Paths, and the arguments, the environment and
 * the directories of WASI programs, are bytes, UTF-8 or not, and reach the system and the program as
 * they are. A `const char *` argument is NUL-terminated and may be freed after the call.
 *
 * Names come from modules. They may hold characters that a terminal obeys, or that hide or reorder
 * the text around them. The library's own texts (pulley_error_message, pulley_error_description,
 * pulley_wasi_denied) show such characters as numbers ("\u{1b}"), and bytes that are no UTF-8 as
 * "\xff". Functions that return a name (pulley_module_name, pulley_extern_name,
 * pulley_error_frame_name and others) return its bytes as the module has them: escape them before you
 * print them.
 *
 * Threads. Engines and modules may be used by any number of threads at once; options and linkers by
 * one thread at a time. An instance, with the functions, memories, tables and globals taken from
 * it, and with every instance linked to it, belongs to one thread at a time: threads may use it in
 * turn, not at once. Instances that have nothing in common but modules and shared memories are
 * independent of one another and run on as many threads at once as there are.
 *
 * A shared memory belongs to no thread. Its handle may be used by several threads at once, defined in
 * a linker of each, read, written and grown; instances that import it may run anywhere. Only the
 * guests' atomic operations, or the host's own on pulley_memory_data, put in order what threads do
 * to its bytes. pulley_interrupt and pulley_linker_interrupt may be called by any thread, and by signal
 * handlers.
 *
 * Errors and types are immutable and may be read from any thread.
 *
 * Stacks. Guests run on the stack of the thread that calls them, however small it is. A guest's own calls
 * take none of it, but calls from the guest to the host and back do: about a kilobyte each time, and
 * what the host function takes. So before a guest is called the library looks how much of the thread's
 * stack is left. Less than pulley_options_set_host_stack_reserve asks for is a trap
 * (PULLEY_TRAP_STACK_OVERFLOW), which is all that limits how deeply guest and host may call one
 * another, up to 100,000 times for an instance. What needs more of the stack than there is, such as
 * compiling, the library does on a thread of its own while the caller waits; functions of the host's
 * are always called by the caller's thread. If there can be no such thread, what was asked for is
 * PULLEY_ERROR_LIMIT, a call of a function that is not compiled yet PULLEY_TRAP_STACK_OVERFLOW, and
 * what a `_delete` should end stays. Functions of WASI that find less than 16 KiB answer 48 (nomem). A
 * program that makes stacks of its own, for coroutines say, tells with pulley_thread_set_stack.
 *
 * Memory. What guests and modules size is asked for before it is taken: functions that would take more
 * than the process can have fail with PULLEY_ERROR_LIMIT (or NULL, where they give a handle), the guest's
 * memory.grow and table.grow with -1. "Can have" means the limits on address space and data
 * (RLIMIT_AS, RLIMIT_DATA) and the system's commit limit; a system that promises memory which it does not
 * have may still end the process. 8 MiB are always left for what is too small to ask for: handles, error
 * objects, the arrays of a call. Only if the host's own allocations take those, too, between two calls of
 * the library, can one of the library's small allocations fail, and that ends the process. On other
 * threads than the first 128 MiB more must be free, which the C library sets aside by the thread.
 *
 * The library never prints, never exits or aborts but for that, and installs no signal handler.
 */
#ifndef PULLEY_H
#define PULLEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version -------------------------------------------------------------------------------- */

/* The version of this header. Until 1.0 a change of the minor number may be incompatible. */
#define PULLEY_VERSION_MAJOR 0
#define PULLEY_VERSION_MINOR 1
#define PULLEY_VERSION_PATCH 0
#define PULLEY_VERSION "0.1.0"

/* MAJOR * 1000000 + MINOR * 1000 + PATCH, for comparing. */
#define PULLEY_VERSION_NUMBER 1000

/* The version of the library that is running, as text: compare it with PULLEY_VERSION. The string
 * is static. Any thread. */
const char *pulley_version(void);

/* The same as a number: compare it with PULLEY_VERSION_NUMBER. */
int32_t pulley_version_number(void);

/* ---- Types ---------------------------------------------------------------------------------- */

/* What every module, linker and instance is made in. Objects of two engines cannot be mixed. */
typedef struct pulley_engine pulley_engine_t;

/* Settings from which an engine is made. */
typedef struct pulley_options pulley_options_t;

/* A module: checked and ready to be instantiated, any number of times. Immutable. */
typedef struct pulley_module pulley_module_t;

/* What modules may import: names with host functions and other instances' exports behind them. */
typedef struct pulley_linker pulley_linker_t;

/* A module brought to life: with memories, tables, globals and its imports connected. */
typedef struct pulley_instance pulley_instance_t;

/* A function of an instance, looked up and ready to be called. */
typedef struct pulley_function pulley_function_t;

/* What one program of WASI preview 1 finds around it: arguments, streams, directories. */
typedef struct pulley_wasi pulley_wasi_t;

/* A linear memory, a table, a global. */
typedef struct pulley_memory pulley_memory_t;
typedef struct pulley_table pulley_table_t;
typedef struct pulley_global pulley_global_t;

/* An import or an export of a module: its names and its type. Borrowed from the module. */
typedef struct pulley_extern pulley_extern_t;

/* Why something failed. */
typedef struct pulley_error pulley_error_t;

/* The outcome of a call. */
typedef int32_t pulley_status_t;
enum {
  PULLEY_OK = 0,
  /* The caller's mistake: NULL, a wrong handle, a wrong type or count of values. */
  PULLEY_ERROR_ARGUMENT = 1,
  /* The bytes are no module: damaged binary, or text with a syntax error. */
  PULLEY_ERROR_MALFORMED = 2,
  /* The module can be read but breaks a rule of validation. */
  PULLEY_ERROR_INVALID = 3,
  /* The module uses a feature that the library lacks, or that is switched off. Where only some of
   * its functions do, this is what calling those ends in, with a backtrace as of a trap. */
  PULLEY_ERROR_UNSUPPORTED = 4,
  /* An import has no definition, or one of another type. */
  PULLEY_ERROR_LINK = 5,
  /* A host function's signature cannot be read. */
  PULLEY_ERROR_SIGNATURE = 6,
  /* The guest trapped, or a host function made it trap. */
  PULLEY_ERROR_TRAP = 7,
  /* There is no export of this name, or it is something else than was asked for. */
  PULLEY_ERROR_NOT_FOUND = 8,
  /* Memory or another resource is exhausted, or a limit of the engine reached. */
  PULLEY_ERROR_LIMIT = 9,
  /* An artifact is damaged, or was made by another version or for other options. */
  PULLEY_ERROR_ARTIFACT = 10,
  /* A file cannot be opened, read or written. */
  PULLEY_ERROR_FILE = 11,
  /* A defect of the library. */
  PULLEY_ERROR_INTERNAL = 12
};

/* The type of a value. */
typedef int32_t pulley_type_t;
enum {
  PULLEY_I32 = 1,
  PULLEY_I64 = 2,
  PULLEY_F32 = 3,
  PULLEY_F64 = 4,
  PULLEY_V128 = 5,
  PULLEY_FUNCREF = 6,
  PULLEY_EXTERNREF = 7,
  /* Only functions in CLIF have these. */
  PULLEY_I8 = 8,
  PULLEY_I16 = 9,
  PULLEY_I128 = 10
};

/* A value with its type. `of.v128` has the bytes of a PULLEY_V128 as memory has them, lane 0 first.
 *
 * Vectors of all shapes are PULLEY_V128. `of.i128` has the halves of a PULLEY_I128, the low one first.
 *
 * `of.ref` of a PULLEY_EXTERNREF is any pointer of the embedder's; the guest can only pass it
 * on. That of a PULLEY_FUNCREF is a function of some instance and valid as long as that lives:
 * see pulley_function_value and pulley_value_function. NULL is the null reference in both. */
typedef struct pulley_value {
  pulley_type_t type;
  union {
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    uint64_t i128[2];
    float f32;
    double f64;
    uint8_t v128[16];
    void *ref;
  } of;
} pulley_value_t;

/* A function's type: borrowed from what it was asked of. */
typedef struct pulley_function_type {
  const pulley_type_t *parameters;
  size_t parameter_count;
  const pulley_type_t *results;
  size_t result_count;
} pulley_function_type_t;

/* The size limits of a memory (in pages: of PULLEY_PAGE_SIZE bytes, unless the module that defines
 * the memory gives it pages of one byte) or a table (in elements). */
typedef struct pulley_limits {
  uint64_t minimum;
  uint64_t maximum; /* PULLEY_NO_MAXIMUM if there is none */
} pulley_limits_t;

#define PULLEY_NO_MAXIMUM UINT64_MAX
#define PULLEY_PAGE_SIZE 65536u

/* Values of each type, for writing argument lists. */
static inline pulley_value_t pulley_i8(int8_t value) {
  pulley_value_t v;
  v.type = PULLEY_I8;
  v.of.i64 = 0;
  v.of.i8 = value;
  return v;
}
static inline pulley_value_t pulley_i16(int16_t value) {
  pulley_value_t v;
  v.type = PULLEY_I16;
  v.of.i64 = 0;
  v.of.i16 = value;
  return v;
}
static inline pulley_value_t pulley_i32(int32_t value) {
  pulley_value_t v;
  v.type = PULLEY_I32;
  v.of.i64 = 0;
  v.of.i32 = value;
  return v;
}
static inline pulley_value_t pulley_i64(int64_t value) {
  pulley_value_t v;
  v.type = PULLEY_I64;
  v.of.i64 = value;
  return v;
}
static inline pulley_value_t pulley_f32(float value) {
  pulley_value_t v;
  v.type = PULLEY_F32;
  v.of.i64 = 0;
  v.of.f32 = value;
  return v;
}
static inline pulley_value_t pulley_f64(double value) {
  pulley_value_t v;
  v.type = PULLEY_F64;
  v.of.f64 = value;
  return v;
}
static inline pulley_value_t pulley_externref(void *value) {
  pulley_value_t v;
  v.type = PULLEY_EXTERNREF;
  v.of.i64 = 0;
  v.of.ref = value;
  return v;
}

/* ---- Options and engine --------------------------------------------------------------------- */

/* Options as they are by default. NULL only if memory is exhausted. */
pulley_options_t *pulley_options_new(void);
void pulley_options_delete(pulley_options_t *options);

/* The size of a guest's stack in bytes (default 1 MiB, at least 16 KiB, at most 1 GiB). A guest
 * that needs more traps with PULLEY_TRAP_STACK_OVERFLOW; the host's own stack is not touched by the
 * guest's recursion. */
pulley_status_t pulley_options_set_stack_size(pulley_options_t *options, size_t bytes,
                                              pulley_error_t **error);

/* How much of the thread's stack must be left, in bytes, when a guest is called: for the host functions
 * that it calls, and what they call (default 128 KiB, at most 1 GiB). With less the call traps with
 * PULLEY_TRAP_STACK_OVERFLOW. On a stack that is not twice as large, it is half of the stack; what the
 * library needs itself, 8 KiB, must always be left. */
pulley_status_t pulley_options_set_host_stack_reserve(pulley_options_t *options, size_t bytes,
                                                      pulley_error_t **error);

/* The size in bytes that the memories of a group of instances may reach together, and so any one of
 * them (default 4 GiB): the limit per group of PULLEY_RESOURCE_MEMORY. The limit of the engine becomes
 * at least as large. Growing beyond it fails in the guest as running out of memory does: memory.grow
 * returns -1. */
pulley_status_t pulley_options_set_memory_limit(pulley_options_t *options, uint64_t bytes,
                                                pulley_error_t **error);

/* What guests may exhaust. Each is counted in bytes, for each group of instances that are linked to one
 * another, and for all that is made in an engine. */
typedef int32_t pulley_resource_t;
enum {
  /* Linear memories, by their size. One that an instance makes counts in that instance's group, one
   * that the host makes in the group that first imports it; shared ones in the engine only. */
  PULLEY_RESOURCE_MEMORY = 1,
  /* Tables: eight bytes an element. */
  PULLEY_RESOURCE_TABLES = 2,
  /* What instances take besides memories, tables and stacks. */
  PULLEY_RESOURCE_INSTANCES = 3,
  /* The stacks that guests run on, by their size: one for each instance that the host has called. */
  PULLEY_RESOURCE_STACKS = 4,
  /* What is kept of the descriptors and directories of WASI programs. */
  PULLEY_RESOURCE_WASI = 5,
  /* Modules, their code, and what compiling takes as long as it lasts, for which an upper bound is
   * counted. The limit per group is that of each module. */
  PULLEY_RESOURCE_COMPILATION = 6
};

#define PULLEY_NO_LIMIT UINT64_MAX

/* How many bytes of a resource a group, and all groups of the engine together, may have; PULLEY_NO_LIMIT
 * for no limit. The defaults:
 *
 *                        per group    per engine   what happens at the limit
 *     MEMORY             4 GiB        64 GiB       memory.grow gives -1
 *     TABLES             128 MiB      4 GiB        table.grow gives -1
 *     INSTANCES          256 MiB      4 GiB
 *     STACKS             4 GiB        64 GiB
 *     WASI               128 MiB      1 GiB        the error number ENOMEM
 *     COMPILATION        16 GiB       32 GiB       a first call fails with PULLEY_ERROR_LIMIT
 *
 * Functions that make something are PULLEY_ERROR_LIMIT, as is linking groups that have too much
 * together. */
pulley_status_t pulley_options_set_limit(pulley_options_t *options, pulley_resource_t resource,
                                         uint64_t per_group, uint64_t per_engine,
                                         pulley_error_t **error);

/* Whether pulley_compile compiles every function at once (true), using several threads, or each
 * one when it is first called (false, the default). Results do not depend on it. */
pulley_status_t pulley_options_set_eager(pulley_options_t *options, bool eager,
                                         pulley_error_t **error);

/* How many threads may compile at the same time; 0, the default, is one for each processor. */
pulley_status_t pulley_options_set_threads(pulley_options_t *options, uint32_t threads,
                                           pulley_error_t **error);

/* Whether pulley_interrupt ends guests wherever they are, and not only where they wait (see there).
 * Code then looks for interruptions in each round of a loop and at each call, which takes some of its
 * speed. False is the default, and costs nothing. */
pulley_status_t pulley_options_set_interruptible(pulley_options_t *options, bool interruptible,
                                                 pulley_error_t **error);

/* How long a call may last, in milliseconds: pulley_run, pulley_call and pulley_wasi_run, and
 * pulley_instantiate with the start function and all that it copies. 0, the default, is for ever. A
 * call that takes longer ends with PULLEY_TRAP_INTERRUPTED, soon after that time, never before it,
 * and wherever pulley_interrupt would end it. Implies pulley_options_set_interruptible, and costs
 * each call some nanoseconds more.
 *
 * The limit is for the outermost call: a call made by a host function, while the thread is in another
 * one that has a limit, ends at the latest when that one has to. An instance that has been stopped
 * can be called again, and has the whole time again. pulley_compile has no limit: it takes a time in
 * proportion to the module's size.
 *
 * One thread of the process, which blocks all signals, watches over all engines. It is made here:
 * PULLEY_ERROR_LIMIT if it cannot be. A child that is forked makes another when it calls a guest for
 * the first time; if it cannot, that call is PULLEY_ERROR_LIMIT. */
pulley_status_t pulley_options_set_time_limit(pulley_options_t *options, uint64_t milliseconds,
                                              pulley_error_t **error);

/* Whether the engine takes CLIF: in pulley_compile and its kin, and in artifacts that pulley_load and
 * its kin read. CLIF is trusted like machine code (see CLIF below), and a file of any name may hold it,
 * so only a program that asks for CLIF gets it. With false, the default, CLIF is an error,
 * PULLEY_ERROR_UNSUPPORTED. */
pulley_status_t pulley_options_set_clif(pulley_options_t *options, bool accepted,
                                        pulley_error_t **error);

/* Makes an engine. `options` may be NULL for the defaults; it may be changed or deleted
 * afterwards. NULL only if memory is exhausted or `options` is no options object. */
pulley_engine_t *pulley_engine_new(const pulley_options_t *options);
void pulley_engine_delete(pulley_engine_t *engine);

/* How many bytes of a resource all that was made in the engine takes now, and the most that it ever
 * took. `engine` NULL stands for the shared engine. 0 for what is no resource. Any thread.
 *
 * A large function is prepared on a thread of the library's. That thread keeps its module, and what the
 * module takes, for a moment after the call that waited for it has gone on. */
uint64_t pulley_engine_usage(const pulley_engine_t *engine, pulley_resource_t resource);
uint64_t pulley_engine_peak(const pulley_engine_t *engine, pulley_resource_t resource);

/* ---- Modules -------------------------------------------------------------------------------- */

/* What a module was made from. */
typedef int32_t pulley_format_t;
enum {
  PULLEY_FORMAT_WASM = 1,
  PULLEY_FORMAT_WAT = 2,
  PULLEY_FORMAT_CLIF = 3,
  PULLEY_FORMAT_ARTIFACT = 4
};

/* Compiles a module. What the bytes hold is seen from their beginning: WebAssembly's binary format;
 * its text format, whose first character (behind space and comments) is a parenthesis; or, if the
 * engine's options accept it, CLIF, whose first word is `function`, or one of those that Cranelift's
 * test files begin with. Errors of a text, those of validation too, have a line and a column; where
 * there are several in CLIF, pulley_error_description has all. A format that this version cannot
 * read, and CLIF for an engine that does not accept it, is PULLEY_ERROR_UNSUPPORTED, more than
 * 1 GiB PULLEY_ERROR_LIMIT. The bytes are copied. They may come from anywhere: a damaged or hostile
 * module is an error with its position, and WebAssembly that is accepted reaches nothing but what it
 * is given.
 *
 * `engine` NULL stands for an engine of default options that all such modules share: it takes
 * WebAssembly only. */
pulley_status_t pulley_compile(pulley_engine_t *engine, const void *bytes, size_t length,
                               pulley_module_t **module, pulley_error_t **error);

/* The same for the contents of a file. */
pulley_status_t pulley_compile_file(pulley_engine_t *engine, const char *path,
                                    pulley_module_t **module, pulley_error_t **error);

/* CLIF
 *
 * CLIF is the text form of Cranelift's intermediate representation, which compilers write. IT IS
 * TRUSTED LIKE C: its addresses are the process's own, and nothing keeps it from reading, writing or
 * calling what it likes, or from crashing the process. Engines take it only if
 * pulley_options_set_clif says so. Never set that for an engine that compiles or loads what comes
 * from somebody whom you would not let run machine code.
 *
 * Each function of a text is an export: `%name` by the name `name`, `u0:1` by the name `u0:1`, with
 * its own types (an i8 is a PULLEY_I8). What it names is, whether `colocated` or not, the function of
 * that name in the same text; if there is none, an import: `%name` that of the module `env`, field
 * `name`, and `u0:1` that of the module `u0`, field `1`. Imports are functions registered with
 * pulley_register, or what pulley_linker_set_resolver finds.
 *
 * Signatures of host functions see a CLIF i8, i16, i32, f32, f64 as themselves, any vector as v128,
 * an i128 as i128, or as two i64 by signatures that have no i128 among their parameters; an i64 is an
 * integer of 64 bits, a size_t, or a pointer of the host's (ptr, cstr, buf, hostptr) that is passed on
 * unchanged and unchecked.
 *
 * `func_addr` of a host function, like `symbol_value`, is its address in the process. `call_indirect`
 * and its kin call functions of the guest's (func_addr, pulley_function_address) and C functions of
 * the host's alike: the latter as they were registered, or, if they were not, by the types that the
 * call itself has.
 *
 * A memory access that is not `notrap` traps if its address is 0, and is otherwise as good as its
 * address. `try_call` handles what host functions throw with pulley_throw. */

void pulley_module_delete(pulley_module_t *module);

/* What the module was made from; 0 for NULL. */
pulley_format_t pulley_module_format(const pulley_module_t *module);

/* The module's own name, from its name section; "" if it has none. */
const char *pulley_module_name(const pulley_module_t *module);

/* The custom sections, in the module's order: names, debugging information and whatever else tools
 * leave there, which have no meaning for the module itself. NULL if there are not as many. `length`
 * may be NULL. The contents are as long as `length` says, without a NUL at the end, and belong to
 * the module. An artifact has those of the module it was made from, but for the ones about the
 * bytes of its code (".debug_..." and "metadata.code..."). */
size_t pulley_module_custom_section_count(const pulley_module_t *module);
const char *pulley_module_custom_section_name(const pulley_module_t *module, size_t index,
                                              size_t *length);
const uint8_t *pulley_module_custom_section(const pulley_module_t *module, size_t index,
                                            size_t *length);

/* The imports and exports, in the module's order; NULL if there are not as many. */
size_t pulley_module_import_count(const pulley_module_t *module);
size_t pulley_module_export_count(const pulley_module_t *module);
const pulley_extern_t *pulley_module_import(const pulley_module_t *module, size_t index);
const pulley_extern_t *pulley_module_export(const pulley_module_t *module, size_t index);

/* The kinds of things that are imported and exported. */
typedef int32_t pulley_extern_kind_t;
enum {
  PULLEY_EXTERN_FUNCTION = 1,
  PULLEY_EXTERN_TABLE = 2,
  PULLEY_EXTERN_MEMORY = 3,
  PULLEY_EXTERN_GLOBAL = 4,
  PULLEY_EXTERN_TAG = 5,
  /* Something whose address alone a module in CLIF asks for. */
  PULLEY_EXTERN_ADDRESS = 6
};

pulley_extern_kind_t pulley_extern_kind(const pulley_extern_t *item);

/* An import's first name, such as "env"; "" for an export. Names are as the module has them: see
 * Names at the top. Those of WebAssembly may hold NUL bytes; the whole name is then longer than
 * strlen says. `length` may be NULL; it receives the
 * number of bytes before the terminating NUL. */
const char *pulley_extern_module(const pulley_extern_t *item, size_t *length);

/* An import's second name, or an export's name. */
const char *pulley_extern_name(const pulley_extern_t *item, size_t *length);

/* The type as text, such as "(func (param i32 i32) (result i32))". */
const char *pulley_extern_description(const pulley_extern_t *item);

/* The type of a function or a tag; all zero for other kinds. */
pulley_function_type_t pulley_extern_function_type(const pulley_extern_t *item);

/* The type of a global's value or of a table's elements; 0 for other kinds. */
pulley_type_t pulley_extern_value_type(const pulley_extern_t *item);

/* Whether a global may be written. */
bool pulley_extern_is_mutable(const pulley_extern_t *item);

/* Whether a memory is shared: such an import takes a shared memory, and no other does. */
bool pulley_extern_is_shared(const pulley_extern_t *item);

/* The limits of a memory or a table; both 0 for other kinds. */
pulley_limits_t pulley_extern_limits(const pulley_extern_t *item);

/* ---- Artifacts ------------------------------------------------------------------------------ */

/* A module with all its functions compiled, as bytes to be kept and loaded again without
 * compiling: an ELF file of this library's own. End `*bytes` with pulley_free. */
pulley_status_t pulley_module_save(pulley_module_t *module, uint8_t **bytes, size_t *length,
                                   pulley_error_t **error);
pulley_status_t pulley_module_save_file(pulley_module_t *module, const char *path,
                                        pulley_error_t **error);

/* Makes a module of an artifact. A damaged or foreign one is PULLEY_ERROR_ARTIFACT, and so is one that
 * does not make sense though its checksum is right: loading, saving and instantiating it harms nobody.
 * But an artifact is code that runs unchecked: load only what you or someone you trust has saved. One of
 * CLIF is PULLEY_ERROR_UNSUPPORTED for an engine that does not accept CLIF. */
pulley_status_t pulley_load(pulley_engine_t *engine, const void *bytes, size_t length,
                            pulley_module_t **module, pulley_error_t **error);
pulley_status_t pulley_load_file(pulley_engine_t *engine, const char *path,
                                 pulley_module_t **module, pulley_error_t **error);

/* Ends memory that the library handed out as bytes. NULL does nothing. */
void pulley_free(void *memory);

/* ---- Linker --------------------------------------------------------------------------------- */

/* Makes an empty linker. `engine` NULL stands for the shared engine of default options. NULL only
 * if memory is exhausted or `engine` is no engine. */
pulley_linker_t *pulley_linker_new(pulley_engine_t *engine);
void pulley_linker_delete(pulley_linker_t *linker);

/* Any C function. Cast yours: (pulley_host_t)puts. */
typedef void (*pulley_host_t)(void);

/* What ends a `userdata` pointer. */
typedef void (*pulley_finalizer_t)(void *userdata);

/* Lets modules import the C function `function` as `module`.`name`.
 *
 * The function is called as it is, by its C signature, which `signature` tells:
 *
 *     result ( parameter , parameter , ... )              "i32(ptr, u8, f64)"
 *
 * Blanks may stand anywhere between words. At most 128 parameters. The words, and which of the
 * guest's types each one accepts (a size_t or a pointer of a 32-bit guest is an i32):
 *
 *     word                                    in C                        guest
 *     i8 u8 i16 u16 i32 u32                   int8_t ... uint32_t           i32
 *     i64 u64                                 int64_t, uint64_t           i64
 *     f32 f64                                 float, double               f32, f64
 *     v128                                    a structure of 16 bytes     v128
 *     i128                                    __int128 (on x86-64)        i128 of CLIF
 *     bool                                    bool: whether it is not 0   i32
 *     size_t ssize_t                          of the host's width         i32 (extended) or i64
 *     ptr ptr?                                a pointer into the memory   i32 or i64
 *     cstr cstr?                              const char *, NUL found     i32 or i64
 *     buf, size_t  buf?, size_t               a pointer and its length    i32 or i64
 *     hostptr                                 any pointer of the host's   externref or i64
 *     void                                    no result; as the only      -
 *                                             parameter: none
 *     instance                                pulley_instance_t *         - (not the guest's)
 *     userdata                                void *: `userdata`          - (not the guest's)
 *
 * C's own names are words too: _Bool, char, signed char, unsigned char, short, unsigned short, int,
 * unsigned, unsigned int, long, unsigned long, long long, unsigned long long, __int128,
 * unsigned __int128, float, double, int8_t ... uint64_t, intptr_t, uintptr_t, ptrdiff_t. `long` and the last three are as wide as
 * the host has them and accept what size_t accepts. `char *` is not a word: say cstr or ptr.
 *
 * - Integers narrower than the guest's lose their high bits, as in a C cast, and are extended by
 *   their own sign to whole words; a result narrower than the guest's is extended by its own sign.
 * - A v128 is a structure that is passed and returned by value, has 16 bytes and holds integers
 *   only, such as struct { uint8_t bytes[16]; } or struct { uint64_t low, high; }. Its bytes are the
 *   vector's, lane 0 first. The processor's own vector types (__m128i) travel in other registers.
 * - ptr, cstr and buf are addresses in the first memory of the calling instance; the function
 *   receives a pointer of the host's, never NULL: 0 is an address like any other. With a question
 *   mark (ptr?) address 0 becomes NULL, for functions that accept it.
 * - What is checked before the call: a ptr must lie in the memory, a cstr must have its NUL
 *   there, a buf must fit with its whole length, which is the parameter after it (any integer
 *   word, in bytes). What fails makes the guest trap with PULLEY_TRAP_HOST. How far a function goes
 *   from a ptr is not checked: for guests that are not trusted prefer buf. A pointer stays valid
 *   until the memory grows.
 * - As a result, ptr and cstr are pointers into the calling instance's memory (or NULL), which the
 *   guest receives as an address; another pointer is a trap.
 * - instance and userdata come before all other parameters, each at most once, in the order
 *   written. The instance is that of the caller; it is borrowed for the time of the call, not to be
 *   deleted, and may be another pointer than the handle that pulley_instantiate gave.
 *
 * The function may call the guest again, use the library in any other way, grow the guest's
 * memory, and call pulley_trap. It must return: no longjmp and no C++ exception may leave it.
 *
 * A malformed signature is PULLEY_ERROR_SIGNATURE; pulley_error_offset then tells the character.
 * The signature is compared with the import's type when a module is instantiated.
 *
 * `finalizer` may be NULL. Otherwise it is called exactly once with `userdata` when the function
 * can no longer be called (the linker and every instance using it are gone, or the name was defined
 * anew and no instance uses it), on the thread that lets go last; if pulley_register fails, before
 * it returns.
 *
 * A name that was already defined is defined anew; instances keep what they were linked to. */
pulley_status_t pulley_register(pulley_linker_t *linker, const char *module, const char *name,
                                const char *signature, pulley_host_t function, void *userdata,
                                pulley_finalizer_t finalizer, pulley_error_t **error);

/* Finds the address of a C function or of data by its name; NULL if there is none. */
typedef void *(*pulley_resolver_t)(void *userdata, const char *name);

/* Asks `resolver` for what a module in CLIF imports from `env` and nobody has registered: a function
 * is taken to have just the C types that the CLIF signature has. An integer has a sign if it is `sext`,
 * and none otherwise, which matters to functions with narrow parameters. With a resolver that calls dlsym,
 * CLIF links like any object file. NULL takes a resolver away. It is called by pulley_instantiate on
 * the thread that calls that. */
pulley_status_t pulley_linker_set_resolver(pulley_linker_t *linker, pulley_resolver_t resolver,
                                           void *userdata, pulley_error_t **error);

/* Lets modules import each export of `instance` as `module`.its name. What is of another engine than the
 * linker is PULLEY_ERROR_ARGUMENT here and in the functions below. */
pulley_status_t pulley_linker_define_instance(pulley_linker_t *linker, const char *module,
                                              pulley_instance_t *instance,
                                              pulley_error_t **error);

/* Lets modules import one function, memory, table or global as `module`.`name`. */
pulley_status_t pulley_linker_define_function(pulley_linker_t *linker, const char *module,
                                              const char *name, pulley_function_t *function,
                                              pulley_error_t **error);
pulley_status_t pulley_linker_define_memory(pulley_linker_t *linker, const char *module,
                                            const char *name, pulley_memory_t *memory,
                                            pulley_error_t **error);
pulley_status_t pulley_linker_define_table(pulley_linker_t *linker, const char *module,
                                           const char *name, pulley_table_t *table,
                                           pulley_error_t **error);
pulley_status_t pulley_linker_define_global(pulley_linker_t *linker, const char *module,
                                            const char *name, pulley_global_t *global,
                                            pulley_error_t **error);

/* ---- Instances ------------------------------------------------------------------------------ */

/* Makes an instance: connects every import to what the linker has under its names, makes memories,
 * tables and globals, copies the active segments and calls the start function.
 *
 * A missing or mistyped import is PULLEY_ERROR_LINK and named in the message; a segment out of
 * bounds or a trap in the start function is PULLEY_ERROR_TRAP. Later changes of the linker do not
 * reach the instance. */
pulley_status_t pulley_instantiate(pulley_linker_t *linker, pulley_module_t *module,
                                   pulley_instance_t **instance, pulley_error_t **error);

/* Compiles and instantiates in one step. */
pulley_status_t pulley_instantiate_bytes(pulley_linker_t *linker, const void *bytes, size_t length,
                                         pulley_instance_t **instance, pulley_error_t **error);
pulley_status_t pulley_instantiate_file(pulley_linker_t *linker, const char *path,
                                        pulley_instance_t **instance, pulley_error_t **error);

void pulley_instance_delete(pulley_instance_t *instance);

/* How many bytes of a resource the instance and all that it is linked to take together; of
 * PULLEY_RESOURCE_COMPILATION, its module. */
uint64_t pulley_instance_usage(const pulley_instance_t *instance, pulley_resource_t resource);

/* A pointer of the embedder's, kept with the instance for host functions to find; NULL at first. */
void pulley_instance_set_data(pulley_instance_t *instance, void *data);
void *pulley_instance_data(const pulley_instance_t *instance);

/* ---- Calling -------------------------------------------------------------------------------- */

/* Calls the exported function `name`.
 *
 * `arguments` must have the function's parameter types and count, `results` room for exactly its
 * results; both may be NULL when their count is 0. `results` with `result_count` 0 may also be
 * given to a function that has results: they are dropped.
 *
 * May be called by a host function while the guest runs, also recursively; recursion that would
 * take too much of the thread's stack traps with PULLEY_TRAP_STACK_OVERFLOW (see Stacks at the top).
 * A host function whose call fails may pass the error on with pulley_trap_error. A trap ends the call
 * with PULLEY_ERROR_TRAP; the instance remains usable, with its memory as the trap left it. */
pulley_status_t pulley_run(pulley_instance_t *instance, const char *name,
                           const pulley_value_t *arguments, size_t argument_count,
                           pulley_value_t *results, size_t result_count, pulley_error_t **error);

/* Looks up the exported function `name`, to be called often. */
pulley_status_t pulley_instance_function(pulley_instance_t *instance, const char *name,
                                         pulley_function_t **function, pulley_error_t **error);

/* Calls a function that was looked up, as pulley_run does, without searching and without
 * allocating. */
pulley_status_t pulley_call(pulley_function_t *function, const pulley_value_t *arguments,
                            size_t argument_count, pulley_value_t *results, size_t result_count,
                            pulley_error_t **error);

/* The function's type; all zero for NULL. */
pulley_function_type_t pulley_function_type(const pulley_function_t *function);

/* A reference to the function, to be stored in tables and globals or passed to the guest. It is
 * valid as long as the function's instance lives. NULL gives the null reference. */
pulley_value_t pulley_function_value(const pulley_function_t *function);

/* The address of a function in CLIF, for call_indirect in CLIF: it is no address of machine code. Valid
 * as long as the function's instance lives. NULL for functions of WebAssembly. */
void *pulley_function_address(const pulley_function_t *function);

/* The function behind a reference. A null reference, or one that no living instance made, is
 * PULLEY_ERROR_ARGUMENT. */
pulley_status_t pulley_value_function(const pulley_value_t *value, pulley_function_t **function,
                                      pulley_error_t **error);

void pulley_function_delete(pulley_function_t *function);

/* To be called by a host function: makes the guest trap with PULLEY_TRAP_HOST and this message as
 * soon as the host function returns; what it returns is dropped. `message` may be NULL. Calling
 * into the same instance while that is due fails. Outside of a host function it does nothing. Bytes of
 * the message that are no UTF-8 are written out, as in \xFF. */
void pulley_trap(pulley_instance_t *instance, const char *message);

/* The same for a host function that a call of the library's has failed, mostly one of another guest or
 * of this one again: passes the error on. What the guest's caller gets then has the same status, trap
 * code, trap number and message, and the frames of both calls, the inner one's first. What was no trap
 * becomes one, PULLEY_TRAP_HOST with that message. `error` is only read: it stays the caller's, to be
 * deleted as any other. NULL is the same as pulley_trap without a message.
 *
 *     pulley_error_t *error;
 *     if (pulley_call(callback, NULL, 0, NULL, 0, &error)) {
 *       pulley_trap_error(instance, error);
 *       pulley_error_delete(error);
 *     } */
void pulley_trap_error(pulley_instance_t *instance, const pulley_error_t *error);

/* To be called by a host function that CLIF has called: throws an exception as soon as the host
 * function returns; what it returns is dropped. The guest goes on in the innermost try_call that was
 * made on the way here and has a handler for the tag, or for all, whose exn0 and exn1 the payloads
 * are. If there is none, the call of the host's that led here ends with
 * PULLEY_TRAP_UNCAUGHT_EXCEPTION. Calling into the same instance while an exception is due fails.
 * Outside of a host function, and for instances of WebAssembly, it does nothing. */
void pulley_throw(pulley_instance_t *instance, uint32_t tag, uint64_t payload0, uint64_t payload1);

/* Ends what the host has called on this instance with PULLEY_TRAP_INTERRUPTED. The error has the
 * calls that the guest was in, wherever it is stopped:
 *
 * - in memory.atomic.wait32 and wait64;
 * - in memory.fill, memory.copy, memory.init and those of tables, with part of the work done;
 * - in functions of WASI, before they begin and where they wait: for streams, terminals, pipes,
 *   sockets, a FIFO's other side or a time. What files take to be read and written is not waiting;
 * - where it has called a function for the first time, which is being compiled. The function is
 *   compiled when it is called again;
 * - and anywhere if its engine was made with pulley_options_set_interruptible.
 *
 * That takes some milliseconds. A host function that is running is not disturbed; the guest that
 * called it ends when it looks next. What a host function has called on this instance ends first, and
 * then, as the interruption is still due, the guest that called the host function; what it has called
 * on another instance goes on. Only the end of the outermost call on the instance settles the
 * interruption. If nothing has been called on the instance, or the call ends before it is reached,
 * the interruption stays due and ends the next call, unless it is cleared. Other instances, also
 * those that share a memory with this one, are not concerned.
 *
 * Any thread, from when pulley_instantiate has returned the handle until it is deleted; signal
 * handlers too. While the instance is being made, see pulley_linker_interrupt. */
void pulley_interrupt(pulley_instance_t *instance);

/* Forgets an interruption that has ended nothing yet. */
void pulley_clear_interrupt(pulley_instance_t *instance);

/* Ends the instantiation that the linker is used for with PULLEY_TRAP_INTERRUPTED, as
 * pulley_interrupt ends calls: in the start function, wherever it is, and while segments are copied.
 * Compiling, in pulley_instantiate_bytes and pulley_instantiate_file, is not ended. A start function
 * whose host functions instantiate with the same linker ends together with those instances. If
 * nothing is being instantiated, the interruption stays due and ends the next instantiation of a
 * module of WebAssembly, unless it is cleared.
 *
 * Any thread, while the handle is not deleted; signal handlers too. */
void pulley_linker_interrupt(pulley_linker_t *linker);

/* Forgets an interruption that has ended nothing yet. */
void pulley_linker_clear_interrupt(pulley_linker_t *linker);

/* Tells the bounds of the stack that the calling thread runs on, or will run on next: `size` bytes from
 * `low` on. For libraries of coroutines and whatever else makes stacks of its own; to be called whenever
 * the thread changes over to such a stack, and with NULL and 0 before the last one told is gone. On its
 * own stack a thread needs to tell nothing. It may change over to that while another is told.
 *
 * A stack that nobody has told of works too, but not as far as it reaches: of it the library uses 32 KiB
 * below the first call of a guest, or less where the memory below cannot be read; calls that go deeper
 * trap with PULLEY_TRAP_STACK_OVERFLOW. NULL with a size, a size of 0 with an address, or bounds beyond
 * all memory are PULLEY_ERROR_ARGUMENT. */
pulley_status_t pulley_thread_set_stack(void *low, size_t size, pulley_error_t **error);

/* ---- Memories ------------------------------------------------------------------------------- */

/* The memory exported as `name`, or, if `name` is NULL, the instance's first one, exported or
 * not: the one that ptr, cstr and buf refer to. */
pulley_status_t pulley_instance_memory(pulley_instance_t *instance, const char *name,
                                       pulley_memory_t **memory, pulley_error_t **error);

/* A new memory, to be defined in a linker: with 32-bit addresses and pages of PULLEY_PAGE_SIZE
 * bytes. Limits whose minimum is the larger are PULLEY_ERROR_ARGUMENT. Memories of 64-bit addresses or
 * of other pages are made by the modules that define them. */
pulley_status_t pulley_memory_new(pulley_engine_t *engine, pulley_limits_t limits,
                                  pulley_memory_t **memory, pulley_error_t **error);

/* A new shared memory, to be defined in linkers of any threads; see Threads at the top. It needs a
 * maximum, whose address space is set aside at once. */
pulley_status_t pulley_memory_new_shared(pulley_engine_t *engine, pulley_limits_t limits,
                                         pulley_memory_t **memory, pulley_error_t **error);
void pulley_memory_delete(pulley_memory_t *memory);

/* Whether threads may use the memory at once. */
bool pulley_memory_is_shared(const pulley_memory_t *memory);

/* The memory's first byte and its size in bytes. The pointer is valid until the memory grows (by
 * the guest or by pulley_memory_grow) or is gone with its last user. Guest code and the host share
 * these bytes without locks. NULL for an empty memory.
 *
 * A shared memory never moves, and its size only rises. Other threads may be changing its bytes:
 * what the host reads and writes there while they may must be atomic, as between threads of C. */
uint8_t *pulley_memory_data(const pulley_memory_t *memory);
size_t pulley_memory_size(const pulley_memory_t *memory);

/* Grows the memory by `pages`. `previous` may be NULL and receives the size before, in pages.
 * Beyond the memory's maximum or the engine's limit, or when the host has no more:
 * PULLEY_ERROR_LIMIT. */
pulley_status_t pulley_memory_grow(pulley_memory_t *memory, uint64_t pages, uint64_t *previous,
                                   pulley_error_t **error);

/* Copies bytes out of or into the memory; out of bounds is PULLEY_ERROR_ARGUMENT and copies
 * nothing. */
pulley_status_t pulley_memory_read(const pulley_memory_t *memory, uint64_t address, void *bytes,
                                   size_t length, pulley_error_t **error);
pulley_status_t pulley_memory_write(pulley_memory_t *memory, uint64_t address, const void *bytes,
                                    size_t length, pulley_error_t **error);

/* Wakes up to `count` of the guests' threads that wait at an address of a shared memory, as the
 * guest's memory.atomic.notify does. `woken` may be NULL and receives how many were. An address
 * that is out of bounds or no multiple of four is PULLEY_ERROR_ARGUMENT; nobody waits in a memory
 * that is not shared. */
pulley_status_t pulley_memory_notify(pulley_memory_t *memory, uint64_t address, uint32_t count,
                                     uint32_t *woken, pulley_error_t **error);

/* For host functions: `length` bytes at a guest address in the instance's first memory, as a
 * pointer of the host's; NULL if they are not all in bounds. Valid until the memory grows. */
void *pulley_instance_pointer(pulley_instance_t *instance, uint64_t address, size_t length);

/* ---- Globals -------------------------------------------------------------------------------- */

pulley_status_t pulley_instance_global(pulley_instance_t *instance, const char *name,
                                       pulley_global_t **global, pulley_error_t **error);

/* A new global of the type of `value`, to be defined in a linker. */
pulley_status_t pulley_global_new(pulley_engine_t *engine, const pulley_value_t *value,
                                  bool is_mutable, pulley_global_t **global,
                                  pulley_error_t **error);
void pulley_global_delete(pulley_global_t *global);

pulley_status_t pulley_global_get(const pulley_global_t *global, pulley_value_t *value,
                                  pulley_error_t **error);

/* Writing an immutable global, or a value of another type, is PULLEY_ERROR_ARGUMENT. */
pulley_status_t pulley_global_set(pulley_global_t *global, const pulley_value_t *value,
                                  pulley_error_t **error);

/* ---- Tables --------------------------------------------------------------------------------- */

pulley_status_t pulley_instance_table(pulley_instance_t *instance, const char *name,
                                      pulley_table_t **table, pulley_error_t **error);

/* A new table of PULLEY_FUNCREF or PULLEY_EXTERNREF, filled with null, to be defined in a linker.
 * Limits whose minimum is the larger are PULLEY_ERROR_ARGUMENT. */
pulley_status_t pulley_table_new(pulley_engine_t *engine, pulley_type_t element,
                                 pulley_limits_t limits, pulley_table_t **table,
                                 pulley_error_t **error);
void pulley_table_delete(pulley_table_t *table);

/* The number of elements. */
uint64_t pulley_table_size(const pulley_table_t *table);

/* An index out of bounds, or a value of another type, is PULLEY_ERROR_ARGUMENT. */
pulley_status_t pulley_table_get(const pulley_table_t *table, uint64_t index,
                                 pulley_value_t *value, pulley_error_t **error);
pulley_status_t pulley_table_set(pulley_table_t *table, uint64_t index,
                                 const pulley_value_t *value, pulley_error_t **error);

/* Grows the table by `count` elements of `value`, or of null if `value` is NULL. `previous` may
 * be NULL and receives the size before. Beyond the table's maximum: PULLEY_ERROR_LIMIT. */
pulley_status_t pulley_table_grow(pulley_table_t *table, uint64_t count,
                                  const pulley_value_t *value, uint64_t *previous,
                                  pulley_error_t **error);

/* The function at an index: what a function pointer in the guest's C code stands for, in the
 * table that clang exports as "__indirect_function_table". */
pulley_status_t pulley_table_function(const pulley_table_t *table, uint64_t index,
                                      pulley_function_t **function, pulley_error_t **error);

/* ---- WASI ----------------------------------------------------------------------------------- */

/* Programs compiled for WASI preview 1 (wasm32-wasip1) import their system from the module
 * "wasi_snapshot_preview1":
 *
 *     pulley_wasi_t *wasi = pulley_wasi_new();
 *     pulley_wasi_inherit_streams(wasi, &error)
 *         || pulley_wasi_add_directory(wasi, "data", "/data", true, &error)
 *         || pulley_wasi_define(wasi, linker, &error)
 *         || pulley_instantiate_file(linker, "program.wasm", &instance, &error)
 *         || pulley_wasi_run(wasi, instance, &exit_code, &error);
 *
 * A program gets what it is given and nothing else. At first that is no arguments, no environment,
 * no directory, nothing to read on standard input, and an output that nobody reads; clocks and
 * random numbers are real. An object is for one program, used by one thread at a time; linkers and
 * instances that have it keep it. Its settings end with pulley_wasi_define, and setting more is
 * PULLEY_ERROR_ARGUMENT. */
pulley_wasi_t *pulley_wasi_new(void);
void pulley_wasi_delete(pulley_wasi_t *wasi);

/* The program's arguments; the first is its name. The strings are copied. */
pulley_status_t pulley_wasi_set_arguments(pulley_wasi_t *wasi, const char *const *arguments,
                                          size_t count, pulley_error_t **error);

/* The whole environment, each entry of the form NAME=VALUE. */
pulley_status_t pulley_wasi_set_environment(pulley_wasi_t *wasi, const char *const *entries,
                                            size_t count, pulley_error_t **error);

/* Gives the program a directory of the host's, which it calls `guest_path` (NULL: by the same name).
 * It is opened by pulley_wasi_define. With `read_only`, nothing in it can be changed. The program
 * cannot leave it: not by "..", not by absolute paths, not by symbolic links, and not by renaming
 * what is in it at the same time. Hard links and mounts in it are taken as part of it. */
pulley_status_t pulley_wasi_add_directory(pulley_wasi_t *wasi, const char *host_path,
                                          const char *guest_path, bool read_only,
                                          pulley_error_t **error);

/* Standard input, output and error are those of the process. */
pulley_status_t pulley_wasi_inherit_streams(pulley_wasi_t *wasi, pulley_error_t **error);

/* Stream 0, 1 or 2 of the program is a descriptor of the process's, which is not closed, and whose
 * flags are not changed. The program waits for it, unless it wants not to, even if it is
 * non-blocking. */
pulley_status_t pulley_wasi_set_stream(pulley_wasi_t *wasi, int32_t stream, int32_t descriptor,
                                       pulley_error_t **error);

/* Standard input consists of these bytes, which are copied. */
pulley_status_t pulley_wasi_set_input(pulley_wasi_t *wasi, const void *bytes, size_t length,
                                      pulley_error_t **error);

/* Gets what the program writes, as it writes it; the bytes are valid during the call. */
typedef void (*pulley_writer_t)(void *userdata, const void *bytes, size_t length);

/* Stream 1 or 2 goes to `writer`, on the thread that runs the program. */
pulley_status_t pulley_wasi_set_output(pulley_wasi_t *wasi, int32_t stream, pulley_writer_t writer,
                                       void *userdata, pulley_error_t **error);

/* Gives the program a socket of the process's that listens, to accept connections on. Its number in
 * the program is the next one after the streams, the directories and earlier sockets. It is not
 * closed, cannot be shut down by the program, and keeps its flags. */
pulley_status_t pulley_wasi_add_listener(pulley_wasi_t *wasi, int32_t descriptor,
                                         pulley_error_t **error);

/* For runs that can be repeated: all clocks show this many nanoseconds since 1970 and no waiting
 * takes time; random numbers are those that follow from a seed. */
pulley_status_t pulley_wasi_set_clock(pulley_wasi_t *wasi, uint64_t nanoseconds,
                                      pulley_error_t **error);
pulley_status_t pulley_wasi_set_seed(pulley_wasi_t *wasi, uint64_t seed, pulley_error_t **error);

/* Opens the directories and lets modules import the system. A directory that cannot be opened is
 * PULLEY_ERROR_FILE. */
pulley_status_t pulley_wasi_define(pulley_wasi_t *wasi, pulley_linker_t *linker,
                                   pulley_error_t **error);

/* Runs a program: calls its export "_start". Succeeds if the program returns from there (exit code
 * 0) or ends itself, with whatever code; a trap is an error. `exit_code` may be NULL. */
pulley_status_t pulley_wasi_run(pulley_wasi_t *wasi, pulley_instance_t *instance,
                                int32_t *exit_code, pulley_error_t **error);

/* Whether a program has ended itself, and with what code, which is stored if `exit_code` is not
 * NULL. To whatever had called it with pulley_run, that is a trap (PULLEY_TRAP_HOST). */
bool pulley_wasi_exited(const pulley_wasi_t *wasi, int32_t *exit_code);

/* The first thing that the program asked for and was not given, in words; "" if there is none. */
const char *pulley_wasi_denied(pulley_wasi_t *wasi);

/* ---- Errors --------------------------------------------------------------------------------- */

/* Why the guest trapped. */
typedef int32_t pulley_trap_code_t;
enum {
  PULLEY_TRAP_NONE = 0,
  PULLEY_TRAP_UNREACHABLE = 1,
  PULLEY_TRAP_MEMORY_OUT_OF_BOUNDS = 2,
  PULLEY_TRAP_TABLE_OUT_OF_BOUNDS = 3,
  PULLEY_TRAP_INDIRECT_CALL_TO_NULL = 4,
  PULLEY_TRAP_INDIRECT_CALL_TYPE = 5,
  PULLEY_TRAP_INTEGER_DIVIDE_BY_ZERO = 6,
  PULLEY_TRAP_INTEGER_OVERFLOW = 7,
  PULLEY_TRAP_BAD_CONVERSION = 8,
  PULLEY_TRAP_STACK_OVERFLOW = 9,
  /* A host function said so, or the arguments for one were out of bounds. */
  PULLEY_TRAP_HOST = 10,
  PULLEY_TRAP_NULL_REFERENCE = 11,
  /* The guest reached something that the library cannot run. */
  PULLEY_TRAP_UNSUPPORTED = 12,
  /* An atomic access at an address that is no multiple of its size. */
  PULLEY_TRAP_UNALIGNED_ATOMIC = 13,
  /* A wait in a memory that is not shared. */
  PULLEY_TRAP_EXPECTED_SHARED_MEMORY = 14,
  /* The host has interrupted the guest, or its time is over. */
  PULLEY_TRAP_INTERRUPTED = 15,
  /* CLIF's `user1` to `user250`: see pulley_error_trap_number. */
  PULLEY_TRAP_NUMBERED = 16,
  /* A host function threw what the guest does not handle. */
  PULLEY_TRAP_UNCAUGHT_EXCEPTION = 17
};

#define PULLEY_NO_OFFSET UINT64_MAX

void pulley_error_delete(pulley_error_t *error);

/* The status that the failed function returned; PULLEY_OK for NULL. */
pulley_status_t pulley_error_status(const pulley_error_t *error);

/* One sentence without a newline, fit for a terminal or a log; "" for NULL. */
const char *pulley_error_message(const pulley_error_t *error);

/* Everything: the message, the position, the line of a text with a caret below, and the backtrace,
 * in lines, fit for a terminal; "" for NULL. */
const char *pulley_error_description(const pulley_error_t *error);

/* Where in the input: the byte of a module or its text, the character of a signature;
 * PULLEY_NO_OFFSET if the error has no such position. */
uint64_t pulley_error_offset(const pulley_error_t *error);

/* Where in a text, both counted from 1; 0 if the error has no such position. */
uint32_t pulley_error_line(const pulley_error_t *error);
uint32_t pulley_error_column(const pulley_error_t *error);

/* Why the guest trapped; PULLEY_TRAP_NONE if the error is no trap. */
pulley_trap_code_t pulley_error_trap_code(const pulley_error_t *error);

/* N of CLIF's trap `userN`; 0 if the error is no such trap. */
uint32_t pulley_error_trap_number(const pulley_error_t *error);

/* The guest's functions that were being called when it trapped, the innermost first. Deep stacks
 * are cut. */
size_t pulley_error_frame_count(const pulley_error_t *error);

/* The name of the frame's function, from the name section or an export, as it is there, else
 * "function[INDEX]"; "" if there is no such frame. */
const char *pulley_error_frame_name(const pulley_error_t *error, size_t frame);

/* The name of its module; "" if it has none. */
const char *pulley_error_frame_module(const pulley_error_t *error, size_t frame);

/* Its index in the module; UINT32_MAX if there is no such frame. */
uint32_t pulley_error_frame_index(const pulley_error_t *error, size_t frame);

/* The position of the instruction, in bytes from the beginning of the wasm binary or of the CLIF text;
 * PULLEY_NO_OFFSET if it is not known. */
uint64_t pulley_error_frame_offset(const pulley_error_t *error, size_t frame);

#ifdef __cplusplus
}
#endif

#endif
