/* Runs guests on stacks of all sizes: on threads of 16 KiB to 8 MiB, on the first thread with several limits, and on
 * stacks that the program created.
 *
 *   stacks NUMBER   guest and host call each other NUMBER times
 *
 * Each check runs in a separate process, because its failure is a signal. Prints the failures, and `N passed, M
 * failed` as the last line. */
#define _GNU_SOURCE
#include <pthread.h>
#include <pulley.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

/* ---- The guest ---------------------------------------------------------------------------------- */

static const char guest_text[] =
    "(module"
    "  (import \"e\" \"again\" (func $again (param i32) (result i32)))"
    "  (import \"e\" \"many\" (func $many (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))"
    "  (import \"e\" \"fresh\" (func $fresh (param i32) (result i32)))"
    "  (import \"e\" \"gentle\" (func $gentle (param i32) (result i32)))"
    "  (memory (export \"memory\") 1)"
    "  (func (export \"recurse\") (param i32) (result i32) (call $again (local.get 0)))"
    "  (func (export \"wide\") (param i32) (result i32)"
    "    (call $many (local.get 0) (local.get 0) (local.get 0) (local.get 0) (local.get 0)"
    "      (local.get 0) (local.get 0) (local.get 0)))"
    "  (func (export \"renew\") (param i32) (result i32) (call $fresh (local.get 0)))"
    "  (func (export \"loop\") (param i32) (result i32)"
    "    (loop (drop (call $again (i32.const 1)))"
    "      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))"
    "    (i32.const 7))"
    "  (func (export \"spin\") (loop (br 0)))"
    "  (func (export \"trap\") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))"
    "  (func (export \"compile\") (param i32) (result i32)"
    "    (if (i32.eqz (call $gentle (local.get 0)))"
    "      (then (drop (call $cold (f64.const 4) (i64.const 2)))))"
    "    (i32.const 1))"
    "  (func $cold (export \"cold\") (param f64 i64) (result f64)"
    "    (f64.add (f64.sqrt (local.get 0)) (f64.convert_i64_s (local.get 1)))))";

static pulley_engine_t *engine;
static pulley_linker_t *linker;
static pulley_module_t *module;
static pulley_instance_t *instance;
static pulley_function_t *function;

/* What a host function does if it cannot call the guest again. */
static void (*at_the_end)(void);
static int deepest;
/* How much stack each host function uses. */
static size_t appetite;
static int failed;
/* The size of the stack under test. Below 32 KiB, system functions may fail. */
static size_t stack_size;

static void say(const char *what, pulley_status_t status, const pulley_error_t *error) {
  printf("    %s: %d %s\n", what, status, pulley_error_message(error));
  fflush(stdout);
  failed = 1;
}

/* Takes the address of the error, because the call that stores it is an argument too. */
static void must(const char *what, pulley_status_t status, pulley_error_t **error) {
  if (status) {
    say(what, status, *error);
    exit(1);
  }
}

static int32_t call(pulley_function_t *f, pulley_instance_t *caller, int32_t depth) {
  volatile char hunger[appetite + 1];
  hunger[appetite] = 1;
  pulley_value_t argument = pulley_i32(depth + 1), result;
  pulley_error_t *error = NULL;
  if (depth > deepest) deepest = depth;
  if (pulley_call(f, &argument, 1, &result, 1, &error)) {
    if (at_the_end) {
      void (*act)(void) = at_the_end;
      at_the_end = NULL;
      act();
    }
    pulley_trap_error(caller, error);
    pulley_error_delete(error);
    return 0;
  }
  return result.of.i32 + hunger[appetite] - 1;
}

/* Calls the guest again as many times as it says, without end if that is not 1. */
static int32_t again(pulley_instance_t *caller, int32_t depth) {
  if (depth == 1) return 1;
  return call(function, caller, depth);
}

/* Eight integers do not fit in registers, so the call goes through libffi. */
static int32_t many(pulley_instance_t *caller, int32_t a, int32_t b, int32_t c, int32_t d, int32_t e,
                    int32_t f, int32_t g, int32_t h) {
  (void)b, (void)c, (void)d, (void)e, (void)f, (void)g, (void)h;
  return call(function, caller, a);
}

/* Returns 0 if the guest cannot be called again, so that the guest continues. */
static int32_t gentle(pulley_instance_t *caller, int32_t depth) {
  (void)caller;
  pulley_value_t argument = pulley_i32(depth + 1), result;
  if (depth > deepest) deepest = depth;
  if (pulley_call(function, &argument, 1, &result, 1, NULL)) return 0;
  return result.of.i32;
}

static void define(pulley_linker_t *in);

static int compiles_anew;

/* Makes an instance, and perhaps a module, for each level. */
static int32_t fresh(pulley_instance_t *caller, int32_t depth) {
  pulley_error_t *error = NULL;
  pulley_instance_t *made = NULL;
  pulley_function_t *renew = NULL;
  int32_t result = 0;
  pulley_status_t status =
      compiles_anew
          ? pulley_instantiate_bytes(linker, guest_text, strlen(guest_text), &made, &error)
          : pulley_instantiate(linker, module, &made, &error);
  if (status == PULLEY_ERROR_LIMIT) {
    /* Too little stack is left to make another, which is an acceptable end. */
    deepest = -deepest;
    pulley_trap_error(caller, error);
    pulley_error_delete(error);
    return 0;
  }
  if (status
      || pulley_instance_function(made, "renew", &renew, &error)) {
    pulley_trap_error(caller, error);
    pulley_error_delete(error);
  } else {
    result = call(renew, caller, depth);
  }
  pulley_function_delete(renew);
  pulley_instance_delete(made);
  return result;
}

static void define(pulley_linker_t *in) {
  pulley_error_t *error;
  must("register again",
       pulley_register(in, "e", "again", "i32(instance, i32)", (pulley_host_t)again, NULL, NULL,
                       &error), &error);
  must("register many",
       pulley_register(in, "e", "many", "i32(instance, i32, i32, i32, i32, i32, i32, i32, i32)",
                       (pulley_host_t)many, NULL, NULL, &error), &error);
  must("register gentle",
       pulley_register(in, "e", "gentle", "i32(instance, i32)", (pulley_host_t)gentle, NULL, NULL,
                       &error), &error);
  must("register fresh",
       pulley_register(in, "e", "fresh", "i32(instance, i32)", (pulley_host_t)fresh, NULL, NULL,
                       &error), &error);
}

static void find(const char *name) {
  pulley_error_t *error;
  must(name, pulley_instance_function(instance, name, &function, &error), &error);
}

/* The operations of the checks below. */
static void prepare(void) {
  pulley_error_t *error;
  pulley_options_t *options = pulley_options_new();
  must("interruptible", pulley_options_set_interruptible(options, true, &error), &error);
  must("CLIF", pulley_options_set_clif(options, true, &error), &error);
  engine = pulley_engine_new(options);
  pulley_options_delete(options);
  linker = pulley_linker_new(engine);
  define(linker);
  must("compile", pulley_compile(engine, guest_text, strlen(guest_text), &module, &error), &error);
  must("instantiate", pulley_instantiate(linker, module, &instance, &error), &error);
}

/* ---- The work on each stack ----------------------------------------------------------------- */

static int32_t number_of_calls;

static void expect_overflow(const char *name) {
  pulley_value_t argument = pulley_i32(2), result;
  pulley_error_t *error = NULL;
  deepest = 0;
  find(name);
  pulley_status_t status = pulley_call(function, &argument, 1, &result, 1, &error);
  int ran_out = deepest < 0; /* in `fresh` */
  if (status != PULLEY_ERROR_TRAP
      || pulley_error_trap_code(error) != (ran_out ? PULLEY_TRAP_HOST : PULLEY_TRAP_STACK_OVERFLOW)
      || (deepest > 2 && pulley_error_frame_count(error) < 2) || !strlen(pulley_error_description(error)))
    say(name, status, error);
  pulley_error_delete(error);
}

static void call_often(void) {
  pulley_value_t argument = pulley_i32(number_of_calls), result;
  pulley_error_t *error = NULL;
  find("loop");
  pulley_status_t status = pulley_call(function, &argument, 1, &result, 1, &error);
  if (status || result.of.i32 != 7) say("loop", status, error);
  pulley_error_delete(error);
}

/* Guest, host, guest: two levels, as many times as requested. */
static pulley_function_t *leaf;
static int32_t to_leaf(int32_t n) {
  pulley_value_t argument = pulley_i32(n), result;
  result.of.i32 = 0;
  if (pulley_call(leaf, &argument, 1, &result, 1, NULL)) failed = 1;
  return result.of.i32;
}

static void call_back_often(void) {
  static const char text[] =
      "(module (import \"e\" \"leaf\" (func $leaf (param i32) (result i32)))"
      "  (func (export \"leaf\") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))"
      "  (func (export \"f\") (param $n i32) (result i32) (local $sum i32)"
      "    (loop (local.set $sum (call $leaf (local.get $sum)))"
      "      (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))"
      "    (local.get $sum)))";
  pulley_error_t *error = NULL;
  pulley_linker_t *own = pulley_linker_new(engine);
  pulley_instance_t *made = NULL;
  must("register leaf",
       pulley_register(own, "e", "leaf", "i32(i32)", (pulley_host_t)to_leaf, NULL, NULL, &error),
       &error);
  must("instantiate",
       pulley_instantiate_bytes(own, text, strlen(text), &made, &error), &error);
  must("leaf", pulley_instance_function(made, "leaf", &leaf, &error), &error);
  pulley_value_t argument = pulley_i32(number_of_calls), result;
  pulley_status_t status = pulley_run(made, "f", &argument, 1, &result, 1, &error);
  if (status || result.of.i32 != number_of_calls || failed) say("call back", status, error);
  pulley_error_delete(error);
  pulley_function_delete(leaf);
  pulley_instance_delete(made);
  pulley_linker_delete(own);
}

static void report_trap(void) {
  pulley_value_t argument = pulley_i32(0), result;
  pulley_error_t *error = NULL;
  pulley_status_t status = pulley_run(instance, "trap", &argument, 1, &result, 1, &error);
  if (status != PULLEY_ERROR_TRAP
      || pulley_error_trap_code(error) != PULLEY_TRAP_INTEGER_DIVIDE_BY_ZERO
      || pulley_error_frame_count(error) < 1 || strcmp(pulley_error_frame_name(error, 0), "trap"))
    say("trap", status, error);
  pulley_error_delete(error);
}

/* Where not even one call of the guest is possible. */
static void report_either(void) {
  pulley_value_t argument = pulley_i32(0), result;
  pulley_error_t *error = NULL;
  pulley_status_t status = pulley_run(instance, "trap", &argument, 1, &result, 1, &error);
  if (status != PULLEY_ERROR_TRAP) say("trap", status, error);
  pulley_error_delete(error);
}

static void be_interrupted(void) {
  pulley_error_t *error = NULL;
  pulley_interrupt(instance);
  pulley_status_t status = pulley_run(instance, "spin", NULL, 0, NULL, 0, &error);
  if (pulley_error_trap_code(error) != PULLEY_TRAP_INTERRUPTED) say("spin", status, error);
  pulley_error_delete(error);
}

/* Compiles, instantiates, and calls functions for the first time. With little stack, each may fail, but only with a
 * limit or a stack overflow. */
static void work_cold(void) {
  static const char clif[] = "function %add(i64, i64) -> i64 { block0(v0: i64, v1: i64): "
                             "v2 = iadd v0, v1  return v2 }";
  pulley_error_t *error = NULL;
  pulley_module_t *made = NULL, *loaded = NULL;
  pulley_instance_t *alive = NULL;
  uint8_t *bytes = NULL;
  size_t length = 0;
  pulley_value_t arguments[2] = {pulley_f64(16), pulley_i64(3)}, result;
  must("compile cold", pulley_compile(engine, guest_text, strlen(guest_text), &made, &error), &error);
  must("save", pulley_module_save(made, &bytes, &length, &error), &error);
  must("load", pulley_load(engine, bytes, length, &loaded, &error), &error);
  pulley_free(bytes);
  pulley_status_t status = pulley_instantiate(linker, made, &alive, &error);
  if (status && status != PULLEY_ERROR_LIMIT) say("instantiate cold", status, error);
  if (!status) {
    status = pulley_run(alive, "cold", arguments, 2, &result, 1, &error);
    if (status ? pulley_error_trap_code(error) != PULLEY_TRAP_STACK_OVERFLOW : result.of.f64 != 7)
      say("run cold", status, error);
  }
  pulley_error_delete(error);
  pulley_instance_delete(alive);
  pulley_module_delete(made);
  pulley_module_delete(loaded);
  must("compile CLIF", pulley_compile(engine, clif, strlen(clif), &made, &error), &error);
  pulley_module_delete(made);
  if (!pulley_compile(engine, "(module (func (export \"f\") (drop (i32.cnst 1))))", 48, &made, &error)
      || pulley_error_line(error) != 1)
    say("compile nonsense", PULLEY_OK, error);
  pulley_error_delete(error);
  pulley_wasi_t *wasi = pulley_wasi_new();
  pulley_linker_t *own = pulley_linker_new(engine);
  status = pulley_wasi_define(wasi, own, &error);
  if (status && status != PULLEY_ERROR_LIMIT) say("WASI", status, error);
  pulley_error_delete(error);
  status = pulley_register(own, "e", "f", "void(ptr, size_t", (pulley_host_t)abort, NULL, NULL, &error);
  if (status != PULLEY_ERROR_SIGNATURE && status != PULLEY_ERROR_LIMIT) say("register", status, error);
  pulley_error_delete(error);
  pulley_linker_delete(own);
  pulley_wasi_delete(wasi);
}

/* All operations of a guest that the library implements in C or Swift. */
static void ask_the_library(void) {
  static const char text[] =
      "(module (memory (export \"memory\") 1 10) (table $t 2 20 funcref) (table $x 1 20 externref)"
      "  (data $d \"hello\") (elem $e func $id) (global $g (mut funcref) (ref.func $id))"
      "  (type $i (func (param i32) (result i32)))"
      "  (func $id (type $i) (local.get 0))"
      "  (func (export \"f\") (param i32) (result i32)"
      "    (drop (memory.grow (i32.const 1)))"
      "    (memory.fill (i32.const 0) (i32.const 1) (i32.const 70000))"
      "    (memory.copy (i32.const 1) (i32.const 0) (i32.const 70000))"
      "    (memory.init $d (i32.const 0) (i32.const 0) (i32.const 5)) (data.drop $d)"
      "    (drop (table.grow $t (ref.null func) (i32.const 3)))"
      "    (drop (table.grow $x (ref.null extern) (i32.const 3)))"
      "    (table.fill $t (i32.const 0) (ref.func $id) (i32.const 2))"
      "    (table.copy $t $t (i32.const 2) (i32.const 0) (i32.const 2))"
      "    (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1)) (elem.drop $e)"
      "    (table.set $t (i32.const 3) (global.get $g))"
      "    (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))"
      "    (call_indirect $t (type $i) (local.get 0) (i32.const 3))))";
  pulley_error_t *error = NULL;
  pulley_instance_t *made = NULL;
  pulley_memory_t *memory = NULL;
  pulley_value_t argument = pulley_i32(9), result;
  must("instantiate", pulley_instantiate_bytes(linker, text, strlen(text), &made, &error), &error);
  pulley_status_t status = pulley_run(made, "f", &argument, 1, &result, 1, &error);
  if (status || result.of.i32 != 9) say("operations", status, error);
  pulley_error_delete(error);
  must("memory", pulley_instance_memory(made, "memory", &memory, &error), &error);
  must("grow", pulley_memory_grow(memory, 1, NULL, &error), &error);
  pulley_memory_delete(memory);
  pulley_instance_delete(made);
}

static void hear(void *userdata, const void *bytes, size_t length) {
  (void)bytes;
  *(size_t *)userdata += length;
}

static void run_program(void) {
#define IMPORT(name, parameters) \
  "(import \"wasi_snapshot_preview1\" \"" name "\" (func $" name " (param " parameters ") (result i32)))"
  static const char text[] =
      "(module"
      IMPORT("fd_write", "i32 i32 i32 i32") IMPORT("random_get", "i32 i32")
      IMPORT("clock_time_get", "i32 i64 i32") IMPORT("args_sizes_get", "i32 i32")
      IMPORT("environ_get", "i32 i32") IMPORT("fd_readdir", "i32 i32 i32 i64 i32")
      IMPORT("path_open", "i32 i32 i32 i32 i32 i64 i64 i32 i32") IMPORT("fd_close", "i32")
      IMPORT("path_filestat_get", "i32 i32 i32 i32 i32") IMPORT("poll_oneoff", "i32 i32 i32 i32")
      IMPORT("path_readlink", "i32 i32 i32 i32 i32 i32") IMPORT("fd_prestat_get", "i32 i32")
      "  (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $proc_exit (param i32)))"
      "  (memory (export \"memory\") 1)"
      "  (data (i32.const 0) \"\\40\\00\\00\\00\\05\\00\\00\\00\") (data (i32.const 64) \"hello.\")"
      "  (func (export \"_start\")"
      "    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))"
      "    (drop (call $random_get (i32.const 1024) (i32.const 1024)))"
      "    (drop (call $clock_time_get (i32.const 0) (i64.const 0) (i32.const 1024)))"
      "    (drop (call $args_sizes_get (i32.const 1024) (i32.const 1028)))"
      "    (drop (call $environ_get (i32.const 1024) (i32.const 2048)))"
      "    (drop (call $fd_prestat_get (i32.const 3) (i32.const 1024)))"
      "    (drop (call $path_filestat_get (i32.const 3) (i32.const 0) (i32.const 69) (i32.const 1)"
      "      (i32.const 1024)))"
      "    (drop (call $path_readlink (i32.const 3) (i32.const 69) (i32.const 1) (i32.const 1024)"
      "      (i32.const 64) (i32.const 2048)))"
      "    (drop (call $fd_readdir (i32.const 3) (i32.const 4096) (i32.const 512) (i64.const 0)"
      "      (i32.const 1024)))"
      "    (drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 69) (i32.const 1)"
      "      (i32.const 2) (i64.const -1) (i64.const -1) (i32.const 0) (i32.const 1024)))"
      "    (drop (call $fd_close (i32.load (i32.const 1024))))"
      "    (i64.store (i32.const 512) (i64.const 7))"
      "    (drop (call $poll_oneoff (i32.const 512) (i32.const 4096) (i32.const 1)"
      "      (i32.const 1024)))"
      "    (call $proc_exit (i32.const 5))))";
#undef IMPORT
  pulley_error_t *error = NULL;
  size_t heard = 0;
  int32_t code = 0;
  pulley_wasi_t *wasi = pulley_wasi_new();
  pulley_linker_t *own = pulley_linker_new(engine);
  pulley_instance_t *made = NULL;
  if (pulley_wasi_add_directory(wasi, "/", NULL, true, &error)
      || pulley_wasi_set_output(wasi, 1, hear, &heard, &error)
      || pulley_wasi_define(wasi, own, &error)
      || pulley_instantiate_bytes(own, text, strlen(text), &made, &error)
      || pulley_wasi_run(wasi, made, &code, &error) || code != 5
      || (heard != 5 && stack_size >= 32 << 10))
    say("program", code, error);
  pulley_error_delete(error);
  pulley_instance_delete(made);
  pulley_linker_delete(own);
  pulley_wasi_delete(wasi);
}

/* Calls %down again, and throws if that is not possible. */
static pulley_function_t *down;
static int64_t descend(pulley_instance_t *caller, int64_t depth) {
  pulley_value_t argument = pulley_i64(depth + 1), result;
  result.of.i64 = 0;
  if (pulley_call(down, &argument, 1, &result, 1, NULL)) pulley_throw(caller, 7, (uint64_t)depth, 0);
  return result.of.i64;
}

static void throw_where_recursion_ends(void) {
  static const char text[] = "function %down(i64) -> i64 {\n"
                             "    sig0 = (i64) -> i64 system_v\n"
                             "    fn0 = %descend sig0\n"
                             "block0(v0: i64):\n"
                             "    try_call fn0(v0), sig0, block1(ret0), [ tag7: block2(exn0) ]\n"
                             "block1(v1: i64):\n"
                             "    return v1\n"
                             "block2(v2: i64):\n"
                             "    return v2\n"
                             "}\n";
  pulley_error_t *error = NULL;
  pulley_instance_t *made = NULL;
  pulley_linker_t *own = pulley_linker_new(engine);
  pulley_value_t argument = pulley_i64(1), result;
  must("register",
       pulley_register(own, "env", "descend", "i64(instance, i64)", (pulley_host_t)descend, NULL,
                       NULL, &error), &error);
  must("CLIF", pulley_instantiate_bytes(own, text, strlen(text), &made, &error), &error);
  must("down", pulley_instance_function(made, "down", &down, &error), &error);
  pulley_status_t status = pulley_call(down, &argument, 1, &result, 1, &error);
  if (status || result.of.i64 < 1) say("throwing", status, error);
  pulley_error_delete(error);
  pulley_function_delete(down);
  pulley_instance_delete(made);
  pulley_linker_delete(own);
}

static void recurse_wide(void) { expect_overflow("wide"); }
static void recurse_fresh(void) { expect_overflow("renew"); }
static void recurse_hungry(void) {
  appetite = 3000;
  expect_overflow("recurse");
}
static void recurse(void) { expect_overflow("recurse"); }
static void recurse_then_work(void) {
  at_the_end = work_cold;
  expect_overflow("recurse");
}
static void recurse_then_report(void) {
  at_the_end = report_either;
  expect_overflow("recurse");
}
static void recurse_then_compile(void) {
  pulley_value_t argument = pulley_i32(2), result;
  pulley_error_t *error = NULL;
  find("compile");
  pulley_status_t status = pulley_call(function, &argument, 1, &result, 1, &error);
  if (status || result.of.i32 != 1) say("compile where recursion ends", status, error);
  pulley_error_delete(error);
}
static void recurse_and_compile(void) {
  compiles_anew = 1;
  expect_overflow("renew");
}

typedef struct {
  const char *name;
  void (*act)(void);
} act_t;

static const act_t acts[] = {
    {"calls of the host", call_often},
    {"guest, host, guest", call_back_often},
    {"recursion without end", recurse},
    {"recursion by the general path", recurse_wide},
    {"recursion with an instance a level", recurse_fresh},
    {"recursion with a module a level", recurse_and_compile},
    {"recursion of host functions that take 3 KB", recurse_hungry},
    {"a trap's report", report_trap},
    {"an interruption", be_interrupted},
    {"operations on memories and tables", ask_the_library},
    {"a program of WASI", run_program},
    {"an exception where recursion ends", throw_where_recursion_ends},
    {"compiling, loading, instantiating", work_cold},
    {"the same where recursion ends", recurse_then_work},
    {"a report where recursion ends", recurse_then_report},
    {"a first call where recursion ends", recurse_then_compile},
};

/* ---- Stacks ------------------------------------------------------------------------------------- */

static void (*current)(void);

static void *thread_body(void *unused) {
  (void)unused;
  current();
  return NULL;
}

static void on_thread(size_t size, void (*act)(void)) {
  pthread_attr_t attributes;
  pthread_t thread;
  current = act;
  pthread_attr_init(&attributes);
  if (pthread_attr_setstacksize(&attributes, size)
      || pthread_create(&thread, &attributes, thread_body, NULL)) {
    say("no thread", 0, NULL);
    return;
  }
  pthread_join(thread, NULL);
}

static ucontext_t outside, inside;

static void coroutine_body(void) { current(); }

/* Runs on a stack that the program created, with or without declaring its bounds. */
static void on_coroutine(void *stack, size_t size, int told, void (*act)(void)) {
  pulley_error_t *error;
  current = act;
  getcontext(&inside);
  inside.uc_stack.ss_sp = stack;
  inside.uc_stack.ss_size = size;
  inside.uc_link = &outside;
  makecontext(&inside, coroutine_body, 0);
  if (told) must("set_stack", pulley_thread_set_stack(stack, size, &error), &error);
  swapcontext(&outside, &inside);
  if (told) must("set_stack", pulley_thread_set_stack(NULL, 0, &error), &error);
}

static void *guarded(size_t size) {
  char *place = mmap(NULL, size + 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(place, 4096, PROT_NONE);
  mprotect(place + 4096 + size, 4096, PROT_NONE);
  return place + 4096;
}

/* ---- Running them ------------------------------------------------------------------------------- */

static int passed_count, failed_count;

static void check(const char *stack, size_t size, const act_t *act, int (*body)(size_t, void (*)(void))) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    alarm(300);
    stack_size = size;
    int status = body(size, act->act);
    fflush(stdout);
    _exit(status | failed);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    passed_count++;
    return;
  }
  failed_count++;
  printf("FAILED: %s on %s of %zu KiB: ", act->name, stack, size >> 10);
  if (WIFSIGNALED(status)) printf("signal %d\n", WTERMSIG(status));
  else printf("exit code %d\n", WEXITSTATUS(status));
}

static int thread_check(size_t size, void (*act)(void)) {
  prepare();
  on_thread(size, act);
  return 0;
}

/* The first use of the library, on a small stack. */
static int cold_check(size_t size, void (*act)(void)) {
  (void)act;
  on_thread(size, prepare);
  on_thread(size, report_trap);
  on_thread(size, recurse);
  return 0;
}

/* The first thread's stack, with a lowered limit. */
static int limit_check(size_t size, void (*act)(void)) {
  prepare();
  struct rlimit limit;
  getrlimit(RLIMIT_STACK, &limit);
  limit.rlim_cur = size;
  setrlimit(RLIMIT_STACK, &limit);
  act();
  return 0;
}

static int told_check(size_t size, void (*act)(void)) {
  prepare();
  on_coroutine(guarded(size), size, 1, act);
  return 0;
}

static int untold_check(size_t size, void (*act)(void)) {
  prepare();
  on_coroutine(guarded(size), size, 0, act);
  return 0;
}

static int untold_heap_check(size_t size, void (*act)(void)) {
  prepare();
  /* The memory around the stack must not change; otherwise the library has exceeded the stack. */
  char *place = malloc(3 * size);
  memset(place, 0x5A, 3 * size);
  on_coroutine(place + size, size, 0, act);
  for (size_t i = 0; i < size; i++)
    if (place[i] != 0x5A || place[2 * size + i] != 0x5A) return 2;
  return 0;
}

/* Many coroutines, each called at depth one from a call of the previous one. */
static char *stacks_in_turn[64];
static int turn;
static size_t turn_size;
static void take_turn(void) {
  pulley_value_t argument = pulley_i32(1), result;
  pulley_error_t *error = NULL;
  pulley_status_t status = pulley_run(instance, "loop", &argument, 1, &result, 1, &error);
  if (status) say("a coroutine's first call", status, error);
}
static int turns_check(size_t size, void (*act)(void)) {
  (void)act;
  turn_size = size;
  prepare();
  for (int i = 0; i < 64; i++) stacks_in_turn[i] = malloc(size);
  for (turn = 0; turn < 1000; turn++)
    on_coroutine(stacks_in_turn[turn * 7 % 64], size, turn % 3 == 1, take_turn);
  take_turn();
  return 0;
}

/* A large stack allows deep recursion, because only the stack limits it. */
static void recurse_deep(void) {
  expect_overflow("recurse");
  if (deepest < 2000) {
    printf("    only %d levels\n", deepest);
    failed = 1;
  }
}

static const act_t deep = {"deep recursion", recurse_deep};
static const act_t cold = {"everything from the beginning", NULL};
static const act_t turns = {"many coroutines", NULL};

int main(int argc, char **argv) {
  long total = argc > 1 ? atol(argv[1]) : 100000;
  static const size_t sizes[] = {16 << 10, 20 << 10, 32 << 10, 48 << 10, 64 << 10, 128 << 10,
                                 256 << 10, 1 << 20, 8 << 20};
  size_t size_count = sizeof sizes / sizeof *sizes;
  size_t act_count = sizeof acts / sizeof *acts;
  size_t smallest = (size_t)sysconf(_SC_THREAD_STACK_MIN);
  number_of_calls = (int32_t)(total / (long)size_count / 2);
  if (number_of_calls < 10) number_of_calls = 10;
  for (size_t s = 0; s < size_count; s++) {
    size_t size = sizes[s] < smallest ? smallest : sizes[s];
    for (size_t a = 0; a < act_count; a++) check("a thread's stack", size, &acts[a], thread_check);
    if (size >= 32 << 10) check("a thread's stack", size, &cold, cold_check);
  }
  number_of_calls = 1000;
  check("a thread's stack", 8 << 20, &deep, thread_check);
  check("a thread's stack", 64 << 20, &deep, thread_check);
  for (size_t s = 2; s < size_count; s++)
    for (size_t a = 0; a < act_count; a++) {
      check("a coroutine's stack, told,", sizes[s], &acts[a], told_check);
      check("a coroutine's stack, not told,", sizes[s], &acts[a], untold_check);
      if (sizes[s] >= 64 << 10)
        check("a coroutine's stack in the heap, not told,", sizes[s], &acts[a], untold_heap_check);
    }
  for (size_t s = 4; s < size_count; s++) check("stacks in the heap", sizes[s], &turns, turns_check);
  for (size_t s = 4; s < size_count; s++)
    for (size_t a = 0; a < act_count; a++)
      check("the first thread's stack with a limit", sizes[s], &acts[a], limit_check);
  printf("%d passed, %d failed\n", passed_count, failed_count);
  return failed_count != 0;
}
