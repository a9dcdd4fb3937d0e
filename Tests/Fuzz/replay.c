/* Runs a fuzzer target on given inputs without libFuzzer, for tools such as valgrind.
 *
 *   replay FILE… */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

int main(int count, char **names) {
  for (int i = 1; i < count; i++) {
    FILE *file = fopen(names[i], "rb");
    if (!file) {
      perror(names[i]);
      return 1;
    }
    /* Exactly as long as the input, so that reading beyond it is detected. */
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = malloc(size ? size : 1);
    FUZZ_CHECK(fread(data, 1, size, file) == size, "%s cannot be read", names[i]);
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
  }
  return 0;
}
