// Small programs that are only measured: no fusion is chosen from them; see ../fusions.md. Each exported function takes
// a size and returns a checksum.
#include "corpus.h"

static i32 parity(i32 n);
static i32 __attribute__((noinline)) even(i32 n) { return n == 0 ? 1 : parity(n - 1); }
static i32 __attribute__((noinline)) parity(i32 n) { return n == 0 ? 0 : even(n - 1); }
EXPORT u32 mutual_recursion(u32 n) {
  u32 sum = 0;
  for (u32 i = 0; i < n; i++) sum += (u32)even((i32)(i & 63));
  return sum;
}

static void __attribute__((noinline)) hanoi(u32 n, u32 from, u32 to, u32 via, u32 *moves) {
  if (n == 0) return;
  hanoi(n - 1, from, via, to, moves);
  moves[from * 3 + to]++;
  hanoi(n - 1, via, to, from, moves);
}
EXPORT u32 towers(u32 n) {
  static u32 moves[9];
  hanoi(n, 0, 2, 1, moves);
  return checksum((u8 *)moves, sizeof moves);
}

EXPORT u32 base64(u32 n) {
  static u8 input[3072], output[4096];
  static const u8 letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (u32 i = 0; i < sizeof input; i++) input[i] = (u8)(next_random() >> 24);
  for (u32 round = 0; round < n; round++) {
    u8 *out = output;
    for (u32 i = 0; i < sizeof input; i += 3) {
      u32 bits = input[i] << 16 | input[i + 1] << 8 | input[i + 2];
      *out++ = letters[bits >> 18];
      *out++ = letters[bits >> 12 & 63];
      *out++ = letters[bits >> 6 & 63];
      *out++ = letters[bits & 63];
    }
    input[round % sizeof input]++;
  }
  return checksum(output, sizeof output);
}

EXPORT u32 knapsack(u32 n) {
  static u32 best[4097];
  for (u32 i = 0; i < 4097; i++) best[i] = 0;
  for (u32 item = 0; item < n; item++) {
    u32 weight = 1 + (next_random() >> 24), value = next_random() >> 22;
    for (u32 room = 4096; room >= weight; room--)
      if (best[room - weight] + value > best[room]) best[room] = best[room - weight] + value;
  }
  return best[4096];
}

EXPORT u32 radix_sort(u32 n) {
  static u32 a[32768], b[32768], counts[256];
  for (u32 i = 0; i < n; i++) a[i] = next_random();
  u32 *from = a, *to = b;
  for (u32 shift = 0; shift < 32; shift += 8) {
    for (u32 i = 0; i < 256; i++) counts[i] = 0;
    for (u32 i = 0; i < n; i++) counts[from[i] >> shift & 255]++;
    for (u32 i = 0, sum = 0; i < 256; i++) {
      u32 count = counts[i];
      counts[i] = sum;
      sum += count;
    }
    for (u32 i = 0; i < n; i++) to[counts[from[i] >> shift & 255]++] = from[i];
    u32 *t = from;
    from = to;
    to = t;
  }
  return checksum((u8 *)from, n * 4);
}

EXPORT u32 gauss(u32 n) {
  static double a[64][65];
  double result = 0;
  for (u32 round = 0; round < n; round++) {
    for (u32 i = 0; i < 64; i++)
      for (u32 j = 0; j < 65; j++) a[i][j] = (double)(next_random() >> 16) + (i == j ? 100000 : 0);
    for (u32 k = 0; k < 64; k++)
      for (u32 i = k + 1; i < 64; i++) {
        double factor = a[i][k] / a[k][k];
        for (u32 j = k; j < 65; j++) a[i][j] -= factor * a[k][j];
      }
    result += a[63][64] / a[63][63];
  }
  return (u32)(i64)(result * 1000);
}

EXPORT u32 shortest_paths(u32 n) {
  static u16 distance[96][96];
  for (u32 round = 0; round < n; round++) {
    for (u32 i = 0; i < 96; i++)
      for (u32 j = 0; j < 96; j++) distance[i][j] = (u16)(1 + (next_random() >> 20));
    for (u32 k = 0; k < 96; k++)
      for (u32 i = 0; i < 96; i++)
        for (u32 j = 0; j < 96; j++) {
          u32 through = distance[i][k] + distance[k][j];
          if (through < distance[i][j]) distance[i][j] = (u16)through;
        }
  }
  return checksum((u8 *)distance, sizeof distance);
}

EXPORT u32 count_letters(u32 n) {
  static u8 text[8192];
  u32 letters = 0, words = 0, lines = 0, digits = 0;
  for (u32 i = 0; i < sizeof text; i++) text[i] = 32 + (next_random() >> 25) % 96;
  for (u32 round = 0; round < n; round++) {
    u32 inside = 0;
    for (u32 i = 0; i < sizeof text; i++) {
      u8 c = text[i];
      if (c == '~') lines++;
      if (c >= '0' && c <= '9') digits++;
      if ((c | 32) >= 'a' && (c | 32) <= 'z') {
        letters++;
        if (!inside) words++;
        inside = 1;
      } else inside = 0;
    }
  }
  return letters * 31 + words * 7 + lines * 3 + digits;
}

EXPORT u32 flood_fill(u32 n) {
  static u8 grid[130 * 130];
  static u32 queue[130 * 130];
  u32 sum = 0;
  for (u32 round = 0; round < n; round++) {
    for (u32 i = 0; i < sizeof grid; i++) grid[i] = i < 130 || i % 130 == 0 || i % 130 == 129 || i >= 129 * 130 || next_random() >> 30 == 0;
    u32 head = 0, tail = 0;
    grid[131] = 1;
    queue[tail++] = 131;
    static const i32 steps[] = {1, -1, 130, -130};
    while (head < tail) {
      u32 at = queue[head++];
      for (u32 k = 0; k < 4; k++) {
        u32 next = at + (u32)steps[k];
        if (!grid[next]) grid[next] = 1, queue[tail++] = next;
      }
    }
    sum += tail;
  }
  return sum;
}

EXPORT u32 xor_shift(u32 n) {
  u64 a = 88172645463325252ull, b = 362436069, sum = 0;
  for (u32 i = 0; i < n; i++) {
    u64 t = a ^ a << 23;
    a = b;
    b = t ^ b ^ t >> 17 ^ b >> 26;
    sum += a + b;
    sum = sum << 5 | sum >> 59;
  }
  return (u32)(sum ^ sum >> 32);
}

typedef struct { float x, y, z; } Vector;
EXPORT u32 spheres(u32 n) {
  u32 hits = 0;
  for (u32 y = 0; y < n; y++)
    for (u32 x = 0; x < n; x++) {
      Vector d = {(float)x / (float)n - 0.5f, (float)y / (float)n - 0.5f, 1};
      for (u32 k = 0; k < 4; k++) {
        Vector c = {(float)k * 0.2f - 0.3f, 0.1f * (float)k, 3 + (float)k};
        float b = d.x * c.x + d.y * c.y + d.z * c.z;
        float q = c.x * c.x + c.y * c.y + c.z * c.z - 0.2f, l = d.x * d.x + d.y * d.y + d.z * d.z;
        if (b * b - l * q > 0) {
          hits += k + 1;
          break;
        }
      }
    }
  return hits;
}
