/* struct tm, whose layouts differ, and time_t. */
#include "guest.h"
#include <time.h>

static void print(const struct tm *t) {
  printf("%d-%d-%d %d:%d:%d, day %d of the week, %d of the year, %d, %ld, %s\n", t->tm_year, t->tm_mon, t->tm_mday,
         t->tm_hour, t->tm_min, t->tm_sec, t->tm_wday, t->tm_yday, t->tm_isdst, (long)t->tm_gmtoff, t->tm_zone);
}

EXPORT("run") int run(void) {
  const time_t moments[] = {0, 1234567890, -1, 4102444800};
  char text[64];
  for (int k = 0; k < 4; k++) {
    struct tm local, universal;
    printf("%d\n", localtime_r(&moments[k], &local) == &local);
    print(&local);
    printf("%d\n", gmtime_r(&moments[k], &universal) == &universal);
    print(&universal);
    size_t length = strftime(text, sizeof text, "%A, %d %B %Y, %H:%M:%S %Z %%", &local);
    printf("%d: %s\n", (int)length, text);
    printf("%lld\n", (long long)mktime(&local));
  }
  struct tm late = {.tm_year = 99, .tm_mon = 13, .tm_mday = 40, .tm_isdst = -1};
  printf("%lld\n", (long long)mktime(&late));
  print(&late);
  printf("%d\n", (int)strftime(text, 3, "%Y", &late));
  printf("%g\n", difftime(moments[1], moments[2]));
  time_t now = 5;
  printf("%d\n", time(&now) == now && now > 1600000000);
  return 0;
}
