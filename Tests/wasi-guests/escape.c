// Ways out of a granted directory, at every operation on paths. Descriptor 3 is the directory; the
// test has put these into it, and a file `secret` and a directory `outside` beside it:
//
//   file, dir/, dir/file, dir/deep/
//   in-link -> dir/../file           stays inside
//   out-file -> ../secret            new-out -> ../created (nothing there)
//   out-dir -> ..                    up -> dir/../..
//   abs-file -> (its path)/secret    abs-dir -> (its path)/outside
//   loop -> loop                     a -> b, b -> a
//   c1 -> c2 -> … -> c20 -> file     e1 -> e2 -> … -> e60 -> file
#include <stdlib.h>
#include <wasi/api.h>

#include "check.h"

enum { ROOT = 3 };

static char buffer[5000];
static char long_path[1000001];
static bool saw_link;  // by lstat

// The operations. Each gives its error.

static int open_with(int base, int lookup, const char *path, int flags, __wasi_rights_t rights) {
  __wasi_fd_t fd;
  int error = __wasi_path_open(base, lookup, path, flags, rights, 0, 0, &fd);
  if (!error && __wasi_fd_close(fd)) puts("FAILED close: expected no error, got one");
  return error;
}

static int op_open(const char *path) { return open_with(ROOT, 1, path, 0, __WASI_RIGHTS_FD_READ); }

static int op_open_nofollow(const char *path) {
  return open_with(ROOT, 0, path, 0, __WASI_RIGHTS_FD_READ);
}

static int op_create(const char *path) {
  return open_with(ROOT, 1, path, __WASI_OFLAGS_CREAT,
                   __WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_WRITE);
}

static int op_create_new(const char *path) {
  return open_with(ROOT, 0, path, __WASI_OFLAGS_CREAT | __WASI_OFLAGS_EXCL, __WASI_RIGHTS_FD_WRITE);
}

static int op_truncate(const char *path) {
  return open_with(ROOT, 1, path, __WASI_OFLAGS_TRUNC, __WASI_RIGHTS_FD_WRITE);
}

static int op_open_directory(const char *path) {
  return open_with(ROOT, 1, path, __WASI_OFLAGS_DIRECTORY, __WASI_RIGHTS_FD_READDIR);
}

static int op_stat(const char *path) {
  __wasi_filestat_t status;
  return __wasi_path_filestat_get(ROOT, 1, path, &status);
}

static int op_lstat(const char *path) {
  __wasi_filestat_t status;
  int error = __wasi_path_filestat_get(ROOT, 0, path, &status);
  saw_link = !error && status.filetype == __WASI_FILETYPE_SYMBOLIC_LINK;
  return error;
}

static int op_utimes(const char *path) {
  return __wasi_path_filestat_set_times(ROOT, 1, path, 7, 7, __WASI_FSTFLAGS_MTIM);
}

static int op_utimes_nofollow(const char *path) {
  return __wasi_path_filestat_set_times(ROOT, 0, path, 7, 7, __WASI_FSTFLAGS_MTIM);
}

static int op_unlink(const char *path) { return __wasi_path_unlink_file(ROOT, path); }

static int op_mkdir(const char *path) { return __wasi_path_create_directory(ROOT, path); }

static int op_rmdir(const char *path) { return __wasi_path_remove_directory(ROOT, path); }

static int op_readlink(const char *path) {
  __wasi_size_t used;
  return __wasi_path_readlink(ROOT, path, (uint8_t *)buffer, sizeof buffer, &used);
}

static int op_symlink(const char *path) { return __wasi_path_symlink("file", ROOT, path); }

static int op_rename_from(const char *path) {
  return __wasi_path_rename(ROOT, path, ROOT, "renamed");
}

static int op_rename_to(const char *path) { return __wasi_path_rename(ROOT, "file", ROOT, path); }

static int op_link_from(const char *path) {
  return __wasi_path_link(ROOT, 0, path, ROOT, "linked");
}

static int op_link_to(const char *path) { return __wasi_path_link(ROOT, 0, "file", ROOT, path); }

static const struct operation {
  const char *name;
  int (*run)(const char *path);
  bool follows;  // a link as the last component
} operations[] = {
    {"open", op_open, true},
    {"open, not following", op_open_nofollow, false},
    {"create", op_create, true},
    {"create anew", op_create_new, false},
    {"truncate", op_truncate, true},
    {"open a directory", op_open_directory, true},
    {"stat", op_stat, true},
    {"lstat", op_lstat, false},
    {"utimes", op_utimes, true},
    {"utimes, not following", op_utimes_nofollow, false},
    {"unlink", op_unlink, false},
    {"mkdir", op_mkdir, false},
    {"rmdir", op_rmdir, false},
    {"readlink", op_readlink, false},
    {"symlink", op_symlink, false},
    {"rename from", op_rename_from, false},
    {"rename to", op_rename_to, false},
    {"link from", op_link_from, false},
    {"link to", op_link_to, false},
};
enum { OPERATIONS = sizeof operations / sizeof *operations };

static void refused(const struct operation *operation, const char *path, bool loop) {
  char name[300];
  snprintf(name, sizeof name, "%s: %s", operation->name, path);
  int error = operation->run(path);
  if (loop)
    ERROR_AMONG(name, error, ELOOP);
  else
    ERROR_AMONG(name, error, ENOTCAPABLE, EPERM);
}

static void by_path(void) {
  static const char *const paths[] = {
      "../secret", "dir/../../secret", "./../secret", "dir/deep/../../../secret", "dir//..//..//x",
      "../outside/new", "/secret", "/", "//not-there/x", "/not-there/x", "/..",
      "../../../../not-there/x",
      // Through links on the way.
      "out-dir/secret", "out-dir/outside/new", "out-dir/../x", "up/secret", "dir/../up/outside/new",
      "abs-dir/victim", "abs-dir/new", "in-link/../../secret"};
  for (unsigned p = 0; p < sizeof paths / sizeof *paths; p++)
    for (int o = 0; o < OPERATIONS; o++) {
      if (!strncmp(paths[p], "in-link", 7)) {  // a file
        char name[300];
        snprintf(name, sizeof name, "%s: %s", operations[o].name, paths[p]);
        error_is(name, operations[o].run(paths[p]), ENOTDIR);
      } else {
        refused(&operations[o], paths[p], false);
      }
    }
  // Paths that end in `..` or a slash: what is above must not be named by any operation.
  static const char *const ends[] = {"..",   "../",      "dir/../..", "dir/../../",
                                     "../.", "out-dir/", "out-dir/.", "out-dir/..",
                                     "up/",  "abs-dir/", "abs-dir/."};
  for (unsigned p = 0; p < sizeof ends / sizeof *ends; p++)
    for (int o = 0; o < OPERATIONS; o++) {
      char name[300];
      snprintf(name, sizeof name, "%s: %s", operations[o].name, ends[p]);
      int error = operations[o].run(ends[p]);
      if (!error && operations[o].run == op_lstat && saw_link)
        error = EEXIST;  // it told of the link itself, not of what is above
      ERROR_AMONG(name, error, ENOTCAPABLE, EPERM, EEXIST, EINVAL, EISDIR, EBUSY, ENOTEMPTY,
                  ENOTDIR, ENOENT, ELOOP, EACCES);
    }
}

static void by_last_link(void) {
  static const char *const links[] = {"out-file", "new-out",  "out-dir",
                                      "up",       "abs-file", "abs-dir"};
  for (unsigned p = 0; p < sizeof links / sizeof *links; p++)
    for (int o = 0; o < OPERATIONS; o++)
      if (operations[o].follows) refused(&operations[o], links[p], false);
  ERROR_AMONG("link from, told to follow: out-file",
              __wasi_path_link(ROOT, 1, "out-file", ROOT, "linked"), ENOTCAPABLE, EPERM, EINVAL);
  for (unsigned p = 0; p < sizeof links / sizeof *links; p++) {
    error_is("create anew over a link", op_create_new(links[p]), EEXIST);
    error_is("mkdir over a link", op_mkdir(links[p]), EEXIST);
    error_is("symlink over a link", op_symlink(links[p]), EEXIST);
    error_is("link over a link", op_link_to(links[p]), EEXIST);
    error_is("open a link, not following", op_open_nofollow(links[p]), ELOOP);
    error_is("lstat of a link", op_lstat(links[p]), 0);
    ERROR_AMONG("readlink of a link", op_readlink(links[p]), 0, ENOTCAPABLE, EPERM);
    error_is("rmdir of a link", op_rmdir(links[p]), ENOTDIR);
  }
}

static void loops(void) {
  static const char *const inside[] = {"loop/x", "a/x", "b/../file"};
  for (unsigned p = 0; p < sizeof inside / sizeof *inside; p++)
    for (int o = 0; o < OPERATIONS; o++) refused(&operations[o], inside[p], true);
  static const char *const links[] = {"loop", "a", "e1"};
  for (unsigned p = 0; p < sizeof links / sizeof *links; p++)
    for (int o = 0; o < OPERATIONS; o++)
      if (operations[o].follows) refused(&operations[o], links[p], true);
  error_is("20 links in a row", op_open("c1"), 0);
  error_is("a link that stays inside", op_open("in-link"), 0);
  error_is("out of a directory and back in", op_open("dir/../dir/deep/../../file"), 0);
  ERROR_AMONG("out and back in again", op_stat("../root/file"), ENOTCAPABLE, EPERM);
}

static void by_own_link(void) {
  ERROR_AMONG("symlink: to an absolute path", __wasi_path_symlink("/not-there/x", ROOT, "mine-abs"),
              ENOTCAPABLE, EPERM, 0);
  ERROR_AMONG("symlink: to a path above", __wasi_path_symlink("../secret", ROOT, "mine-up"), 0,
              ENOTCAPABLE, EPERM);
  ERROR_AMONG("open: a link of one's own above", op_open("mine-up"), ENOTCAPABLE, EPERM, ENOENT);
  ERROR_AMONG("open: an absolute link of one's own", op_open("mine-abs"), ENOTCAPABLE, EPERM,
              ENOENT);
  // Harmless where it is made, not where it is moved.
  error_is("symlink: deep down", __wasi_path_symlink("../../secret", ROOT, "dir/deep/moving"), 0);
  error_is("open: a link whose target is not there", op_open("dir/deep/moving"), ENOENT);
  error_is("rename: a link upwards", __wasi_path_rename(ROOT, "dir/deep/moving", ROOT, "moving"),
           0);
  ERROR_AMONG("open: the moved link", op_open("moving"), ENOTCAPABLE, EPERM);
}

static void from_below(void) {
  __wasi_fd_t dir, file;
  __wasi_rights_t rights = ~0ull >> 35 & ~(__WASI_RIGHTS_FD_WRITE | __WASI_RIGHTS_FD_ALLOCATE |
                                           __WASI_RIGHTS_FD_FILESTAT_SET_SIZE);
  error_is("open dir",
           __wasi_path_open(ROOT, 0, "dir", __WASI_OFLAGS_DIRECTORY, rights, rights, 0, &dir), 0);
  ERROR_AMONG("out of an opened directory", open_with(dir, 1, "../file", 0, 2), ENOTCAPABLE, EPERM);
  ERROR_AMONG("out of it by ..", open_with(dir, 1, "..", 0, 2), ENOTCAPABLE, EPERM);
  error_is("inside of it", open_with(dir, 1, "deep/../file", 0, 2), 0);
  ERROR_AMONG("rename out of it", __wasi_path_rename(dir, "file", dir, "../moved"), ENOTCAPABLE,
              EPERM);
  ERROR_AMONG("link out of it", __wasi_path_link(dir, 0, "file", dir, "../linked"), ENOTCAPABLE,
              EPERM);
  error_is("open file", __wasi_path_open(ROOT, 0, "file", 0, 2, 0, 0, &file), 0);
  error_is("a path at a file", open_with(file, 1, "x", 0, 2), ENOTDIR);
  ERROR_AMONG("a path at standard input", open_with(0, 1, "x", 0, 2), ENOTDIR, EBADF);
}

// Paths that only the raw calls can pass.
static int open_bytes(const char *path, size_t length) {
  extern int32_t raw_open(int32_t, int32_t, const char *, size_t, int32_t, int64_t, int64_t,
                          int32_t, void *)
      __attribute__((import_module("wasi_snapshot_preview1"), import_name("path_open")));
  __wasi_fd_t fd;
  return raw_open(ROOT, 1, path, length, 0, __WASI_RIGHTS_FD_READ, 0, 0, &fd);
}

static void odd_bytes(void) {
  ERROR_AMONG("a path with a zero byte", open_bytes("file\0x", 6), EINVAL, EILSEQ);
  ERROR_AMONG("a path that ends in a zero byte", open_bytes("file\0", 5), EINVAL, EILSEQ);
  ERROR_AMONG("a path of a zero byte", open_bytes("", 1), EINVAL, EILSEQ);
  ERROR_AMONG("a path with .. behind a zero byte", open_bytes("dir\0/../../secret", 17), EINVAL,
              EILSEQ);
  ERROR_AMONG("a path that is no UTF-8", open_bytes("\xff\xfe", 2), EILSEQ, EINVAL, ENOENT);
  ERROR_AMONG("a path with an overlong ..", open_bytes("\xc0\xae\xc0\xae/secret", 11), EILSEQ,
              EINVAL, ENOENT);
  memset(long_path, 'x', sizeof long_path - 1);
  error_is("a name of 1,000,000 bytes", op_open(long_path), ENAMETOOLONG);
  for (unsigned i = 0; i + 2 < sizeof long_path; i += 2) memcpy(long_path + i, "./", 2);
  ERROR_AMONG("a path of 500,000 times ./", op_open(long_path), ENAMETOOLONG, 0);
  for (unsigned i = 0; i + 3 < sizeof long_path; i += 3) memcpy(long_path + i, "../", 3);
  ERROR_AMONG("a path of 333,333 times ../", op_open(long_path), ENOTCAPABLE, EPERM, ENAMETOOLONG);
}

int main(void) {
  by_path();
  by_last_link();
  loops();
  by_own_link();
  from_below();
  odd_bytes();
  return finish();
}
