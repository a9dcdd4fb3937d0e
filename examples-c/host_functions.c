/* Host functions with many signatures, none of them written for this library. */
#include "example.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

/* Functions of the standard library. C++ overloads some names; a wrapper selects one. */
static double my_hypot(double x, double y) { return hypot(x, y); }

static float mix(uint8_t a, int16_t b, int64_t c, float d, double e) {
  return (float)(a + b + (double)(c >> 40) + (double)d + e);
}

static int64_t sum9(int a, int64_t b, int c, int64_t d, int e, int64_t f, int g, int64_t h, int i) {
  return a + b + c + d + e + f + g + h + i;
}

/* Receives the calling instance and its userdata before the guest's arguments. */
static void log_bytes(pulley_instance_t *instance, void *userdata, const char *bytes,
                      size_t length) {
  int *lines = (int *)userdata;
  *lines += 1;
  printf("log line %d of %s: ", *lines, (const char *)pulley_instance_data(instance));
  fwrite(bytes, 1, length, stdout);
  putchar('\n');
}

static void forget(void *userdata) { printf("after %d log lines\n", *(int *)userdata); }

static pulley_value_t run(pulley_instance_t *instance, const char *name) {
  pulley_error_t *error = NULL;
  pulley_value_t result;
  check(pulley_run(instance, name, NULL, 0, &result, 1, &error), &error);
  return result;
}

int main(void) {
  static const struct {
    const char *module, *name, *signature;
    pulley_host_t function;
  } functions[] = {
      {"libc", "strlen", "size_t(cstr)", (pulley_host_t)strlen},
      {"libc", "toupper", "int(int)", (pulley_host_t)toupper},
      {"libc", "atof", "double(cstr)", (pulley_host_t)atof},
      {"libc", "strtoul", "unsigned long(cstr, ptr?, int)", (pulley_host_t)strtoul},
      {"libm", "hypot", "f64(f64, f64)", (pulley_host_t)my_hypot},
      {"host", "mix", "f32(u8, i16, i64, f32, f64)", (pulley_host_t)mix},
      {"host", "sum9", "i64(i32, i64, i32, i64, i32, i64, i32, i64, i32)", (pulley_host_t)sum9},
  };
  static char name[] = "the guest";
  static int lines = 0;
  pulley_error_t *error = NULL;
  pulley_instance_t *instance = NULL;
  pulley_linker_t *linker = pulley_linker_new(NULL);
  size_t i;

  for (i = 0; i < sizeof functions / sizeof functions[0]; i++)
    check(pulley_register(linker, functions[i].module, functions[i].name, functions[i].signature,
                          functions[i].function, NULL, NULL, &error),
          &error);
  check(pulley_register(linker, "host", "log", "void(instance, userdata, buf, size_t)",
                        (pulley_host_t)log_bytes, &lines, forget, &error),
        &error);
  check(pulley_instantiate_file(linker, "guests/host_functions.wasm", &instance, &error), &error);
  pulley_instance_set_data(instance, name);

  printf("2 * strlen: %d\n", run(instance, "length_twice").of.i32);
  {
    pulley_value_t letter = pulley_i32('q'), result;
    check(pulley_run(instance, "shout", &letter, 1, &result, 1, &error), &error);
    printf("toupper: %c\n", result.of.i32);
  }
  printf("hypot of atof: %g\n", run(instance, "diagonal").of.f64);
  printf("strtoul: %d\n", run(instance, "from_hex").of.i32);
  printf("mix: %g\n", (double)run(instance, "mixture").of.f32);
  printf("sum of nine: %ld\n", (long)run(instance, "sum").of.i64);
  check(pulley_run(instance, "log_line", NULL, 0, NULL, 0, &error), &error);

  /* If a buffer does not fit in the guest's memory, the function is not called. */
  expect(pulley_run(instance, "log_too_much", NULL, 0, NULL, 0, &error) == PULLEY_ERROR_TRAP,
         "a trap");
  printf("refused: %s\n", pulley_error_message(error));
  pulley_error_delete(error);

  /* A malformed signature is an error, and so is one that does not match the import. */
  expect(pulley_register(linker, "libc", "strlen", "size_t(string)", (pulley_host_t)strlen, NULL,
                         NULL, &error) == PULLEY_ERROR_SIGNATURE,
         "an error of the signature");
  printf("refused: %s\n", pulley_error_message(error));
  pulley_error_delete(error);

  pulley_instance_delete(instance);
  pulley_linker_delete(linker); /* log can no longer be called, so its finalizer runs. */
  return 0;
}
