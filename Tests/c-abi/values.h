/* Values that both sides of a call compute by themselves, and comparisons with them, bit by bit. Host and guest are
 * compiled with this file, and with the make_… and check_… functions of the structures, which are generated. */
#ifndef VALUES_H
#define VALUES_H

typedef unsigned long long word;

/* When a value is passed. */
enum stage { ARGUMENT, AFTER, RESULT, CALLBACK_ARGUMENT, CALLBACK_AFTER, CALLBACK_RESULT };

/* What a value belongs to. The numbers seed it. */
struct place {
  int function, call, stage, parameter;
  /* Of a callback: how often it was called before during this call, and its own parameter. */
  int round, inner;
  /* Of what a pointer leads to. */
  int element;
  /* How many scalars of the value were drawn before. */
  int leaf;
  word state;
};

/* Reports a scalar that differs. */
static inline void report(struct place *place, word expected, word actual) {
  differs(place->function, place->call, place->stage, place->parameter, place->round, place->inner,
          place->element, place->leaf, expected, actual);
}

static inline word mixed(word x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

/* Small programs compile faster. */
#define FUNCTION static __attribute__((noinline, unused))

FUNCTION struct place at(int function, int call, int stage, int parameter, int round, int inner,
                              int element) {
  const int numbers[] = {function, call, stage, parameter, round, inner, element};
  struct place place = {function, call, stage, parameter, round, inner, element, -1, SEED};
#ifdef WRONG
  /* For the test of this test: a function for which host and guest disagree. */
  if (function == WRONG) place.state = ~place.state;
#endif
  for (int k = 0; k < 7; k++) place.state = mixed(place.state + 0x9E3779B97F4A7C15u + (word)numbers[k]);
  return place;
}

/* The place of a value of the function and the call whose numbers are in the variables `function` and `call`. */
#define AT(...) ((struct place[]){at(function, call, __VA_ARGS__)})

FUNCTION word draw(struct place *place) {
  place->leaf++;
  return mixed(place->state += 0x9E3779B97F4A7C15u);
}

/* An integer of so many bits, often 0, -1, the greatest or the least. */
FUNCTION word integer(struct place *place, int bits, int is_signed) {
  word x = draw(place);
  switch (x >> 60) {
  case 0: x = 0; break;
  case 1: x = ~(word)0; break;
  case 2: x = (word)1 << (bits - 1); break;
  case 3: x = ((word)1 << (bits - 1)) - 1; break;
  }
  x <<= 64 - bits;
  return is_signed ? (word)((long long)x >> (64 - bits)) : x >> (64 - bits);
}

#define INTEGER(name, type, bits, is_signed)                                                                      \
  FUNCTION void make_##name(type *to, struct place *place) {                                                      \
    *to = (type)integer(place, bits, is_signed);                                                                  \
  }                                                                                                               \
  FUNCTION void check_##name(const type *got, struct place *place) {                                              \
    type expected;                                                                                                \
    make_##name(&expected, place);                                                                                \
    if (*got != expected) report(place, (word)expected, (word)*got);                                              \
  }

INTEGER(i8, signed char, 8, 1)
INTEGER(u8, unsigned char, 8, 0)
/* Characters that are the same whether `char` is signed or not. */
INTEGER(char, char, 7, 0)
INTEGER(i16, short, 16, 1)
INTEGER(u16, unsigned short, 16, 0)
INTEGER(i32, int, 32, 1)
INTEGER(u32, unsigned, 32, 0)
INTEGER(i64, long long, 64, 1)
INTEGER(u64, unsigned long long, 64, 0)
/* Values that the narrower side can represent. */
INTEGER(long, long, LONG_BITS, 1)
INTEGER(ulong, unsigned long, LONG_BITS, 0)
INTEGER(size, size_t, LONG_BITS, 0)

FUNCTION void make_bool(_Bool *to, struct place *place) { *to = draw(place) >> 63; }

FUNCTION void check_bool(const _Bool *got, struct place *place) {
  word expected = draw(place) >> 63, actual = *(const unsigned char *)got;
  if (actual != expected) report(place, expected, actual);
}

FUNCTION void make_enum(enum colour *to, struct place *place) {
  static const enum colour colours[] = {RED, GREEN, BLUE, NO_COLOUR};
  *to = colours[draw(place) % 4];
}

FUNCTION void check_enum(const enum colour *got, struct place *place) {
  enum colour expected;
  make_enum(&expected, place);
  if (*got != expected) report(place, (word)expected, (word)*got);
}

/* All bit patterns, except those of signalling NaNs, which a copy through a register of the x87 makes quiet. */
#define FLOAT(name, type, integer_type, quiet)                                                                    \
  FUNCTION integer_type bits_of_##name(struct place *place) {                                                     \
    integer_type bits = (integer_type)draw(place);                                                                \
    type value;                                                                                                   \
    __builtin_memcpy(&value, &bits, sizeof value);                                                                \
    return value != value ? bits | quiet : bits;                                                                  \
  }                                                                                                               \
  FUNCTION void make_##name(type *to, struct place *place) {                                                      \
    integer_type bits = bits_of_##name(place);                                                                    \
    __builtin_memcpy(to, &bits, sizeof bits);                                                                     \
  }                                                                                                               \
  FUNCTION void check_##name(const type *got, struct place *place) {                                              \
    integer_type expected = bits_of_##name(place), actual;                                                        \
    __builtin_memcpy(&actual, got, sizeof actual);                                                                \
    if (actual != expected) report(place, expected, actual);                                                      \
  }

FLOAT(float, float, unsigned, 0x00400000u)
FLOAT(double, double, unsigned long long, 0x0008000000000000u)

/* The guest's bytes that pointers lead to. The host learns the address with each call. */
enum { POOL_SIZE = 1024, HANDLES = 16, STRINGS = 32 };
extern unsigned char *pool;

/* Some are NULL, one leads to the end of the bytes. */
FUNCTION void make_pointer(void **to, struct place *place) {
  word x = draw(place);
  *to = x >> 61 ? pool + x % (POOL_SIZE + 1) : (void *)0;
}

FUNCTION void check_pointer(void *const *got, struct place *place) {
  void *expected;
  make_pointer(&expected, place);
  if (*got != expected) report(place, (word)(size_t)expected, (word)(size_t)*got);
}

#define HANDLE(name)                                                                                              \
  extern struct name *all_##name[HANDLES];                                                                        \
  FUNCTION void make_##name(struct name **to, struct place *place) {                                              \
    word x = draw(place);                                                                                         \
    *to = x >> 61 ? all_##name[x % HANDLES] : (struct name *)0;                                                   \
  }                                                                                                               \
  FUNCTION void check_##name(struct name *const *got, struct place *place) {                                      \
    struct name *expected;                                                                                        \
    make_##name(&expected, place);                                                                                \
    if (*got != expected) report(place, (word)(size_t)expected, (word)(size_t)*got);                              \
  }

HANDLE(handle0)
HANDLE(handle1)

/* Strings of 0, 5, 10, … bytes, which each side has. */
extern char strings[STRINGS][5 * STRINGS];

FUNCTION void fill_strings(void) {
  for (int k = 0; k < STRINGS; k++)
    for (int i = 0; i < 5 * k; i++) strings[k][i] = (char)('!' + (7 * i + 11 * k) % 90);
}

FUNCTION void make_string(const char **to, struct place *place) {
  word x = draw(place);
  *to = x >> 61 ? strings[x % STRINGS] : (const char *)0;
}

/* Gives the position of the first byte that differs as the actual value. */
FUNCTION void check_string(const char *const *got, struct place *place) {
  const char *expected, *actual = *got;
  make_string(&expected, place);
  if (!expected || !actual) {
    if (expected != actual) report(place, expected != 0, actual != 0);
    return;
  }
  int i = 0;
  while (expected[i] && expected[i] == actual[i]) i++;
  if (expected[i] != actual[i]) report(place, (word)expected[i], ((word)i << 8) | (unsigned char)actual[i]);
}

/* Whether a pointer is NULL in this call. */
#define IS_NULL(parameter, round, inner) (draw(AT(ARGUMENT, parameter, round, inner, -1)) % 16 == 0)

/* A number below a limit: how many elements there are, or how often a callback is called. */
#define NUMBER(parameter, limit) ((int)(draw(AT(ARGUMENT, parameter, 0, 0, -2)) % (limit)))

FUNCTION void check_equal(word actual, word expected, struct place *place) {
  if (actual != expected) report(place, expected, actual);
}

#endif
