/* SHA-256 by the processor's own instructions, where it has them. */
#ifndef PULLEY_HASHING_H
#define PULLEY_HASHING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

static inline bool pulley_has_sha256(void) {
  unsigned a, b, c, d;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1) && __builtin_cpu_supports("sse4.1");
}

/* Adds blocks of 64 bytes to the state: eight words, and the standard's table of 64. */
__attribute__((target("sha,sse4.1"))) static inline void pulley_sha256(
    uint32_t *_Nonnull state, const uint32_t *_Nonnull table, const void *_Nonnull blocks, size_t count) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  /* The instructions take the words as ABEF and CDGH. */
  __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
  __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state + 1), 0x1b);
  __m128i abef = _mm_alignr_epi8(low, high, 8);
  __m128i cdgh = _mm_blend_epi16(high, low, 0xf0);
  for (const __m128i *block = blocks; count-- > 0; block += 4) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i words[4];
    for (int i = 0; i < 4; i++) words[i] = _mm_shuffle_epi8(_mm_loadu_si128(block + i), swap);
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) {
      __m128i sum = _mm_add_epi32(words[i % 4], _mm_loadu_si128((const __m128i *)table + i));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
      if (i >= 12) continue;
      /* Four words of the schedule, sixteen further on, in place of those just used. */
      const __m128i last = words[(i + 3) % 4];
      __m128i next = _mm_sha256msg1_epu32(words[i % 4], words[(i + 1) % 4]);
      next = _mm_add_epi32(next, _mm_alignr_epi8(last, words[(i + 2) % 4], 4));
      words[i % 4] = _mm_sha256msg2_epu32(next, last);
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }
  low = _mm_shuffle_epi32(abef, 0x1b);
  high = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(low, high, 0xf0));
  _mm_storeu_si128((__m128i *)state + 1, _mm_alignr_epi8(high, low, 8));
}

#else

static inline bool pulley_has_sha256(void) { return false; }

static inline void pulley_sha256(
    uint32_t *_Nonnull state, const uint32_t *_Nonnull table, const void *_Nonnull blocks, size_t count) {
  (void)state, (void)table, (void)blocks, (void)count;
}

#endif
#endif
