// Every function with arguments that are wrong: each must give an error, none may trap or hang.
// `wild pointers|descriptors|arguments`, with at least one variable in the environment. Descriptor
// 3 is an empty directory. (Wasmtime ends the program for pointers and arguments.)
#include <stdlib.h>
#include <wasi/api.h>

#include "check.h"
#include "raw.h"

enum { ROOT = 3 };

#define AT(pointer) ((i32)(uintptr_t)(pointer))

static char space[4096] __attribute__((aligned(8)));
static i64 result;  // as large and aligned as any result
static i32 file;

static void open_file(void) {
  i64 rights = __WASI_RIGHTS_SOCK_SHUTDOWN * 2 - 1;  // all that there are
  error_is("a file",
           path_open(ROOT, 0, AT("wild"), 4, __WASI_OFLAGS_CREAT, rights, rights, 0, AT(&file)), 0);
  struct {
    i32 at, length;
  } text = {AT("0123456789"), 10};
  error_is("its content", fd_write(file, AT(&text), 1, AT(&result)), 0);
}

static void faults(const char *name, const char *where, i32 got) {
  char text[100];
  snprintf(text, sizeof text, "%s, %s", name, where);
  ERROR_AMONG(text, got, EFAULT, EOVERFLOW, EINVAL, ENAMETOOLONG);
}

// Every pointer of every function, pointing at `p`, which the memory does not hold or only begins.
static void pointers(const char *where, i32 p) {
  i32 good = AT(space);
#define FAULTS(call) faults(#call, where, call)
  FAULTS(args_get(p, good));
  FAULTS(args_get(good, p));
  FAULTS(args_sizes_get(p, good));
  FAULTS(args_sizes_get(good, p));
  FAULTS(environ_get(p, good));
  FAULTS(environ_get(good, p));
  FAULTS(environ_sizes_get(p, good));
  FAULTS(environ_sizes_get(good, p));
  FAULTS(clock_res_get(0, p));
  FAULTS(clock_time_get(0, 1, p));
  FAULTS(fd_fdstat_get(file, p));
  FAULTS(fd_filestat_get(file, p));
  FAULTS(fd_pread(file, p, 1, 0, good));
  FAULTS(fd_prestat_get(ROOT, p));
  FAULTS(fd_pwrite(file, p, 1, 0, good));
  FAULTS(fd_read(file, p, 1, good));
  FAULTS(fd_write(file, p, 1, good));
  FAULTS(fd_readdir(ROOT, p, 4096, 0, good));
  FAULTS(fd_readdir(ROOT, good, 64, 0, p));
  FAULTS(fd_seek(file, 0, 1, p));
  FAULTS(fd_tell(file, p));
  FAULTS(path_create_directory(ROOT, p, 8));
  FAULTS(path_filestat_get(ROOT, 0, p, 8, good));
  FAULTS(path_filestat_get(ROOT, 0, AT("wild"), 4, p));
  FAULTS(path_filestat_set_times(ROOT, 0, p, 8, 0, 0, 4));
  FAULTS(path_link(ROOT, 0, p, 8, ROOT, AT("x"), 1));
  FAULTS(path_link(ROOT, 0, AT("wild"), 4, ROOT, p, 8));
  FAULTS(path_open(ROOT, 0, p, 8, 0, 2, 0, 0, good));
  FAULTS(path_open(ROOT, 0, AT("wild"), 4, 0, 2, 0, 0, p));
  FAULTS(path_readlink(ROOT, p, 8, good, 64, good));
  FAULTS(path_remove_directory(ROOT, p, 8));
  FAULTS(path_rename(ROOT, p, 8, ROOT, AT("x"), 1));
  FAULTS(path_rename(ROOT, AT("wild"), 4, ROOT, p, 8));
  FAULTS(path_symlink(p, 8, ROOT, AT("x"), 1));
  FAULTS(path_symlink(AT("wild"), 4, ROOT, p, 8));
  FAULTS(path_unlink_file(ROOT, p, 8));
  FAULTS(poll_oneoff(p, good, 1, good));
  FAULTS(random_get(p, 8));
}

// Pointers inside of other structures, and counts.
static void vectors(void) {
  struct {
    i32 at, length;
  } v[3] = {{AT(space), 4}, {AT(space), 4}, {-1, 4}};
  i32 at = AT(v), r = AT(&result);
  static const struct {
    const char *name;
    i32 at, length;
  } wrong[] = {{"a wild buffer", -1, 4},
               {"a buffer around the end", -4, 8},
               {"a huge buffer", 8, -1},
               {"a buffer of half the space", 8, 0x7fffffff},
               {"a buffer that wraps", -8, 16}};
  for (int i = 0; i < 5; i++) {
    v[0].at = wrong[i].at;
    v[0].length = wrong[i].length;
#define WRONG(call) faults(#call, wrong[i].name, call)
    WRONG(fd_read(file, at, 1, r));
    WRONG(fd_write(file, at, 1, r));
    WRONG(fd_pread(file, at, 1, 0, r));
    WRONG(fd_pwrite(file, at, 1, 0, r));
    WRONG(fd_write(1, at, 1, r));
    WRONG(fd_read(0, at, 1, r));
    WRONG(path_open(ROOT, 0, wrong[i].at, wrong[i].length, 0, 2, 0, 0, r));
    WRONG(random_get(wrong[i].at, wrong[i].length));
    WRONG(fd_readdir(ROOT, wrong[i].at, wrong[i].length, 0, r));
  }
  v[0].at = AT(space);
  v[0].length = 4;
  static const struct {
    const char *name;
    i32 count;
  } counts[] = {{"count -1", -1},
                {"count 2^31", (i32)0x80000000},
                {"count 2^29 + 1: 8 bytes by 32 bits", 0x20000001},
                {"count 2^28", 0x10000000},
                {"count 2^20", 0x100000}};
  for (int i = 0; i < 5; i++) {
#define COUNT(call) faults(#call, counts[i].name, call)
    COUNT(fd_read(file, at, counts[i].count, r));
    COUNT(fd_write(file, at, counts[i].count, r));
    COUNT(fd_pread(file, at, counts[i].count, 0, r));
    COUNT(fd_pwrite(file, at, counts[i].count, 0, r));
  }
  v[2].at = AT(space);
  v[1].length = v[2].length = -1;
  faults("fd_write", "lengths that overflow together", fd_write(file, at, 3, r));
  faults("fd_read", "lengths that overflow together", fd_read(file, at, 3, r));
}

static void descriptors(void) {
  static const i32 unknown[] = {99, 1000000, 0x7fffffff, -1, (i32)0x80000000};
  struct {
    i32 at, length;
  } v = {AT(space), 4};
  i32 at = AT(&v), r = AT(&result), p = AT("wild");
  for (int i = 0; i < 5; i++) {
    i32 fd = unknown[i];
    char text[100];
#define UNKNOWN(call)                                            \
  do {                                                           \
    snprintf(text, sizeof text, "%s, descriptor %d", #call, fd); \
    error_is(text, call, EBADF);                                 \
  } while (0)
    UNKNOWN(fd_advise(fd, 0, 0, 0));
    UNKNOWN(fd_allocate(fd, 0, 1));
    UNKNOWN(fd_close(fd));
    UNKNOWN(fd_datasync(fd));
    UNKNOWN(fd_fdstat_get(fd, AT(space)));
    UNKNOWN(fd_fdstat_set_flags(fd, 0));
    UNKNOWN(fd_fdstat_set_rights(fd, 0, 0));
    UNKNOWN(fd_filestat_get(fd, AT(space)));
    UNKNOWN(fd_filestat_set_size(fd, 0));
    UNKNOWN(fd_filestat_set_times(fd, 0, 0, 0));
    UNKNOWN(fd_pread(fd, at, 1, 0, r));
    UNKNOWN(fd_prestat_get(fd, AT(space)));
    UNKNOWN(fd_prestat_dir_name(fd, AT(space), 8));
    UNKNOWN(fd_pwrite(fd, at, 1, 0, r));
    UNKNOWN(fd_read(fd, at, 1, r));
    UNKNOWN(fd_readdir(fd, AT(space), 64, 0, r));
    UNKNOWN(fd_renumber(fd, ROOT));
    UNKNOWN(fd_renumber(ROOT, fd));
    UNKNOWN(fd_seek(fd, 0, 0, r));
    UNKNOWN(fd_sync(fd));
    UNKNOWN(fd_tell(fd, r));
    UNKNOWN(fd_write(fd, at, 1, r));
    UNKNOWN(path_create_directory(fd, p, 4));
    UNKNOWN(path_filestat_get(fd, 0, p, 4, AT(space)));
    UNKNOWN(path_filestat_set_times(fd, 0, p, 4, 0, 0, 0));
    UNKNOWN(path_link(fd, 0, p, 4, ROOT, p, 4));
    UNKNOWN(path_link(ROOT, 0, p, 4, fd, p, 4));
    UNKNOWN(path_open(fd, 0, p, 4, 0, 2, 0, 0, r));
    UNKNOWN(path_readlink(fd, p, 4, AT(space), 64, r));
    UNKNOWN(path_remove_directory(fd, p, 4));
    UNKNOWN(path_rename(fd, p, 4, ROOT, p, 4));
    UNKNOWN(path_rename(ROOT, p, 4, fd, p, 4));
    UNKNOWN(path_symlink(p, 4, fd, p, 4));
    UNKNOWN(path_unlink_file(fd, p, 4));
    UNKNOWN(sock_accept(fd, 0, r));
    UNKNOWN(sock_recv(fd, at, 1, 0, r, r + 4));
    UNKNOWN(sock_send(fd, at, 1, 0, r));
    UNKNOWN(sock_shutdown(fd, 1));
  }
  error_is("sock_accept of a file", sock_accept(file, 0, r), ENOTSOCK);
  error_is("sock_recv of a file", sock_recv(file, at, 1, 0, r, AT(space)), ENOTSOCK);
  error_is("sock_send of a file", sock_send(file, at, 1, 0, r), ENOTSOCK);
  error_is("sock_shutdown of a file", sock_shutdown(file, 1), ENOTSOCK);
  ERROR_AMONG("fd_prestat_get of a file", fd_prestat_get(file, AT(space)), EBADF, ENOTSUP);
}

static void arguments(void) {
  i32 r = AT(&result), p = AT("wild");
  struct {
    i32 at, length;
  } v = {AT(space), 4};
  static const i32 wrong[] = {6, 7, 255, 256, 260, -1, (i32)0x80000000};
  for (int i = 0; i < 7; i++) {
    char text[40];
    snprintf(text, sizeof text, "fd_seek: whence %d", wrong[i]);
    error_is(text, fd_seek(file, 0, wrong[i], r), EINVAL);
    snprintf(text, sizeof text, "clock_time_get: clock %d", wrong[i]);
    ERROR_AMONG(text, clock_time_get(wrong[i], 0, r), EINVAL, EBADF);
    snprintf(text, sizeof text, "clock_res_get: clock %d", wrong[i]);
    ERROR_AMONG(text, clock_res_get(wrong[i], r), EINVAL, EBADF);
    snprintf(text, sizeof text, "fd_advise: advice %d", wrong[i]);
    error_is(text, fd_advise(file, 0, 0, wrong[i]), EINVAL);
  }
  error_is("fdflags 32", fd_fdstat_set_flags(file, 32), EINVAL);
  error_is("fdflags -1", fd_fdstat_set_flags(file, -1), EINVAL);
  error_is("fstflags 16", fd_filestat_set_times(file, 0, 0, 16), EINVAL);
  error_is("fstflags: time and now", fd_filestat_set_times(file, 0, 0, 3), EINVAL);
  error_is("path_open: oflags 16", path_open(ROOT, 0, p, 4, 16, 2, 0, 0, r), EINVAL);
  error_is("path_open: fdflags 32", path_open(ROOT, 0, p, 4, 0, 2, 0, 32, r), EINVAL);
  ERROR_AMONG("path_open: lookup flags 2", path_open(ROOT, 2, p, 4, 0, 2, 0, 0, r), EINVAL, 0);
  ERROR_AMONG("fd_advise: a negative length", fd_advise(file, 0, -1, 0), EINVAL, 0);
  ERROR_AMONG("fd_allocate: a negative length", fd_allocate(file, 0, -1), EINVAL, ENOTSUP);
  ERROR_AMONG("fd_allocate: an end that overflows", fd_allocate(file, INT64_MAX, INT64_MAX), EFBIG,
              EINVAL, ENOTSUP);
  ERROR_AMONG("fd_filestat_set_size: -1", fd_filestat_set_size(file, -1), EINVAL, EFBIG);
  ERROR_AMONG("fd_filestat_set_size: 2^63 - 1", fd_filestat_set_size(file, INT64_MAX), EINVAL,
              EFBIG, 0);
  error_is("fd_seek", fd_seek(file, 1, 0, AT(space)), 0);
  ERROR_AMONG("fd_seek: beyond 2^63", fd_seek(file, INT64_MAX, 1, r), EINVAL, EOVERFLOW);
  ERROR_AMONG("fd_seek: to -2^63", fd_seek(file, INT64_MIN, 1, r), EINVAL, EOVERFLOW);
  ERROR_AMONG("fd_pread at 2^63 - 1", fd_pread(file, AT(&v), 1, INT64_MAX, r), 0, EINVAL,
              EOVERFLOW);
  ERROR_AMONG("fd_pwrite at 2^63 - 1", fd_pwrite(file, AT(&v), 1, INT64_MAX, r), EFBIG, EINVAL,
              EOVERFLOW);
  error_is("fd_prestat_dir_name: a short buffer", fd_prestat_dir_name(ROOT, AT(space), 0),
           ENAMETOOLONG);
  ERROR_AMONG("fd_readdir: a cookie of none", fd_readdir(ROOT, AT(space), 64, 0x7fffffffffff, r), 0,
              EINVAL, ENOENT);
  ERROR_AMONG("fd_readdir: cookie -1", fd_readdir(ROOT, AT(space), 64, -1, r), 0, EINVAL, ENOENT);
  ERROR_AMONG("no buffers to read, at nowhere", fd_read(file, -8, 0, r), 0, EFAULT);
  error_is("no buffers to write", fd_write(file, 8, 0, r), 0);
  error_is("random_get of nothing", random_get(8, 0), 0);
  ERROR_AMONG("an unaligned result", fd_tell(file, AT(space) + 1), 0, EINVAL);
  ERROR_AMONG("unaligned buffers", fd_read(file, AT(space) + 1, 1, r), 0, EINVAL, EFAULT);
  ERROR_AMONG("poll_oneoff of nothing", poll_oneoff(AT(space), AT(space), 0, r), EINVAL);
  faults("poll_oneoff", "count -1", poll_oneoff(AT(space), AT(space), -1, r));
  faults("poll_oneoff", "count 2^30", poll_oneoff(AT(space), AT(space), 0x40000000, r));
  __wasi_subscription_t unknown = {.u.tag = 9};
  static __wasi_event_t event;
  ERROR_AMONG("poll_oneoff: an unknown tag", poll_oneoff(AT(&unknown), AT(&event), 1, r), EINVAL);
  faults("poll_oneoff", "events nowhere", poll_oneoff(AT(&unknown), -16, 1, r));
  error_is("sched_yield", sched_yield(), 0);
}

int main(int argc, char **argv) {
  const char *which = argc > 1 ? argv[1] : "";
  i32 end = AT(__builtin_wasm_memory_size(0) * 65536);
  open_file();
  if (!strcmp(which, "pointers")) {
    pointers("pointer 0xffffffff", -1);
    pointers("pointer 0xfffffff8", -8);
    pointers("pointer at the end", end);
    pointers("pointer at the end - 1", end - 1);
    pointers("pointer 0x80000000", (i32)0x80000000);
    vectors();
  } else if (!strcmp(which, "descriptors")) {
    descriptors();
  } else {
    arguments();
  }
  return finish();
}
