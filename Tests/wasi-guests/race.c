// Two of these run at once in one granted directory: `race swap N` keeps moving directories and
// links about, `race read N` meanwhile looks for a way out. Beside the directory is a file `secret`
// that starts with SECRET; the one inside starts with decoy. Reading the first is a failure; so is
// anything made outside, which the test looks for.
#include <stdlib.h>
#include <sched.h>
#include <wasi/api.h>

#include "check.h"

enum { ROOT = 3 };

static int repeats;

static __wasi_timestamp_t now(void) {
  __wasi_timestamp_t time = 0;
  return __wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 0, &time) ? 0 : time;
}

static long done[8];

static void count(int which, int error) { done[which] += !error; }

static void swap(__wasi_timestamp_t end) {
  while (now() < end) {
    // A directory moves up while someone goes up from it by `..`.
    count(0, __wasi_path_rename(ROOT, "a/b/c", ROOT, "c"));
    count(1, __wasi_path_rename(ROOT, "c", ROOT, "a/b/c"));
    // A directory becomes a link out, and back.
    count(2, __wasi_path_rename(ROOT, "a/b", ROOT, "a/hidden"));
    count(3, __wasi_path_symlink("../..", ROOT, "a/b"));
    count(4, __wasi_path_unlink_file(ROOT, "a/b"));
    count(5, __wasi_path_rename(ROOT, "a/hidden", ROOT, "a/b"));
    // A file becomes a link out, and back.
    count(6, __wasi_path_symlink("../secret", ROOT, "link"));
    count(7, __wasi_path_rename(ROOT, "link", ROOT, "f"));
    if (__wasi_path_rename(ROOT, "spare", ROOT, "f") == 0) {
      __wasi_fd_t fd;
      if (!__wasi_path_open(ROOT, 0, "spare", __WASI_OFLAGS_CREAT, __WASI_RIGHTS_FD_WRITE, 0, 0,
                            &fd))
        count(0, __wasi_fd_close(fd));
    }
  }
  for (int i = 0; i < 6; i++) {
    char name[40];
    snprintf(name, sizeof name, "moved, step %d", i);
    holds(name, done[i] > 0);
  }
}

static long decoys, secrets, others, errors[77];

static void look(int base, const char *path, int flags) {
  __wasi_fd_t fd;
  int error = __wasi_path_open(base, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, path, flags,
                               __WASI_RIGHTS_FD_READ, 0, 0, &fd);
  errors[error < 77 ? error : 0]++;
  if (error) return;
  uint8_t text[6] = "";
  __wasi_iovec_t vector = {text, sizeof text};
  size_t length = 0;
  if (__wasi_fd_read(fd, &vector, 1, &length)) length = 0;
  if (length == 6 && !memcmp(text, "SECRET", 6)) {
    if (!secrets++) printf("FAILED read by %s: expected no secret, got one\n", path);
  } else if (length == 6 && !memcmp(text, "decoy\n", 6)) {
    decoys++;
  } else {
    others++;
  }
  if (__wasi_fd_close(fd)) others++;
}

static void search(__wasi_timestamp_t end) {
  static const char *const paths[] = {"a/b/c/../../../secret",
                                      "a/b/../../secret",
                                      "a/b/secret",
                                      "a/b/../secret",
                                      "a/b/c/../../secret",
                                      "f",
                                      "a/b/c/../b/c/../../../secret"};
  __wasi_filestat_t status;
  while (now() < end) {
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) look(ROOT, paths[i], 0);
    // Nothing of these may be made outside.
    errors[__wasi_path_create_directory(ROOT, "a/b/c/../../../made") % 77]++;
    errors[__wasi_path_remove_directory(ROOT, "a/b/c/../../../made") % 77]++;
    errors[__wasi_path_symlink("x", ROOT, "a/b/../../made-link") % 77]++;
    errors[__wasi_path_unlink_file(ROOT, "a/b/../../made-link") % 77]++;
    errors[__wasi_path_rename(ROOT, "a/b/../../../secret", ROOT, "stolen") % 77]++;
    errors[__wasi_path_link(ROOT, 0, "a/b/c/../../../secret", ROOT, "a/linked") % 77]++;
    errors[__wasi_path_unlink_file(ROOT, "a/linked") % 77]++;
    // The file outside is longer.
    if (!__wasi_path_filestat_get(ROOT, 1, "a/b/c/../../../secret", &status) && status.size != 6)
      if (!secrets++) puts("FAILED stat: expected no secret, got one");
    // From a directory opened before it moves.
    __wasi_fd_t fd;
    if (!__wasi_path_open(ROOT, 0, "a/b/c", __WASI_OFLAGS_DIRECTORY, __WASI_RIGHTS_PATH_OPEN,
                          ~0ull >> 35, 0, &fd)) {
      look(fd, "../../../secret", 0);
      look(fd, "../secret", 0);
      errors[__wasi_fd_close(fd)]++;
    }
    repeats++;
  }
  failures += secrets > 0;
  holds("the decoy was read", decoys > 0);
  holds("something failed meanwhile", errors[ENOENT] + errors[EPERM] + errors[ENOTCAPABLE] > 0);
  printf("# %d rounds, %ld decoys, %ld others\n", repeats, decoys, others);
  for (int i = 0; i < 77; i++)
    if (errors[i]) printf("# %s %ld\n", error_name(i), errors[i]);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  __wasi_timestamp_t end = now() + atoi(argv[2]) * 1000000ull;
  if (!strcmp(argv[1], "swap"))
    swap(end);
  else
    search(end);
  return finish();
}
