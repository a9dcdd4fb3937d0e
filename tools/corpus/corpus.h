typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int i32;
typedef long long i64;
#define EXPORT __attribute__((visibility("default")))

static u32 seed = 1;
static inline u32 next_random(void) { return seed = seed * 1664525u + 1013904223u; }

static inline u32 checksum(const u8 *bytes, u32 count) {
  u32 sum = 0;
  for (u32 i = 0; i < count; i++) sum = sum * 31 + bytes[i];
  return sum;
}
