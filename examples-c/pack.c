/* A larger guest: it compresses a file, restores it, and compares the SHA-256 digests. */
#include "example.h"
#include <string.h>

static int32_t call(pulley_instance_t *instance, const char *name, int32_t a, int32_t b,
                    size_t arguments, size_t results) {
  pulley_error_t *error = NULL;
  pulley_value_t values[2], result = pulley_i32(0);
  values[0] = pulley_i32(a);
  values[1] = pulley_i32(b);
  check(pulley_run(instance, name, values, arguments, &result, results, &error), &error);
  return result.of.i32;
}

/* Returns the digest of bytes in the guest's memory as text. */
static void digest(pulley_instance_t *instance, int32_t address, int32_t length, char text[65]) {
  const uint8_t *bytes;
  int i;
  call(instance, "sha256", address, length, 2, 0);
  address = call(instance, "digest", 0, 0, 0, 1);
  bytes = (const uint8_t *)pulley_instance_pointer(instance, (uint32_t)address, 32);
  expect(bytes != NULL, "a digest in memory");
  for (i = 0; i < 32; i++) snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

int main(int argc, char **argv) {
  const char *path = argc > 1 ? argv[1] : "pack.c";
  pulley_error_t *error = NULL;
  pulley_instance_t *instance = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  int32_t original, unpacked, capacity, length, packed_length;
  char before[65], after[65];
  FILE *file;
  void *room;

  check(pulley_instantiate_file(linker, "guests/pack.wasm", &instance, &error), &error);

  /* Reads the file directly into the guest's buffer. */
  original = call(instance, "original", 0, 0, 0, 1);
  capacity = call(instance, "capacity", 0, 0, 0, 1);
  room = pulley_instance_pointer(instance, (uint32_t)original, (size_t)capacity);
  expect(room != NULL, "a buffer in memory");
  file = fopen(path, "rb");
  expect(file != NULL, "a file to compress");
  length = (int32_t)fread(room, 1, (size_t)capacity, file);
  fclose(file);

  digest(instance, original, length, before);
  packed_length = call(instance, "pack", length, 0, 1, 1);
  printf("%s: %d bytes, packed %d\n%s\n", path, length, packed_length, before);

  expect(call(instance, "unpack", packed_length, 0, 1, 1) == length, "the same length");
  unpacked = call(instance, "unpacked", 0, 0, 0, 1);
  digest(instance, unpacked, length, after);
  expect(strcmp(before, after) == 0, "the same digest");

  pulley_instance_delete(instance);
  pulley_linker_delete(linker);
  return 0;
}
