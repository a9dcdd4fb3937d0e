// A directory that the test granted read-only, as descriptor 3: reading works and nothing changes.
// It holds `file` with "content", `dir/inner` and `link` -> file.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wasi/api.h>

#include "check.h"

enum { ROOT = 3 };

#define REFUSED(name, call) ERROR_AMONG(name, call, EROFS, ENOTCAPABLE, EPERM)

static int open_raw(const char *path, int flags, __wasi_rights_t rights, int fdflags) {
  __wasi_fd_t fd;
  int error = __wasi_path_open(ROOT, 1, path, flags, rights, rights, fdflags, &fd);
  return error ? error : (close(fd), 0);
}

int main(void) {
  static char buffer[100];
  __wasi_rights_t read_right = __WASI_RIGHTS_FD_READ, write_right = __WASI_RIGHTS_FD_WRITE;
  error_is("open for reading", open_raw("file", 0, read_right, 0), 0);
  REFUSED("open for writing", open_raw("file", 0, write_right, 0));
  REFUSED("open for both", open_raw("file", 0, read_right | write_right, 0));
  REFUSED("open for appending", open_raw("file", 0, write_right, __WASI_FDFLAGS_APPEND));
  REFUSED("open and truncate", open_raw("file", __WASI_OFLAGS_TRUNC, write_right, 0));
  REFUSED("open for reading and truncate", open_raw("file", __WASI_OFLAGS_TRUNC, read_right, 0));
  REFUSED("create", open_raw("new", __WASI_OFLAGS_CREAT, write_right, 0));
  REFUSED("create for reading", open_raw("new", __WASI_OFLAGS_CREAT, read_right, 0));
  REFUSED("create anew", open_raw("new", __WASI_OFLAGS_CREAT | __WASI_OFLAGS_EXCL, write_right, 0));
  REFUSED("create below", open_raw("dir/new", __WASI_OFLAGS_CREAT, write_right, 0));
  REFUSED("mkdir", __wasi_path_create_directory(ROOT, "new"));
  REFUSED("rmdir", __wasi_path_remove_directory(ROOT, "dir"));
  REFUSED("unlink", __wasi_path_unlink_file(ROOT, "file"));
  REFUSED("unlink a link", __wasi_path_unlink_file(ROOT, "link"));
  REFUSED("rename", __wasi_path_rename(ROOT, "file", ROOT, "new"));
  REFUSED("rename over", __wasi_path_rename(ROOT, "dir/inner", ROOT, "file"));
  REFUSED("link", __wasi_path_link(ROOT, 0, "file", ROOT, "new"));
  REFUSED("symlink", __wasi_path_symlink("file", ROOT, "new"));
  REFUSED("utimes", __wasi_path_filestat_set_times(ROOT, 1, "file", 7, 7, __WASI_FSTFLAGS_MTIM));
  REFUSED("utimes of a link",
          __wasi_path_filestat_set_times(ROOT, 0, "link", 7, 7, __WASI_FSTFLAGS_ATIM_NOW));

  // Through a directory opened below, with as many rights as there are.
  __wasi_fd_t dir = -1, file = -1;
  __wasi_rights_t all =
      ~0ull >> 35 & ~(write_right | __WASI_RIGHTS_FD_ALLOCATE | __WASI_RIGHTS_FD_FILESTAT_SET_SIZE);
  if (!__wasi_path_open(ROOT, 0, "dir", __WASI_OFLAGS_DIRECTORY, all, ~0ull >> 35, 0, &dir)) {
    REFUSED("below: create",
            __wasi_path_open(dir, 0, "new", __WASI_OFLAGS_CREAT, write_right, 0, 0, &file));
    REFUSED("below: open for writing",
            __wasi_path_open(dir, 0, "inner", 0, write_right, 0, 0, &file));
    REFUSED("below: mkdir", __wasi_path_create_directory(dir, "new"));
    REFUSED("below: unlink", __wasi_path_unlink_file(dir, "inner"));
    REFUSED("below: rename", __wasi_path_rename(dir, "inner", dir, "new"));
    REFUSED("below: times", __wasi_path_filestat_set_times(dir, 0, "inner", 7, 7, 4));
    close(dir);
  }

  // Through a file opened for reading.
  int fd = open("file", O_RDONLY);
  same_bytes("read", buffer, read(fd, buffer, sizeof buffer), "content");
  ERROR_AMONG("file: write", write(fd, "x", 1) == -1 ? errno : 0, EBADF, ENOTCAPABLE, EROFS, EPERM);
  ERROR_AMONG("file: pwrite", pwrite(fd, "x", 1, 0) == -1 ? errno : 0, EBADF, ENOTCAPABLE, EROFS,
              EPERM);
  ERROR_AMONG("file: set size", __wasi_fd_filestat_set_size(fd, 0), EBADF, EINVAL, ENOTCAPABLE,
              EROFS, EPERM);
  ERROR_AMONG("file: allocate", __wasi_fd_allocate(fd, 0, 100), EBADF, EINVAL, ENOTCAPABLE, EROFS,
              EPERM, ENOTSUP);
  ERROR_AMONG("file: set times", __wasi_fd_filestat_set_times(fd, 7, 7, __WASI_FSTFLAGS_MTIM),
              EBADF, EINVAL, ENOTCAPABLE, EROFS, EPERM);
  ERROR_AMONG("directory: set times",
              __wasi_fd_filestat_set_times(ROOT, 7, 7, __WASI_FSTFLAGS_MTIM), EBADF, EINVAL,
              ENOTCAPABLE, EROFS, EPERM);
  close(fd);

  struct stat status;
  succeeds("stat", stat("file", &status));
  equal("stat: the size", status.st_size, 7);
  succeeds("stat through a link", stat("link", &status));
  same_bytes("readlink", buffer, readlink("link", buffer, sizeof buffer), "file");
  fd = open("link", O_RDONLY);
  same_bytes("read through a link", buffer, read(fd, buffer, sizeof buffer), "content");
  close(fd);
  fd = open("dir/inner", O_RDONLY);
  same_bytes("read below", buffer, read(fd, buffer, sizeof buffer), "inner");
  close(fd);
  int count = 0;
  DIR *listing = opendir("dir");
  for (struct dirent *entry; listing && (entry = readdir(listing));)
    count += !strcmp(entry->d_name, "inner");
  equal("readdir", count, 1);
  fails("open: none", open("none", O_RDONLY), ENOENT);
  fails("access for writing of none", access("none", W_OK), ENOENT);
  return finish();
}
