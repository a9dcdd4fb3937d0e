/* The same compiler with calls to C: sqrt and others come from libm, other names from a callback.
 *
 * Usage: expression_host ['hypot(width, height) / 2' …]; without arguments it reads lines. */
#include "example.h"
#include "expression.h"
#include <math.h>

/* The functions of the C library that an expression may call. */
static const struct {
  const char *name, *signature;
  pulley_host_t address;
  int count;
} functions[] = {
    {"sqrt", "double(double)", (pulley_host_t)(double (*)(double))sqrt, 1},
    {"sin", "double(double)", (pulley_host_t)(double (*)(double))sin, 1},
    {"hypot", "double(double, double)", (pulley_host_t)(double (*)(double, double))hypot, 2},
    {"fmod", "double(double, double)", (pulley_host_t)(double (*)(double, double))fmod, 2},
};
enum { FUNCTION_COUNT = sizeof functions / sizeof functions[0] };

/* The variables of this program that an expression may use. */
typedef struct {
  int asked;
} rectangle;

static double variable(void *userdata, const char *name) {
  rectangle *shape = (rectangle *)userdata;
  shape->asked++;
  if (strcmp(name, "width") == 0) return 3;
  if (strcmp(name, "height") == 0) return 4;
  return NAN;
}

/* The variables' names. In CLIF, an address is an address of this process. */
static char names[64][32];
static int name_count;

static int write_name(translator *t, const char *name, const int *arguments, int count) {
  int index, value;
  if (count < 0) {
    if (name_count == 64) return fail(t, "too many variables");
    strcpy(names[name_count], name);
    write_line(t, "    v%d = iconst.i64 %llu\n", t->next_value,
               (unsigned long long)(size_t)names[name_count++]);
    value = t->next_value + 1;
    t->next_value += 2;
    write_line(t, "    v%d = call fn%d(v%d)\n", value, (int)FUNCTION_COUNT, value - 1);
    return value;
  }
  for (index = 0; index < FUNCTION_COUNT; index++)
    if (strcmp(name, functions[index].name) == 0) break;
  if (index == FUNCTION_COUNT) return -1;
  if (count != functions[index].count) return fail(t, "wrong number of arguments");
  value = t->next_value++;
  write_line(t, count == 1 ? "    v%d = call fn%d(v%d)\n" : "    v%d = call fn%d(v%d, v%d)\n", value,
             index, arguments[0], count == 1 ? 0 : arguments[1]);
  return value;
}

static void evaluate(pulley_engine_t *engine, pulley_linker_t *linker, rectangle *shape,
                     const char *expression) {
  static translator t;
  static char text[sizeof t.body + 1000];
  pulley_error_t *error = NULL;
  pulley_module_t *module = NULL;
  pulley_instance_t *instance = NULL;
  pulley_value_t value;
  int index, length, result;

  name_count = 0;
  shape->asked = 0;
  result = translate(&t, expression, 0, write_name);
  if (result < 0) return;
  length = sprintf(text, "function %%value() -> f64 {\n");
  for (index = 0; index < FUNCTION_COUNT; index++)
    length += sprintf(text + length, "    fn%d = %%%s(f64%s) -> f64 system_v\n", index,
                      functions[index].name, functions[index].count == 2 ? ", f64" : "");
  sprintf(text + length,
          "    fn%d = %%variable(i64) -> f64 system_v\nblock0:\n%s    return v%d\n}\n",
          (int)FUNCTION_COUNT, t.body, result);

  check(pulley_compile(engine, text, strlen(text), &module, &error), &error);
  check(pulley_instantiate(linker, module, &instance, &error), &error);
  check(pulley_run(instance, "value", NULL, 0, &value, 1, &error), &error);
  printf("%s = %g (asked %d times for a variable)\n", expression, value.of.f64, shape->asked);
  pulley_instance_delete(instance);
  pulley_module_delete(module);
}

int main(int count, char **arguments) {
  pulley_error_t *error = NULL;
  pulley_engine_t *engine = engine_for_clif();
  pulley_linker_t *linker = pulley_linker_new(engine);
  rectangle shape;
  char line[4096];
  int index;

  for (index = 0; index < FUNCTION_COUNT; index++)
    check(pulley_register(linker, "env", functions[index].name, functions[index].signature,
                          functions[index].address, NULL, NULL, &error),
          &error);
  check(pulley_register(linker, "env", "variable", "double(userdata, cstr)", (pulley_host_t)variable,
                        &shape, NULL, &error),
        &error);

  for (index = 1; index < count; index++) evaluate(engine, linker, &shape, arguments[index]);
  while (count == 1 && fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    if (line[0]) evaluate(engine, linker, &shape, line);
  }
  pulley_linker_delete(linker);
  pulley_engine_delete(engine);
  return 0;
}
