/* Memory access: the host writes to the guest's memory, the guest changes it, the host reads it. */
#include "example.h"
#include <string.h>

static int32_t call(pulley_instance_t *instance, const char *name, const pulley_value_t *arguments,
                    size_t count, size_t results) {
  pulley_error_t *error = NULL;
  pulley_value_t result = pulley_i32(0);
  check(pulley_run(instance, name, arguments, count, &result, results, &error), &error);
  return result.of.i32;
}

int main(void) {
  static const char text[] = "Uryyb, funerq zrzbel!";
  pulley_error_t *error = NULL;
  pulley_instance_t *instance = NULL;
  pulley_memory_t *memory = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  pulley_value_t arguments[2];
  char copy[64];
  uint32_t address, pages;
  uint64_t before = 0;

  check(pulley_instantiate_file(linker, "guests/memory.wasm", &instance, &error), &error);
  check(pulley_instance_memory(instance, "memory", &memory, &error), &error);

  /* The guest returns the address of its buffer. Writing is checked. */
  address = (uint32_t)call(instance, "buffer", NULL, 0, 1);
  expect((size_t)call(instance, "capacity", NULL, 0, 1) >= sizeof text, "room for the text");
  check(pulley_memory_write(memory, address, text, sizeof text, &error), &error);

  arguments[0] = pulley_i32((int32_t)address);
  arguments[1] = pulley_i32((int32_t)strlen(text));
  call(instance, "rot13", arguments, 2, 0);

  check(pulley_memory_read(memory, address, copy, sizeof text, &error), &error);
  printf("%s\n", copy);
  expect(strcmp(copy, "Hello, shared memory!") == 0, "the decrypted text");

  /* Without copying: a pointer, valid until the memory grows. */
  call(instance, "rot13", arguments, 2, 0);
  expect(memcmp(pulley_memory_data(memory) + address, text, sizeof text) == 0, "the same text");

  /* First the guest grows its memory, then the host does. */
  pages = (uint32_t)(pulley_memory_size(memory) / PULLEY_PAGE_SIZE);
  arguments[0] = pulley_i32(2);
  expect((uint32_t)call(instance, "more", arguments, 1, 1) == pages * PULLEY_PAGE_SIZE,
         "the address of new pages");
  check(pulley_memory_grow(memory, 1, &before, &error), &error);
  printf("%u pages, then %u, then %u\n", pages, (unsigned)before,
         (unsigned)(pulley_memory_size(memory) / PULLEY_PAGE_SIZE));
  expect(before == pages + 2, "two pages more");

  /* Out of bounds is an error, not a crash. */
  expect(pulley_memory_write(memory, UINT32_MAX, text, 4, &error) == PULLEY_ERROR_ARGUMENT,
         "an error");
  printf("refused: %s\n", pulley_error_message(error));
  pulley_error_delete(error);

  /* Objects can be deleted in any order. */
  pulley_linker_delete(linker);
  pulley_instance_delete(instance);
  pulley_memory_delete(memory);
  return 0;
}
