/* Uses a module as a host does, with little memory, and prints how each step ended:
 *
 *     limits FILE [eager] [thread]      compile, save, load, instantiate, run its exports
 *     limits wasi FILE DIRECTORY        run a WASI program
 *     limits start                      do nothing
 *
 * A step may fail only with PULLEY_ERROR_LIMIT or a trap; otherwise the exit code is 1. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <pulley.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool is_wrong = false;

/* Takes the address of the error, because C does not define the order in which arguments are evaluated, and the call
 * that stores the error is one of them. */
static bool step(const char *what, pulley_status_t status, pulley_error_t **place) {
  pulley_error_t *error = *place;
  *place = NULL;
  bool expected = status == PULLEY_OK || status == PULLEY_ERROR_LIMIT;
  if (status == PULLEY_ERROR_TRAP)
    expected = pulley_error_trap_code(error) == PULLEY_TRAP_STACK_OVERFLOW ||
               pulley_error_trap_code(error) == PULLEY_TRAP_UNREACHABLE ||
               pulley_error_trap_code(error) == PULLEY_TRAP_INTEGER_DIVIDE_BY_ZERO;
  printf("%s %d%s\n", what, status, expected ? "" : " UNEXPECTED");
  if (!expected) {
    printf("    %s\n", pulley_error_description(error));
    is_wrong = true;
  }
  pulley_error_delete(error);
  return status == PULLEY_OK;
}

static void call(pulley_instance_t *instance, const char *name) {
  pulley_error_t *error = NULL;
  pulley_function_t *function = NULL;
  pulley_status_t status = pulley_instance_function(instance, name, &function, &error);
  if (status == PULLEY_ERROR_NOT_FOUND) {
    pulley_error_delete(error);
    return;
  }
  if (!step("look up", status, &error)) return;
  pulley_value_t results[1];
  size_t count = pulley_function_type(function).result_count;
  status = pulley_call(function, NULL, 0, results, count, &error);
  if (count == 1 && status == PULLEY_OK) printf("%s = %d\n", name, (int)results[0].of.i32);
  step(name, status, &error);
  pulley_function_delete(function);
}

static int32_t host_add(int32_t a, int32_t b) { return a + b; }

static void use(pulley_linker_t *linker, pulley_module_t *module) {
  static const char *const exports[] = {"first", "all",  "grow",   "tables", "deep",
                                        "trap",  "host", "last", "sum"};
  pulley_error_t *error = NULL;
  for (size_t index = 0; index < pulley_module_export_count(module); index += 97)
    pulley_extern_description(pulley_module_export(module, index));
  for (int round = 0; round < 2; round++) {
    pulley_instance_t *instance = NULL;
    if (!step("instantiate", pulley_instantiate(linker, module, &instance, &error), &error)) return;
    for (size_t index = 0; index < sizeof exports / sizeof *exports; index++)
      call(instance, exports[index]);
    pulley_instance_delete(instance);
  }
}

static pulley_engine_t *new_engine(bool eager) {
  pulley_options_t *options = pulley_options_new();
  if (!options) return NULL;
  pulley_error_t *error = NULL;
  step("options",
       pulley_options_set_eager(options, eager, &error) ||
           pulley_options_set_threads(options, 4, &error) ||
           pulley_options_set_clif(options, true, &error),
       &error);
  pulley_engine_t *engine = pulley_engine_new(options);
  pulley_options_delete(options);
  return engine;
}

struct job {
  const char *path;
  bool eager;
};

static void *work(void *argument) {
  struct job *job = argument;
  pulley_error_t *error = NULL;
  pulley_engine_t *engine = new_engine(job->eager);
  pulley_linker_t *linker = engine ? pulley_linker_new(engine) : NULL;
  if (!linker) {
    printf("no engine\n");
    pulley_engine_delete(engine);
    return NULL;
  }
  if (step("register",
           pulley_register(linker, "env", "add", "i32(i32, i32)", (pulley_host_t)host_add, NULL,
                           NULL, &error),
           &error)) {
    pulley_module_t *module = NULL;
    pulley_status_t status = pulley_compile_file(engine, job->path, &module, &error);
    if (step("compile", status, &error)) {
      use(linker, module);
      uint8_t *bytes = NULL;
      size_t length = 0;
      if (step("save", pulley_module_save(module, &bytes, &length, &error), &error)) {
        pulley_module_delete(module);
        module = NULL;
        if (step("load", pulley_load(engine, bytes, length, &module, &error), &error))
          use(linker, module);
        pulley_free(bytes);
      }
    }
    pulley_module_delete(module);
  }
  pulley_linker_delete(linker);
  for (pulley_resource_t r = PULLEY_RESOURCE_MEMORY; r <= PULLEY_RESOURCE_COMPILATION; r++) {
    /* A thread that compiled a function keeps the module until the thread has ended. */
    for (int wait = 0; wait < 1000 && pulley_engine_usage(engine, r) != 0; wait++)
      nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    if (pulley_engine_usage(engine, r) != 0) {
      printf("resource %d: %llu bytes remain UNEXPECTED\n", r,
             (unsigned long long)pulley_engine_usage(engine, r));
      is_wrong = true;
    }
  }
  pulley_engine_delete(engine);
  printf("done\n");
  return NULL;
}

static void run_wasi(const char *path, const char *directory) {
  pulley_error_t *error = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  pulley_wasi_t *wasi = pulley_wasi_new();
  pulley_instance_t *instance = NULL;
  int32_t exit_code = 0;
  if (linker && wasi &&
      step("wasi",
           pulley_wasi_inherit_streams(wasi, &error) ||
               pulley_wasi_add_directory(wasi, directory, "/", false, &error) ||
               pulley_wasi_define(wasi, linker, &error),
           &error) &&
      step("instantiate", pulley_instantiate_file(linker, path, &instance, &error), &error) &&
      step("run", pulley_wasi_run(wasi, instance, &exit_code, &error), &error))
    printf("exit code %d\n", exit_code);
  pulley_instance_delete(instance);
  pulley_wasi_delete(wasi);
  pulley_linker_delete(linker);
}

int main(int count, char **arguments) {
  setvbuf(stdout, NULL, _IOLBF, 1 << 12);
  if (count < 2) return 64;
  if (strcmp(arguments[1], "start") == 0) {
    printf("started\n");
    return 0;
  }
  if (strcmp(arguments[1], "wasi") == 0) {
    run_wasi(arguments[2], arguments[3]);
    return is_wrong;
  }
  struct job job = {arguments[1], false};
  bool on_thread = false;
  for (int index = 2; index < count; index++) {
    if (strcmp(arguments[index], "eager") == 0) job.eager = true;
    if (strcmp(arguments[index], "thread") == 0) on_thread = true;
  }
  if (!on_thread) {
    work(&job);
    return is_wrong;
  }
  pthread_t thread;
  if (pthread_create(&thread, NULL, work, &job) != 0) {
    printf("no thread\n");
    return 0;
  }
  pthread_join(thread, NULL);
  return is_wrong;
}
