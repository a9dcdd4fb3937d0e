/* What the targets of `make fuzz` have in common. A target is a C file in Tests/Fuzz/Targets that
 * libFuzzer calls with one input after another. A check that fails ends the process, and libFuzzer
 * then saves the input. */
#ifndef FUZZ_H
#define FUZZ_H

#include <pulley.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Says what is wrong and ends the process. */
#define FUZZ_CHECK(condition, ...) \
  do { \
    if (!(condition)) fuzz_fail(__FILE__, __LINE__, __VA_ARGS__); \
  } while (0)

void fuzz_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4), noreturn));

/* Checks that `status` and `*error` say the same thing, and that the error is one that the input can
 * cause; deletes it. `length` is the input's length, or SIZE_MAX if positions have no meaning. */
void fuzz_outcome(pulley_status_t status, pulley_error_t *error, size_t length);

/* Tells libFuzzer that the input did something that it should keep in mind. This works without
 * instrumentation of the library. */
void fuzz_feature(uint32_t feature);

/* The seconds of processor time that this process has used. */
double fuzz_clock(void);

/* Checks that no more than one second and 100 microseconds a byte were used since `start`. The
 * library promises 20; instrumentation and a busy machine take the rest. */
void fuzz_check_time(double start, size_t length);

/* Asks a module everything that can be asked of it, and checks that a saved copy of it can be
 * loaded. */
void fuzz_inspect(pulley_engine_t *engine, pulley_module_t *module);

/* A stream of choices made from the input, zeros after its end. */
typedef struct fuzz_choices {
  const uint8_t *next, *end;
} fuzz_choices_t;

uint64_t fuzz_choose(fuzz_choices_t *choices, unsigned bytes);

#endif
