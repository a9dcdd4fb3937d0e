/* Prints results exactly: as text, or as bits. */
#include "results.h"
#include <stdio.h>
#include <string.h>

void result_integer(const char *name, long long value) { printf("%s = %lld\n", name, value); }

void result_double(const char *name, double value) {
  unsigned long long bits;
  memcpy(&bits, &value, sizeof bits);
  printf("%s = %.17g 0x%016llx\n", name, value, bits);
}

void result_float(const char *name, float value) {
  unsigned bits;
  memcpy(&bits, &value, sizeof bits);
  printf("%s = %.9g 0x%08x\n", name, value, bits);
}

void result_text(const char *name, const char *text) { printf("%s = \"%s\"\n", name, text ? text : "(NULL)"); }

void result_bytes(const char *name, const void *bytes, int count) {
  printf("%s =", name);
  for (int k = 0; k < count; k++) printf(" %02x", ((const unsigned char *)bytes)[k]);
  printf("\n");
}
