// What the guests check with: each check prints one line, `ok NAME` or
// `FAILED NAME: expected …, got …`, and `finish` gives the exit code.
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int failures;

// WASI's errors by number; wasi-libc's errno constants are the same numbers.
static inline const char *error_name(int error) {
  static const char *const names[] = {
      "SUCCESS",     "2BIG",           "ACCES",       "ADDRINUSE",   "ADDRNOTAVAIL",
      "AFNOSUPPORT", "AGAIN",          "ALREADY",     "BADF",        "BADMSG",
      "BUSY",        "CANCELED",       "CHILD",       "CONNABORTED", "CONNREFUSED",
      "CONNRESET",   "DEADLK",         "DESTADDRREQ", "DOM",         "DQUOT",
      "EXIST",       "FAULT",          "FBIG",        "HOSTUNREACH", "IDRM",
      "ILSEQ",       "INPROGRESS",     "INTR",        "INVAL",       "IO",
      "ISCONN",      "ISDIR",          "LOOP",        "MFILE",       "MLINK",
      "MSGSIZE",     "MULTIHOP",       "NAMETOOLONG", "NETDOWN",     "NETRESET",
      "NETUNREACH",  "NFILE",          "NOBUFS",      "NODEV",       "NOENT",
      "NOEXEC",      "NOLCK",          "NOLINK",      "NOMEM",       "NOMSG",
      "NOPROTOOPT",  "NOSPC",          "NOSYS",       "NOTCONN",     "NOTDIR",
      "NOTEMPTY",    "NOTRECOVERABLE", "NOTSOCK",     "NOTSUP",      "NOTTY",
      "NXIO",        "OVERFLOW",       "OWNERDEAD",   "PERM",        "PIPE",
      "PROTO",       "PROTONOSUPPORT", "PROTOTYPE",   "RANGE",       "ROFS",
      "SPIPE",       "SRCH",           "STALE",       "TIMEDOUT",    "TXTBSY",
      "XDEV",        "NOTCAPABLE"};
  return error >= 0 && error < (int)(sizeof names / sizeof *names) ? names[error] : "no WASI error";
}

static inline bool check(const char *name, bool holds, const char *expected, const char *got) {
  if (holds) {
    printf("ok %s\n", name);
  } else {
    printf("FAILED %s: expected %s, got %s\n", name, expected, got);
    failures++;
  }
  fflush(stdout);
  return holds;
}

static inline bool holds(const char *name, bool condition) {
  return check(name, condition, "true", "false");
}

static inline bool equal(const char *name, long long got, long long expected) {
  char texts[2][24];
  snprintf(texts[0], sizeof texts[0], "%lld", expected);
  snprintf(texts[1], sizeof texts[1], "%lld", got);
  return check(name, got == expected, texts[0], texts[1]);
}

static inline bool same_bytes(const char *name, const void *got, long got_length,
                              const char *expected) {
  char text[100];
  snprintf(text, sizeof text, "%.*s (%ld bytes)", got_length < 0 ? 0 : (int)got_length,
           (const char *)got, got_length);
  return check(name, got_length == (long)strlen(expected) && !memcmp(got, expected, got_length),
               expected, text);
}

static inline bool error_is(const char *name, int got, int expected) {
  return check(name, got == expected, error_name(expected), error_name(got));
}

// The result of a POSIX function: -1 and this error.
static inline bool fails(const char *name, long long result, int expected) {
  return error_is(name, result == -1 ? errno : 0, expected);
}

static inline bool succeeds(const char *name, long long result) {
  return error_is(name, result == -1 ? errno : 0, 0);
}

// One of several errors, where hosts differ and each is sound; the line tells which it was.
static inline bool error_among(const char *name, int got, int count, const int *expected) {
  char text[200] = "";
  bool found = false;
  for (int i = 0; i < count; i++) {
    found |= got == expected[i];
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " or " : "",
             error_name(expected[i]));
  }
  if (!found) return check(name, false, text, error_name(got));
  printf("ok %s (%s)\n", name, error_name(got));
  fflush(stdout);
  return true;
}

// Something that a host may do less well, though it should not.
static inline bool better(const char *name, bool good, bool tolerable) {
  if (!good && !tolerable) return holds(name, false);
  printf("ok %s (%s)\n", name, good ? "yes" : "no");
  fflush(stdout);
  return true;
}

// A transfer of several buffers may stop after the first one.
static inline bool transferred(const char *name, long long got, long long whole, long long first) {
  if (got != whole && got != first) return equal(name, got, whole);
  printf("ok %s (%s)\n", name, got == whole ? "whole" : "in parts");
  fflush(stdout);
  return true;
}

#define ERROR_AMONG(name, got, ...) \
  error_among(name, got, sizeof((int[]){__VA_ARGS__}) / sizeof(int), (int[]){__VA_ARGS__})
#define FAILS_AMONG(name, result, ...) ERROR_AMONG(name, (result) == -1 ? errno : 0, __VA_ARGS__)

static inline int finish(void) { return failures != 0; }

#endif
