/* What the two files of the target `calls` share: the handles of one thread, and the steps. */
#ifndef CALLS_H
#define CALLS_H

#include "fuzz.h"

typedef enum kind {
  OPTIONS, ENGINE, MODULE, LINKER, INSTANCE, FUNCTION, MEMORY, TABLE, GLOBAL, WASI, KINDS
} kind_t;

enum { SLOTS = 5, STEPS = 50 };

/* What one thread has. */
typedef struct world {
  fuzz_choices_t *choices;
  void *handles[KINDS][SLOTS];
  /* Shared by all threads and never deleted. */
  pulley_engine_t *engines[2];
  pulley_module_t *module;
  pulley_memory_t *shared;
  /* How many host functions are being called, one by way of another. */
  unsigned depth;
  int step;
  unsigned registered, finalized;
} world_t;

typedef void (*step_t)(world_t *world);
extern const step_t steps[STEPS];

const char *text_of_module(world_t *world, size_t *length);
const char *some_name(world_t *world);
void *some(world_t *world, kind_t kind, bool *right);
void delete_handle(kind_t kind, void *handle);
void keep(world_t *world, kind_t kind, void *handle);
void check(world_t *world, bool right, pulley_status_t status, pulley_error_t *error);
/* Checks a call that stores into `error`: as arguments of one function, C could read that first. */
#define check_call(world, right, call) \
  do { \
    pulley_status_t status_of_call = (call); \
    check(world, right, status_of_call, error); \
  } while (0)
void check_new(world_t *world, bool right, pulley_status_t status, kind_t kind, void *handle,
               pulley_error_t *error);
void run_steps(world_t *world, unsigned most);

#endif
