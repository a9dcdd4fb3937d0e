/* Translates an arithmetic expression to CLIF: + - * / with their usual precedence, a sign,
 * parentheses, numbers, and names with or without arguments, which the including program defines. */
#ifndef EXPRESSION_H
#define EXPRESSION_H

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAXIMUM_ARGUMENTS = 4, MAXIMUM_DEPTH = 200 };

typedef struct translator translator;

/* Writes code for a name with `count` arguments, or -1 for a name alone. The arguments are value
 * numbers. Returns the number of the result's value, or -1 for an unknown name. */
typedef int (*name_writer)(translator *t, const char *name, const int *arguments, int count);

struct translator {
  const char *start, *rest;
  name_writer write_name;
  /* The next value is v`next_value`. */
  int next_value;
  int depth;
  char body[1 << 14];
  size_t length;
  /* The error, or NULL. */
  const char *mistake;
};

/* Ends the translation with an error at the current position. */
static int fail(translator *t, const char *mistake) {
  if (!t->mistake) t->mistake = mistake;
  return -1;
}

/* Adds a line to the body. */
static void write_line(translator *t, const char *format, ...) {
  va_list arguments;
  int count;
  va_start(arguments, format);
  count = vsnprintf(t->body + t->length, sizeof t->body - t->length, format, arguments);
  va_end(arguments);
  if (count < 0 || (size_t)count >= sizeof t->body - t->length)
    fail(t, "the expression is too long");
  else
    t->length += (size_t)count;
}

static int is_next(translator *t, char wanted) {
  while (*t->rest == ' ') t->rest++;
  return *t->rest == wanted;
}

static int take(translator *t, char wanted) {
  if (!is_next(t, wanted)) return 0;
  t->rest++;
  return 1;
}

static int translate_sum(translator *t);

static int translate_name(translator *t) {
  char name[32];
  int arguments[MAXIMUM_ARGUMENTS], count = -1, value;
  size_t length = 0;
  const char *start = t->rest;
  while (isalnum((unsigned char)*t->rest) && length + 1 < sizeof name) name[length++] = *t->rest++;
  name[length] = 0;
  if (take(t, '(')) {
    count = 0;
    if (!take(t, ')')) {
      do {
        if (count == MAXIMUM_ARGUMENTS) return fail(t, "too many arguments");
        arguments[count] = translate_sum(t);
        if (arguments[count++] < 0) return -1;
      } while (take(t, ','));
      if (!take(t, ')')) return fail(t, "expected )");
    }
  }
  value = t->write_name(t, name, arguments, count);
  if (value >= 0) return value;
  if (!t->mistake) t->rest = start;
  return fail(t, "unknown name");
}

static int translate_factor(translator *t) {
  int value;
  if (++t->depth > MAXIMUM_DEPTH) return fail(t, "too many parentheses");
  if (take(t, '-')) {
    int operand = translate_factor(t);
    if (operand < 0) return -1;
    value = t->next_value++;
    write_line(t, "    v%d = fneg v%d\n", value, operand);
  } else if (take(t, '(')) {
    value = translate_sum(t);
    if (value >= 0 && !take(t, ')')) value = fail(t, "expected )");
  } else if (isalpha((unsigned char)*t->rest)) {
    value = translate_name(t);
  } else if (isdigit((unsigned char)*t->rest)) {
    char *end;
    double number = strtod(t->rest, &end);
    t->rest = end;
    value = t->next_value++;
    /* CLIF writes floats like C's %a. */
    write_line(t, "    v%d = f64const %a\n", value, number);
  } else {
    value = fail(t, "expected a number, a name or (");
  }
  t->depth--;
  return value;
}

/* A chain of operators of equal precedence. */
static int translate_chain(translator *t, int (*operand)(translator *), const char *operators,
                           const char *const *instructions) {
  int left = operand(t);
  while (left >= 0) {
    int which, right, value = t->next_value;
    if (is_next(t, operators[0])) {
      which = 0;
    } else if (is_next(t, operators[1])) {
      which = 1;
    } else {
      break;
    }
    t->rest++;
    right = operand(t);
    if (right < 0) return -1;
    value = t->next_value++;
    write_line(t, "    v%d = %s v%d, v%d\n", value, instructions[which], left, right);
    left = value;
  }
  return left;
}

static int translate_product(translator *t) {
  static const char *const instructions[] = {"fmul", "fdiv"};
  return translate_chain(t, translate_factor, "*/", instructions);
}

static int translate_sum(translator *t) {
  static const char *const instructions[] = {"fadd", "fsub"};
  return translate_chain(t, translate_product, "+-", instructions);
}

/* Translates a whole expression: writes the instructions to t->body and returns the number of the
 * result's value. On an error, prints it and returns -1. Values below `first_value` belong to the
 * caller. */
static int translate(translator *t, const char *expression, int first_value, name_writer write_name) {
  int value;
  memset(t, 0, sizeof *t);
  t->start = t->rest = expression;
  t->next_value = first_value;
  t->write_name = write_name;
  value = translate_sum(t);
  if (value >= 0 && !is_next(t, 0)) fail(t, "expected an operator");
  if (!t->mistake) return value;
  printf("%s\n%*s^ %s\n", expression, (int)(t->rest - t->start), "", t->mistake);
  return -1;
}

/* An engine that accepts CLIF, which is off by default because CLIF can do anything that this
 * program can. */
static pulley_engine_t *engine_for_clif(void) {
  pulley_error_t *error = NULL;
  pulley_options_t *options = pulley_options_new();
  pulley_engine_t *engine;
  check(pulley_options_set_clif(options, 1, &error), &error);
  engine = pulley_engine_new(options);
  pulley_options_delete(options);
  return engine;
}

#endif
