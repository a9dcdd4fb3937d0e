/* The Mandelbrot set, four points at a time. */
#include <wasm_simd128.h>
#include <stdint.h>

__attribute__((export_name("run"))) uint32_t run(int32_t size) {
  uint32_t sum = 0;
  const v128_t four = wasm_f32x4_splat(4.0f), two = wasm_f32x4_splat(2.0f);
  for (int32_t row = 0; row < size; row++) {
    v128_t ci = wasm_f32x4_splat((float)row * 2.0f / (float)size - 1.0f);
    for (int32_t column = 0; column < size; column += 4) {
      v128_t cr = wasm_f32x4_make((float)column, (float)(column + 1), (float)(column + 2),
                                  (float)(column + 3));
      cr = wasm_f32x4_sub(wasm_f32x4_mul(cr, wasm_f32x4_splat(3.0f / (float)size)),
                          wasm_f32x4_splat(2.0f));
      v128_t zr = wasm_f32x4_splat(0), zi = zr, count = wasm_i32x4_splat(0);
      for (int32_t step = 0; step < 100; step++) {
        v128_t rr = wasm_f32x4_mul(zr, zr), ii = wasm_f32x4_mul(zi, zi);
        v128_t inside = wasm_f32x4_le(wasm_f32x4_add(rr, ii), four);
        if (!wasm_v128_any_true(inside))
          break;
        count = wasm_i32x4_sub(count, inside);
        zi = wasm_f32x4_add(wasm_f32x4_mul(wasm_f32x4_mul(zr, zi), two), ci);
        zr = wasm_f32x4_add(wasm_f32x4_sub(rr, ii), cr);
      }
      sum = sum * 31 + (uint32_t)(wasm_i32x4_extract_lane(count, 0) + wasm_i32x4_extract_lane(count, 1)
                                  + wasm_i32x4_extract_lane(count, 2)
                                  + wasm_i32x4_extract_lane(count, 3));
    }
  }
  return sum;
}
