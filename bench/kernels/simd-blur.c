/* A picture sharpened and blurred in turn, in bytes and 16-bit lanes. */
#include <wasm_simd128.h>
#include <stdint.h>

enum { width = 512, height = 256 };
static uint8_t from[(height + 2) * width + 32], to[(height + 2) * width + 32];

__attribute__((export_name("run"))) uint32_t run(int32_t rounds) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < sizeof from; i++)
    from[i] = (uint8_t)(i * 2654435761u >> 24);
  for (int32_t round = 0; round < rounds; round++) {
    for (int32_t row = 1; row <= height; row++) {
      const uint8_t *p = from + row * width;
      uint8_t *q = to + row * width;
      for (int32_t column = 0; column < width; column += 16) {
        v128_t here = wasm_v128_load(p + column);
        v128_t sides = wasm_u8x16_avgr(wasm_v128_load(p + column - 1), wasm_v128_load(p + column + 1));
        v128_t ends = wasm_u8x16_avgr(wasm_v128_load(p + column - width),
                                      wasm_v128_load(p + column + width));
        v128_t mean = wasm_u8x16_avgr(sides, ends);
        v128_t low = wasm_i16x8_sub(wasm_i16x8_mul(wasm_u16x8_extend_low_u8x16(here),
                                                   wasm_i16x8_splat(3)),
                                    wasm_i16x8_shl(wasm_u16x8_extend_low_u8x16(mean), 1));
        v128_t high = wasm_i16x8_sub(wasm_i16x8_mul(wasm_u16x8_extend_high_u8x16(here),
                                                    wasm_i16x8_splat(3)),
                                     wasm_i16x8_shl(wasm_u16x8_extend_high_u8x16(mean), 1));
        v128_t sharp = wasm_u8x16_narrow_i16x8(low, high);
        wasm_v128_store(q + column, wasm_u8x16_avgr(round & 1 ? sharp : mean, here));
      }
    }
    for (uint32_t i = width; i < (height + 1) * width; i += 16)
      wasm_v128_store(from + i, wasm_v128_load(to + i));
  }
  for (uint32_t i = 0; i < sizeof from; i++)
    sum = sum * 31 + from[i];
  return sum;
}
