/* Calls functions of the host and of its C library as if they were linked here. */
#include "guest.h"

IMPORT("libc", "strlen") size_t strlen(const char *text);
IMPORT("libc", "toupper") int toupper(int character);
IMPORT("libc", "atof") double atof(const char *text);
IMPORT("libc", "strtoul") unsigned long strtoul(const char *text, char **end, int base);
IMPORT("libm", "hypot") double hypot(double x, double y);
IMPORT("host", "mix") float mix(uint8_t a, int16_t b, int64_t c, float d, double e);
IMPORT("host", "sum9")
int64_t sum9(int a, int64_t b, int c, int64_t d, int e, int64_t f, int g, int64_t h, int i);
IMPORT("host", "log") void log(const char *bytes, size_t length);

EXPORT("length_twice") int length_twice(void) { return (int)(2 * strlen("twelve bytes")); }
EXPORT("shout") int shout(int character) { return toupper(character); }
EXPORT("diagonal") double diagonal(void) { return hypot(atof("3.0"), atof("4.0")); }
EXPORT("from_hex") int from_hex(void) { return (int)strtoul("ff", NULL, 16); }
EXPORT("mixture") float mixture(void) { return mix(200, -2, 1LL << 40, 0.5f, 0.25); }
EXPORT("sum") int64_t sum(void) { return sum9(1, 2, 3, 4, 5, 6, 7, 8, 9); }
EXPORT("log_line") void log_line(void) { log("bytes, not a string: \0!", 23); }
EXPORT("log_too_much") void log_too_much(void) { log("x", 0x7fffffff); }
