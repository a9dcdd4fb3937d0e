// Small programs from which fusions are chosen; see ../fusions.md. Each exported function takes a size and returns a
// checksum.
#include "corpus.h"

static u32 tak(u32 x, u32 y, u32 z) {
  if (y >= x) return z;
  return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}
EXPORT u32 takeuchi(u32 n) { return tak(n, n * 2 / 3, n / 3); }

EXPORT u32 spectral_norm(u32 n) {
  static double u[512], v[512], w[512];
  for (u32 i = 0; i < n; i++) u[i] = 1;
  for (u32 round = 0; round < 4; round++) {
    for (u32 i = 0; i < n; i++) {
      double sum = 0;
      for (u32 j = 0; j < n; j++) sum += u[j] / (double)((i + j) * (i + j + 1) / 2 + i + 1);
      w[i] = sum;
    }
    for (u32 i = 0; i < n; i++) {
      double sum = 0;
      for (u32 j = 0; j < n; j++) sum += w[j] / (double)((i + j) * (i + j + 1) / 2 + j + 1);
      v[i] = sum;
    }
    for (u32 i = 0; i < n; i++) u[i] = v[i];
  }
  return (u32)(v[n / 2] * 1000000);
}

EXPORT u32 lz_compress(u32 n) {
  static u8 input[65536], output[131072];
  static u32 heads[4096];
  for (u32 i = 0; i < n; i++) input[i] = (u8)(next_random() >> 29) + (i & 64 ? 65 : 97);
  for (u32 i = 0; i < 4096; i++) heads[i] = 0;
  u32 out = 0, i = 0;
  while (i + 4 < n) {
    u32 key = (input[i] << 16 | input[i + 1] << 8 | input[i + 2]) * 2654435761u >> 20;
    u32 match = heads[key];
    heads[key] = i + 1;
    u32 length = 0;
    if (match && i - (match - 1) < 8192)
      while (length < 255 && i + length < n && input[match - 1 + length] == input[i + length]) length++;
    if (length > 3) {
      output[out++] = 255;
      output[out++] = (u8)length;
      output[out++] = (u8)(i - match + 1);
      output[out++] = (u8)((i - match + 1) >> 8);
      i += length;
    } else {
      output[out++] = input[i++];
    }
  }
  return checksum(output, out);
}

EXPORT u32 heap_sort(u32 n) {
  static i32 a[32768];
  for (u32 i = 0; i < n; i++) a[i] = (i32)next_random();
  for (u32 end = n, start = n / 2; end > 1;) {
    if (start > 0) start--;
    else {
      end--;
      i32 t = a[end];
      a[end] = a[0];
      a[0] = t;
    }
    u32 root = start;
    while (root * 2 + 1 < end) {
      u32 child = root * 2 + 1;
      if (child + 1 < end && a[child] < a[child + 1]) child++;
      if (a[root] >= a[child]) break;
      i32 t = a[root];
      a[root] = a[child];
      a[child] = t;
      root = child;
    }
  }
  return checksum((u8 *)a, n * 4);
}

typedef struct Node { struct Node *left, *right; u32 key, count; } Node;
static Node nodes[32768];
static u32 node_count;
EXPORT u32 search_tree(u32 n) {
  node_count = 0;
  Node *root = 0;
  for (u32 i = 0; i < n; i++) {
    u32 key = next_random() % (n / 2 + 1);
    Node **place = &root;
    while (*place && (*place)->key != key) place = key < (*place)->key ? &(*place)->left : &(*place)->right;
    if (!*place) {
      Node *node = &nodes[node_count++];
      node->left = node->right = 0;
      node->key = key;
      node->count = 0;
      *place = node;
    }
    (*place)->count++;
  }
  u32 sum = 0;
  for (u32 i = 0; i < node_count; i++) sum = sum * 31 + nodes[i].count;
  return sum;
}

EXPORT u32 levenshtein(u32 n) {
  static u8 one[1024], other[1024];
  static u32 row[1025];
  for (u32 i = 0; i < n; i++) one[i] = (u8)(next_random() >> 30), other[i] = (u8)(next_random() >> 30);
  for (u32 j = 0; j <= n; j++) row[j] = j;
  for (u32 i = 1; i <= n; i++) {
    u32 diagonal = row[0];
    row[0] = i;
    for (u32 j = 1; j <= n; j++) {
      u32 above = row[j];
      u32 best = diagonal + (one[i - 1] != other[j - 1]);
      if (above + 1 < best) best = above + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      row[j] = best;
      diagonal = above;
    }
  }
  return row[n];
}

EXPORT u32 brainless(u32 n) {
  // An interpreter of a small stack machine, by a switch.
  static const u8 code[] = {0, 10, 1, 2, 0, 1, 3, 1, 6, 0, 3, 4, 1, 5, 3, 5, 7, 2};
  u32 stack[16], sp = 0, pc = 0, acc = 0, rounds = n;
  for (;;) {
    switch (code[pc++]) {
      case 0: stack[sp++ & 15] = code[pc++]; break;
      case 1: acc += stack[--sp & 15]; break;
      case 2: stack[sp++ & 15] = acc; break;
      case 3: acc ^= acc << 3; break;
      case 4: acc = acc * 17 + 1; break;
      case 5: acc >>= 1; break;
      case 6: if (acc & 1) acc += 7; break;
      case 7: if (--rounds == 0) return acc; sp = 0; pc = 0; break;
    }
  }
}

EXPORT u32 md5_like(u32 n) {
  u32 a = 0x67452301, b = 0xefcdab89, c = 0x98badcfe, d = 0x10325476;
  static u32 words[16];
  for (u32 i = 0; i < 16; i++) words[i] = next_random();
  for (u32 i = 0; i < n; i++) {
    u32 f, g;
    if (i % 64 < 16) f = (b & c) | (~b & d), g = i;
    else if (i % 64 < 32) f = (d & b) | (~d & c), g = 5 * i + 1;
    else if (i % 64 < 48) f = b ^ c ^ d, g = 3 * i + 5;
    else f = c ^ (b | ~d), g = 7 * i;
    u32 t = d;
    d = c;
    c = b;
    u32 x = a + f + words[g & 15];
    b += x << 7 | x >> 25;
    a = t;
  }
  return a ^ b ^ c ^ d;
}

EXPORT u32 big_multiply(u32 n) {
  static u32 a[256], b[256], product[512];
  for (u32 i = 0; i < 256; i++) a[i] = next_random(), b[i] = next_random();
  for (u32 round = 0; round < n; round++) {
    for (u32 i = 0; i < 512; i++) product[i] = 0;
    for (u32 i = 0; i < 256; i++) {
      u64 carry = 0;
      for (u32 j = 0; j < 256; j++) {
        carry += (u64)a[i] * b[j] + product[i + j];
        product[i + j] = (u32)carry;
        carry >>= 32;
      }
      product[i + 256] = (u32)carry;
    }
    a[round & 255] ^= product[300];
  }
  return checksum((u8 *)product, sizeof product);
}

EXPORT u32 life(u32 n) {
  static u8 one[66 * 66], other[66 * 66];
  u8 *now = one, *next = other;
  for (u32 i = 0; i < sizeof one; i++) one[i] = other[i] = 0;
  for (u32 y = 1; y <= 64; y++)
    for (u32 x = 1; x <= 64; x++) now[y * 66 + x] = next_random() >> 31;
  for (u32 round = 0; round < n; round++) {
    for (u32 y = 1; y <= 64; y++)
      for (u32 x = 1; x <= 64; x++) {
        u8 *p = now + y * 66 + x;
        u32 sum = p[-67] + p[-66] + p[-65] + p[-1] + p[1] + p[65] + p[66] + p[67];
        next[y * 66 + x] = sum == 3 || (sum == 2 && *p);
      }
    u8 *t = now;
    now = next;
    next = t;
  }
  return checksum(now, sizeof one);
}

EXPORT u32 hash_words(u32 n) {
  static u32 keys[8192], values[8192];
  for (u32 i = 0; i < 8192; i++) keys[i] = values[i] = 0;
  for (u32 i = 0; i < n; i++) {
    u8 word[12];
    u32 length = 3 + (next_random() >> 29), hash = 2166136261u;
    for (u32 k = 0; k < length; k++) word[k] = 97 + (next_random() >> 30);
    for (u32 k = 0; k < length; k++) hash = (hash ^ word[k]) * 16777619u;
    if (!hash) hash = 1;
    u32 slot = hash & 8191;
    while (keys[slot] && keys[slot] != hash) slot = (slot + 1) & 8191;
    keys[slot] = hash;
    values[slot]++;
  }
  return checksum((u8 *)values, sizeof values);
}

EXPORT u32 fast_fourier(u32 n) {
  static float re[1024], im[1024];
  for (u32 i = 0; i < 1024; i++) re[i] = (float)(next_random() >> 20), im[i] = 0;
  for (u32 round = 0; round < n; round++)
    for (u32 half = 1; half < 1024; half *= 2) {
      float wr = 1, wi = 0, sr = 1 - 4.9348f / (float)(half * half), si = -3.1415f / (float)half;
      for (u32 k = 0; k < half; k++) {
        for (u32 i = k; i < 1024; i += 2 * half) {
          float tr = wr * re[i + half] - wi * im[i + half], ti = wr * im[i + half] + wi * re[i + half];
          re[i + half] = re[i] - tr;
          im[i + half] = im[i] - ti;
          re[i] = (re[i] + tr) * 0.5f;
          im[i] = (im[i] + ti) * 0.5f;
        }
        float t = wr * sr - wi * si;
        wi = wr * si + wi * sr;
        wr = t;
      }
    }
  return (u32)(re[1] * 1000);
}
