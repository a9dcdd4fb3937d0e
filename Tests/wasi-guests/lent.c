// What the host lends: standard streams, and a listening socket (descriptor 3). Their flags are the
// host's, and waiting is the program's own affair.
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <wasi/api.h>

// Checks are told on standard error: standard output is a part of the test.
#include <stdio.h>
#define printf(...) fprintf(stderr, __VA_ARGS__)
#include "check.h"

static uint8_t bytes[1 << 20];

// Everything from standard input to standard output; each call waits until it is done.
static int copy(void) {
  ssize_t count;
  while ((count = read(0, bytes, sizeof bytes)) > 0)
    if (write(1, bytes, count) != count) return 2;
  return count < 0 ? 3 : 0;
}

// A megabyte at once.
static int pour(void) {
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = i % 253;
  return write(1, bytes, sizeof bytes) == sizeof bytes ? 0 : 2;
}

static int set_flags(int fd, int flags) { return __wasi_fd_fdstat_set_flags(fd, flags); }

static int flags_of(int fd) {
  __wasi_fdstat_t status;
  return __wasi_fd_fdstat_get(fd, &status) ? -1 : status.fs_flags;
}

static void streams(void) {
  equal("standard input waits at first", flags_of(0) & __WASI_FDFLAGS_NONBLOCK, 0);
  error_is("nonblock", set_flags(0, __WASI_FDFLAGS_NONBLOCK), 0);
  equal("it is set", flags_of(0) & __WASI_FDFLAGS_NONBLOCK, __WASI_FDFLAGS_NONBLOCK);
  fails("read: nothing there yet", read(0, bytes, 1), EAGAIN);
  error_is("nonblock for output", set_flags(1, __WASI_FDFLAGS_NONBLOCK), 0);
  ssize_t count, total = 0;
  while ((count = write(1, bytes, sizeof bytes)) > 0) total += count;
  fails("write: full", count, EAGAIN);
  holds("write: some", total > 0);
  error_is("wait again", set_flags(0, 0), 0);
  printf("waiting\n");
  equal("read: waits", read(0, bytes, 1), 1);
  error_is("wait again for output", set_flags(1, 0), 0);
  equal("write: waits", write(1, bytes, sizeof bytes), sizeof bytes);
}

// Standard output is a file that the host appends nothing to.
static void append(void) {
  error_is("append", set_flags(1, __WASI_FDFLAGS_APPEND), 0);
  equal("write", write(1, "end", 3), 3);
  error_is("no append", set_flags(1, 0), 0);
}

static void listener(void) {
  __wasi_fd_t fd = -1;
  for (int how = 1; how < 4; how++)
    error_is("sock_shutdown of what is lent", __wasi_sock_shutdown(3, how), ENOTCAPABLE);
  equal("the listener waits at first", flags_of(3), 0);
  error_is("nonblock", set_flags(3, __WASI_FDFLAGS_NONBLOCK), 0);
  equal("it is set", flags_of(3), __WASI_FDFLAGS_NONBLOCK);
  error_is("sock_accept: nobody", __wasi_sock_accept(3, 0, &fd), EAGAIN);
  error_is("wait again", set_flags(3, 0), 0);
  printf("waiting\n");
  error_is("sock_accept waits", __wasi_sock_accept(3, 0, &fd), 0);
  equal("read", read(fd, bytes, 5), 5);
  equal("write", write(fd, bytes, 5), 5);
  // What is the program's own it may change.
  error_is("nonblock for the connection", set_flags(fd, __WASI_FDFLAGS_NONBLOCK), 0);
  fails("read: nothing there", read(fd, bytes, 1), EAGAIN);
  error_is("sock_shutdown of the connection", __wasi_sock_shutdown(fd, __WASI_SDFLAGS_WR), 0);
  fails("write: after it", write(fd, bytes, 1), EPIPE);
  succeeds("close", close(fd));
  succeeds("close the listener, here only", close(3));
}

int main(int argc, char **argv) {
  const char *which = argc > 1 ? argv[1] : "";
  if (!strcmp(which, "copy")) return copy();
  if (!strcmp(which, "pour")) return pour();
  if (!strcmp(which, "streams")) streams();
  if (!strcmp(which, "append")) append();
  if (!strcmp(which, "listener")) listener();
  return finish();
}
