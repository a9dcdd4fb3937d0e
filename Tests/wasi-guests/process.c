// What a process is given and gives back; the first argument tells which test it is.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wasi/api.h>

#include "check.h"

extern char **environ;

// Each argument but the name, and each variable, as its length and its bytes.
static void echo(int argc, char **argv) {
  for (int i = 2; i < argc; i++) printf("arg %zu %s\n", strlen(argv[i]), argv[i]);
  for (char **variable = environ; *variable; variable++)
    printf("env %zu %s\n", strlen(*variable), *variable);
}

// The same by the raw calls, with the layout that WASI promises: strings behind each other.
static void raw_arguments(void) {
  size_t count, size;
  error_is("args_sizes_get", __wasi_args_sizes_get(&count, &size), 0);
  uint8_t **list = calloc(count + 1, sizeof *list), *text = calloc(size + 1, 1);
  text[size] = 0xaa;
  error_is("args_get", __wasi_args_get(list, text), 0);
  size_t sum = 0;
  bool behind = true;
  for (size_t i = 0; i < count; i++) {
    behind &= list[i] == text + sum;
    sum += strlen((char *)list[i]) + 1;
  }
  equal("args: the size", sum, size);
  holds("args: behind each other", behind);
  holds("args: no more is written", text[size] == 0xaa && list[count] == NULL);
  error_is("environ_sizes_get", __wasi_environ_sizes_get(&count, &size), 0);
  list = calloc(count + 1, sizeof *list), text = calloc(size + 1, 1);
  text[size] = 0xaa;
  error_is("environ_get", __wasi_environ_get(list, text), 0);
  sum = 0;
  for (size_t i = 0; i < count; i++) sum += strlen((char *)list[i]) + 1;
  equal("environ: the size", sum, size);
  holds("environ: no more is written", text[size] == 0xaa && list[count] == NULL);
}

static int upper(void) {
  static char buffer[70000];
  ssize_t length;
  while ((length = read(0, buffer, sizeof buffer)) > 0) {
    for (ssize_t i = 0; i < length; i++)
      if (buffer[i] >= 'a' && buffer[i] <= 'z') buffer[i] -= 32;
    for (ssize_t done = 0, part; done < length; done += part)
      if ((part = write(1, buffer + done, length - done)) <= 0) return 1;
  }
  return length < 0;
}

// Writes until it cannot.
static int endless(void) {
  while (write(1, "yes\n", 4) > 0)
    ;
  fprintf(stderr, "%s\n", error_name(errno));
  return errno == EPIPE ? 3 : 4;
}

// As many descriptors as there are; then one again. Descriptor 3 is a directory.
static void exhaust(void) {
  int error = 0, fds[1000], count = 0;
  __wasi_fd_t fd;
  while (count < 1000 && !(error = __wasi_path_open(3, 0, ".", 0, 0, 0, 0, &fd))) fds[count++] = fd;
  ERROR_AMONG("open: too many", error, EMFILE, ENFILE);
  holds("open: some", count > 10);
  int closed = 0;
  for (int i = 0; i < count; i++) closed += close(fds[i]) == 0;
  equal("close: each of them", closed, count);
  error_is("open: one again", __wasi_path_open(3, 0, ".", 0, 0, 0, 0, &fd), 0);
}

// A file, and outputs that may be closed: they must not end up in it.
static int apart(void) {
  int fd = open("kept", O_CREAT | O_WRONLY, 0666);
  if (fd < 0 || write(fd, "kept", 4) != 4) return 1;
  puts("to stdout");
  fflush(stdout);
  fputs("to stderr\n", stderr);
  char byte;
  struct stat status;
  bool directory = fstat(0, &status) == 0 && S_ISDIR(status.st_mode);
  return read(0, &byte, 1) > 0 || directory ? 2 : 0;
}

static void preopened(void) {
  for (int fd = 3;; fd++) {
    __wasi_prestat_t status;
    int error = __wasi_fd_prestat_get(fd, &status);
    if (error) {
      printf("fd %d: %s\n", fd, error_name(error));
      return;
    }
    char name[300] = "";
    error = __wasi_fd_prestat_dir_name(fd, (uint8_t *)name, status.u.dir.pr_name_len);
    printf("fd %d: %d %s %zu\n", fd, status.tag, name, status.u.dir.pr_name_len);
  }
}

static void standard_streams(void) {
  for (int fd = 0; fd < 3; fd++) {
    __wasi_fdstat_t status;
    __wasi_filestat_t file;
    error_is("fd_fdstat_get of a standard stream", __wasi_fd_fdstat_get(fd, &status), 0);
    holds("its rights",
          status.fs_rights_base & (fd ? __WASI_RIGHTS_FD_WRITE : __WASI_RIGHTS_FD_READ));
    equal("it is no terminal", isatty(fd), 0);
    error_is("fd_filestat_get of a standard stream", __wasi_fd_filestat_get(fd, &file), 0);
  }
  succeeds("close standard input", close(0));
  char byte;
  fails("read of closed standard input", read(0, &byte, 1), EBADF);
  succeeds("close standard error", close(2));
  fails("write to closed standard error", write(2, "x", 1), EBADF);
}

int main(int argc, char **argv) {
  const char *which = argc > 1 ? argv[1] : "";
  if (!strcmp(which, "echo")) {
    echo(argc, argv);
  } else if (!strcmp(which, "raw")) {
    raw_arguments();
  } else if (!strcmp(which, "exit")) {
    printf("leaving");  // by exit, which flushes
    exit(atoi(argv[2]));
  } else if (!strcmp(which, "_exit")) {
    printf("leaving");  // at once
    _exit(atoi(argv[2]));
  } else if (!strcmp(which, "return")) {
    return atoi(argv[2]);
  } else if (!strcmp(which, "abort")) {
    puts("aborting");
    fflush(stdout);
    abort();
  } else if (!strcmp(which, "upper")) {
    return upper();
  } else if (!strcmp(which, "stderr")) {
    fputs("to stdout\n", stdout);
    fputs("to stderr\n", stderr);
  } else if (!strcmp(which, "endless")) {
    return endless();
  } else if (!strcmp(which, "yield")) {
    for (int i = 0; i < 1000; i++)
      if (__wasi_sched_yield()) return 1;
  } else if (!strcmp(which, "exhaust")) {
    exhaust();
  } else if (!strcmp(which, "apart")) {
    return apart();
  } else if (!strcmp(which, "preopened")) {
    preopened();
  } else if (!strcmp(which, "streams")) {
    standard_streams();
  } else {
    return 99;
  }
  return finish();
}
