/* Operations on vectors that Swift would compile to loops over the lanes, or to calls. Swift imports these
 * types as SIMD16<Int8> and so on. The code is portable and uses only instructions that every processor of
 * the target has. */
#ifndef PULLEY_VECTORS_H
#define PULLEY_VECTORS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define PULLEY_LANES(type, count) __attribute__((ext_vector_type(count))) type

typedef PULLEY_LANES(int8_t, 8) pulley_i8x8;
typedef PULLEY_LANES(uint8_t, 8) pulley_u8x8;
typedef PULLEY_LANES(int16_t, 4) pulley_i16x4;
typedef PULLEY_LANES(uint16_t, 4) pulley_u16x4;
typedef PULLEY_LANES(int32_t, 2) pulley_i32x2;
typedef PULLEY_LANES(uint32_t, 2) pulley_u32x2;
typedef PULLEY_LANES(float, 2) pulley_f32x2;

typedef PULLEY_LANES(int8_t, 16) pulley_i8x16;
typedef PULLEY_LANES(uint8_t, 16) pulley_u8x16;
typedef PULLEY_LANES(int16_t, 8) pulley_i16x8;
typedef PULLEY_LANES(uint16_t, 8) pulley_u16x8;
typedef PULLEY_LANES(int32_t, 4) pulley_i32x4;
typedef PULLEY_LANES(uint32_t, 4) pulley_u32x4;
typedef PULLEY_LANES(int64_t, 2) pulley_i64x2;
typedef PULLEY_LANES(uint64_t, 2) pulley_u64x2;
typedef PULLEY_LANES(float, 4) pulley_f32x4;
typedef PULLEY_LANES(double, 2) pulley_f64x2;

/* A parameter of handlers. Swift passes a vector to C functions only as a member of a structure, which takes
 * one vector register like the vector itself. */
typedef struct {
  pulley_u64x2 bits;
} pulley_float_accumulator;

/* A number as the lowest lane. The others are undefined, so that nothing needs to be computed for them. */
static inline __attribute__((always_inline)) pulley_float_accumulator pulley_keep_f32(float x) {
  pulley_f32x4 lanes = {x, 0, 0, 0};
  return (pulley_float_accumulator){
      (pulley_u64x2)__builtin_shufflevector(lanes, lanes, 0, -1, -1, -1)};
}

static inline __attribute__((always_inline)) pulley_float_accumulator pulley_keep_f64(double x) {
  pulley_f64x2 lanes = {x, 0};
  return (pulley_float_accumulator){(pulley_u64x2)__builtin_shufflevector(lanes, lanes, 0, -1)};
}

/* Twice as long, for intermediate results. */
typedef PULLEY_LANES(int16_t, 16) pulley_i16x16;
typedef PULLEY_LANES(uint16_t, 16) pulley_u16x16;
typedef PULLEY_LANES(int32_t, 8) pulley_i32x8;
typedef PULLEY_LANES(uint32_t, 8) pulley_u32x8;
typedef PULLEY_LANES(int64_t, 4) pulley_i64x4;
typedef PULLEY_LANES(uint64_t, 4) pulley_u64x4;

typedef PULLEY_LANES(bool, 16) pulley_b8x16;
typedef PULLEY_LANES(bool, 8) pulley_b16x8;
typedef PULLEY_LANES(bool, 4) pulley_b32x4;
typedef PULLEY_LANES(bool, 2) pulley_b64x2;

#define PULLEY_VECTOR static inline __attribute__((always_inline))

/* Saturating addition and subtraction; rounding averages. */

#define PULLEY_SATURATING(lanes)                                                        \
  PULLEY_VECTOR pulley_##lanes pulley_add_sat_##lanes(pulley_##lanes a, pulley_##lanes b) { \
    return __builtin_elementwise_add_sat(a, b);                                         \
  }                                                                                     \
  PULLEY_VECTOR pulley_##lanes pulley_sub_sat_##lanes(pulley_##lanes a, pulley_##lanes b) { \
    return __builtin_elementwise_sub_sat(a, b);                                         \
  }
PULLEY_SATURATING(i8x16)
PULLEY_SATURATING(u8x16)
PULLEY_SATURATING(i16x8)
PULLEY_SATURATING(u16x8)

#define PULLEY_AVERAGE(lanes, wide)                                                         \
  PULLEY_VECTOR pulley_##lanes pulley_average_##lanes(pulley_##lanes a, pulley_##lanes b) { \
    pulley_##wide x = __builtin_convertvector(a, pulley_##wide);                            \
    pulley_##wide y = __builtin_convertvector(b, pulley_##wide);                            \
    return __builtin_convertvector((x + y + 1) >> 1, pulley_##lanes);                       \
  }
PULLEY_AVERAGE(u8x16, u16x16)
PULLEY_AVERAGE(u16x8, u32x8)

/* The high halves of doubled products, rounded: only -1 times -1 does not fit. */
PULLEY_VECTOR pulley_i16x8 pulley_q15_multiply(pulley_i16x8 a, pulley_i16x8 b) {
  pulley_i32x8 x = __builtin_convertvector(a, pulley_i32x8);
  pulley_i32x8 product = (x * __builtin_convertvector(b, pulley_i32x8) + 0x4000) >> 15;
  return __builtin_convertvector(
      __builtin_elementwise_min(product, (pulley_i32x8)0x7FFF), pulley_i16x8);
}

PULLEY_VECTOR pulley_u8x16 pulley_popcount(pulley_u8x16 a) {
  return __builtin_elementwise_popcount(a);
}

/* Lanes that change places. */

PULLEY_VECTOR pulley_i16x8 pulley_add_pairs_i16x8(pulley_i16x8 a, pulley_i16x8 b) {
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14) +
         __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
}
PULLEY_VECTOR pulley_i32x4 pulley_add_pairs_i32x4(pulley_i32x4 a, pulley_i32x4 b) {
  return __builtin_shufflevector(a, b, 0, 2, 4, 6) + __builtin_shufflevector(a, b, 1, 3, 5, 7);
}

/* Byte i of the result is byte mask[i], less than 32, of both vectors in a row. */
PULLEY_VECTOR pulley_u8x16 pulley_shuffle(pulley_u8x16 a, pulley_u8x16 b, pulley_u8x16 mask) {
#if defined(__aarch64__)
  /* tbl finds nothing, that is zero, beyond its table. */
  pulley_u8x16 low, high;
  __asm__("tbl %0.16b, {%1.16b}, %2.16b" : "=w"(low) : "w"(a), "w"(mask));
  __asm__("tbl %0.16b, {%1.16b}, %2.16b" : "=w"(high) : "w"(b), "w"(mask - 16));
  return low | high;
#else
  uint8_t bytes[32], result[16];
  memcpy(bytes, &a, 16);
  memcpy(bytes + 16, &b, 16);
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i++) result[i] = bytes[mask[i]];
  memcpy(&a, result, 16);
  return a;
#endif
}

/* Byte i of the result is byte mask[i] of the vector, or 0 if mask[i] > 15. */
PULLEY_VECTOR pulley_u8x16 pulley_swizzle(pulley_u8x16 a, pulley_u8x16 mask) {
  pulley_u8x16 zero = 0;
  return pulley_shuffle(a, zero, __builtin_elementwise_min(mask, (pulley_u8x16)16));
}

/* Lanes half or twice as wide. */

#define PULLEY_EXTEND(half, wide)                                            \
  PULLEY_VECTOR pulley_##wide pulley_extend_##half(pulley_##half a) {        \
    return __builtin_convertvector(a, pulley_##wide);                        \
  }
PULLEY_EXTEND(i8x8, i16x8)
PULLEY_EXTEND(u8x8, u16x8)
PULLEY_EXTEND(i16x4, i32x4)
PULLEY_EXTEND(u16x4, u32x4)
PULLEY_EXTEND(i32x2, i64x2)
PULLEY_EXTEND(u32x2, u64x2)

#define PULLEY_WIDEN(from, half, low, high)                                  \
  PULLEY_VECTOR __typeof__(pulley_extend_##half((pulley_##half)0)) pulley_widen_low_##from( \
      pulley_##from a) {                                                     \
    return pulley_extend_##half(__builtin_shufflevector(a, a, low));         \
  }                                                                          \
  PULLEY_VECTOR __typeof__(pulley_extend_##half((pulley_##half)0)) pulley_widen_high_##from( \
      pulley_##from a) {                                                     \
    return pulley_extend_##half(__builtin_shufflevector(a, a, high));        \
  }
#define PULLEY_0_TO_7 0, 1, 2, 3, 4, 5, 6, 7
#define PULLEY_8_TO_15 8, 9, 10, 11, 12, 13, 14, 15
#define PULLEY_0_TO_3 0, 1, 2, 3
#define PULLEY_4_TO_7 4, 5, 6, 7
#define PULLEY_0_TO_1 0, 1
#define PULLEY_2_TO_3 2, 3
PULLEY_WIDEN(i8x16, i8x8, PULLEY_0_TO_7, PULLEY_8_TO_15)
PULLEY_WIDEN(u8x16, u8x8, PULLEY_0_TO_7, PULLEY_8_TO_15)
PULLEY_WIDEN(i16x8, i16x4, PULLEY_0_TO_3, PULLEY_4_TO_7)
PULLEY_WIDEN(u16x8, u16x4, PULLEY_0_TO_3, PULLEY_4_TO_7)
PULLEY_WIDEN(i32x4, i32x2, PULLEY_0_TO_1, PULLEY_2_TO_3)
PULLEY_WIDEN(u32x4, u32x2, PULLEY_0_TO_1, PULLEY_2_TO_3)

/* The lanes of both vectors in a row, saturated to half their width. */
#define PULLEY_NARROW(name, from, long_type, to, lowest, highest, all)                    \
  PULLEY_VECTOR pulley_##to pulley_narrow_##name(pulley_##from a, pulley_##from b) {      \
    pulley_##long_type x = __builtin_shufflevector(a, b, all);                            \
    x = __builtin_elementwise_min(x, (pulley_##long_type)(highest));                      \
    x = __builtin_elementwise_max(x, (pulley_##long_type)(lowest));                       \
    return __builtin_convertvector(x, pulley_##to);                                       \
  }
#define PULLEY_0_TO_15 PULLEY_0_TO_7, PULLEY_8_TO_15
PULLEY_NARROW(16x8_s, i16x8, i16x16, i8x16, INT8_MIN, INT8_MAX, PULLEY_0_TO_15)
PULLEY_NARROW(16x8_u, i16x8, i16x16, u8x16, 0, UINT8_MAX, PULLEY_0_TO_15)
PULLEY_NARROW(32x4_s, i32x4, i32x8, i16x8, INT16_MIN, INT16_MAX, PULLEY_0_TO_7)
PULLEY_NARROW(32x4_u, i32x4, i32x8, u16x8, 0, UINT16_MAX, PULLEY_0_TO_7)
PULLEY_NARROW(64x2_s, i64x2, i64x4, i32x4, INT32_MIN, INT32_MAX, PULLEY_0_TO_3)
PULLEY_NARROW(64x2_u, i64x2, i64x4, u32x4, 0, UINT32_MAX, PULLEY_0_TO_3)
PULLEY_NARROW(unsigned_64x2_u, u64x2, u64x4, u32x4, 0, UINT32_MAX, PULLEY_0_TO_3)

/* Reductions. */

#define PULLEY_REDUCE(signed_lanes, lanes, bits, integer, used)                     \
  PULLEY_VECTOR uint32_t pulley_bitmask_##signed_lanes(pulley_##signed_lanes a) {   \
    pulley_##bits mask = __builtin_convertvector(a < 0, pulley_##bits);             \
    integer result;                                                                 \
    memcpy(&result, &mask, sizeof result);                                          \
    return result & used;                                                           \
  }                                                                                 \
  PULLEY_VECTOR uint32_t pulley_all_##lanes(pulley_##lanes a) {                     \
    return __builtin_reduce_and(a != 0) != 0;                                       \
  }                                                                                 \
  PULLEY_VECTOR uint32_t pulley_any_##lanes(pulley_##lanes a) {                     \
    return __builtin_reduce_or(a) != 0;                                             \
  }
PULLEY_REDUCE(i8x16, u8x16, b8x16, uint16_t, 0xFFFF)
PULLEY_REDUCE(i16x8, u16x8, b16x8, uint8_t, 0xFF)
PULLEY_REDUCE(i32x4, u32x4, b32x4, uint8_t, 15)
PULLEY_REDUCE(i64x2, u64x2, b64x2, uint8_t, 3)

/* Floating point, by WebAssembly's rules. */

/* Unlike the C library's functions, these set no errno, so that they are one instruction. */
PULLEY_VECTOR float pulley_square_root_f32(float x) { return __builtin_elementwise_sqrt(x); }
PULLEY_VECTOR double pulley_square_root_f64(double x) { return __builtin_elementwise_sqrt(x); }

#define PULLEY_FLOATS(lanes, bits, quiet, sign, whole)                                    \
  PULLEY_VECTOR pulley_##lanes pulley_square_root_##lanes(pulley_##lanes a) {             \
    return __builtin_elementwise_sqrt(a);                                                 \
  }                                                                                       \
  /* Equal lanes are alike but for a zero's sign; of unordered ones the sum is a quiet NaN. */ \
  PULLEY_VECTOR pulley_##lanes pulley_maximum_##lanes(pulley_##lanes a, pulley_##lanes b) { \
    pulley_##bits x = (pulley_##bits)(a > b ? a : b);                                     \
    x = a == b ? (pulley_##bits)a & (pulley_##bits)b : x;                                 \
    return ((a != a) | (b != b)) ? a + b : (pulley_##lanes)x;                             \
  }                                                                                       \
  PULLEY_VECTOR pulley_##lanes pulley_minimum_##lanes(pulley_##lanes a, pulley_##lanes b) { \
    pulley_##bits x = (pulley_##bits)(a < b ? a : b);                                     \
    x = a == b ? (pulley_##bits)a | (pulley_##bits)b : x;                                 \
    return ((a != a) | (b != b)) ? a + b : (pulley_##lanes)x;                             \
  }                                                                                       \
  PULLEY_VECTOR pulley_##lanes pulley_magnitude_##lanes(pulley_##lanes a) {               \
    return (pulley_##lanes)((pulley_##bits)a & ~(pulley_##bits)(sign));                   \
  }                                                                                       \
  /* Of `rounded` the lanes where `a` is not whole already, with the signs of `a`; a NaN quiet. */ \
  PULLEY_VECTOR pulley_##lanes pulley_rounded_##lanes(pulley_##lanes a, pulley_##lanes rounded) { \
    pulley_##bits x = (pulley_##bits)pulley_magnitude_##lanes(rounded) |                  \
                      ((pulley_##bits)a & (pulley_##bits)(sign));                         \
    pulley_##bits y = (pulley_##bits)a | (a != a ? (pulley_##bits)(quiet) : (pulley_##bits)0); \
    return (pulley_##lanes)(pulley_magnitude_##lanes(a) < (whole) ? x : y);               \
  }                                                                                       \
  /* Rounds to the nearest whole number, ties to even. So does adding a number at whose     */ \
  /* magnitude adjacent numbers differ by 1. */                                           \
  PULLEY_VECTOR pulley_##lanes pulley_nearest_magnitude_##lanes(pulley_##lanes a) {       \
    return (pulley_magnitude_##lanes(a) + (whole)) - (whole);                             \
  }                                                                                       \
  PULLEY_VECTOR pulley_##lanes pulley_nearest_##lanes(pulley_##lanes a) {                 \
    return pulley_rounded_##lanes(a, pulley_nearest_magnitude_##lanes(a));                \
  }                                                                                       \
  PULLEY_VECTOR pulley_##lanes pulley_truncate_##lanes(pulley_##lanes a) {                \
    pulley_##lanes x = pulley_nearest_magnitude_##lanes(a);                               \
    return pulley_rounded_##lanes(a, x > pulley_magnitude_##lanes(a) ? x - 1 : x);        \
  }                                                                                       \
  PULLEY_VECTOR pulley_##lanes pulley_floor_##lanes(pulley_##lanes a) {                   \
    pulley_##lanes x = pulley_nearest_magnitude_##lanes(a);                               \
    x = a < 0 ? -x : x;                                                                   \
    return pulley_rounded_##lanes(a, x > a ? x - 1 : x);                                  \
  }                                                                                       \
  PULLEY_VECTOR pulley_##lanes pulley_ceiling_##lanes(pulley_##lanes a) {                 \
    pulley_##lanes x = pulley_nearest_magnitude_##lanes(a);                               \
    x = a < 0 ? -x : x;                                                                   \
    return pulley_rounded_##lanes(a, x < a ? x + 1 : x);                                  \
  }                                                                                       \
  PULLEY_VECTOR pulley_##lanes pulley_multiply_add_##lanes(                               \
      pulley_##lanes a, pulley_##lanes b, pulley_##lanes c) {                             \
    return __builtin_elementwise_fma(a, b, c);                                            \
  }
PULLEY_FLOATS(f32x4, u32x4, 0x400000, 0x80000000, 0x1p23f)
PULLEY_FLOATS(f64x2, u64x2, 0x8000000000000, 0x8000000000000000, 0x1p52)

#define PULLEY_CONVERT(integers, floats)                                            \
  PULLEY_VECTOR pulley_##floats pulley_##floats##_from_##integers(pulley_##integers a) { \
    return __builtin_convertvector(a, pulley_##floats);                             \
  }
PULLEY_CONVERT(i32x4, f32x4)
PULLEY_CONVERT(u32x4, f32x4)
PULLEY_CONVERT(i64x2, f64x2)
PULLEY_CONVERT(u64x2, f64x2)

/* Truncated and saturated. Only numbers in range are converted: processors differ for the others. */
#define PULLEY_SATURATE(integers, floats, below, above, lowest, highest)                 \
  PULLEY_VECTOR pulley_##integers pulley_##integers##_from_##floats(pulley_##floats a) { \
    pulley_##floats inside = ((a >= (below)) & (a < (above))) ? a : (pulley_##floats)0;  \
    pulley_##integers x = __builtin_convertvector(inside, pulley_##integers);            \
    x = a < (below) ? (pulley_##integers)(lowest) : x;                                   \
    return a >= (above) ? (pulley_##integers)(highest) : x;                              \
  }
PULLEY_SATURATE(i32x4, f32x4, -0x1p31f, 0x1p31f, INT32_MIN, INT32_MAX)
PULLEY_SATURATE(u32x4, f32x4, 0.0f, 0x1p32f, 0, UINT32_MAX)
PULLEY_SATURATE(i64x2, f64x2, -0x1p63, 0x1p63, INT64_MIN, INT64_MAX)
PULLEY_SATURATE(u64x2, f64x2, 0.0, 0x1p64, 0, UINT64_MAX)

PULLEY_VECTOR pulley_f64x2 pulley_promote_low(pulley_f32x4 a) {
  return __builtin_convertvector(__builtin_shufflevector(a, a, 0, 1), pulley_f64x2);
}
PULLEY_VECTOR pulley_f32x4 pulley_demote(pulley_f64x2 a) {
  pulley_f32x2 x = __builtin_convertvector(a, pulley_f32x2);
  return __builtin_shufflevector(x, (pulley_f32x2)0, 0, 1, 2, 3);
}

#endif
