/* libpulley runs WebAssembly on a portable bytecode interpreter and lets it call any C function.
 *
 *     #include <pulley.h>
 *     #include <stdio.h>
 *
 *     int main(void) {
 *       pulley_error_t *error = NULL;
 *       pulley_instance_t *instance = NULL;
 *       pulley_linker_t *linker = pulley_linker_new(NULL);
 *       pulley_host_t host_puts = (pulley_host_t)puts;
 *       if (pulley_register(linker, "env", "puts", "i32(cstr)", host_puts, NULL, NULL, &error)
 *           || pulley_instantiate_file(linker, "hello.wasm", &instance, &error)
 *           || pulley_run(instance, "hello", NULL, 0, NULL, 0, &error))
 *         fprintf(stderr, "%s\n", pulley_error_description(error));
 *     }
 *
 * This header is the specification of the library. Behaviour that it does not promise may change.
 *
 * CONVENTIONS
 *
 * Status and error. A function that can fail returns a pulley_status_t. PULLEY_OK, which is zero,
 * means success, so that calls chain with `||` as above. The last argument of such a function is
 * `pulley_error_t **error`, which may be NULL. Otherwise the function sets `*error` to NULL on
 * success and to a new error object on failure. The caller deletes the error object with
 * pulley_error_delete. The function overwrites the previous value of `*error` and never reads it.
 * The error's status equals the returned status. A failed call leaves every object unchanged and
 * usable. If the thread's stack has no room to create an error object, and no helper thread can be
 * started, `*error` is NULL.
 *
 * Results. A function stores each result through an out-parameter before `error`. An out-parameter
 * is required unless its comment says otherwise. If the call fails, a handle stored there is NULL.
 *
 * Ownership. The caller owns a handle that a function whose name ends in `_new` or `_retain`
 * returns, or that a function stores in an out-parameter. The caller deletes it with the type's
 * `_delete` function. Deleting NULL does nothing. Handles may be deleted in any order: an object
 * keeps the objects that it needs alive, so that a module may be deleted before its instance. A
 * pointer that a function returns as its value (a name, a type, an array) is borrowed: it is valid
 * until the handle that was passed to the function is deleted.
 *
 * Handles. A handle is a number in the form of a pointer, not the address of anything, and no two
 * handles that a process ever gets are equal. So the library recognises a handle that has been
 * deleted at any later time, and anything else that is not a handle: using one is an error as
 * below, and deleting it again does nothing. Several handles may refer to the same object. The
 * object lives until the last of them is deleted and no other object needs it. A type's `_retain`
 * function makes another handle of the same object, for another owner that deletes it
 * independently; it returns NULL if it is not given a handle of the type, or if memory is
 * exhausted. The `_same` functions tell whether two handles refer to the same object. A process can
 * have 16,777,216 handles at a time. Leak checkers regard the object of a handle as reachable until
 * the handle is deleted; use pulley_handle_count to check that a program has deleted all its
 * handles.
 *
 * Caller errors. A NULL handle, a handle of another kind, a deleted handle, a NULL required
 * pointer, a wrong type and a wrong count are errors of status PULLEY_ERROR_ARGUMENT. Functions
 * that do not return a status return NULL, 0 or false instead.
 *
 * Text is UTF-8; other bytes are PULLEY_ERROR_ARGUMENT. Paths, and the arguments, environment and
 * directories of WASI programs, are bytes that need not be UTF-8. They reach the system and the
 * program unchanged. A `const char *` argument is NUL-terminated and may be freed after the call.
 *
 * Names come from modules. They may contain characters that control a terminal, or that hide or
 * reorder the text around them. The library's own texts (pulley_error_message,
 * pulley_error_description, pulley_wasi_denied) show such characters as numbers ("\u{1b}"), and
 * bytes that are not UTF-8 as "\xff". Functions that return a name (pulley_module_name,
 * pulley_extern_name, pulley_error_frame_name and others) return the module's bytes unchanged:
 * escape them before you print them.
 *
 * Threads. Any number of threads may use an engine or a module at the same time. Only one thread at
 * a time may use an options object or a linker. Only one thread at a time may use an instance,
 * together with the functions, memories, tables and globals taken from it and with every instance
 * linked to it; different threads may use them one after another. Instances that share only modules
 * and shared memories are independent, and any number of threads may run them at the same time.
 * pulley_instance_group tells which objects belong together.
 *
 * A shared memory belongs to no thread. Several threads may use its handle at the same time: define
 * it in a linker on each thread, read it, write it and grow it. Instances that import it may run on
 * any thread. Only atomic operations, by guests or by the host on pulley_memory_data, order the
 * accesses of different threads to its bytes. Any thread, and any signal handler, may call
 * pulley_interrupt and pulley_linker_interrupt.
 *
 * A forked child may use the library, unless other threads were using it when the process was
 * forked: their locks stay locked in the child, where a call that needs one ends the process.
 *
 * Errors and types are immutable, and any thread may read them.
 *
 * Stacks. A guest runs on the stack of the thread that calls it, whatever its size. Calls within
 * the guest use none of that stack. Calls from the guest to the host and back use about a kilobyte
 * each, and what the host function uses. Before each call of a guest the library therefore checks
 * how much of the thread's stack is left. If that is less than
 * pulley_options_set_host_stack_reserve requires, the call traps with PULLEY_TRAP_STACK_OVERFLOW.
 * Nothing else limits how deeply guest and host may call one another, up to 100,000 times in an
 * instance. Work that needs more stack than the thread has left, such as compiling, runs on a
 * thread of the library while the caller waits. Host functions always run on the caller's thread.
 * If no such thread can be started, the call fails with PULLEY_ERROR_LIMIT, the call of a function
 * that is not compiled yet traps with PULLEY_TRAP_STACK_OVERFLOW, and a `_delete` function leaves
 * its object alive. WASI functions that find less than 16 KiB of stack return the error number 48
 * (nomem). A program that creates its own stacks, for example for coroutines, must declare them
 * with pulley_thread_set_stack.
 *
 * Memory. The library checks that memory is available before it allocates sizes that a guest or a
 * module chooses. If the process cannot have that much, functions fail with PULLEY_ERROR_LIMIT, or
 * return NULL if they return a handle, and the guest's memory.grow and table.grow return -1. The
 * check respects the limits on address space and data (RLIMIT_AS, RLIMIT_DATA) and the system's
 * commit limit. A system that promises memory which it does not have may still end the process. The
 * library leaves 8 MiB free for allocations that are too small to check: handles, error objects,
 * the arrays of a call. Only if the host's own allocations use these too, between two calls of the
 * library, can a small allocation of the library fail, and that ends the process. On threads other
 * than the first, the check requires 128 MiB more, because the C library reserves address space for
 * each thread.
 *
 * The library never prints, installs no signal handler, and never exits or aborts, except for the
 * failed small allocation just described and for some forked children (see Threads). */
#ifndef PULLEY_H
#define PULLEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version -------------------------------------------------------------------------------- */

/* The version of this header. Until 1.0 a new minor version may be incompatible. */
#define PULLEY_VERSION_MAJOR 0
#define PULLEY_VERSION_MINOR 1
#define PULLEY_VERSION_PATCH 0
#define PULLEY_VERSION "0.1.0"

/* MAJOR * 1000000 + MINOR * 1000 + PATCH, for comparisons. */
#define PULLEY_VERSION_NUMBER 1000

/* The version of the library that is running, as text: compare it with PULLEY_VERSION. The string
 * is static. Any thread may call this. */
const char *pulley_version(void);

/* The same as a number: compare it with PULLEY_VERSION_NUMBER. */
int32_t pulley_version_number(void);

/* The number of handles that the process has and has not deleted: see Handles at the top. Any
 * thread may call this. */
size_t pulley_handle_count(void);

/* ---- Types ---------------------------------------------------------------------------------- */

/* Holds the options and limits of its modules, linkers and instances. Objects of different engines
 * cannot be combined. */
typedef struct pulley_engine pulley_engine_t;

/* Settings for a new engine. */
typedef struct pulley_options pulley_options_t;

/* A validated module, which can be instantiated any number of times. Immutable. */
typedef struct pulley_module pulley_module_t;

/* Names that modules can import, and their definitions: host functions and exports of other
 * instances. */
typedef struct pulley_linker pulley_linker_t;

/* An instantiated module, with its own memories, tables and globals, and with its imports
 * connected. */
typedef struct pulley_instance pulley_instance_t;

/* A function of an instance, which can be called. */
typedef struct pulley_function pulley_function_t;

/* The system that one WASI preview 1 program sees: its arguments, streams and directories. */
typedef struct pulley_wasi pulley_wasi_t;

/* A linear memory, a table, a global, a tag of exceptions. */
typedef struct pulley_memory pulley_memory_t;
typedef struct pulley_table pulley_table_t;
typedef struct pulley_global pulley_global_t;
typedef struct pulley_tag pulley_tag_t;

/* An import or an export of a module: its names and its type. Borrowed from the module. */
typedef struct pulley_extern pulley_extern_t;

/* The description of a failure. */
typedef struct pulley_error pulley_error_t;

/* The outcome of a call. */
typedef int32_t pulley_status_t;
enum {
  PULLEY_OK = 0,
  /* The caller made a mistake: NULL, a wrong handle, a wrong type or count of values. */
  PULLEY_ERROR_ARGUMENT = 1,
  /* The bytes are not a module: a damaged binary, or a text with a syntax error. */
  PULLEY_ERROR_MALFORMED = 2,
  /* The module was decoded, but it is not valid. */
  PULLEY_ERROR_INVALID = 3,
  /* The module uses a feature that the library lacks or that is disabled. If only some of its
   * functions do, the module loads, and calling such a function fails with this status and a
   * backtrace like a trap's. */
  PULLEY_ERROR_UNSUPPORTED = 4,
  /* An import has no definition, or its definition has another type. */
  PULLEY_ERROR_LINK = 5,
  /* The signature of a host function, or a declaration, has an error. */
  PULLEY_ERROR_SIGNATURE = 6,
  /* The guest trapped, or a host function made it trap. */
  PULLEY_ERROR_TRAP = 7,
  /* There is no export of this name, or it is of another kind than requested. */
  PULLEY_ERROR_NOT_FOUND = 8,
  /* Memory or another resource is exhausted, or a limit of the engine is reached. */
  PULLEY_ERROR_LIMIT = 9,
  /* An artifact is damaged, or another version or other options produced it. */
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
  /* Only CLIF functions have these. */
  PULLEY_I8 = 8,
  PULLEY_I16 = 9,
  PULLEY_I128 = 10,
  /* References to what the guest has on its heap: structures, arrays and small integers (i31); and
   * exceptions. */
  PULLEY_ANYREF = 11,
  PULLEY_EXNREF = 12
};

/* A value with its type.
 *
 * A PULLEY_V128 holds a vector of any shape. `of.v128` has its bytes in memory order, lane 0 first.
 *
 * `of.i128` has the halves of a PULLEY_I128, the low half first.
 *
 * `of.ref` of a PULLEY_EXTERNREF is any pointer of the embedder; the guest can only pass it on. See
 * pulley_instance_externref for objects that must be released.
 * `of.ref` of a PULLEY_FUNCREF is a function of an instance and is valid while that instance lives:
 * see pulley_function_value and pulley_value_function. NULL is the null reference of all types.
 *
 * `of.ref` of a PULLEY_ANYREF or a PULLEY_EXNREF refers to an object of the heap that the instance's
 * group of linked instances shares. A function that takes one checks that there is such an object, and
 * its type. The collector does not look at the embedder's variables: the object may be gone after the
 * guest has run again, unless a table, a global or another object has it, or pulley_object_keep keeps it. An external reference that
 * the guest has made with extern.convert_any is like this, too. */
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

/* The type of a function: borrowed from the handle that was passed to obtain it. */
typedef struct pulley_function_type {
  const pulley_type_t *parameters;
  size_t parameter_count;
  const pulley_type_t *results;
  size_t result_count;
} pulley_function_type_t;

/* The size limits of a memory or a table. The unit of a table is an element. The unit of a memory
 * is a page of PULLEY_PAGE_SIZE bytes, or of one byte if the module defines the memory so. */
typedef struct pulley_limits {
  uint64_t minimum;
  uint64_t maximum; /* PULLEY_NO_MAXIMUM if there is no maximum */
} pulley_limits_t;

#define PULLEY_NO_MAXIMUM UINT64_MAX
#define PULLEY_PAGE_SIZE 65536u

/* Values of each type, for argument lists. */
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

/* Returns the default options; NULL only if memory is exhausted. */
pulley_options_t *pulley_options_new(void);
pulley_options_t *pulley_options_retain(pulley_options_t *options);
void pulley_options_delete(pulley_options_t *options);

/* Sets the size of a guest's stack in bytes: 1 MiB by default, at least 16 KiB, at most 1 GiB. A
 * guest that needs more traps with PULLEY_TRAP_STACK_OVERFLOW. Recursion within the guest does not
 * use the host's stack. */
pulley_status_t pulley_options_set_stack_size(pulley_options_t *options, size_t bytes,
                                              pulley_error_t **error);

/* Sets how many bytes of the thread's stack must be left when a guest is called, for the host
 * functions that the guest calls and for their callees: 128 KiB by default, at most 1 GiB. If less
 * is left, the call traps with PULLEY_TRAP_STACK_OVERFLOW. On a stack smaller than twice this size,
 * the reserve is half of the stack. The library itself always needs 8 KiB. */
pulley_status_t pulley_options_set_host_stack_reserve(pulley_options_t *options, size_t bytes,
                                                      pulley_error_t **error);

/* Sets how many bytes the memories of a group of instances may have together: 4 GiB by default.
 * This is the limit per group of PULLEY_RESOURCE_MEMORY. The limit per engine is raised to at least
 * the same value. If a guest grows a memory beyond the limit, memory.grow returns -1. */
pulley_status_t pulley_options_set_memory_limit(pulley_options_t *options, uint64_t bytes,
                                                pulley_error_t **error);

/* The resources that a guest can exhaust. Each is counted in bytes, for each group of linked
 * instances and for the whole engine. */
typedef int32_t pulley_resource_t;
enum {
  /* The sizes of linear memories. A memory that an instance creates counts in the group of that
   * instance. A memory that the host creates counts in the first group that imports it. A shared
   * memory counts in the engine only. */
  PULLEY_RESOURCE_MEMORY = 1,
  /* Tables: eight bytes for each element. */
  PULLEY_RESOURCE_TABLES = 2,
  /* Instances, without their memories, tables and stacks. */
  PULLEY_RESOURCE_INSTANCES = 3,
  /* The sizes of guest stacks: one for each instance that the host has called. */
  PULLEY_RESOURCE_STACKS = 4,
  /* The state of descriptors and directories of WASI programs. */
  PULLEY_RESOURCE_WASI = 5,
  /* Modules, their code, and an upper bound of the memory that compiling uses while it lasts. The
   * limit per group applies to each module. */
  PULLEY_RESOURCE_COMPILATION = 6,
  /* The heap of structures, arrays and exceptions, by what it has taken from the system. A guest that
   * needs more traps with PULLEY_TRAP_HEAP_EXHAUSTED. By default 2 GiB per group, 32 GiB per engine. */
  PULLEY_RESOURCE_OBJECTS = 7
};

#define PULLEY_NO_LIMIT UINT64_MAX

/* Sets how many bytes of a resource each group may have, and all groups of the engine together.
 * PULLEY_NO_LIMIT means no limit. The defaults are:
 *
 *                        per group    per engine   at the limit
 *     MEMORY             4 GiB        64 GiB       memory.grow returns -1
 *     TABLES             128 MiB      4 GiB        table.grow returns -1
 *     INSTANCES          256 MiB      4 GiB
 *     STACKS             4 GiB        64 GiB
 *     WASI               128 MiB      1 GiB        functions return ENOMEM
 *     COMPILATION        16 GiB       32 GiB       a first call fails with PULLEY_ERROR_LIMIT
 *
 * Functions that create an object, and linking two groups that exceed a limit together, fail with
 * PULLEY_ERROR_LIMIT. */
pulley_status_t pulley_options_set_limit(pulley_options_t *options, pulley_resource_t resource,
                                         uint64_t per_group, uint64_t per_engine,
                                         pulley_error_t **error);

/* Sets whether pulley_compile compiles every function at once, on several threads (true), or each
 * function when it is first called (false, the default). Results do not depend on it. */
pulley_status_t pulley_options_set_eager(pulley_options_t *options, bool eager,
                                         pulley_error_t **error);

/* How functions of WebAssembly are compiled when they are first called. The first tier compiles about
 * twenty times as fast as the second. Its code takes 0.9 to 1.4 times as long in our benchmarks.
 * Results and traps are the same. Artifacts and what pulley_options_set_eager compiles are always of
 * the second tier, and so are CLIF and functions with vectors and a few other features, which the
 * first tier lacks. */
typedef int32_t pulley_tiers_t;
enum {
  /* The first tier only. */
  PULLEY_TIERS_FIRST = 0,
  /* The first tier; a thread of the library compiles functions that run often in the second tier, and
   * later calls run that code. The default. The thread blocks all signals and ends when it has
   * nothing to do. If it cannot be started, functions stay as they are. */
  PULLEY_TIERS_BACKGROUND = 1,
  /* The same, but the thread that runs a function compiles it, while the guest waits. Functions of more than
   * 64 KiB stay as they are, because the wait could not be interrupted. */
  PULLEY_TIERS_SYNCHRONOUS = 2,
  /* The second tier only. */
  PULLEY_TIERS_SECOND = 3
};

/* Sets the tiers. */
pulley_status_t pulley_options_set_tiers(pulley_options_t *options, pulley_tiers_t tiers,
                                         pulley_error_t **error);

/* Sets how many threads may compile, or validate a large module, at once; 0 (the default) means one for each processor. */
pulley_status_t pulley_options_set_threads(pulley_options_t *options, uint32_t threads,
                                           pulley_error_t **error);

/* Sets whether pulley_interrupt ends guests everywhere, and not only where they wait. Code then
 * checks for interruptions in each iteration of a loop and at each call, which costs some speed.
 * False, the default, costs nothing. */
pulley_status_t pulley_options_set_interruptible(pulley_options_t *options, bool interruptible,
                                                 pulley_error_t **error);

/* Sets how long a call may last, in milliseconds: a pulley_run, pulley_call or pulley_wasi_run, or
 * a pulley_instantiate with its start function and the copying of its segments. 0, the default,
 * means no limit. A call that takes longer ends with PULLEY_TRAP_INTERRUPTED soon after that time,
 * never before, at any place where pulley_interrupt would end it. A time limit implies
 * pulley_options_set_interruptible and costs some nanoseconds for each call.
 *
 * The limit applies to the outermost call. A call by a host function, on a thread that is in
 * another call with a limit, ends no later than that other call. An instance that was stopped can
 * be called again, with the whole time. pulley_compile has no time limit: its time is proportional
 * to the size of the module.
 *
 * One thread of the process, which blocks all signals, enforces the limits of all engines. This
 * function starts it and fails with PULLEY_ERROR_LIMIT if it cannot. A forked child starts its own
 * thread when it first calls a guest; if it cannot, that call fails with PULLEY_ERROR_LIMIT. */
pulley_status_t pulley_options_set_time_limit(pulley_options_t *options, uint64_t milliseconds,
                                              pulley_error_t **error);

/* Sets whether each allocation of an object collects the heap first. This is very slow, and finds errors
 * in a collector, or in a program that keeps references which it should not. False is the default. */
pulley_status_t pulley_options_set_gc_stress(pulley_options_t *options, bool stress,
                                             pulley_error_t **error);

/* Sets whether the engine accepts CLIF, in pulley_compile and pulley_load and the functions based
 * on them. CLIF is trusted like machine code (see CLIF below), and a file of any name may contain
 * it, so a program must request it. With false, the default, CLIF fails with
 * PULLEY_ERROR_UNSUPPORTED. */
pulley_status_t pulley_options_set_clif(pulley_options_t *options, bool accepted,
                                        pulley_error_t **error);

/* Sets a directory in which the engine keeps the code that it has compiled, for later processes that
 * compile the same module with the same build of the library. `directory` may be NULL for the user's:
 * $XDG_CACHE_HOME/pulley or ~/.cache/pulley. All files together take at most `size` bytes, for example
 * PULLEY_CACHE_SIZE; those that were used least recently are removed. 0, the default, means no cache.
 *
 * Code that the second tier has compiled is written when the module is deleted, and while it runs each
 * time that there is much new code. Modules in CLIF, artifacts and modules of less than 8 KiB are not
 * cached. Results do not depend on the cache, and its problems are no errors: if the directory cannot be
 * made or used, functions are compiled. Any number of processes may share a directory. A module keeps
 * one descriptor of a file in it open.
 *
 * Code from a cache runs unchecked, like an artifact. So the cache is used only if the directory and its
 * files belong to the effective user, and no other user can write to them. */
pulley_status_t pulley_options_set_cache(pulley_options_t *options, const char *directory,
                                         uint64_t size, pulley_error_t **error);

#define PULLEY_CACHE_SIZE 536870912

/* Makes an engine. `options` may be NULL for the defaults, and may be changed or deleted
 * afterwards. Returns NULL only if memory is exhausted or `options` is not an options object. */
pulley_engine_t *pulley_engine_new(const pulley_options_t *options);
pulley_engine_t *pulley_engine_retain(pulley_engine_t *engine);

/* Whether both are the same engine. NULL means the shared engine. */
bool pulley_engine_same(const pulley_engine_t *engine, const pulley_engine_t *other);
void pulley_engine_delete(pulley_engine_t *engine);

/* Return how many bytes of a resource all objects of the engine use now, and the maximum that they
 * ever used. NULL means the shared engine. An unknown resource gives 0. Any thread may call these.
 *
 * A large function is compiled on a thread of the library. That thread keeps its module, and the
 * memory that the module uses, until a moment after the waiting call has continued. */
uint64_t pulley_engine_usage(const pulley_engine_t *engine, pulley_resource_t resource);
uint64_t pulley_engine_peak(const pulley_engine_t *engine, pulley_resource_t resource);

/* ---- Modules -------------------------------------------------------------------------------- */

/* The input from which a module was made. */
typedef int32_t pulley_format_t;
enum {
  PULLEY_FORMAT_WASM = 1,
  PULLEY_FORMAT_WAT = 2,
  PULLEY_FORMAT_CLIF = 3,
  PULLEY_FORMAT_ARTIFACT = 4
};

/* Compiles a module. The beginning of the bytes determines the format: WebAssembly's binary format;
 * WebAssembly's text format, whose first character after white space and comments is a parenthesis;
 * or, if the engine accepts it, CLIF, whose first word is `function` or a word that begins a
 * Cranelift test file. Errors in a text, including validation errors, have a line and a column. If
 * CLIF has several errors, pulley_error_description contains all of them. An unsupported format,
 * and CLIF for an engine that does not accept it, fail with PULLEY_ERROR_UNSUPPORTED; more than 1
 * GiB fails with PULLEY_ERROR_LIMIT. The bytes are copied. They need not be trusted: a damaged or
 * hostile module fails with an error and its position, and an accepted WebAssembly module accesses
 * only what it is given.
 *
 * `engine` may be NULL for a shared engine with default options, which accepts only WebAssembly. */
pulley_status_t pulley_compile(pulley_engine_t *engine, const void *bytes, size_t length,
                               pulley_module_t **module, pulley_error_t **error);

/* The same, for the contents of a file. */
pulley_status_t pulley_compile_file(pulley_engine_t *engine, const char *path,
                                    pulley_module_t **module, pulley_error_t **error);

/* Checks whether pulley_compile would accept the bytes, and fails with the same errors, without
 * compiling or keeping anything. What only the compiler notices, with pulley_options_set_eager, is
 * not found. */
pulley_status_t pulley_validate(pulley_engine_t *engine, const void *bytes, size_t length,
                                pulley_error_t **error);

/* CLIF
 *
 * CLIF is the text form of Cranelift's intermediate representation, which compilers produce. IT IS
 * TRUSTED LIKE C: its addresses are those of the process, and it may read, write and call anything,
 * or crash the process. An engine accepts it only if pulley_options_set_clif enables it. Never
 * enable it for an engine that compiles or loads input from an author whose machine code you would
 * not run.
 *
 * Each function of a text is an export with its own types (an i8 is a PULLEY_I8): `%name` is
 * exported as `name`, and `u0:1` as `u0:1`. A name that the text uses, `colocated` or not, refers
 * to the function of that name in the same text. If there is none, it is an import: `%name` of the
 * module `env` and the field `name`, and `u0:1` of the module `u0` and the field `1`.
 * pulley_register and pulley_linker_set_resolver define imports.
 *
 * In signatures of host functions, a CLIF i8, i16, i32, f32 or f64 has its own type, and any vector
 * is a v128. An i128 is an i128, or two i64 if the signature has no i128 parameter. An i64 is a
 * 64-bit integer, a size_t, or a host pointer (ptr, cstr, buf, hostptr), which is passed unchanged
 * and unchecked.
 *
 * `func_addr` of a host function, like `symbol_value`, is its address in the process.
 * `call_indirect` and similar instructions call guest functions (by func_addr or
 * pulley_function_address) and C functions of the host: a registered function by its registered
 * signature, any other by the types of the call instruction.
 *
 * A text whose first lines say `target pulley32`, and no other target, may use addresses of 32
 * bits: its stack and its functions are below 4 GiB. An i32 is then a host pointer as an i64 is,
 * except as a result. The address of a host function that does not fit 32 bits is replaced by one
 * for call_indirect only. Instantiation fails with PULLEY_ERROR_LINK if the text uses an address of
 * 32 bits of data that is not below 4 GiB, and with PULLEY_ERROR_LIMIT if the process has no memory
 * there for the functions.
 *
 * A memory access that is not `notrap` traps at address 0. At any other address, it accesses that
 * address without a check. `try_call` handles exceptions that host functions throw with
 * pulley_throw.
 *
 * For example, this text calls one function by name and another by its address:
 *
 *     function %main(i64, i64) -> i64 {
 *         sig0 = (i64) -> i64
 *         fn0 = %add(i64, i64) -> i64
 *         fn1 = %labs(i64) -> i64
 *     block0(v0: i64, v1: i64):
 *         v2 = call fn0(v0, v1)
 *         v3 = func_addr.i64 fn1
 *         v4 = call_indirect sig0, v3(v2)
 *         return v4
 *     }
 *
 * The C program registers `add`, whose signature has more than the text knows of, and lets dlsym
 * find `labs`:
 *
 *     static int64_t add(void *calls, int64_t a, int64_t b) { ++*(int *)calls; return a + b; }
 *     static void *find(void *library, const char *name) { return dlsym(library, name); }
 *
 *     int calls = 0;
 *     pulley_value_t arguments[2] = {pulley_i64(-50), pulley_i64(8)}, result;
 *     pulley_options_set_clif(options, true, &error);
 *     engine = pulley_engine_new(options);
 *     linker = pulley_linker_new(engine);
 *     pulley_register(linker, "env", "add", "i64(userdata, i64, i64)", (pulley_host_t)add, &calls,
 *                     NULL, &error);
 *     pulley_linker_set_resolver(linker, find, dlopen(NULL, RTLD_NOW), &error);
 *     pulley_instantiate_bytes(linker, text, strlen(text), &instance, &error);
 *     pulley_run(instance, "main", arguments, 2, &result, 1, &error);    // result.of.i64 is 42
 */

void pulley_module_delete(pulley_module_t *module);
pulley_module_t *pulley_module_retain(pulley_module_t *module);

/* Whether both are the same module. A module that is compiled twice is two modules. */
bool pulley_module_same(const pulley_module_t *module, const pulley_module_t *other);

/* The input from which the module was made; 0 for NULL. */
pulley_format_t pulley_module_format(const pulley_module_t *module);

/* The module's name from its name section; "" if it has none. */
const char *pulley_module_name(const pulley_module_t *module);

/* The custom sections in the module's order. They contain names, debugging information and other
 * data of tools, and do not affect the module's behaviour. An index out of range gives NULL.
 * `length` may be NULL. The contents have `length` bytes and no terminating NUL, and belong to the
 * module. An artifact keeps the custom sections of its module, except those about the bytes of its
 * code (".debug_..." and "metadata.code..."). */
size_t pulley_module_custom_section_count(const pulley_module_t *module);
const char *pulley_module_custom_section_name(const pulley_module_t *module, size_t index,
                                              size_t *length);
const uint8_t *pulley_module_custom_section(const pulley_module_t *module, size_t index,
                                            size_t *length);

/* The imports and exports in the module's order. An index out of range gives NULL. */
size_t pulley_module_import_count(const pulley_module_t *module);
size_t pulley_module_export_count(const pulley_module_t *module);
const pulley_extern_t *pulley_module_import(const pulley_module_t *module, size_t index);
const pulley_extern_t *pulley_module_export(const pulley_module_t *module, size_t index);

/* The kinds of imports and exports. */
typedef int32_t pulley_extern_kind_t;
enum {
  PULLEY_EXTERN_FUNCTION = 1,
  PULLEY_EXTERN_TABLE = 2,
  PULLEY_EXTERN_MEMORY = 3,
  PULLEY_EXTERN_GLOBAL = 4,
  PULLEY_EXTERN_TAG = 5,
  /* A symbol of which a CLIF module uses only the address. */
  PULLEY_EXTERN_ADDRESS = 6
};

pulley_extern_kind_t pulley_extern_kind(const pulley_extern_t *item);

/* An import's module name, such as "env"; "" for an export. Names are the module's bytes: see Names
 * at the top. WebAssembly names may contain NUL bytes, so that a name can be longer than strlen
 * returns. `length` may be NULL; it receives the number of bytes before the terminating NUL. */
const char *pulley_extern_module(const pulley_extern_t *item, size_t *length);

/* An import's field name, or an export's name. */
const char *pulley_extern_name(const pulley_extern_t *item, size_t *length);

/* The type as text, such as "(func (param i32 i32) (result i32))". */
const char *pulley_extern_description(const pulley_extern_t *item);

/* The type of a function or a tag; all zero for other kinds. */
pulley_function_type_t pulley_extern_function_type(const pulley_extern_t *item);

/* The type of a global's value or of a table's elements; 0 for other kinds. */
pulley_type_t pulley_extern_value_type(const pulley_extern_t *item);

/* Whether a global is mutable. */
bool pulley_extern_is_mutable(const pulley_extern_t *item);

/* Whether a memory is shared. An import of a shared memory accepts only shared memories, and an
 * import of another memory accepts none. */
bool pulley_extern_is_shared(const pulley_extern_t *item);

/* The limits of a memory or a table; both 0 for other kinds. */
pulley_limits_t pulley_extern_limits(const pulley_extern_t *item);

/* How many bits the addresses of a memory, or the indices of a table, have: 32 or 64; 0 for other
 * kinds. */
uint32_t pulley_extern_address_bits(const pulley_extern_t *item);

/* The size of a memory's pages in bytes; 0 for other kinds. */
uint32_t pulley_extern_page_size(const pulley_extern_t *item);

/* ---- Artifacts ------------------------------------------------------------------------------ */

/* Compiles all functions of a module and returns the result as bytes that can be loaded without
 * compiling: an ELF file in a format of this library. Free `*bytes` with pulley_free. */
pulley_status_t pulley_module_save(pulley_module_t *module, uint8_t **bytes, size_t *length,
                                   pulley_error_t **error);
pulley_status_t pulley_module_save_file(pulley_module_t *module, const char *path,
                                        pulley_error_t **error);

/* Makes a module from an artifact. An artifact that is damaged, that another version made, or that
 * is inconsistent despite a correct checksum fails with PULLEY_ERROR_ARTIFACT. Loading, saving and
 * instantiating any artifact is safe. Running it is not: an artifact is code that runs unchecked,
 * so load only artifacts that you or someone you trust has saved. An artifact of CLIF fails with
 * PULLEY_ERROR_UNSUPPORTED in an engine that does not accept CLIF. */
pulley_status_t pulley_load(pulley_engine_t *engine, const void *bytes, size_t length,
                            pulley_module_t **module, pulley_error_t **error);
pulley_status_t pulley_load_file(pulley_engine_t *engine, const char *path,
                                 pulley_module_t **module, pulley_error_t **error);

/* Frees bytes that the library returned. NULL does nothing. */
void pulley_free(void *memory);

/* ---- Linker --------------------------------------------------------------------------------- */

/* Makes an empty linker. `engine` may be NULL for the shared engine with default options. Returns
 * NULL only if memory is exhausted or `engine` is not an engine. */
pulley_linker_t *pulley_linker_new(pulley_engine_t *engine);
void pulley_linker_delete(pulley_linker_t *linker);
pulley_linker_t *pulley_linker_retain(pulley_linker_t *linker);

/* Any C function. Cast yours: (pulley_host_t)puts. */
typedef void (*pulley_host_t)(void);

/* Releases a `userdata` pointer. */
typedef void (*pulley_finalizer_t)(void *userdata);

/* Lets modules import the C function `function` as `module`.`name`.
 *
 * The library calls the function directly, by its C signature, which `signature` describes:
 *
 *     result ( parameter , parameter , ... )              "i32(ptr, u8, f64)"
 *
 * Blanks may separate words. There are at most 128 parameters. The words, and the guest types that
 * each accepts (a size_t or a pointer of a 32-bit guest is an i32), are:
 *
 *     word                                    in C                        guest
 *     i8 u8 i16 u16 i32 u32                   int8_t ... uint32_t         i32
 *     i64 u64                                 int64_t, uint64_t           i64
 *     f32 f64                                 float, double               f32, f64
 *     v128                                    a structure of 16 bytes     v128
 *     i128                                    __int128 (on x86-64)        i128 of CLIF
 *     bool                                    bool: whether it is not 0   i32
 *     size_t ssize_t                          of the host's width         i32 (extended) or i64
 *     ptr ptr?                                a pointer into the memory   i32 or i64
 *     cstr cstr?                              const char *, NUL found     i32 or i64
 *     buf, size_t  buf?, size_t               a pointer and its length    i32 or i64
 *     cstr(N) cstr(N)?                        a string of at most N bytes i32 or i64
 *     buf(n)                                  a pointer to n bytes        i32 or i64
 *     array(T, n)                             a pointer to n elements     i32 or i64
 *     in T  out T  inout T                    a pointer to one T          i32 or i64
 *     struct{T, T}                            a structure by value        as in clang's wasm32
 *     callback(signature)                     a pointer to a function     i32 or i64
 *     handle(NAME)                            a pointer to an object      i32 or i64
 *     ..., T, T                               variable arguments          as in clang's wasm32
 *     hostptr                                 any pointer of the host     externref or i64
 *     void                                    no result; as the only      -
 *                                             parameter: no parameters
 *     instance                                pulley_instance_t *         - (not from the guest)
 *     userdata                                void *: `userdata`          - (not from the guest)
 *
 * C's own names are words too:
 *
 *     _Bool, char, signed char, unsigned char, short, unsigned short, int, unsigned, unsigned int,
 *     long, unsigned long, long long, unsigned long long, __int128, unsigned __int128, float,
 *     double, int8_t ... uint64_t, intptr_t, uintptr_t, ptrdiff_t
 *
 * long, unsigned long, intptr_t, uintptr_t and ptrdiff_t have the host's width and accept the same
 * guest types as size_t. `char *` is not a word: use cstr or ptr.
 *
 * - An integer parameter that is narrower than the guest's type loses its high bits, as in a C
 *   cast, and is extended to a whole word with the sign of its C type. A result that is narrower
 *   than the guest's type is extended with the sign of its C type.
 * - A v128 is a structure that is passed and returned by value, has 16 bytes and contains only
 *   integers, such as struct { uint8_t bytes[16]; } or struct { uint64_t low, high; }. Its bytes
 *   are the vector's, lane 0 first. The processor's own vector types (__m128i) use other registers
 *   and are not accepted.
 * - ptr, cstr and buf are addresses in the first memory of the calling instance. The function
 *   receives a host pointer that is never NULL: 0 is an ordinary address. With a question mark
 *   (ptr?) address 0 becomes NULL, for functions that accept NULL.
 * - The library checks before the call that a ptr lies in the memory, that a cstr has its NUL in
 *   the memory, and that a buf lies in the memory with its whole length. The length is the next
 *   parameter: any integer word, in bytes. If a check fails, the guest traps with PULLEY_TRAP_HOST.
 *   The library does not check how far a function accesses memory from a ptr: prefer buf for
 *   untrusted guests. A pointer is valid until the memory grows.
 * - cstr(N) also requires that the string has at most N bytes before its NUL.
 * - A parameter may have a name after its type. `n` in buf(n) and array(T, n) is the name of an
 *   integer parameter before or after it, of any width, or of an `in` or `inout` integer; or a
 *   number from 1; or two names, as in buf(size * count). A buf without (n) whose next parameter is
 *   no integer has the length that the parameter before it gives: "i32(size_t, buf)".
 * - `in` means that the function only reads the data, `out` that it only writes them, `inout` both.
 *   They may also precede buf and array, which are inout otherwise. T is an integer, f32, f64, ptr,
 *   cstr, handle(NAME), a structure, or an array of these: u8[16]. Members of a structure may have
 *   names. Where T has another layout in the guest (size_t, ptr, structures that contain them), the
 *   function receives a converted copy, which is converted back after the call unless it is `in`.
 * - A question mark after any of these pointers and after callback(...) accepts NULL.
 * - `kept` before a callback or before data means that the library uses them after the call.
 *   `released` before a handle means that the call ends the life of the object. NAME is one word,
 *   or `struct` or `union` and a word, as in a declaration: handle(struct sqlite3).
 * - The types after `...` are those of the variable arguments: numbers, cstr and ptr. C passes no
 *   type there that is narrower than int, and f64 in place of f32.
 * - As a result, ptr and cstr are pointers into the calling instance's memory, or NULL. The guest
 *   receives the address. Any other pointer makes the guest trap.
 * - buf(n) and array(T, n) as results are pointers to data of the host, which are copied into the
 *   guest's memory. n may also be an `out` integer.
 * - (i32, f64)(...) are several results of the guest: the C function returns a structure by value
 *   with these members.
 * - instance and userdata precede all other parameters, each at most once, in the order written.
 *   The instance is the caller's. It is borrowed for the duration of the call, must not be deleted,
 *   and may differ from the handle that pulley_instantiate returned.
 *
 * The function may call the guest again, use the library in any other way, grow the guest's memory,
 * and call pulley_trap. It must return: no longjmp and no C++ exception may leave it.
 *
 * A malformed signature fails with PULLEY_ERROR_SIGNATURE, and pulley_error_offset returns the
 * position of the character. The signature is compared with the import's type when a module is
 * instantiated.
 *
 * `finalizer` may be NULL. Otherwise it is called exactly once with `userdata`, when the function
 * can no longer be called: the linker and every instance that uses it are deleted, or the name was
 * redefined and no instance uses the function. It runs on the thread that deletes the last of
 * these. If pulley_register fails, it runs before pulley_register returns.
 *
 * Defining a name again replaces its definition. Existing instances keep the definition that they
 * were linked to. */
pulley_status_t pulley_register(pulley_linker_t *linker, const char *module, const char *name,
                                const char *signature, pulley_host_t function, void *userdata,
                                pulley_finalizer_t finalizer, pulley_error_t **error);

/* A host function that takes and gives values. `arguments` has the values of the function's
 * parameters. `results` has a null or zero of each result's type, for the function to replace.
 *
 * The function returns PULLEY_OK, or any other status to make the guest trap with PULLEY_TRAP_HOST.
 * `*error` is NULL; the function may store an error object there, which the library deletes. With
 * a status other than PULLEY_OK, the guest's caller receives this error as from pulley_trap_error,
 * so that a function may end with `return pulley_call(..., error);`. */
typedef pulley_status_t (*pulley_values_callback_t)(void *userdata, pulley_instance_t *instance,
                                                    const pulley_value_t *arguments,
                                                    size_t argument_count,
                                                    pulley_value_t *results, size_t result_count,
                                                    pulley_error_t **error);

/* Lets modules import `callback` as `module`.`name`, with a type of WebAssembly instead of a
 * signature in C. This is for bindings of other languages, and for functions whose types are known
 * only at run time. Calls take longer than those of pulley_register.
 *
 * `type` is copied. It has any types of WebAssembly, and at most 1000 parameters and 1000 results.
 * An import must have exactly this type; PULLEY_FUNCREF stands for references to functions of any
 * type, as in pulley_extern_function_type. CLIF modules cannot import the function. A type of CLIF
 * fails with PULLEY_ERROR_ARGUMENT.
 *
 * `instance` is the caller's: borrowed for the duration of the call, as in pulley_register. A
 * PULLEY_FUNCREF among the arguments becomes a function handle with pulley_value_function. As a
 * result, a PULLEY_FUNCREF must refer to a function of a living instance, and it keeps that
 * instance alive as long as the caller's. A result of another type than the function's makes the
 * guest trap with PULLEY_TRAP_HOST.
 *
 * The function may do what functions of pulley_register may, and `finalizer` is called as there. */
pulley_status_t pulley_register_values(pulley_linker_t *linker, const char *module,
                                       const char *name, pulley_function_type_t type,
                                       pulley_values_callback_t callback, void *userdata,
                                       pulley_finalizer_t finalizer, pulley_error_t **error);

/* Decides about an import that has no definition. It may define it, by any of the functions that
 * define names in `linker`, under the names of `import`. It may set `*traps`, which is false, to
 * let the import be a function that traps with PULLEY_TRAP_HOST when it is called; the trap's
 * message names it. If it does neither, the import is missing.
 *
 * A status other than PULLEY_OK ends the instantiation with this status, and with `*error` if the
 * resolver has stored an error object there. The library deletes that object. `linker` and `import`
 * are borrowed until the resolver returns; `linker` may be another handle of the linker than the
 * one that was passed to pulley_instantiate. */
typedef pulley_status_t (*pulley_import_resolver_t)(void *userdata, pulley_linker_t *linker,
                                                    const pulley_extern_t *import, bool *traps,
                                                    pulley_error_t **error);

/* Sets a resolver for the imports of WebAssembly modules. pulley_instantiate calls it, on the
 * thread that calls pulley_instantiate, once for each import that has no definition, in the
 * module's order, before it makes the instance. The resolver may instantiate other modules with the
 * same linker. What it defines stays defined if the instantiation fails. Only functions can be left
 * to trap: to set `*traps` for another import fails with PULLEY_ERROR_ARGUMENT. NULL removes the
 * resolver. */
pulley_status_t pulley_linker_set_import_resolver(pulley_linker_t *linker,
                                                  pulley_import_resolver_t resolver,
                                                  void *userdata, pulley_error_t **error);

/* Returns the address of the C function or data with a name; NULL if there is none. */
typedef void *(*pulley_resolver_t)(void *userdata, const char *name);

/* Sets a resolver for imports of CLIF modules from `env` that are not registered. A function that
 * the resolver finds has exactly the C types of its CLIF signature. An integer is signed if it is
 * `sext` and unsigned otherwise, which matters to functions with narrow parameters. With a resolver
 * that calls dlsym, CLIF links like an object file. NULL removes the resolver. pulley_instantiate
 * calls the resolver, on the thread that calls pulley_instantiate. */
pulley_status_t pulley_linker_set_resolver(pulley_linker_t *linker, pulley_resolver_t resolver,
                                           void *userdata, pulley_error_t **error);

/* Lets modules import each export of `instance` as `module` and the export's name. An object of
 * another engine than the linker's fails with PULLEY_ERROR_ARGUMENT, here and in the functions
 * below. */
pulley_status_t pulley_linker_define_instance(pulley_linker_t *linker, const char *module,
                                              pulley_instance_t *instance,
                                              pulley_error_t **error);

/* Let modules import one function, memory, table, global or tag as `module`.`name`. */
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
pulley_status_t pulley_linker_define_tag(pulley_linker_t *linker, const char *module,
                                         const char *name, pulley_tag_t *tag,
                                         pulley_error_t **error);

/* ---- Declarations in C ---------------------------------------------------------------------- */

/* Reads declarations of C, which become the interfaces of host functions:
 *
 *     pulley_declare(linker, "typedef struct { int quot, rem; } div_t; div_t div(int, int);",
 *                    &error);
 *     pulley_bind(linker, "env", "div", (pulley_host_t)div, NULL, NULL, &error);
 *
 * `text` is prototypes and types written by hand, or what a C preprocessor makes of a header
 * (`cc -E sqlite3.h`). Texts add up. A name may be declared again with the same type.
 *
 * WHAT IS READ. Functions, typedefs, structures, unions, enumerations, and objects, with constant
 * expressions, qualifiers, attributes and lines of a preprocessor (`# 12 "sqlite3.h"`). Bodies of
 * inline functions are skipped. `#include` and `#define` are not accepted. An error
 * (PULLEY_ERROR_SIGNATURE) has the line and the column, counted in the file that the preprocessor's
 * lines name, and says what was expected. What comes before the error stays declared.
 *
 * A function that is declared but cannot be called is an error only when it is bound: one with a
 * bit-field in a structure, a union by value, `long double`, no prototype, `...` without the
 * attribute `format`; functions such as longjmp; and one with a `va_list`, unless it comes from
 * pulley_bind_library and the function with `...` in its place is declared, as printf for vprintf,
 * which is then called. The error names the function, the parameter and the reason.
 *
 * THE GUEST'S SIDE is what clang makes of the same declaration for wasm32, or wasm64 if the import
 * has addresses of 64 bits: long, size_t and pointers have the guest's width. A structure with one
 * scalar is that scalar; an empty one has no argument; of others, the guest passes the address of a
 * copy; a structure as a result goes to an address in the first argument. Variable arguments are in
 * a buffer, whose address is the last argument. An import of another type fails when the module is
 * instantiated.
 *
 * POINTERS in the guest are addresses in the first memory of the calling instance. 0 is NULL. With
 * the attribute `nonnull`, NULL traps: declare it for functions that would crash. A pointer with a
 * size (see below) may be NULL only if the size is 0. A failed check traps with PULLEY_TRAP_HOST,
 * names the function and the parameter, and the C function is not called. By the type of the
 * parameter:
 *
 *     const char *            a string, whose NUL must be in the memory
 *     char *, void *,         the first byte must be in the memory; with the attributes below, as
 *     unsigned char *         many as they tell. How far the function goes without them is not
 *                             checked: give sizes where guests are not trusted
 *     T *                     one T, or as many as attributes tell, must be in the memory. If T has
 *                             the same layout in host and guest and no pointer, the function gets
 *                             the address of the guest's T, which must be aligned. Otherwise it
 *                             gets a copy with the layout of the host, which is copied back after
 *                             the call unless it is `const T *`
 *     T ** , char **          a variable for a pointer, which the function may set: a pointer into
 *                             the memory, a string, a handle
 *     struct without members  a handle, see below. FILE and gzFile are handles too
 *     result (*)(...)         a function of the guest, see below
 *
 * Results: a pointer into the memory becomes its address. A string outside of it (char *, and
 * pointers to signed or unsigned char) is copied to memory from the guest's exported malloc, or
 * cabi_realloc; a pointer to data likewise. Any other pointer traps. If the guest exports neither,
 * the trap says so. Each pointer of the host has one copy: when it is returned again, the copy is
 * brought up to date and returned again, as a static buffer of C is. If the data have become longer
 * than the copy, the copy is freed and another one made. A copy lives as long as the instance, or
 * until the guest passes its address to a function that releases it, such as sqlite3_free.
 *
 * HANDLES. A pointer to an incomplete structure (sqlite3 *) that a function returns, or stores in a
 * variable (sqlite3 **), is given to the guest as a positive number, typed by the declaration. The
 * same pointer of the same type has the same number. A number that is no living handle of that type
 * traps. A parameter with the attribute `pulley_released`, which sqlite3_close and fclose have,
 * ends the handle, whatever the call returns. Handles belong to the instances that are linked to
 * one another and end with them. What the guest has not released then stays, unless the function
 * that made it has a FINALIZER, the C function that ends the object:
 *
 *     struct parser *parser_new(void) __attribute__((pulley_finalizer(parser_delete)));
 *     int parser_open(int, struct parser **) __attribute__((pulley_finalizer(parser_delete)));
 *     void parser_delete(struct parser *);
 *
 * GCC's `malloc(parser_delete)` says the same, and fopen, opendir, gzopen, sqlite3_open,
 * sqlite3_prepare_v2 and others have finalizers without being asked. A finalizer takes the pointer
 * alone; its result is ignored. It runs once for each object that no call has released, the newest
 * object first, when the last handle of the group is deleted and no call is running, on the thread
 * that deletes it. Then the guest's functions are not called any more: callbacks return zero. The
 * library stays open until then. If the guest calls the finalizer itself, the handle ends, with or
 * without `pulley_released`. Do not name one for a function whose objects others end, or that
 * returns the same object again.
 *
 * The library that has the function must have the finalizer. With pulley_bind, bind the finalizer
 * in the same module before. If it is not declared, is missing or cannot take the object, binding
 * fails, as the error says; if only `malloc` names it, or nothing, objects have no finalizer.
 *
 * CALLBACKS. Where a parameter is a pointer to a function, the guest passes the index of a function
 * in its table `__indirect_function_table`, or its first table, as clang does. C gets a function
 * that converts arguments as above in the other direction; data and strings that are not in the
 * guest's memory are copied there by the guest's exported malloc, or cabi_realloc, until the guest
 * returns, and handles that the guest does not have yet end then. It may be called until the host
 * function returns; with the attribute `pulley_kept`, as long as the instance lives. A call after
 * that time returns zero, and the guest traps when the host function that made it has returned. A
 * call on another thread returns zero, and the guest traps in its next call that passes callbacks.
 * If the guest's function traps, the C function gets a result of zero, and so do all further
 * callbacks of the call; the trap continues when the host function has returned. If the guest has
 * made no such call, see pulley_function_pointer_error.
 *
 * ATTRIBUTES tell what C does not. Those of a function follow its parameters, as in
 * `int f(char *, size_t) __attribute__((...));`, and count parameters from 1 or name them:
 *
 *     access(mode, i), access(mode, i, j)    read_only, write_only, read_write or none; with j
 *                                            elements, or bytes of void
 *     nonnull, nonnull(i, ...)               NULL traps
 *     format(printf, i, j)                   the string i describes the variable arguments, as for
 *                                            printf, scanf or SQLite (sqlite_printf)
 *     pulley_bytes(i, j), pulley_bytes(i, j, k)      parameter i has j, or j * k, bytes
 *     pulley_strings(i, j), pulley_strings(i, j, k)  it has room for the string j, or j and k
 *     pulley_out(i), pulley_in_out(i)        the function stores, or reads and stores, there
 *     pulley_kept(i)                         the function keeps a callback, or a structure whose
 *                                            copy stays at the same address between calls
 *     pulley_released(i)                     the call ends the life of the object
 *     malloc(f), pulley_finalizer(f)         f ends the object that the function returns; the
 *     pulley_finalizer(f, i)                 latter also one that it stores in a parameter
 *     pulley_sentinel(i, n)                  n is passed as it is, and is not an address
 *     pulley_size_of(i, p)                   the integer i is the size of what p leads to
 *
 * FORMATS. The format in the guest's memory tells the types of variable arguments, which are
 * passed with the host's widths. All conversions of C17 and POSIX are known, with `*` and with
 * positions (`%2$d`); `%p` prints the guest's address. These make the guest trap: `%n` in printf;
 * wide strings (`%ls`, `%lc` in scanf); `%ms`; what the standard leaves undefined; more than 128
 * arguments or conversions; a width, or a precision of numbers, above 65536. In scanf, `%s` and
 * `%[` need a width unless the input is a string, and what does not fit a `long` of the guest
 * becomes the nearest value. The format and the strings that are printed are copied for the call.
 * sprintf ends at the end of the guest's memory, with a trap.
 *
 * After the name of a parameter, or of a member of a structure, they lack `i`: counted_by(n) and
 * sized_by(n) of clang, and `[[pulley::kept]]` and so on. `pulley_opaque` of a structure makes
 * pointers to it handles. The functions of the C library, of zlib and of SQLite have attributes
 * without being asked, which apply to declarations with the same parameters. These include `nonnull`
 * for each pointer of theirs that must not be NULL. */
pulley_status_t pulley_declare(pulley_linker_t *linker, const char *text, pulley_error_t **error);

/* Reads declarations from a file, whose name errors give. */
pulley_status_t pulley_declare_file(pulley_linker_t *linker, const char *path,
                                    pulley_error_t **error);

/* Lets modules import the C function `function` as `module`.`name`, by the prototype that is
 * declared for `name`. Otherwise as pulley_register does. `userdata` is only for `finalizer`. A
 * name that is not declared, or that cannot be called, fails with PULLEY_ERROR_SIGNATURE. */
pulley_status_t pulley_bind(pulley_linker_t *linker, const char *module, const char *name,
                            pulley_host_t function, void *userdata, pulley_finalizer_t finalizer,
                            pulley_error_t **error);

/* Opens the shared library `path` for imports from `module`. From then on, an import of a function
 * from `module` that has no other definition, and whose name is declared, is the library's function
 * of that name. What is not both declared and imported is not reached, and neither is what the
 * library's own dependencies export: bind these too, if guests may call them. Several libraries may
 * serve a module; the first that has the function gives it.
 *
 * `path` is a file, or a name that the system searches for (dlopen). NULL is the program itself
 * with all that it is linked to. The library's constructors run before pulley_bind_library returns.
 * A library that cannot be opened fails with PULLEY_ERROR_FILE and the system's reason. It is
 * closed when the linker and all instances that use it are deleted.
 *
 * pulley_instantiate fails with PULLEY_ERROR_LINK for each import that the libraries should define
 * and cannot: because it is not declared, because no library has it, or because it cannot be
 * called. */
pulley_status_t pulley_bind_library(pulley_linker_t *linker, const char *module, const char *path,
                                    pulley_error_t **error);

/* Proposes a signature for pulley_register by which a C function can be bound to an import of a
 * function: plain numbers, as the import's type tells, such as "i32(i32, f64)". Which of them are
 * pointers, strings or lengths, only the function's author knows. NULL for anything else than an
 * import of a function of WebAssembly, and for types that no signature has. Borrowed from the
 * module. */
const char *pulley_signature_for(const pulley_extern_t *item);

/* ---- Instances ------------------------------------------------------------------------------ */

/* Makes an instance: connects each import to the linker's definition of its names, creates
 * memories, tables and globals, copies the active segments and calls the start function.
 *
 * A missing import or one of another type fails with PULLEY_ERROR_LINK. pulley_error_message names
 * the first, and pulley_error_description all, up to 100: each with its names, its type, and what
 * the linker has instead. See pulley_error_import_count for these as data. A segment out of bounds
 * or a trap in the start function fails with PULLEY_ERROR_TRAP. Later changes of the linker do not
 * affect the instance. */
pulley_status_t pulley_instantiate(pulley_linker_t *linker, pulley_module_t *module,
                                   pulley_instance_t **instance, pulley_error_t **error);

/* Compile and instantiate in one step. */
pulley_status_t pulley_instantiate_bytes(pulley_linker_t *linker, const void *bytes, size_t length,
                                         pulley_instance_t **instance, pulley_error_t **error);
pulley_status_t pulley_instantiate_file(pulley_linker_t *linker, const char *path,
                                        pulley_instance_t **instance, pulley_error_t **error);

void pulley_instance_delete(pulley_instance_t *instance);

/* Makes another handle of the instance. `instance` may be the one that a host function gets: the
 * new handle outlives the call. */
pulley_instance_t *pulley_instance_retain(pulley_instance_t *instance);

/* Whether both are the same instance. */
bool pulley_instance_same(const pulley_instance_t *instance, const pulley_instance_t *other);

/* The number of the group of objects that only one thread at a time may use (see Threads at the
 * top): instances that are linked or import the same memory, and their functions, memories, tables
 * and globals. Objects with equal numbers are in one group. The result is 0 for a shared memory,
 * which belongs to no thread, and for anything but a handle of the type. A number is never used for
 * another group.
 *
 * Any thread may call these functions at any time, so that a program can have a lock for each
 * number. Groups are merged when they become linked, and the merged group has the number of one of
 * them. This happens when an instance imports objects of several groups, even if its instantiation
 * fails, and when a function reference gets into another group: as an argument of a call, as a
 * result of a function of pulley_register_values, or by pulley_table_set, pulley_table_grow,
 * pulley_global_set or pulley_global_new. The thread that does this must hold the locks of all
 * these groups, and a thread that has waited for a lock must check the number again:
 *
 *     for (;;) {
 *       uint64_t group = pulley_instance_group(instance);
 *       lock(group);
 *       if (pulley_instance_group(instance) == group) break;
 *       unlock(group);
 *     }
 *
 * The groups of pulley_options_set_limit can be smaller: importing a memory does not merge those.
 * Instances of CLIF are not known to be linked if one calls functions of another by address. */
uint64_t pulley_instance_group(const pulley_instance_t *instance);
uint64_t pulley_function_group(const pulley_function_t *function);
uint64_t pulley_memory_group(const pulley_memory_t *memory);
uint64_t pulley_table_group(const pulley_table_t *table);
uint64_t pulley_global_group(const pulley_global_t *global);

/* The module of which this is an instance, in a new handle. */
pulley_status_t pulley_instance_module(pulley_instance_t *instance, pulley_module_t **module,
                                       pulley_error_t **error);

/* Calls the export `_initialize`, by which libraries for WASI (reactors, which clang makes with
 * -mexec-model=reactor) set themselves up. The embedder must call it before any other export. Does
 * nothing if there is no such export, or if this function has called it before, so that it may be
 * called for every instance. A trap is an error, after which the library must not be used. If the
 * library exits, that is a trap too, and pulley_wasi_exited has the exit code. */
pulley_status_t pulley_instance_initialize(pulley_instance_t *instance, pulley_error_t **error);

/* Returns how many bytes of a resource the instance and all instances linked to it use together.
 * For PULLEY_RESOURCE_COMPILATION, it is what the instance's module uses. */
uint64_t pulley_instance_usage(const pulley_instance_t *instance, pulley_resource_t resource);

/* Gives the guests an object of the host: makes a PULLEY_EXTERNREF of `object` that has a
 * finalizer. The guest's references are the pointer itself, as those of pulley_externref.
 *
 * No garbage collection finalizes the object by itself. The object belongs to the group of linked instances that
 * contains `instance`, and also to each other group that gets its reference: as an argument of a
 * call, as a result of a function of pulley_register_values, or by pulley_table_set,
 * pulley_table_grow, pulley_global_set or pulley_global_new. (A `hostptr` result gives no group an
 * object that it does not have.) A group keeps the object until its last handle is deleted, or
 * until pulley_instance_release_objects finds that its guests cannot reach the object. When no
 * group has it any more, the library calls `finalizer` with `object`, on the thread that released
 * it.
 *
 * Each successful call adds one call of its finalizer, even for an object that has one already. If
 * the call fails, the finalizer runs before pulley_instance_externref returns. A NULL finalizer is
 * not called. Objects count against PULLEY_RESOURCE_INSTANCES. NULL as `object`, and an instance of
 * CLIF, fail with PULLEY_ERROR_ARGUMENT. */
pulley_status_t pulley_instance_externref(pulley_instance_t *instance, void *object,
                                          pulley_finalizer_t finalizer, pulley_value_t *value,
                                          pulley_error_t **error);

/* Releases the objects of pulley_instance_externref that no table, no global and no object on the
 * heap of the instance's group refers to. `count` may be NULL and receives their number. The host's own copies of
 * references do not keep an object. Call this between calls of guests, when many objects may be
 * unused: it reads all tables and globals of references, and collects the heap. While a guest of the group runs, its
 * references may be anywhere, and the call fails with PULLEY_ERROR_ARGUMENT. */
pulley_status_t pulley_instance_release_objects(pulley_instance_t *instance, size_t *count,
                                                pulley_error_t **error);

/* Frees the objects (structures, arrays, exceptions) that no guest of the instance's group can reach.
 * The collector does this by itself when it is time, in small steps; this does all at once. A guest
 * may be running. Finalizers are not called: see pulley_instance_release_objects. */
pulley_status_t pulley_gc(pulley_instance_t *instance, pulley_error_t **error);

/* What the heap of the instance's group takes, and what its collector has done, in bytes and
 * nanoseconds: what was live after the last collection, the sum of all objects ever made, what is
 * taken from the system now, the limit on that; the number of collections, the longest time that the
 * guest had to wait for the collector, and the sum of these times. All are 0 without a heap. */
typedef struct pulley_heap {
  uint64_t live_bytes;
  uint64_t allocated_bytes;
  uint64_t reserved_bytes;
  uint64_t limit_bytes;
  uint64_t collections;
  uint64_t longest_pause;
  uint64_t total_pause;
} pulley_heap_t;
pulley_heap_t pulley_instance_heap(const pulley_instance_t *instance);

/* A pointer of the embedder, stored with the instance for its host functions; NULL at first. */
void pulley_instance_set_data(pulley_instance_t *instance, void *data);
void *pulley_instance_data(const pulley_instance_t *instance);

/* ---- Objects of the heap -------------------------------------------------------------------- */

/* A reference to an object on the heap of a guest that the embedder keeps: the object exists as long as
 * this handle. It belongs to the thread of the instance, as the instance does. */
typedef struct pulley_object pulley_object_t;

/* What an object is. */
typedef int32_t pulley_object_kind_t;
enum {
  PULLEY_OBJECT_NONE = 0,
  PULLEY_OBJECT_I31 = 1,
  PULLEY_OBJECT_STRUCT = 2,
  PULLEY_OBJECT_ARRAY = 3,
  /* An external reference that a guest has converted with any.convert_extern. */
  PULLEY_OBJECT_EXTERN = 4,
  PULLEY_OBJECT_EXCEPTION = 5
};

/* Keeps the object that a value refers to: a PULLEY_ANYREF, a PULLEY_EXNREF, or a PULLEY_EXTERNREF that
 * the guest has made with extern.convert_any. Call it before the guest runs again. A null reference, and a
 * value that refers to no object on the heap of the instance's group, fail with PULLEY_ERROR_ARGUMENT. */
pulley_status_t pulley_object_keep(pulley_instance_t *instance, const pulley_value_t *value,
                                   pulley_object_t **object, pulley_error_t **error);
void pulley_object_delete(pulley_object_t *object);

/* The reference, to be passed to guests; it is valid as long as the handle. A null PULLEY_ANYREF for
 * NULL. */
pulley_value_t pulley_object_value(const pulley_object_t *object);
pulley_object_kind_t pulley_object_kind(const pulley_object_t *object);

/* The number of an i31, sign-extended; 0 for other objects. pulley_i31 makes the reference of a number's
 * low 31 bits, which needs no handle. */
int32_t pulley_object_i31(const pulley_object_t *object);
static inline pulley_value_t pulley_i31(int32_t value) {
  pulley_value_t v;
  v.type = PULLEY_ANYREF;
  v.of.i64 = (int64_t)((uint32_t)value << 1 | 1);
  return v;
}

/* The number of fields of a structure, or of elements of an array; 0 for other objects. */
size_t pulley_object_count(const pulley_object_t *object);

/* A field of a structure, or the elements of an array: the type of the value that is read and written
 * (PULLEY_I32 for packed fields), the size in bits (8 and 16 for those), and whether it can be written.
 * Zeros if there is no such field or element. */
typedef struct pulley_field {
  pulley_type_t type;
  uint32_t bits;
  bool is_mutable;
} pulley_field_t;
pulley_field_t pulley_object_field(const pulley_object_t *object, size_t index);

/* Reads a field or an element; a packed one is zero-extended. Writes one that is mutable, of whose type the
 * value must be; of a packed one, the low bits of an i32 are written. */
pulley_status_t pulley_object_get(const pulley_object_t *object, size_t index,
                                  pulley_value_t *value, pulley_error_t **error);
pulley_status_t pulley_object_set(pulley_object_t *object, size_t index,
                                  const pulley_value_t *value, pulley_error_t **error);

/* Copies `count` elements of an array of numbers from `start` on to `data`, or the reverse if they are
 * mutable. Elements are in `data` as the guest has them, lowest byte first: an array of i8 is text in
 * UTF-8, one of i16 text in UTF-16, where guests use them so. */
pulley_status_t pulley_object_read(const pulley_object_t *object, size_t start, size_t count,
                                   void *data, pulley_error_t **error);
pulley_status_t pulley_object_write(pulley_object_t *object, size_t start, size_t count,
                                    const void *data, pulley_error_t **error);

/* Makes a structure of a type of the instance's module, by its index there, with these fields. */
pulley_status_t pulley_struct_new(pulley_instance_t *instance, uint32_t type,
                                  const pulley_value_t *fields, size_t count,
                                  pulley_object_t **object, pulley_error_t **error);

/* Makes an array of a type of the instance's module, by its index there: with `count` times the value, or
 * zeros if `value` is NULL; or with numbers from `data`, as pulley_object_write has them. */
pulley_status_t pulley_array_new(pulley_instance_t *instance, uint32_t type, size_t count,
                                 const pulley_value_t *value, pulley_object_t **object,
                                 pulley_error_t **error);
pulley_status_t pulley_array_new_data(pulley_instance_t *instance, uint32_t type, size_t count,
                                      const void *data, pulley_object_t **object,
                                      pulley_error_t **error);

/* ---- Calling -------------------------------------------------------------------------------- */

/* Calls the exported function `name`.
 *
 * `arguments` must have the types and the number of the function's parameters, and `results` must
 * have room for all its results. Both may be NULL if their count is 0. If `result_count` is 0, the
 * function's results are discarded.
 *
 * A host function may call this while the guest runs, also recursively. Recursion that would use
 * too much of the thread's stack traps with PULLEY_TRAP_STACK_OVERFLOW (see Stacks at the top). A
 * host function whose call fails may pass the error on with pulley_trap_error. A trap ends the call
 * with PULLEY_ERROR_TRAP. The instance remains usable; its memory stays as it was when the guest
 * trapped. */
pulley_status_t pulley_run(pulley_instance_t *instance, const char *name,
                           const pulley_value_t *arguments, size_t argument_count,
                           pulley_value_t *results, size_t result_count, pulley_error_t **error);

/* Looks up the exported function `name`, for repeated calls. */
pulley_status_t pulley_instance_function(pulley_instance_t *instance, const char *name,
                                         pulley_function_t **function, pulley_error_t **error);

/* Calls a function like pulley_run, without a lookup and without allocating memory. */
pulley_status_t pulley_call(pulley_function_t *function, const pulley_value_t *arguments,
                            size_t argument_count, pulley_value_t *results, size_t result_count,
                            pulley_error_t **error);

/* The function's type; all zero for NULL. */
pulley_function_type_t pulley_function_type(const pulley_function_t *function);

/* Returns a reference to the function, to store in tables and globals or to pass to the guest. It
 * is valid while the function's instance lives. NULL gives the null reference. */
pulley_value_t pulley_function_value(const pulley_function_t *function);

/* Returns the address of a CLIF function, for call_indirect in CLIF. It is not an address of
 * machine code. It is valid while the function's instance lives. It fits 32 bits if the function's
 * text says `target pulley32`. Returns NULL for functions of WebAssembly. */
void *pulley_function_address(const pulley_function_t *function);

/* Returns the function that a reference refers to. A null reference, or a reference that no living
 * instance made, fails with PULLEY_ERROR_ARGUMENT. */
pulley_status_t pulley_value_function(const pulley_value_t *value, pulley_function_t **function,
                                      pulley_error_t **error);

/* Makes a plain C function that calls `function`, for C code that knows nothing of this library:
 *
 *     pulley_host_t pointer = NULL;
 *     pulley_function_pointer(compare, "int(ptr, ptr)", &pointer, &error);
 *     qsort(numbers, count, 4, (int (*)(const void *, const void *))pointer);
 *
 * `signature` is the C function's type in the words of pulley_register, without `instance` and
 * `userdata`. A function whose type does not fit it fails with PULLEY_ERROR_ARGUMENT, a function of
 * CLIF with PULLEY_ERROR_UNSUPPORTED.
 *
 * - A pointer that C passes must be NULL or lead into the instance's first memory, or to its end.
 *   The guest receives the address. A string elsewhere is copied into memory that the guest's
 *   exported malloc (or cabi_realloc) gives, and freed when the guest returns.
 * - A pointer that the guest returns becomes a host pointer, as an argument of a host function
 *   does. With ptr? and cstr?, address 0 becomes NULL.
 *
 * The C function may be called until the instance and all instances linked to it are deleted; the
 * handle `function` may be deleted before. A later call returns zero. The same function and
 * signature give the same pointer. An instance can have 1024 of them.
 *
 * Calls follow the rules of pulley_call: see Threads and Stacks at the top. If a call fails, it
 * returns zero. If the guest itself has called the host function that made the call, the guest
 * traps when that host function returns, as after pulley_trap. Otherwise the error is kept for
 * pulley_function_pointer_error. In both cases further calls return zero at once until then.
 *
 * No memory becomes executable for this on x86-64. On other processors, libffi makes the C
 * function, and may need memory that is writable and executable if it was built without static
 * trampolines. */
pulley_status_t pulley_function_pointer(pulley_function_t *function, const char *signature,
                                        pulley_host_t *pointer, pulley_error_t **error);

/* Takes the error of the first failed call, since this was last asked, of the C functions that
 * pulley_function_pointer has made for the function's instance. Returns its status; PULLEY_OK if no
 * call has failed. */
pulley_status_t pulley_function_pointer_error(pulley_function_t *function, pulley_error_t **error);

void pulley_function_delete(pulley_function_t *function);
pulley_function_t *pulley_function_retain(pulley_function_t *function);

/* Whether both are the same function: one instance has defined both, under any names, or one
 * registration, whichever instances have imported them. Registering a C function twice makes two
 * functions. */
bool pulley_function_same(const pulley_function_t *function, const pulley_function_t *other);

/* For host functions: makes the guest trap with PULLEY_TRAP_HOST and this message as soon as the
 * host function returns. The host function's result is discarded. `message` may be NULL. Until the
 * host function returns, calls into the same instance fail. Outside of a host function this does
 * nothing. Bytes of the message that are not UTF-8 appear as in \xFF. */
void pulley_trap(pulley_instance_t *instance, const char *message);

/* For host functions: the same, but passes on the error of a failed library call, usually a call of
 * another guest or of the same one. The guest's caller receives an error with the same status, trap
 * code, trap number and message, and with the frames of both calls, the inner call's first. An
 * error that was not a trap becomes the trap PULLEY_TRAP_HOST with its message. An exception of
 * WebAssembly that the other guest has not caught is thrown again. `error` is only
 * read: the caller still deletes it. NULL is the same as pulley_trap without a message.
 *
 *     pulley_error_t *error;
 *     if (pulley_call(callback, NULL, 0, NULL, 0, &error)) {
 *       pulley_trap_error(instance, error);
 *       pulley_error_delete(error);
 *     } */
void pulley_trap_error(pulley_instance_t *instance, const pulley_error_t *error);

/* For host functions that CLIF calls: throws an exception as soon as the host function returns. The
 * host function's result is discarded. Execution continues in the innermost active try_call that
 * handles the tag, or all tags, and its exn0 and exn1 are the payloads. If there is none, the
 * innermost call from the host into the guest ends with PULLEY_TRAP_UNCAUGHT_EXCEPTION. Until the
 * host function returns, calls into the same instance fail. Outside of a host function, and for
 * instances of WebAssembly, this does nothing. */
void pulley_throw(pulley_instance_t *instance, uint32_t tag, uint64_t payload0, uint64_t payload1);

/* For host functions that WebAssembly calls: throws an exception of this tag with `count` values as
 * soon as the host function returns, whose result is discarded. Execution continues in the innermost
 * handler of the tag, or of all tags. If there is none, the innermost call from the host into the
 * guest ends with PULLEY_TRAP_UNCAUGHT_EXCEPTION; pulley_error_tag and pulley_error_values tell what
 * was thrown. Until the host function returns, calls into the same instance fail. A later exception or
 * trap of the same host function is ignored.
 *
 * Values of another number or of other types than the tag's, a tag of another engine, and an instance
 * of CLIF fail with PULLEY_ERROR_ARGUMENT. */
pulley_status_t pulley_throw_tag(pulley_instance_t *instance, const pulley_tag_t *tag,
                                 const pulley_value_t *values, size_t count,
                                 pulley_error_t **error);

/* Ends the calls that the host has made on this instance with PULLEY_TRAP_INTERRUPTED. The error
 * contains the guest's frames. The guest is stopped:
 *
 * - in memory.atomic.wait32 and wait64;
 * - in memory.fill, memory.copy, memory.init and those of tables, with part of the work done;
 * - in WASI functions, before they begin and where they wait: for streams, terminals, pipes,
 *   sockets, the other end of a FIFO, or a time. Reading and writing files is not waiting;
 * - where it has called a function that is being compiled because this is its first call. The next
 *   call compiles it again;
 * - and everywhere, if the engine was made with pulley_options_set_interruptible.
 *
 * This takes some milliseconds. A running host function is not disturbed; the guest that called it
 * ends at its next check. If a host function has called this instance again, the inner call ends
 * first, and then, because the interruption is still pending, the guest that called the host
 * function. A call of the host function on another instance continues. Only the end of the
 * outermost call on the instance clears the interruption. If there is no call on the instance, or
 * the call ends by itself first, the interruption stays pending and ends the next call, unless it
 * is cleared. It does not affect other instances, even those that share a memory with this one.
 *
 * Any thread and any signal handler may call this, from when pulley_instantiate has returned the
 * handle until the handle is deleted. During instantiation, use pulley_linker_interrupt. */
void pulley_interrupt(pulley_instance_t *instance);

/* Clears an interruption that has not ended a call yet. */
void pulley_clear_interrupt(pulley_instance_t *instance);

/* Ends the instantiation for which the linker is in use with PULLEY_TRAP_INTERRUPTED, as
 * pulley_interrupt ends calls: anywhere in the start function, and while segments are copied. It
 * does not end compilation in pulley_instantiate_bytes and pulley_instantiate_file. If host
 * functions of a start function instantiate modules with the same linker, these instantiations end
 * too. If no instantiation is in progress, the interruption stays pending and ends the next
 * instantiation of a WebAssembly module, unless it is cleared.
 *
 * Any thread and any signal handler may call this until the handle is deleted. */
void pulley_linker_interrupt(pulley_linker_t *linker);

/* Clears an interruption that has not ended an instantiation yet. */
void pulley_linker_clear_interrupt(pulley_linker_t *linker);

/* Declares the bounds of the stack that the calling thread runs on, or will run on next: `size`
 * bytes from address `low`. This is for programs that create their own stacks, such as coroutine
 * libraries. Call it each time the thread switches to such a stack, and with NULL and 0 before the
 * last declared stack is freed. A thread need not declare its own stack, and may switch to it while
 * another stack is declared.
 *
 * An undeclared stack works with restrictions. The library uses 32 KiB of it below the first call
 * of a guest, or less where the memory below cannot be read. Deeper calls trap with
 * PULLEY_TRAP_STACK_OVERFLOW. NULL with a size, an address with size 0, and bounds beyond the end
 * of the address space fail with PULLEY_ERROR_ARGUMENT. */
pulley_status_t pulley_thread_set_stack(void *low, size_t size, pulley_error_t **error);

/* ---- Memories ------------------------------------------------------------------------------- */

/* The memory exported as `name`. If `name` is NULL, the instance's first memory, whether exported
 * or not, to which ptr, cstr and buf refer. */
pulley_status_t pulley_instance_memory(pulley_instance_t *instance, const char *name,
                                       pulley_memory_t **memory, pulley_error_t **error);

/* Makes a memory, to define in a linker, with 32-bit addresses and pages of PULLEY_PAGE_SIZE bytes.
 * A minimum above the maximum fails with PULLEY_ERROR_ARGUMENT. */
pulley_status_t pulley_memory_new(pulley_engine_t *engine, pulley_limits_t limits,
                                  pulley_memory_t **memory, pulley_error_t **error);

/* Makes a shared memory, to define in linkers of any threads; see Threads at the top. It must have
 * a maximum, for which address space is reserved at once. */
pulley_status_t pulley_memory_new_shared(pulley_engine_t *engine, pulley_limits_t limits,
                                         pulley_memory_t **memory, pulley_error_t **error);

/* The type of a memory. Later versions of the library may have more members at the end; zero always
 * is their default. Initialize it with PULLEY_MEMORY_TYPE_INIT and then set members. */
typedef struct pulley_memory_type {
  size_t struct_size;     /* sizeof(pulley_memory_type_t) */
  pulley_limits_t limits; /* in pages */
  uint32_t address_bits;  /* 32 or 64; 0 means 32 */
  uint32_t page_size;     /* in bytes: 65536 or 1; 0 means PULLEY_PAGE_SIZE */
  bool is_shared;         /* if true, there must be a maximum */
  uint8_t reserved[7];    /* zeros */
} pulley_memory_type_t;

#define PULLEY_MEMORY_TYPE_INIT                                                                    \
  { sizeof(pulley_memory_type_t), {0, PULLEY_NO_MAXIMUM}, 32, PULLEY_PAGE_SIZE, false, {0} }

/* Makes a memory of any type, to define in a linker. A maximum of more bytes than the addresses can
 * reach fails with PULLEY_ERROR_ARGUMENT. Members that this version of the library does not know
 * and that are not zero fail with PULLEY_ERROR_UNSUPPORTED. */
pulley_status_t pulley_memory_new_type(pulley_engine_t *engine, const pulley_memory_type_t *type,
                                       pulley_memory_t **memory, pulley_error_t **error);
void pulley_memory_delete(pulley_memory_t *memory);
pulley_memory_t *pulley_memory_retain(pulley_memory_t *memory);

/* Whether both are the same memory, in whichever instances and under whichever names they were
 * found. */
bool pulley_memory_same(const pulley_memory_t *memory, const pulley_memory_t *other);

/* The limits of the memory in pages. The minimum is the current size, as when the memory is
 * imported. */
pulley_limits_t pulley_memory_limits(const pulley_memory_t *memory);

/* How many bits the memory's addresses have: 32 or 64. */
uint32_t pulley_memory_address_bits(const pulley_memory_t *memory);

/* The size of the memory's pages in bytes: PULLEY_PAGE_SIZE or 1. */
uint32_t pulley_memory_page_size(const pulley_memory_t *memory);

/* Whether several threads may use the memory at the same time. */
bool pulley_memory_is_shared(const pulley_memory_t *memory);

/* The memory's first byte, and its size in bytes. The pointer is valid until the memory grows, by
 * the guest or by pulley_memory_grow, or until its last user is deleted; see pulley_memory_pin for
 * pointers that stay valid when it grows. The guest and the host share these bytes without locks.
 * An empty memory gives NULL.
 *
 * A shared memory never moves, and its size never decreases. Other threads may be changing its
 * bytes, so that the host's accesses must then be atomic, as between threads of C. */
uint8_t *pulley_memory_data(const pulley_memory_t *memory);
size_t pulley_memory_size(const pulley_memory_t *memory);

/* Grows the memory by `pages`. `previous` may be NULL and receives the previous size in pages.
 * Growing beyond the memory's maximum or the engine's limit, or beyond what the system can give,
 * fails with PULLEY_ERROR_LIMIT. */
pulley_status_t pulley_memory_grow(pulley_memory_t *memory, uint64_t pages, uint64_t *previous,
                                   pulley_error_t **error);

/* Keeps the memory at its address, so that pointers into it stay valid when it grows, until its
 * last user is deleted. Most memories never move, because their address space is reserved when they
 * are made. If the system does not allow that, or the process has more than 8,192 memories, growth
 * beyond the reserved range moves the memory.
 * While the memory is pinned, such growth is refused: pulley_memory_grow fails with
 * PULLEY_ERROR_LIMIT, and the guest's memory.grow returns -1. Growth within the range is possible.
 *
 * Pins are counted for the memory, not for each handle. pulley_memory_unpin takes one back through
 * any handle of the memory, and does nothing if there is none. Deleting a handle takes none back.
 * Any thread may call both functions, even while another thread uses the memory. As long as the
 * memory is pinned, any thread may also call pulley_memory_data and pulley_memory_size. */
pulley_status_t pulley_memory_pin(pulley_memory_t *memory, pulley_error_t **error);
void pulley_memory_unpin(pulley_memory_t *memory);

/* Copy bytes from or to the memory. A range out of bounds fails with PULLEY_ERROR_ARGUMENT and
 * copies nothing. */
pulley_status_t pulley_memory_read(const pulley_memory_t *memory, uint64_t address, void *bytes,
                                   size_t length, pulley_error_t **error);
pulley_status_t pulley_memory_write(pulley_memory_t *memory, uint64_t address, const void *bytes,
                                    size_t length, pulley_error_t **error);

/* Wakes up to `count` guest threads that wait at an address of a shared memory, like the guest's
 * memory.atomic.notify. `woken` may be NULL and receives how many were woken. An address that is
 * out of bounds or not a multiple of four fails with PULLEY_ERROR_ARGUMENT. In a memory that is not
 * shared, there are no waiting threads. */
pulley_status_t pulley_memory_notify(pulley_memory_t *memory, uint64_t address, uint32_t count,
                                     uint32_t *woken, pulley_error_t **error);

/* For host functions: returns a host pointer to `length` bytes at a guest address in the instance's
 * first memory; NULL if they are not all in bounds. It is valid until the memory grows. */
void *pulley_instance_pointer(pulley_instance_t *instance, uint64_t address, size_t length);

/* Calls the guest's own allocator for `bytes` bytes in the instance's first memory, and stores
 * their address, which is never 0 and has the alignment that the allocator gives. The allocator is
 * the export `malloc`, or, if there is none, `cabi_realloc` with an alignment of 16. If the guest
 * exports neither, with its type for the memory's addresses, this fails with
 * PULLEY_ERROR_NOT_FOUND: link the guest with -Wl,--export=malloc,--export=free. If the guest has
 * no memory left, it fails with PULLEY_ERROR_LIMIT. If the allocator traps, or returns an address
 * out of bounds, it fails with PULLEY_ERROR_TRAP. The memory may have grown, so that earlier host
 * pointers into it are invalid. A library for WASI must be initialized before; see
 * pulley_instance_initialize. */
pulley_status_t pulley_instance_allocate(pulley_instance_t *instance, uint64_t bytes,
                                         uint64_t *address, pulley_error_t **error);

/* Returns memory to the guest's allocator by its export `free`. Does nothing for the address 0, or
 * if the allocator is `cabi_realloc`, which has no counterpart. Fails as pulley_instance_allocate
 * does. */
pulley_status_t pulley_instance_free(pulley_instance_t *instance, uint64_t address,
                                     pulley_error_t **error);

/* ---- Globals -------------------------------------------------------------------------------- */

pulley_status_t pulley_instance_global(pulley_instance_t *instance, const char *name,
                                       pulley_global_t **global, pulley_error_t **error);

/* Makes a global of the type of `value`, to define in a linker. */
pulley_status_t pulley_global_new(pulley_engine_t *engine, const pulley_value_t *value,
                                  bool is_mutable, pulley_global_t **global,
                                  pulley_error_t **error);
void pulley_global_delete(pulley_global_t *global);
pulley_global_t *pulley_global_retain(pulley_global_t *global);

/* Whether both are the same global. */
bool pulley_global_same(const pulley_global_t *global, const pulley_global_t *other);

/* The type of the global's value, and whether the global is mutable. */
pulley_type_t pulley_global_type(const pulley_global_t *global);
bool pulley_global_is_mutable(const pulley_global_t *global);

pulley_status_t pulley_global_get(const pulley_global_t *global, pulley_value_t *value,
                                  pulley_error_t **error);

/* Writing an immutable global, or a value of another type, fails with PULLEY_ERROR_ARGUMENT. */
pulley_status_t pulley_global_set(pulley_global_t *global, const pulley_value_t *value,
                                  pulley_error_t **error);

/* ---- Tables --------------------------------------------------------------------------------- */

pulley_status_t pulley_instance_table(pulley_instance_t *instance, const char *name,
                                      pulley_table_t **table, pulley_error_t **error);

/* Makes a table of PULLEY_FUNCREF or PULLEY_EXTERNREF, filled with null, to define in a linker. A
 * minimum above the maximum fails with PULLEY_ERROR_ARGUMENT. */
pulley_status_t pulley_table_new(pulley_engine_t *engine, pulley_type_t element,
                                 pulley_limits_t limits, pulley_table_t **table,
                                 pulley_error_t **error);

/* The type of a table; see pulley_memory_type_t. */
typedef struct pulley_table_type {
  size_t struct_size;     /* sizeof(pulley_table_type_t) */
  pulley_limits_t limits; /* in elements */
  pulley_type_t element;  /* PULLEY_FUNCREF or PULLEY_EXTERNREF */
  uint32_t address_bits;  /* 32 or 64, of the guest's indices; 0 means 32 */
} pulley_table_type_t;

#define PULLEY_TABLE_TYPE_INIT                                                                     \
  { sizeof(pulley_table_type_t), {0, PULLEY_NO_MAXIMUM}, PULLEY_FUNCREF, 32 }

/* Makes a table of any type, filled with null, to define in a linker. */
pulley_status_t pulley_table_new_type(pulley_engine_t *engine, const pulley_table_type_t *type,
                                      pulley_table_t **table, pulley_error_t **error);
void pulley_table_delete(pulley_table_t *table);
pulley_table_t *pulley_table_retain(pulley_table_t *table);

/* Whether both are the same table. */
bool pulley_table_same(const pulley_table_t *table, const pulley_table_t *other);

/* The type of the table's elements, how many bits the guest's indices have, and the limits in
 * elements. The minimum is the current size. */
pulley_type_t pulley_table_element(const pulley_table_t *table);
uint32_t pulley_table_address_bits(const pulley_table_t *table);
pulley_limits_t pulley_table_limits(const pulley_table_t *table);

/* The number of elements. */
uint64_t pulley_table_size(const pulley_table_t *table);

/* An index out of bounds, or a value of another type, fails with PULLEY_ERROR_ARGUMENT. */
pulley_status_t pulley_table_get(const pulley_table_t *table, uint64_t index,
                                 pulley_value_t *value, pulley_error_t **error);
pulley_status_t pulley_table_set(pulley_table_t *table, uint64_t index,
                                 const pulley_value_t *value, pulley_error_t **error);

/* Grows the table by `count` elements of `value`, or of null if `value` is NULL. `previous` may be
 * NULL and receives the previous size. Growing beyond the table's maximum fails with
 * PULLEY_ERROR_LIMIT. */
pulley_status_t pulley_table_grow(pulley_table_t *table, uint64_t count,
                                  const pulley_value_t *value, uint64_t *previous,
                                  pulley_error_t **error);

/* The function at an index. In the table that clang exports as "__indirect_function_table", the
 * index is the value of a function pointer in the guest's C code. */
pulley_status_t pulley_table_function(const pulley_table_t *table, uint64_t index,
                                      pulley_function_t **function, pulley_error_t **error);

/* ---- Tags ----------------------------------------------------------------------------------- */

/* The tag exported as `name`: a kind of exceptions of WebAssembly. */
pulley_status_t pulley_instance_tag(pulley_instance_t *instance, const char *name,
                                    pulley_tag_t **tag, pulley_error_t **error);

/* Makes a tag of exceptions with `count` values of these types, to define in linkers. All modules
 * that import it have the same tag. `payload` may be NULL if `count` is 0. Types that only CLIF
 * has, and more than 1000 values, fail with PULLEY_ERROR_ARGUMENT. */
pulley_status_t pulley_tag_new(pulley_engine_t *engine, const pulley_type_t *payload, size_t count,
                               pulley_tag_t **tag, pulley_error_t **error);
void pulley_tag_delete(pulley_tag_t *tag);
pulley_tag_t *pulley_tag_retain(pulley_tag_t *tag);

/* Whether both are the same tag. Tags of the same type may differ. */
bool pulley_tag_same(const pulley_tag_t *tag, const pulley_tag_t *other);

/* The tag's type: its parameters are the values, and there are no results. */
pulley_function_type_t pulley_tag_type(const pulley_tag_t *tag);

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
 * A program has access only to what it is given. A new object gives it no arguments, no
 * environment, no directories, an empty standard input, and discards its output; clocks and random
 * numbers are real. An object is for one program and may be used by one thread at a time. Linkers
 * and instances that use it keep it alive. Settings are final after pulley_wasi_define; later
 * changes fail with PULLEY_ERROR_ARGUMENT. */
pulley_wasi_t *pulley_wasi_new(void);
void pulley_wasi_delete(pulley_wasi_t *wasi);
pulley_wasi_t *pulley_wasi_retain(pulley_wasi_t *wasi);

/* Sets the program's arguments; the first is its name. The strings are copied. */
pulley_status_t pulley_wasi_set_arguments(pulley_wasi_t *wasi, const char *const *arguments,
                                          size_t count, pulley_error_t **error);

/* Sets the whole environment. Each entry has the form NAME=VALUE. */
pulley_status_t pulley_wasi_set_environment(pulley_wasi_t *wasi, const char *const *entries,
                                            size_t count, pulley_error_t **error);

/* Gives the program a directory of the host under the name `guest_path`, or under its own name if
 * that is NULL. pulley_wasi_define opens it. With `read_only`, the program cannot change anything
 * in it. The program cannot leave it: not by "..", absolute paths or symbolic links, and not by
 * renaming entries at the same time. Hard links and mounts inside are part of the directory. */
pulley_status_t pulley_wasi_add_directory(pulley_wasi_t *wasi, const char *host_path,
                                          const char *guest_path, bool read_only,
                                          pulley_error_t **error);

/* Gives the program the standard input, output and error of the process. */
pulley_status_t pulley_wasi_inherit_streams(pulley_wasi_t *wasi, pulley_error_t **error);

/* Makes stream 0, 1 or 2 of the program a descriptor of the process. The library does not close it
 * or change its flags. The program waits for it, even if it is non-blocking, unless the program
 * itself requests non-blocking access. */
pulley_status_t pulley_wasi_set_stream(pulley_wasi_t *wasi, int32_t stream, int32_t descriptor,
                                       pulley_error_t **error);

/* Makes these bytes the standard input. They are copied. */
pulley_status_t pulley_wasi_set_input(pulley_wasi_t *wasi, const void *bytes, size_t length,
                                      pulley_error_t **error);

/* Receives the program's output when the program writes it. The bytes are valid during the call. */
typedef void (*pulley_writer_t)(void *userdata, const void *bytes, size_t length);

/* Sends stream 1 or 2 to `writer`, which runs on the program's thread. */
pulley_status_t pulley_wasi_set_output(pulley_wasi_t *wasi, int32_t stream, pulley_writer_t writer,
                                       void *userdata, pulley_error_t **error);

/* Gives the program a listening socket of the process, to accept connections. Its number in the
 * program follows the streams, the directories and earlier sockets. The library does not close it
 * or change its flags, and the program cannot shut it down. */
pulley_status_t pulley_wasi_add_listener(pulley_wasi_t *wasi, int32_t descriptor,
                                         pulley_error_t **error);

/* For reproducible runs: all clocks show this many nanoseconds since 1970 and waiting takes no
 * time; the random numbers are derived from a seed. */
pulley_status_t pulley_wasi_set_clock(pulley_wasi_t *wasi, uint64_t nanoseconds,
                                      pulley_error_t **error);
pulley_status_t pulley_wasi_set_seed(pulley_wasi_t *wasi, uint64_t seed, pulley_error_t **error);

/* Opens the directories and lets modules import the system. A directory that cannot be opened fails
 * with PULLEY_ERROR_FILE. */
pulley_status_t pulley_wasi_define(pulley_wasi_t *wasi, pulley_linker_t *linker,
                                   pulley_error_t **error);

/* Runs a program by calling its export "_start". A library (reactor) has none and fails with
 * PULLEY_ERROR_NOT_FOUND: call pulley_instance_initialize and then its exports. Succeeds if the
 * program returns (exit code 0) or exits with any code. A trap is an error. `exit_code` may be
 * NULL. */
pulley_status_t pulley_wasi_run(pulley_wasi_t *wasi, pulley_instance_t *instance,
                                int32_t *exit_code, pulley_error_t **error);

/* Whether a program has exited. Stores its exit code if `exit_code` is not NULL. If the program was
 * called with pulley_run, that call ends with a trap (PULLEY_TRAP_HOST). */
bool pulley_wasi_exited(const pulley_wasi_t *wasi, int32_t *exit_code);

/* Describes the first access that the program was denied; "" if there was none. */
const char *pulley_wasi_denied(pulley_wasi_t *wasi);

/* ---- Errors --------------------------------------------------------------------------------- */

/* The reason of a trap. */
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
  /* A host function requested the trap, or its arguments were out of bounds. */
  PULLEY_TRAP_HOST = 10,
  PULLEY_TRAP_NULL_REFERENCE = 11,
  /* The guest reached code that the library cannot run. */
  PULLEY_TRAP_UNSUPPORTED = 12,
  /* The address of an atomic access is not a multiple of its size. */
  PULLEY_TRAP_UNALIGNED_ATOMIC = 13,
  /* A wait in a memory that is not shared. */
  PULLEY_TRAP_EXPECTED_SHARED_MEMORY = 14,
  /* The host interrupted the guest, or its time limit expired. */
  PULLEY_TRAP_INTERRUPTED = 15,
  /* The traps `user1` to `user250` of CLIF: see pulley_error_trap_number. */
  PULLEY_TRAP_NUMBERED = 16,
  /* A host function threw an exception that the guest does not handle. */
  PULLEY_TRAP_UNCAUGHT_EXCEPTION = 17,
  /* An access to an element that an array does not have. */
  PULLEY_TRAP_ELEMENT_OUT_OF_BOUNDS = 18,
  /* A cast of a reference to a type that it does not have. */
  PULLEY_TRAP_CAST_FAILURE = 19,
  /* There is no memory for another object, within the limit of PULLEY_RESOURCE_OBJECTS. */
  PULLEY_TRAP_HEAP_EXHAUSTED = 20
};

#define PULLEY_NO_OFFSET UINT64_MAX

void pulley_error_delete(pulley_error_t *error);
pulley_error_t *pulley_error_retain(pulley_error_t *error);

/* The status that the failed function returned; PULLEY_OK for NULL. */
pulley_status_t pulley_error_status(const pulley_error_t *error);

/* One sentence without a newline, safe for a terminal or a log; "" for NULL. */
const char *pulley_error_message(const pulley_error_t *error);

/* The complete description in several lines, safe for a terminal: the message, the position, the
 * line of a text with a caret below, and the backtrace; "" for NULL. */
const char *pulley_error_description(const pulley_error_t *error);

/* The position in the input: the byte of a module or its text, or the character of a signature;
 * PULLEY_NO_OFFSET if the error has none. */
uint64_t pulley_error_offset(const pulley_error_t *error);

/* The line and the column in a text, counted from 1; 0 if the error has no such position. */
uint32_t pulley_error_line(const pulley_error_t *error);
uint32_t pulley_error_column(const pulley_error_t *error);

/* The reason of the trap; PULLEY_TRAP_NONE if the error is not a trap. */
pulley_trap_code_t pulley_error_trap_code(const pulley_error_t *error);

/* The number N of the CLIF trap `userN`; 0 if the error is not such a trap. */
uint32_t pulley_error_trap_number(const pulley_error_t *error);

/* The tag of the exception of WebAssembly that no guest has caught, as a new handle that the caller
 * deletes; NULL for other errors. */
pulley_tag_t *pulley_error_tag(const pulley_error_t *error);

/* The values of that exception: stores the first `capacity` of them and returns their number. `values`
 * may be NULL if `capacity` is 0. References stay valid as long as the error. An error whose values are
 * references must be deleted on the thread of the instance. */
size_t pulley_error_values(const pulley_error_t *error, pulley_value_t *values, size_t capacity);

/* The number of the guest's active functions when it trapped, innermost first. Deep stacks are
 * truncated. */
size_t pulley_error_frame_count(const pulley_error_t *error);

/* The name of the frame's function, unchanged, from the name section or an export; otherwise
 * "function[INDEX]"; "" if there is no such frame. */
const char *pulley_error_frame_name(const pulley_error_t *error, size_t frame);

/* The name of the frame's module; "" if it has none. */
const char *pulley_error_frame_module(const pulley_error_t *error, size_t frame);

/* The index of the function in its module; UINT32_MAX if there is no such frame. */
uint32_t pulley_error_frame_index(const pulley_error_t *error, size_t frame);

/* The position of the instruction, in bytes from the beginning of the WebAssembly binary or the
 * CLIF text; PULLEY_NO_OFFSET if it is unknown. */
uint64_t pulley_error_frame_offset(const pulley_error_t *error, size_t frame);

/* The number of imports for which a failed instantiation found no definition that fits: those that
 * pulley_error_description lists, up to 100, in its order. Two imports of the same names count
 * once. 0 for other errors. */
size_t pulley_error_import_count(const pulley_error_t *error);

/* The names of the import, unchanged; "" if there is no such import. A name may contain NUL bytes:
 * `length` may be NULL and receives the number of bytes before the terminating NUL. */
const char *pulley_error_import_module(const pulley_error_t *error, size_t index, size_t *length);
const char *pulley_error_import_name(const pulley_error_t *error, size_t index, size_t *length);

/* Why the import is refused, in one line that is safe for a terminal: "not defined", what is
 * defined instead, such as "(memory 1)", or why a function cannot be used. More text may follow,
 * such as a similar name that is defined. "" if there is no such import. */
const char *pulley_error_import_reason(const pulley_error_t *error, size_t index);

/* ---- Calling with values of C --------------------------------------------------------------- */

/* Call a function with C's own values, in C11 and in C++11 or later:
 *
 *     int32_t sum;
 *     if (pulley_callv(add, &error, &sum, 2, 3)) ...
 *     if (pulley_runv(instance, "scale", &error, NULL, 2.5, INT64_C(7))) ...
 *
 * pulley_callv(function, error, result, arguments...) calls a function like pulley_call, and
 * pulley_runv(instance, name, error, result, arguments...) an export like pulley_run. Each argument
 * becomes a value of the type that its C type has in WebAssembly:
 *
 *     bool, char, short, int and their unsigned forms    i32
 *     long and long long, of 64 bits, and unsigned ones  i64
 *     float, double                                      f32, f64
 *     void *                                             externref
 *     pulley_value_t                                     its own
 *
 * Any other type is an error of the C compiler. Nothing is converted further: an `int` for a
 * parameter of type i64 fails with PULLEY_ERROR_ARGUMENT, like any wrong value; write INT64_C(7)
 * instead of 7. `result` points to a variable of a type of at least 32 bits in this table, which
 * must be the type of the function's only result, or to a pulley_value_t for a result of any type.
 * NULL discards all results. A wrong result type fails before the call. If the call fails,
 * `*result` is unchanged.
 *
 * In C, these are macros for at most 16 arguments. In C++, they are templates. */

/* What pulley_callv and pulley_runv call. `type` is the type of `*result`: PULLEY_I32, PULLEY_I64,
 * PULLEY_F32, PULLEY_F64, PULLEY_EXTERNREF (a `void *`) or PULLEY_ANY (a pulley_value_t); 0
 * discards all results, and `result` is ignored. */
#define PULLEY_ANY (-1)
pulley_status_t pulley_call_typed(pulley_function_t *function, const pulley_value_t *arguments,
                                  size_t argument_count, pulley_type_t type, void *result,
                                  pulley_error_t **error);
pulley_status_t pulley_run_typed(pulley_instance_t *instance, const char *name,
                                 const pulley_value_t *arguments, size_t argument_count,
                                 pulley_type_t type, void *result, pulley_error_t **error);

#if !defined(__cplusplus) && defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
static inline pulley_value_t pulley_from_unsigned(unsigned value) {
  return pulley_i32((int32_t)value);
}
static inline pulley_value_t pulley_from_long(long value) {
  return sizeof value == 4 ? pulley_i32((int32_t)value) : pulley_i64((int64_t)value);
}
static inline pulley_value_t pulley_from_unsigned_long(unsigned long value) {
  return pulley_from_long((long)value);
}
static inline pulley_value_t pulley_from_unsigned_long_long(unsigned long long value) {
  return pulley_i64((int64_t)value);
}
static inline pulley_value_t pulley_from_value(pulley_value_t value) { return value; }

/* The macros below are details of pulley_callv and pulley_runv. Their arguments are the result and
 * then those of the call. The array of values begins with one that is not used, because an array
 * cannot be empty. */
#define PULLEY_VALUE_(x)                                                                           \
  _Generic((x), bool: pulley_i32, char: pulley_i32, signed char: pulley_i32,                       \
           unsigned char: pulley_i32, short: pulley_i32, unsigned short: pulley_i32,               \
           int: pulley_i32, unsigned: pulley_from_unsigned, long: pulley_from_long,                \
           unsigned long: pulley_from_unsigned_long, long long: pulley_i64,                        \
           unsigned long long: pulley_from_unsigned_long_long, float: pulley_f32,                  \
           double: pulley_f64, void *: pulley_externref, pulley_value_t: pulley_from_value)(x)
#define PULLEY_RESULT_(r)                                                                          \
  _Generic((r), int *: PULLEY_I32, unsigned *: PULLEY_I32,                                         \
           long *: sizeof(long) == 4 ? PULLEY_I32 : PULLEY_I64,                                    \
           unsigned long *: sizeof(long) == 4 ? PULLEY_I32 : PULLEY_I64, long long *: PULLEY_I64,  \
           unsigned long long *: PULLEY_I64, float *: PULLEY_F32, double *: PULLEY_F64,            \
           void **: PULLEY_EXTERNREF, pulley_value_t *: PULLEY_ANY, void *: 0, int: 0), r
#define PULLEY_LIST0_(r)
#define PULLEY_LIST1_(r, a) , PULLEY_VALUE_(a)
#define PULLEY_LIST2_(r, a, ...) , PULLEY_VALUE_(a) PULLEY_LIST1_(r, __VA_ARGS__)
#define PULLEY_LIST3_(r, a, ...) , PULLEY_VALUE_(a) PULLEY_LIST2_(r, __VA_ARGS__)
#define PULLEY_LIST4_(r, a, ...) , PULLEY_VALUE_(a) PULLEY_LIST3_(r, __VA_ARGS__)
#define PULLEY_LIST5_(r, a, ...) , PULLEY_VALUE_(a) PULLEY_LIST4_(r, __VA_ARGS__)
#define PULLEY_LIST6_(r, a, ...) , PULLEY_VALUE_(a) PULLEY_LIST5_(r, __VA_ARGS__)
#define PULLEY_LIST7_(r, a, ...) , PULLEY_VALUE_(a) PULLEY_LIST6_(r, __VA_ARGS__)
#define PULLEY_LIST8_(r, a, ...) , PULLEY_VALUE_(a) PULLEY_LIST7_(r, __VA_ARGS__)
#define PULLEY_LIST9_(r, a, ...) , PULLEY_VALUE_(a) PULLEY_LIST8_(r, __VA_ARGS__)
#define PULLEY_LIST10_(r, a, ...) , PULLEY_VALUE_(a) PULLEY_LIST9_(r, __VA_ARGS__)
#define PULLEY_LIST11_(r, a, ...) , PULLEY_VALUE_(a) PULLEY_LIST10_(r, __VA_ARGS__)
#define PULLEY_LIST12_(r, a, ...) , PULLEY_VALUE_(a) PULLEY_LIST11_(r, __VA_ARGS__)
#define PULLEY_LIST13_(r, a, ...) , PULLEY_VALUE_(a) PULLEY_LIST12_(r, __VA_ARGS__)
#define PULLEY_LIST14_(r, a, ...) , PULLEY_VALUE_(a) PULLEY_LIST13_(r, __VA_ARGS__)
#define PULLEY_LIST15_(r, a, ...) , PULLEY_VALUE_(a) PULLEY_LIST14_(r, __VA_ARGS__)
#define PULLEY_LIST16_(r, a, ...) , PULLEY_VALUE_(a) PULLEY_LIST15_(r, __VA_ARGS__)
#define PULLEY_FIRST_(r, ...) r
#define PULLEY_PICK_(r, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16,     \
                     picked, ...) picked
#define PULLEY_COUNT_(...)                                                                         \
  PULLEY_PICK_(__VA_ARGS__, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0)
#define PULLEY_LIST_(...)                                                                          \
  PULLEY_PICK_(__VA_ARGS__, PULLEY_LIST16_, PULLEY_LIST15_, PULLEY_LIST14_, PULLEY_LIST13_,        \
  PULLEY_LIST12_, PULLEY_LIST11_, PULLEY_LIST10_, PULLEY_LIST9_, PULLEY_LIST8_, PULLEY_LIST7_,     \
  PULLEY_LIST6_, PULLEY_LIST5_, PULLEY_LIST4_, PULLEY_LIST3_, PULLEY_LIST2_, PULLEY_LIST1_,        \
  PULLEY_LIST0_, 0)(__VA_ARGS__)
#define PULLEY_CALL_(...)                                                                          \
  (const pulley_value_t[]){pulley_i32(0) PULLEY_LIST_(__VA_ARGS__)} + 1,                           \
  PULLEY_COUNT_(__VA_ARGS__), PULLEY_RESULT_(PULLEY_FIRST_(__VA_ARGS__, 0))
#define pulley_callv(function, error, ...)                                                         \
  pulley_call_typed(function, PULLEY_CALL_(__VA_ARGS__), error)
#define pulley_runv(instance, name, error, ...)                                                    \
  pulley_run_typed(instance, name, PULLEY_CALL_(__VA_ARGS__), error)
#endif

#ifdef __cplusplus
}
#endif

#if defined(__cplusplus) && __cplusplus >= 201103L
/* The functions that PULLEY_VALUE_ and PULLEY_RESULT_ are in C. */
inline pulley_value_t pulley_to_value(bool value) { return pulley_i32(value); }
inline pulley_value_t pulley_to_value(char value) { return pulley_i32(value); }
inline pulley_value_t pulley_to_value(signed char value) { return pulley_i32(value); }
inline pulley_value_t pulley_to_value(unsigned char value) { return pulley_i32(value); }
inline pulley_value_t pulley_to_value(short value) { return pulley_i32(value); }
inline pulley_value_t pulley_to_value(unsigned short value) { return pulley_i32(value); }
inline pulley_value_t pulley_to_value(int value) { return pulley_i32(value); }
inline pulley_value_t pulley_to_value(unsigned value) {
  return pulley_i32(static_cast<int32_t>(value));
}
inline pulley_value_t pulley_to_value(long value) {
  return sizeof value == 4 ? pulley_i32(static_cast<int32_t>(value)) : pulley_i64(value);
}
inline pulley_value_t pulley_to_value(unsigned long value) {
  return pulley_to_value(static_cast<long>(value));
}
inline pulley_value_t pulley_to_value(long long value) { return pulley_i64(value); }
inline pulley_value_t pulley_to_value(unsigned long long value) {
  return pulley_i64(static_cast<int64_t>(value));
}
inline pulley_value_t pulley_to_value(float value) { return pulley_f32(value); }
inline pulley_value_t pulley_to_value(double value) { return pulley_f64(value); }
inline pulley_value_t pulley_to_value(void *value) { return pulley_externref(value); }
inline pulley_value_t pulley_to_value(pulley_value_t value) { return value; }
template <typename T> pulley_value_t pulley_to_value(T *) = delete;

inline pulley_type_t pulley_result_type(int *) { return PULLEY_I32; }
inline pulley_type_t pulley_result_type(unsigned *) { return PULLEY_I32; }
inline pulley_type_t pulley_result_type(long *) {
  return sizeof(long) == 4 ? PULLEY_I32 : PULLEY_I64;
}
inline pulley_type_t pulley_result_type(unsigned long *) {
  return sizeof(long) == 4 ? PULLEY_I32 : PULLEY_I64;
}
inline pulley_type_t pulley_result_type(long long *) { return PULLEY_I64; }
inline pulley_type_t pulley_result_type(unsigned long long *) { return PULLEY_I64; }
inline pulley_type_t pulley_result_type(float *) { return PULLEY_F32; }
inline pulley_type_t pulley_result_type(double *) { return PULLEY_F64; }
inline pulley_type_t pulley_result_type(void **) { return PULLEY_EXTERNREF; }
inline pulley_type_t pulley_result_type(pulley_value_t *) { return PULLEY_ANY; }
inline pulley_type_t pulley_result_type(decltype(nullptr)) { return 0; }
template <typename T> pulley_type_t pulley_result_type(T *) = delete;

template <typename Result, typename... Arguments>
inline pulley_status_t pulley_callv(pulley_function_t *function, pulley_error_t **error,
                                    Result *result, Arguments... arguments) {
  const pulley_value_t values[] = {pulley_to_value(arguments)..., pulley_i32(0)};
  return pulley_call_typed(function, values, sizeof...(arguments), pulley_result_type(result),
                           result, error);
}
template <typename... Arguments>
inline pulley_status_t pulley_callv(pulley_function_t *function, pulley_error_t **error,
                                    decltype(nullptr), Arguments... arguments) {
  const pulley_value_t values[] = {pulley_to_value(arguments)..., pulley_i32(0)};
  return pulley_call_typed(function, values, sizeof...(arguments), 0, nullptr, error);
}
template <typename Result, typename... Arguments>
inline pulley_status_t pulley_runv(pulley_instance_t *instance, const char *name,
                                   pulley_error_t **error, Result *result,
                                   Arguments... arguments) {
  const pulley_value_t values[] = {pulley_to_value(arguments)..., pulley_i32(0)};
  return pulley_run_typed(instance, name, values, sizeof...(arguments),
                          pulley_result_type(result), result, error);
}
template <typename... Arguments>
inline pulley_status_t pulley_runv(pulley_instance_t *instance, const char *name,
                                   pulley_error_t **error, decltype(nullptr),
                                   Arguments... arguments) {
  const pulley_value_t values[] = {pulley_to_value(arguments)..., pulley_i32(0)};
  return pulley_run_typed(instance, name, values, sizeof...(arguments), 0, nullptr, error);
}
#endif

#endif
