/* Handlers that use instructions which not every processor of its kind has. Swift cannot compile single
 * functions for such instructions, and functions compiled for them cannot be inlined into others. So each
 * is a complete handler, with the same parameters and cell as the portable handler that it replaces. */
#ifndef PULLEY_PROCESSORS_H
#define PULLEY_PROCESSORS_H

#include "cells.h"
#include "vectors.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define PULLEY_HANDLER(name, needs)                                                     \
  __attribute__((target(needs))) static inline intptr_t pulley_h_##name(                \
      const void *_Nonnull p, void *_Nonnull r, uint64_t a, uint64_t s, uintptr_t m, uintptr_t l, \
      pulley_float_accumulator v)

typedef intptr_t (*pulley_handler)(
    const void *_Nonnull, void *_Nonnull, uint64_t, uint64_t, uintptr_t, uintptr_t,
    pulley_float_accumulator);

/* Stores the result and continues with the next cell. */
#define PULLEY_NEXT(name, value)                                       \
  v.bits = (pulley_u64x2)(value);                                      \
  *(pulley_u64x2 *)PULLEY_REGISTER(name, result) = v.bits;              \
  const void *next = (const char *)p + pulley_size_##name;            \
  __attribute__((musttail)) return (*(pulley_handler const *)next)(next, r, a, s, m, l, v)

/* The register that an operand of the cell names. */
#define PULLEY_REGISTER(name, operand) \
  ((void *)((char *)r + *(const uint16_t *)((const char *)p + pulley_place_##name##_##operand)))
#define PULLEY_VALUE(lanes, name, operand) \
  (*(const pulley_##lanes *)PULLEY_REGISTER(name, operand))

static inline bool pulley_has_ssse3(void) { return __builtin_cpu_supports("ssse3"); }
static inline bool pulley_has_sse41(void) { return __builtin_cpu_supports("sse4.1"); }
static inline bool pulley_has_fma(void) { return __builtin_cpu_supports("fma"); }

/* pshufb gives zero for a byte index whose top bit is set. The saturating addition sets it for indices
 * from 16 on. */
PULLEY_HANDLER(vshuffle_ssse3, "ssse3") {
  pulley_u8x16 mask;
  memcpy(&mask, (const char *)p + pulley_place_vshuffle_mask, 16);
  __m128i low = (__m128i)__builtin_elementwise_add_sat(mask, (pulley_u8x16)0x70);
  __m128i high = (__m128i)(mask - 16);
  PULLEY_NEXT(vshuffle, _mm_shuffle_epi8((__m128i)PULLEY_VALUE(u8x16, vshuffle, x), low) |
                            _mm_shuffle_epi8((__m128i)PULLEY_VALUE(u8x16, vshuffle, y), high));
}

PULLEY_HANDLER(vswizzlei8x16_ssse3, "ssse3") {
  __m128i mask = (__m128i)__builtin_elementwise_add_sat(
      PULLEY_VALUE(u8x16, vswizzlei8x16, y), (pulley_u8x16)0x70);
  PULLEY_NEXT(vswizzlei8x16,
              _mm_shuffle_epi8((__m128i)PULLEY_VALUE(u8x16, vswizzlei8x16, x), mask));
}

#define PULLEY_ROUNDING(name, lanes, operation)                                         \
  PULLEY_HANDLER(name##_sse41, "sse4.1") {                                              \
    PULLEY_NEXT(name, operation(PULLEY_VALUE(lanes, name, x)));                         \
  }
PULLEY_ROUNDING(vtrunc32x4, f32x4, __builtin_elementwise_trunc)
PULLEY_ROUNDING(vtrunc64x2, f64x2, __builtin_elementwise_trunc)
PULLEY_ROUNDING(vfloor32x4, f32x4, __builtin_elementwise_floor)
PULLEY_ROUNDING(vfloor64x2, f64x2, __builtin_elementwise_floor)
PULLEY_ROUNDING(vceil32x4, f32x4, __builtin_elementwise_ceil)
PULLEY_ROUNDING(vceil64x2, f64x2, __builtin_elementwise_ceil)
PULLEY_ROUNDING(vnearest32x4, f32x4, __builtin_elementwise_roundeven)
PULLEY_ROUNDING(vnearest64x2, f64x2, __builtin_elementwise_roundeven)

#define PULLEY_MULTIPLY_ADD(name, lanes)                                                \
  PULLEY_HANDLER(name##_fma, "fma") {                                                   \
    PULLEY_NEXT(name, __builtin_elementwise_fma(PULLEY_VALUE(lanes, name, x),           \
                                                PULLEY_VALUE(lanes, name, y),           \
                                                PULLEY_VALUE(lanes, name, w)));         \
  }
PULLEY_MULTIPLY_ADD(vfma32x4, f32x4)
PULLEY_MULTIPLY_ADD(vfma64x2, f64x2)

#endif
#endif
