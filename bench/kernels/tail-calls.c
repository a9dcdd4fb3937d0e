/* An interpreter in which each instruction tail-calls the next, through a table. */
#include <stdint.h>

typedef struct {
  uint8_t operation, target;
  int16_t amount;
} step_t;

typedef int64_t handler_t(const step_t *, const step_t *, int64_t, int64_t);
static handler_t *const handlers[];

#define NEXT(step, accumulator, counter)                                                        \
  __attribute__((musttail)) return handlers[(step)->operation](program, step, accumulator, counter)

static int64_t add(const step_t *program, const step_t *step, int64_t a, int64_t n) {
  NEXT(step + 1, a + step->amount, n);
}
static int64_t multiply(const step_t *program, const step_t *step, int64_t a, int64_t n) {
  NEXT(step + 1, a * step->amount, n);
}
static int64_t mix(const step_t *program, const step_t *step, int64_t a, int64_t n) {
  NEXT(step + 1, a ^ (int64_t)((uint64_t)a >> step->amount), n);
}
static int64_t loop(const step_t *program, const step_t *step, int64_t a, int64_t n) {
  if (n == 0)
    return a;
  NEXT(program + step->target, a, n - 1);
}

static handler_t *const handlers[] = {add, multiply, mix, loop};

static const step_t steps[] = {{0, 0, 17}, {1, 0, 31}, {2, 0, 7}, {0, 0, -5}, {1, 0, 127},
                               {2, 0, 13}, {3, 0, 0}};

__attribute__((export_name("run"))) uint32_t run(int32_t rounds) {
  int64_t result = handlers[steps->operation](steps, steps, 1, (int64_t)rounds * 1000);
  return (uint32_t)(result ^ result >> 32);
}
