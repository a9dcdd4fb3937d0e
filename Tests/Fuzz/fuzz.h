/* Functions that the targets of `make fuzz` share. A target is a C file in Tests/Fuzz/Targets that libFuzzer calls
 * with one input after another. A failed check ends the process, and libFuzzer then saves the input. */
#ifndef FUZZ_H
#define FUZZ_H

#include <pulley.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Prints an error and ends the process. */
#define FUZZ_CHECK(condition, ...) \
  do { \
    if (!(condition)) fuzz_fail(__FILE__, __LINE__, __VA_ARGS__); \
  } while (0)

void fuzz_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4), noreturn));

/* Checks that `status` and `*error` agree and that the input can cause the error, and deletes the error. `length` is
 * the length of the input, or SIZE_MAX if the error has no position in it. */
void fuzz_outcome(pulley_status_t status, pulley_error_t *error, size_t length);

/* Tells libFuzzer that the input did something new, even if the library is not instrumented. */
void fuzz_feature(uint32_t feature);

/* The processor time of this process, in seconds. */
double fuzz_clock(void);

/* Checks that at most one second and 100 microseconds for each byte were used since `start`. The library promises
 * 20 microseconds; the rest is for instrumentation and a busy machine. */
void fuzz_check_time(double start, size_t length);

/* Calls every query function on a module, and checks that a saved copy can be loaded. */
void fuzz_inspect(pulley_engine_t *engine, pulley_module_t *module);

/* A stream of choices taken from the input, with zeros after its end. */
typedef struct fuzz_choices {
  const uint8_t *next, *end;
} fuzz_choices_t;

uint64_t fuzz_choose(fuzz_choices_t *choices, unsigned bytes);

#endif
