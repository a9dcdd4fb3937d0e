/* Counted checks, and what all programs of this folder need. */
#ifndef CHECK_H
#define CHECK_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <wasm.h>

static int passed, failed;

/* The sentence says what must hold. */
#define CHECK(condition, sentence)                                  \
  do {                                                              \
    if (condition) {                                                \
      passed++;                                                     \
    } else {                                                        \
      failed++;                                                     \
      printf("FAILED: %s:%d: %s\n", __FILE__, __LINE__, sentence);  \
    }                                                               \
  } while (0)

static inline int finish(void) {
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}

/* The bytes of NAME.wasm in the folder of the modules. */
static inline wasm_byte_vec_t read_module(const char *name) {
  const char *folder = getenv("WASM_MODULES");
  char path[1024];
  snprintf(path, sizeof path, "%s/%s.wasm", folder ? folder : ".", name);
  FILE *file = fopen(path, "rb");
  if (!file) {
    perror(path);
    exit(2);
  }
  fseek(file, 0, SEEK_END);
  wasm_byte_vec_t bytes;
  wasm_byte_vec_new_uninitialized(&bytes, (size_t)ftell(file));
  rewind(file);
  if (fread(bytes.data, 1, bytes.size, file) != bytes.size) exit(2);
  fclose(file);
  return bytes;
}

static inline wasm_module_t *load(wasm_store_t *store, const char *name) {
  wasm_byte_vec_t bytes = read_module(name);
  wasm_module_t *module = wasm_module_new(store, &bytes);
  wasm_byte_vec_delete(&bytes);
  if (!module) {
    printf("%s is not a module\n", name);
    exit(2);
  }
  return module;
}

/* An instance of NAME.wasm with these imports, which must succeed. */
static inline wasm_instance_t *instantiate(wasm_store_t *store, const char *name, wasm_extern_t **imports,
                                           size_t count) {
  wasm_module_t *module = load(store, name);
  wasm_extern_vec_t vector = {count, imports};
  wasm_trap_t *trap = NULL;
  wasm_instance_t *instance = wasm_instance_new(store, module, &vector, &trap);
  if (!instance) {
    wasm_message_t message;
    wasm_trap_message(trap, &message);
    printf("%s: %s\n", name, message.data);
    exit(2);
  }
  wasm_module_delete(module);
  return instance;
}

/* Calls a function that must return, and gives its result as a value that the caller owns. */
static inline wasm_val_t call(const wasm_func_t *function, size_t count, const wasm_val_t *arguments) {
  wasm_val_t result = WASM_INIT_VAL;
  wasm_val_vec_t given = {count, (wasm_val_t *)arguments};
  wasm_val_vec_t results = {wasm_func_result_arity(function), &result};
  wasm_trap_t *trap = wasm_func_call(function, &given, &results);
  CHECK(!trap, "the function returns");
  if (trap) {
    wasm_message_t message;
    wasm_trap_message(trap, &message);
    printf("%s\n", message.data);
    wasm_byte_vec_delete(&message);
    wasm_trap_delete(trap);
  }
  return result;
}

static inline int message_is(const wasm_trap_t *trap, const char *expected) {
  wasm_message_t message;
  wasm_trap_message(trap, &message);
  int is = message.size == strlen(expected) + 1 && memcmp(message.data, expected, message.size) == 0;
  if (!is) printf("the message is: %.*s\n", (int)message.size, message.data);
  wasm_byte_vec_delete(&message);
  return is;
}

#endif
