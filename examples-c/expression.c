/* A compiler for expressions in x: it translates each expression to CLIF and runs it.
 *
 * Usage: expression ['3*x - 1/(x+2)' …]; without arguments it reads lines. */
#include "example.h"
#include "expression.h"

static int write_name(translator *t, const char *name, const int *arguments, int count) {
  (void)t, (void)arguments;
  /* The parameter is v0. */
  return count < 0 && strcmp(name, "x") == 0 ? 0 : -1;
}

static void evaluate(pulley_engine_t *engine, const char *expression) {
  static translator t;
  static char text[sizeof t.body + 200];
  pulley_error_t *error = NULL;
  pulley_module_t *module = NULL;
  pulley_instance_t *instance = NULL;
  pulley_function_t *function = NULL;
  pulley_linker_t *linker = pulley_linker_new(engine);
  int x, result = translate(&t, expression, 1, write_name);

  if (result >= 0) {
    sprintf(text, "function %%value(f64) -> f64 {\nblock0(v0: f64):\n%s    return v%d\n}\n", t.body,
            result);
    printf("%s", text);
    check(pulley_compile(engine, text, strlen(text), &module, &error), &error);
    check(pulley_instantiate(linker, module, &instance, &error), &error);
    check(pulley_instance_function(instance, "value", &function, &error), &error);
    for (x = 0; x < 5; x++) {
      pulley_value_t argument = pulley_f64(x), value;
      check(pulley_call(function, &argument, 1, &value, 1, &error), &error);
      printf("x = %d: %g\n", x, value.of.f64);
    }
  }

  pulley_function_delete(function);
  pulley_instance_delete(instance);
  pulley_module_delete(module);
  pulley_linker_delete(linker);
}

int main(int count, char **arguments) {
  pulley_engine_t *engine = engine_for_clif();
  char line[4096];
  int index;
  for (index = 1; index < count; index++) evaluate(engine, arguments[index]);
  while (count == 1 && fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    if (line[0]) evaluate(engine, line);
  }
  pulley_engine_delete(engine);
  return 0;
}
