/* Variable arguments: the host's snprintf and sscanf, with everything mixed. */
#include "guest.h"
#include <stddef.h>
#include <stdint.h>

EXPORT("run") int run(void) {
  char text[256];
  int count = snprintf(text, sizeof text, "%d %5u|%-8s|%c|%08.3f|%g|%x %#o %+lld %zu %hhd %hd %ld %%", -42, 17u, "left",
                       'z', 3.14159, 1e100, 0xdeadbeefu, 8u, 1234567890123456789LL, sizeof text, (char)-3, (short)-300,
                       -70000L);
  printf("%d: %s\n", count, text);
  count = snprintf(text, 10, "%s and %s", "something", "more");
  printf("%d: %s\n", count, text);
  printf("%d\n", snprintf(NULL, 0, "%*d|%-*d|%.*f|%.*s", 8, 1, 8, 2, 3, 2.0 / 3, 4, "cut here"));
  printf("[%*d] [%-*d] [%.*f] [%.*s] [%.3s]\n", 8, 1, 8, 2, 3, 2.0 / 3, 4, "cut here", "abcdef");
  printf("%e %G %a %.0f %5.1f%%\n", 12345.678, 1e-10, 1.5, 2.5, 99.95);
  printf("%ju %td %llx %lu\n", (uintmax_t)UINT64_MAX, (ptrdiff_t)-5, 0x123456789abcdefULL, 4000000000UL);
  /* More arguments than registers, of both kinds. */
  printf("%d %f %d %f %d %f %d %f %d %f %d %f %d %f %d %f %d %f %d %f\n", 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6,
         6.5, 7, 7.5, 8, 8.5, 9, 9.5, 10, 10.5);
  printf("no arguments\n");

  int i = 0, offset = 0;
  unsigned char small = 0;
  short half = 0;
  long l = 0;
  long long ll = 0;
  size_t z = 0;
  float f = 0;
  double d = 0;
  char word[16] = "", set[16] = "", letters[3] = "";
  count = sscanf("12 200 -5 70000 -9000000000 99 1.5 2.25e2 word abcXYZ qr",
                 "%d %hhu %hd %ld %lld %zu %f %lf %15s %15[a-c]%n", &i, &small, &half, &l, &ll, &z, &f, &d, word, set, &offset);
  printf("%d: %d %d %d %ld %lld %zu %g %g %s %s %d\n", count, i, small, half, l, ll, z, f, d, word, set, offset);
  count = sscanf("xyz 0x1F 17 skip 8", "%2c%*c %i %i %*s %d", letters, &i, &offset, &count);
  printf("%d: %c%c %d %d\n", count, letters[0], letters[1], i, offset);
  printf("%d\n", sscanf("nothing", "%d", &i));
  return 0;
}
