/* Sequences of calls of the C interface that the header allows: with handles in any order, with NULL and handles of
 * another kind, deleted in any order, also from host functions, and on two threads that share engines, modules and a
 * memory. Each status must be one that the header allows. */
#define _POSIX_C_SOURCE 200809L
#include "calls.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char *const texts[] = {
    "(module)",
    "(module (memory (export \"memory\") 1 5) (table (export \"table\") 4 20 funcref)"
    " (global (export \"count\") (mut i32) (i32.const 3)) (global (export \"fixed\") f64 (f64.const 2))"
    " (func $add (export \"add\") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)"
    " (func (export \"grow\") (param i32) (result i32) local.get 0 memory.grow)"
    " (func (export \"trap\") unreachable) (elem (i32.const 0) $add)"
    " (func (export \"pair\") (param i64 f32) (result f32 i64) local.get 1 local.get 0))",
    "(module (import \"env\" \"f\" (func $f (param i32) (result i32)))"
    " (memory (export \"memory\") 1) (func (export \"call\") (param i32) (result i32)"
    " local.get 0 call $f i32.const 1 i32.add)"
    " (func $deep (export \"deep\") (param i32) (result i32) local.get 0 i32.eqz"
    " if (result i32) i32.const 9 call $f else local.get 0 i32.const 1 i32.sub call $deep end))",
    "(module (import \"env\" \"f\" (func $f (param i32) (result i32))) (start $s)"
    " (func $s i32.const 1 call $f drop))",
    "(module (import \"env\" \"memory\" (memory 1)) (import \"env\" \"table\" (table 1 funcref))"
    " (import \"env\" \"global\" (global (mut i32)))"
    " (func (export \"get\") (result i32) global.get 0 i32.load8_u)"
    " (func (export \"indirect\") (param i32) (result i32) i32.const 1 i32.const 2 local.get 0"
    " call_indirect (param i32 i32) (result i32)))",
    "(module (import \"env\" \"shared\" (memory 1 4 shared))"
    " (func (export \"add\") (param i32) (result i32) i32.const 8 local.get 0 i32.atomic.rmw.add)"
    " (func (export \"wait\") (result i32) i32.const 8 i32.const 0 i64.const 1000"
    " memory.atomic.wait32))",
    "(module (func (export \"echo\") (param externref funcref) (result funcref) local.get 1)"
    " (table (export \"table\") 2 externref))",
    "(module (memory (export \"memory\") 1)"
    " (import \"wasi_snapshot_preview1\" \"fd_write\""
    " (func $w (param i32 i32 i32 i32) (result i32)))"
    " (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))"
    " (data (i32.const 0) \"\\08\\00\\00\\00\\05\\00\\00\\00hello\")"
    " (func (export \"_start\") i32.const 1 i32.const 0 i32.const 1 i32.const 20 call $w call $exit))",
    "(module (func (export \"bad\") (result i32)))",
    "(module (global (export \"v\") (mut v128) (v128.const i64x2 1 2)))",
    "function %twice(i64) -> i64 {\nblock0(v0: i64):\n v1 = iadd v0, v0\n return v1\n}\n",
    "(module (func",
};

const char *text_of_module(world_t *world, size_t *length) {
  const char *text = texts[fuzz_choose(world->choices, 1) % (sizeof texts / sizeof *texts)];
  *length = strlen(text);
  if (fuzz_choose(world->choices, 1) % 16 == 0) *length = fuzz_choose(world->choices, 1) % (*length + 1);
  return text;
}

const char *some_name(world_t *world) {
  static const char *const names[] = {"env",    "f",     "memory", "table", "count", "add",    "fixed",
                                      "grow",   "trap",  "pair",   "call",  "deep",  "shared", "global",
                                      "get",    "indirect", "wait", "echo", "v",     "",       "\xff\xfe",
                                      "_start", "n\nm", "%twice", "twice"};
  uint64_t choice = fuzz_choose(world->choices, 1) % (sizeof names / sizeof *names + 1);
  return choice == sizeof names / sizeof *names ? NULL : names[choice];
}

/* Returns a handle for an argument. Sometimes it is NULL or of another kind, and *right is then false. */
void *some(world_t *world, kind_t kind, bool *right) {
  uint64_t choice = fuzz_choose(world->choices, 1);
  if (choice % 32 == 0) {
    kind_t other = (kind_t)(choice / 32 % KINDS);
    void *handle = world->handles[other][fuzz_choose(world->choices, 1) % SLOTS];
    if (other != kind || !handle) *right = false;
    return handle;
  }
  void *handle = world->handles[kind][choice % SLOTS];
  for (size_t i = 0; !handle && i < SLOTS && choice % 8; i++) handle = world->handles[kind][i];
  if (!handle) *right = false;
  return handle;
}

void delete_handle(kind_t kind, void *handle) {
  switch (kind) {
  case OPTIONS: pulley_options_delete(handle); break;
  case ENGINE: pulley_engine_delete(handle); break;
  case MODULE: pulley_module_delete(handle); break;
  case LINKER: pulley_linker_delete(handle); break;
  case INSTANCE: pulley_instance_delete(handle); break;
  case FUNCTION: pulley_function_delete(handle); break;
  case MEMORY: pulley_memory_delete(handle); break;
  case TABLE: pulley_table_delete(handle); break;
  case GLOBAL: pulley_global_delete(handle); break;
  case WASI: pulley_wasi_delete(handle); break;
  case KINDS: break;
  }
}

/* Replaces an older handle, which is deleted. A host function deletes nothing, because the calls that led to it may
 * use the handle. */
void keep(world_t *world, kind_t kind, void *handle) {
  if (!handle) return;
  void **slot = &world->handles[kind][fuzz_choose(world->choices, 1) % SLOTS];
  if (world->depth) {
    for (size_t i = 0; i < SLOTS && *slot; i++) slot = &world->handles[kind][i];
    if (*slot) {
      delete_handle(kind, handle);
      return;
    }
  }
  delete_handle(kind, *slot);
  *slot = handle;
}

void check(world_t *world, bool right, pulley_status_t status, pulley_error_t *error) {
  FUZZ_CHECK(right || status == PULLEY_ERROR_ARGUMENT, "step %d: a wrong handle gives status %d: %s",
             world->step, status, pulley_error_description(error));
  fuzz_feature(5000 + (uint32_t)world->step * 16 + (uint32_t)status);
  fuzz_outcome(status, error, SIZE_MAX);
}

void check_new(world_t *world, bool right, pulley_status_t status, kind_t kind, void *handle,
               pulley_error_t *error) {
  FUZZ_CHECK((status == PULLEY_OK) == (handle != NULL), "step %d: status %d, a handle: %d", world->step,
             status, handle != NULL);
  check(world, right, status, error);
  keep(world, kind, handle);
}

static void delete_one(world_t *world) {
  kind_t kind = (kind_t)(fuzz_choose(world->choices, 1) % KINDS);
  void **slot = &world->handles[kind][fuzz_choose(world->choices, 1) % SLOTS];
  if (world->depth) return;
  delete_handle(kind, *slot);
  *slot = NULL;
}

void run_steps(world_t *world, unsigned most) {
  for (unsigned i = 0; i < most && world->choices->next < world->choices->end; i++) {
    int choice = (int)(fuzz_choose(world->choices, 1) % (STEPS + 1));
    if (choice == STEPS) {
      delete_one(world);
    } else {
      world->step = choice;
      steps[choice](world);
    }
  }
}

static void *run_world(void *argument) {
  world_t *world = argument;
  run_steps(world, 400);
  uint64_t first = fuzz_choose(world->choices, 1);
  for (size_t i = 0; i < KINDS; i++) {
    kind_t kind = (kind_t)((i * 3 + first) % KINDS);
    for (size_t slot = 0; slot < SLOTS; slot++) delete_handle(kind, world->handles[kind][slot]);
  }
  FUZZ_CHECK(world->finalized == world->registered, "%u of %u finalizers were called",
             world->finalized, world->registered);
  return NULL;
}

static pulley_engine_t *engines[2];
static pulley_module_t *modules[sizeof texts / sizeof *texts];
static pulley_memory_t *shared;

static void prepare(void) {
  pulley_options_t *options = pulley_options_new();
  pulley_options_set_memory_limit(options, 1 << 24, NULL);
  pulley_options_set_threads(options, 2, NULL);
  pulley_options_set_clif(options, true, NULL);
  for (size_t i = 0; i < 2; i++) {
    engines[i] = pulley_engine_new(options);
    pulley_options_set_interruptible(options, true, NULL);
  }
  pulley_options_delete(options);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    pulley_compile(engines[0], texts[i], strlen(texts[i]), &modules[i], NULL);
  }
  pulley_memory_new_shared(engines[0], (pulley_limits_t){1, 4}, &shared, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!engines[0]) prepare();
  if (!size) return -1;
  size_t threads = 1 + (data[0] & 1);
  fuzz_choices_t choices[2] = {{data + 1, data + 1 + (size - 1) / threads},
                               {data + 1 + (size - 1) / threads, data + size}};
  world_t *worlds = calloc(2, sizeof *worlds);
  for (size_t i = 0; i < threads; i++) {
    worlds[i].choices = &choices[i];
    for (size_t j = 0; j < 2; j++) worlds[i].engines[j] = engines[j];
    worlds[i].module = modules[fuzz_choose(&choices[i], 1) % (sizeof texts / sizeof *texts)];
    worlds[i].shared = shared;
  }
  if (threads == 1) {
    run_world(&worlds[0]);
  } else {
    pthread_t other;
    pthread_create(&other, NULL, run_world, &worlds[1]);
    run_world(&worlds[0]);
    pthread_join(other, NULL);
  }
  free(worlds);
  return 0;
}
