/* One block for each function of string.h and stdlib.h. Tests/Drivers/c-library.py compiles the blocks of the
 * functions that the system's headers declare, and adds calls of math.h's functions, which it makes from their types.
 * The same program runs natively and as a guest: `long` differs between them, so values fit 32 bits. */
#define INTEGER(...) result_integer(__func__, (long long)(__VA_ARGS__))
#define DOUBLE(...) result_double(__func__, __VA_ARGS__)
#define FLOAT(...) result_float(__func__, __VA_ARGS__)
#define TEXT(...) result_text(__func__, __VA_ARGS__)
#define BYTES(bytes, count) result_bytes(__func__, bytes, count)
/* Where a result is, in the object that begins at `base`; -1 for NULL. */
#define OFFSET(base, ...) INTEGER(offset_from(base, __VA_ARGS__))
#define CALL(name) static void call_##name(void)

static long offset_from(const void *base, const void *address) {
  return address ? (long)((const char *)address - (const char *)base) : -1;
}

static const char hello[] = "hello, world";
static const int primes[] = {2, 3, 5, 7, 11, 13, 17, 19, 23};

static void fill(char *buffer, int count) {
  for (int k = 0; k < count; k++) buffer[k] = (char)('a' + k % 26);
}

/* string.h */

CALL(memcpy) {
  char to[16] = "................";
  OFFSET(to, memcpy(to + 2, hello, 7));
  BYTES(to, 16);
}

CALL(memmove) {
  char text[16];
  fill(text, 16);
  OFFSET(text, memmove(text + 3, text, 10));
  BYTES(text, 16);
}

CALL(memccpy) {
  char to[16] = {0};
  OFFSET(to, memccpy(to, hello, 'o', 12));
  OFFSET(to, memccpy(to, hello, 'x', 12));
  BYTES(to, 16);
}

CALL(memset) {
  char to[16] = {0};
  OFFSET(to, memset(to + 1, 0xA5, 14));
  BYTES(to, 16);
}

CALL(memcmp) {
  INTEGER(memcmp("abc", "abd", 3) < 0);
  INTEGER(memcmp("abc", "abd", 2));
  INTEGER(memcmp("\xff", "\x01", 1) > 0);
}

CALL(bcmp) {
  INTEGER(bcmp("abc", "abd", 3) != 0);
  INTEGER(bcmp("abc", "abd", 2));
}

CALL(memchr) {
  OFFSET(hello, memchr(hello, 'w', 12));
  OFFSET(hello, memchr(hello, 'w', 3));
}

CALL(strcpy) {
  char to[16] = "................";
  OFFSET(to, strcpy(to + 1, hello));
  BYTES(to, 16);
}

CALL(stpcpy) {
  char to[16] = "................";
  OFFSET(to, stpcpy(to + 1, hello));
  BYTES(to, 16);
}

CALL(strncpy) {
  char to[16] = "................";
  OFFSET(to, strncpy(to, hello, 5));
  OFFSET(to, strncpy(to + 6, "ab", 5));
  BYTES(to, 16);
}

CALL(stpncpy) {
  char to[16] = "................";
  OFFSET(to, stpncpy(to, hello, 5));
  OFFSET(to, stpncpy(to + 6, "ab", 5));
  BYTES(to, 16);
}

CALL(strcat) {
  char to[32] = "say ";
  OFFSET(to, strcat(to, hello));
  TEXT(to);
}

CALL(strncat) {
  char to[32] = "say ";
  OFFSET(to, strncat(to, hello, 5));
  TEXT(to);
}

CALL(strcmp) {
  INTEGER(strcmp("abc", "abd") < 0);
  INTEGER(strcmp("abc", "abc"));
}

CALL(strncmp) {
  INTEGER(strncmp("abc", "abd", 3) < 0);
  INTEGER(strncmp("abc", "abd", 2));
}

CALL(strcoll) { INTEGER(strcoll("abc", "abd") < 0); }

CALL(strxfrm) {
  char to[16] = {0};
  INTEGER(strxfrm(to, hello, 16));
  BYTES(to, 16);
}

CALL(strdup) { TEXT(strdup(hello)); }
CALL(strndup) { TEXT(strndup(hello, 5)); }

CALL(strchr) {
  OFFSET(hello, strchr(hello, 'o'));
  OFFSET(hello, strchr(hello, 'x'));
  OFFSET(hello, strchr(hello, 0));
}

CALL(strrchr) {
  OFFSET(hello, strrchr(hello, 'o'));
  OFFSET(hello, strrchr(hello, 'x'));
}

CALL(index) { OFFSET(hello, index(hello, 'l')); }
CALL(rindex) { OFFSET(hello, rindex(hello, 'l')); }
CALL(strcspn) { INTEGER(strcspn(hello, ",w")); }
CALL(strspn) { INTEGER(strspn(hello, "leh")); }

CALL(strpbrk) {
  OFFSET(hello, strpbrk(hello, "wo"));
  OFFSET(hello, strpbrk(hello, "xyz"));
}

CALL(strstr) {
  OFFSET(hello, strstr(hello, "wor"));
  OFFSET(hello, strstr(hello, "word"));
}

CALL(strtok) {
  static char text[] = "one two,three";
  for (char *token = strtok(text, " ,"); token; token = strtok((char *)0, " ,")) TEXT(token);
}

CALL(strtok_r) {
  char text[] = "one two,three", *rest = (char *)0;
  for (char *token = strtok_r(text, " ,", &rest); token; token = strtok_r((char *)0, " ,", &rest)) {
    TEXT(token);
    OFFSET(text, rest);
  }
}

CALL(strsep) {
  char text[] = "a,,b", *rest = text;
  for (char *token = strsep(&rest, ","); token; token = strsep(&rest, ",")) {
    TEXT(token);
    OFFSET(text, rest);
  }
}

CALL(strlen) {
  INTEGER(strlen(hello));
  INTEGER(strlen(""));
}

CALL(strnlen) {
  INTEGER(strnlen(hello, 5));
  INTEGER(strnlen(hello, 50));
}

CALL(strerror) {
  TEXT(strerror(2));
  TEXT(strerror(0));
  TEXT(strerror(-7));
}

CALL(strerror_r) {
  char text[64] = {0};
  INTEGER(strerror_r(2, text, 64));
  TEXT(text);
}

CALL(strsignal) { TEXT(strsignal(11)); }

CALL(bcopy) {
  char text[16];
  fill(text, 16);
  bcopy(text, text + 3, 10);
  BYTES(text, 16);
}

CALL(bzero) {
  char text[16];
  fill(text, 16);
  bzero(text + 2, 5);
  BYTES(text, 16);
}

CALL(explicit_bzero) {
  char text[16];
  fill(text, 16);
  explicit_bzero(text + 4, 5);
  BYTES(text, 16);
}

CALL(ffs) { INTEGER(ffs(0x5000)); }
CALL(ffsl) { INTEGER(ffsl(0x5000)); }
CALL(ffsll) { INTEGER(ffsll(0x500000000000)); }

CALL(strcasecmp) {
  INTEGER(strcasecmp("Hello", "hELLO"));
  INTEGER(strcasecmp("Hello", "help") < 0);
}

CALL(strncasecmp) {
  INTEGER(strncasecmp("Hello", "hELp", 3));
  INTEGER(strncasecmp("Hello", "hELp", 4) < 0);
}

/* stdlib.h: numbers from texts */

static const char *const numbers[] = {"42", "  -17 apples", "0x1fg", "017", "99999999999999999999", "", "+", "3.25e2x"};
#define EACH_NUMBER(text) for (int k = 0; k < 8; k++) for (const char *text = numbers[k]; text; text = 0)

#define PARSE(RESULT, name, ...) \
  EACH_NUMBER(text) { \
    char *end = (char *)0; \
    RESULT(name(text, &end, ##__VA_ARGS__)); \
    OFFSET(text, end); \
    RESULT(name(text, (char **)0, ##__VA_ARGS__)); \
  }

/* Without the text whose value differs between a `long` of 32 and one of 64 bits. */
#define PARSE_LONG(name) \
  EACH_NUMBER(text) for (int base = 0; k != 4 && base <= 36; base += base ? 13 : 10) { \
    char *end = (char *)0; \
    INTEGER((int)name(text, &end, base)); \
    OFFSET(text, end); \
    INTEGER((int)name(text, (char **)0, base)); \
  }

CALL(atof) { EACH_NUMBER(text) DOUBLE(atof(text)); }
CALL(atoi) { EACH_NUMBER(text) if (k != 4) INTEGER(atoi(text)); }
CALL(atol) { EACH_NUMBER(text) if (k != 4) INTEGER(atol(text)); }
CALL(atoll) { EACH_NUMBER(text) INTEGER(atoll(text)); }
CALL(strtod) {
  PARSE(DOUBLE, strtod)
  DOUBLE(strtod("0x1.8p3 inf nan", (char **)0));
}
CALL(strtof) { PARSE(FLOAT, strtof) }
CALL(strtol) { PARSE_LONG(strtol) }
CALL(strtoul) { PARSE_LONG(strtoul) }
CALL(strtoll) { PARSE(INTEGER, strtoll, 0) }
CALL(strtoull) { PARSE(INTEGER, strtoull, 16) }
CALL(strtoq) { PARSE(INTEGER, strtoq, 10) }
CALL(strtouq) { PARSE(INTEGER, strtouq, 10) }
CALL(a64l) { INTEGER(a64l("zzz.")); }
CALL(l64a) {
  TEXT(l64a(0));
  TEXT(l64a(123456789));
}

/* stdlib.h: random numbers */

CALL(random) {
  srandom(5);
  INTEGER(random());
  INTEGER(random());
}

CALL(srandom) {
  srandom(77);
  INTEGER(random());
}

CALL(rand) {
  srand(5);
  INTEGER(rand());
  INTEGER(rand());
}

CALL(srand) {
  srand(77);
  INTEGER(rand());
}

CALL(rand_r) {
  unsigned seed = 9;
  INTEGER(rand_r(&seed));
  INTEGER(seed);
}

CALL(srand48) {
  srand48(11);
  INTEGER(lrand48());
}

CALL(drand48) {
  srand48(12);
  DOUBLE(drand48());
}

CALL(lrand48) {
  srand48(13);
  INTEGER(lrand48());
}

CALL(mrand48) {
  srand48(14);
  INTEGER(mrand48());
}

CALL(erand48) {
  unsigned short state[3] = {1, 2, 3};
  DOUBLE(erand48(state));
  BYTES(state, 6);
}

CALL(nrand48) {
  unsigned short state[3] = {1, 2, 3};
  INTEGER(nrand48(state));
  BYTES(state, 6);
}

CALL(jrand48) {
  unsigned short state[3] = {1, 2, 3};
  INTEGER(jrand48(state));
  BYTES(state, 6);
}

CALL(lcong48) {
  unsigned short parameters[7] = {1, 2, 3, 4, 5, 6, 7};
  lcong48(parameters);
  INTEGER(lrand48());
}

CALL(srand48_r) {
  struct drand48_data data = {0};
  INTEGER(srand48_r(21, &data));
  BYTES(&data, sizeof data);
}

CALL(seed48_r) {
  struct drand48_data data = {0};
  unsigned short seed[3] = {4, 5, 6};
  INTEGER(seed48_r(seed, &data));
  BYTES(&data, sizeof data);
}

CALL(lcong48_r) {
  struct drand48_data data = {0};
  unsigned short parameters[7] = {1, 2, 3, 4, 5, 6, 7};
  INTEGER(lcong48_r(parameters, &data));
  BYTES(&data, sizeof data);
}

CALL(drand48_r) {
  struct drand48_data data = {0};
  double result;
  srand48_r(22, &data);
  INTEGER(drand48_r(&data, &result));
  DOUBLE(result);
}

CALL(lrand48_r) {
  struct drand48_data data = {0};
  long result;
  srand48_r(23, &data);
  INTEGER(lrand48_r(&data, &result));
  INTEGER(result);
}

CALL(mrand48_r) {
  struct drand48_data data = {0};
  long result;
  srand48_r(24, &data);
  INTEGER(mrand48_r(&data, &result));
  INTEGER(result);
}

CALL(erand48_r) {
  struct drand48_data data = {0};
  unsigned short state[3] = {1, 2, 3};
  double result;
  srand48_r(25, &data);
  INTEGER(erand48_r(state, &data, &result));
  DOUBLE(result);
}

CALL(nrand48_r) {
  struct drand48_data data = {0};
  unsigned short state[3] = {1, 2, 3};
  long result;
  srand48_r(26, &data);
  INTEGER(nrand48_r(state, &data, &result));
  INTEGER(result);
}

CALL(jrand48_r) {
  struct drand48_data data = {0};
  unsigned short state[3] = {1, 2, 3};
  long result;
  srand48_r(27, &data);
  INTEGER(jrand48_r(state, &data, &result));
  INTEGER(result);
}

CALL(arc4random_uniform) { INTEGER(arc4random_uniform(1)); }

CALL(arc4random_buf) {
  char bytes[32] = {0};
  int other = 0;
  arc4random_buf(bytes, 24);
  for (int k = 0; k < 24; k++) other |= bytes[k];
  INTEGER(other != 0);
  BYTES(bytes + 24, 8);
}

/* stdlib.h: sorting and searching */

static int comparisons;

static int compare_integers(const void *a, const void *b) {
  int x = *(const int *)a, y = *(const int *)b;
  comparisons++;
  return (x > y) - (x < y);
}

CALL(qsort) {
  int values[100];
  for (int k = 0; k < 100; k++) values[k] = (k * 37 + 11) % 101;
  comparisons = 0;
  qsort(values, 100, sizeof *values, compare_integers);
  BYTES(values, sizeof values);
  INTEGER(comparisons);
  qsort(values, 0, sizeof *values, compare_integers);
}

CALL(bsearch) {
  int wanted = 13, missing = 14;
  OFFSET(primes, bsearch(&wanted, primes, 9, sizeof *primes, compare_integers));
  OFFSET(primes, bsearch(&missing, primes, 9, sizeof *primes, compare_integers));
}

/* stdlib.h: arithmetic */

CALL(abs) { INTEGER(abs(-5)); }
CALL(labs) { INTEGER(labs(-5)); }
CALL(llabs) { INTEGER(llabs(-5000000000)); }

CALL(div) {
  div_t result = div(-17, 5);
  INTEGER(result.quot);
  INTEGER(result.rem);
}

CALL(ldiv) {
  ldiv_t result = ldiv(-17, 5);
  INTEGER(result.quot);
  INTEGER(result.rem);
}

CALL(lldiv) {
  lldiv_t result = lldiv(-17000000000000, 5000);
  INTEGER(result.quot);
  INTEGER(result.rem);
}

/* stdlib.h: texts from numbers */

CALL(ecvt) {
  int point, sign;
  TEXT(ecvt(-1234.5678, 6, &point, &sign));
  INTEGER(point);
  INTEGER(sign);
}

CALL(fcvt) {
  int point, sign;
  TEXT(fcvt(1234.5678, 2, &point, &sign));
  INTEGER(point);
  INTEGER(sign);
}

CALL(gcvt) {
  char text[32] = {0};
  OFFSET(text, gcvt(-1234.5678, 6, text));
  TEXT(text);
}

CALL(ecvt_r) {
  char text[32] = {0};
  int point, sign;
  INTEGER(ecvt_r(-1234.5678, 6, &point, &sign, text, 32));
  TEXT(text);
  INTEGER(point);
  INTEGER(sign);
}

CALL(fcvt_r) {
  char text[32] = {0};
  int point, sign;
  INTEGER(fcvt_r(1234.5678, 2, &point, &sign, text, 32));
  TEXT(text);
  INTEGER(point);
  INTEGER(sign);
}

/* stdlib.h: multibyte characters, in the locale "C" */

CALL(mblen) {
  INTEGER(mblen("a", 1));
  INTEGER(mblen("", 1));
  INTEGER(mblen((char *)0, 0));
}

CALL(mbtowc) {
  wchar_t wide = 0;
  INTEGER(mbtowc(&wide, "z", 1));
  INTEGER(wide);
  INTEGER(mbtowc((wchar_t *)0, "z", 1));
}

CALL(wctomb) {
  char text[16] = {0};
  INTEGER(wctomb(text, 'z'));
  TEXT(text);
  INTEGER(wctomb((char *)0, 'z'));
}

CALL(mbstowcs) {
  wchar_t wide[16] = {0};
  INTEGER(mbstowcs(wide, hello, 16));
  BYTES(wide, sizeof wide);
  INTEGER(mbstowcs((wchar_t *)0, hello, 0));
}

CALL(wcstombs) {
  const wchar_t wide[] = {'a', 'b', 'c', 0};
  char text[16] = {0};
  INTEGER(wcstombs(text, wide, 16));
  TEXT(text);
}

/* stdlib.h: the environment, the system */

CALL(setenv) {
  INTEGER(setenv("PULLEY_TEST", "value", 1));
  INTEGER(setenv("PULLEY_TEST", "other", 0));
  INTEGER(setenv("a=b", "other", 0));
}

CALL(getenv) {
  setenv("PULLEY_TEST", "value", 1);
  TEXT(getenv("PULLEY_TEST"));
  TEXT(getenv("PULLEY_TEST_MISSING"));
}

CALL(unsetenv) {
  setenv("PULLEY_TEST", "value", 1);
  INTEGER(unsetenv("PULLEY_TEST"));
  TEXT(getenv("PULLEY_TEST"));
}

CALL(clearenv) {
  setenv("PULLEY_TEST", "value", 1);
  INTEGER(clearenv());
  TEXT(getenv("PULLEY_TEST"));
}

CALL(system) {
  INTEGER(system("exit 3"));
  INTEGER(system((const char *)0));
}

CALL(realpath) {
  static char path[4096];
  OFFSET(path, realpath("/./", path));
  TEXT(path);
  OFFSET(path, realpath("/no/such/file", path));
}

CALL(rpmatch) {
  INTEGER(rpmatch("yes"));
  INTEGER(rpmatch("no"));
}
