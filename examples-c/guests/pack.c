/* A small compressor similar to LZ4, and SHA-256 to verify the result.
 *
 * A packed stream is a list of sequences: a token (high half: number of literals; low half: length of
 * the match minus 4; 15 in either half means that more length bytes follow), the literals, and a
 * 16-bit distance to the match. The last sequence has no match. */
#include "guest.h"

enum { CAPACITY = 1 << 20, HASH_BITS = 14, MINIMUM_MATCH = 4, MAXIMUM_DISTANCE = 65535 };

static uint8_t original[CAPACITY];
static uint8_t packed[CAPACITY + CAPACITY / 128 + 64];
static uint8_t unpacked[CAPACITY];
static uint8_t digest[32];
static uint32_t last_seen[1 << HASH_BITS];

EXPORT("original") uint8_t *get_original(void) { return original; }
EXPORT("packed") uint8_t *get_packed(void) { return packed; }
EXPORT("unpacked") uint8_t *get_unpacked(void) { return unpacked; }
EXPORT("digest") uint8_t *get_digest(void) { return digest; }
EXPORT("capacity") size_t capacity(void) { return CAPACITY; }

static uint32_t read32(const uint8_t *p) {
  return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint8_t *put_length(uint8_t *out, size_t rest) {
  for (; rest >= 255; rest -= 255) *out++ = 255;
  *out++ = (uint8_t)rest;
  return out;
}

static uint8_t *put_sequence(uint8_t *out, const uint8_t *literals, size_t count, size_t match,
                             size_t distance) {
  size_t extra = match ? match - MINIMUM_MATCH : 0;
  uint8_t *token = out++;
  *token = (uint8_t)((count < 15 ? count : 15) << 4 | (extra < 15 ? extra : 15));
  if (count >= 15) out = put_length(out, count - 15);
  for (size_t i = 0; i < count; i++) *out++ = literals[i];
  if (!match) return out;
  *out++ = (uint8_t)distance;
  *out++ = (uint8_t)(distance >> 8);
  if (extra >= 15) out = put_length(out, extra - 15);
  return out;
}

/* Packs `length` bytes of `original`; returns the size of `packed`. */
EXPORT("pack") size_t pack(size_t length) {
  if (length > CAPACITY) return 0;
  for (size_t i = 0; i < 1 << HASH_BITS; i++) last_seen[i] = 0;
  uint8_t *out = packed;
  size_t start = 0, at = 0;
  while (at + MINIMUM_MATCH <= length) {
    uint32_t word = read32(original + at);
    uint32_t hash = word * 2654435761u >> (32 - HASH_BITS);
    size_t seen = last_seen[hash]; /* one more than the position; 0 for none */
    last_seen[hash] = (uint32_t)at + 1;
    if (seen == 0 || at - (seen - 1) > MAXIMUM_DISTANCE || read32(original + seen - 1) != word) {
      at++;
      continue;
    }
    size_t from = seen - 1, match = MINIMUM_MATCH;
    while (at + match < length && original[from + match] == original[at + match]) match++;
    out = put_sequence(out, original + start, at - start, match, at - from);
    at += match;
    start = at;
  }
  out = put_sequence(out, original + start, length - start, 0, 0);
  return (size_t)(out - packed);
}

/* Unpacks `length` bytes of `packed`; returns the size of `unpacked`, or -1 for damaged data. */
EXPORT("unpack") int unpack(size_t length) {
  const uint8_t *in = packed, *end = packed + length;
  size_t size = 0;
  while (in < end) {
    uint8_t token = *in++;
    size_t count = token >> 4;
    if (count == 15) {
      uint8_t more;
      do {
        if (in == end) return -1;
        count += more = *in++;
      } while (more == 255);
    }
    if (count > (size_t)(end - in) || count > CAPACITY - size) return -1;
    while (count--) unpacked[size++] = *in++;
    if (in == end) break;
    if (end - in < 2) return -1;
    size_t distance = in[0] | (size_t)in[1] << 8;
    in += 2;
    size_t match = (token & 15) + MINIMUM_MATCH;
    if ((token & 15) == 15) {
      uint8_t more;
      do {
        if (in == end) return -1;
        match += more = *in++;
      } while (more == 255);
    }
    if (distance == 0 || distance > size || match > CAPACITY - size) return -1;
    for (; match--; size++) unpacked[size] = unpacked[size - distance];
  }
  return (int)size;
}

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t value, int count) { return value >> count | value << (32 - count); }

static void hash_block(uint32_t state[8], const uint8_t *block) {
  uint32_t w[64], s[8];
  for (int i = 0; i < 16; i++) w[i] = __builtin_bswap32(read32(block + 4 * i));
  for (int i = 16; i < 64; i++) {
    uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[i - 7] +
           (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
  }
  for (int i = 0; i < 8; i++) s[i] = state[i];
  for (int i = 0; i < 64; i++) {
    uint32_t t1 = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) +
                  ((s[4] & s[5]) ^ (~s[4] & s[6])) + round_constants[i] + w[i];
    uint32_t t2 = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) +
                  ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    for (int k = 7; k > 0; k--) s[k] = s[k - 1];
    s[4] += t1;
    s[0] = t1 + t2;
  }
  for (int i = 0; i < 8; i++) state[i] += s[i];
}

/* SHA-256 of `length` bytes, into `digest`. */
EXPORT("sha256") void sha256(const uint8_t *bytes, size_t length) {
  uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  size_t at = 0;
  for (; length - at >= 64; at += 64) hash_block(state, bytes + at);
  uint8_t last[128];
  size_t rest = length - at, blocks = rest < 56 ? 64 : 128;
  for (size_t i = 0; i < blocks; i++) last[i] = i < rest ? bytes[at + i] : i == rest ? 0x80 : 0;
  uint64_t bits = (uint64_t)length * 8;
  for (int i = 0; i < 8; i++) last[blocks - 1 - i] = (uint8_t)(bits >> (8 * i));
  for (size_t i = 0; i < blocks; i += 64) hash_block(state, last + i);
  for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(state[i / 4] >> (24 - i % 4 * 8));
}
