// What a program may use up: descriptors, listings, buffers, space in files.
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <wasi/api.h>

#include "check.h"

#define RIGHTS (__WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_READDIR)

// Opens all it can; what the host needs for a moment is still there, and what it has left is told.
static void descriptors(void) {
  static __wasi_fd_t fds[70000];
  int count = 0, error = 0;
  while (count < 70000 && !(error = __wasi_path_open(3, 0, ".", 0, RIGHTS, 0, 0, &fds[count]))) count++;
  printf("opened %d\n", count);
  error_is("open: too many", error, EMFILE);
  struct stat status;
  fails("create, when nothing more can be opened", open("made", O_CREAT | O_WRONLY, 0666), EMFILE);
  fails("it was not created", stat("made", &status), ENOENT);
  succeeds("stat, when nothing more can be opened", stat("many", &status));
  uint8_t buffer[300];
  size_t used = 0;
  error_is("readdir", __wasi_fd_readdir(fds[0], buffer, sizeof buffer, 0, &used), 0);
  equal("readdir: ., .., many and other", used, 4 * 24 + 12);
  succeeds("mkdir", mkdir("made", 0777));
  succeeds("rename", rename("made", "renamed"));
  succeeds("rmdir", rmdir("renamed"));
  bool all = true;
  for (int i = count - 1; i >= 0; i -= 2) all &= close(fds[i]) == 0;
  holds("close every other one", all);
  bool lowest = true;
  for (int i = count % 2 ? 0 : 1; i < count; i += 2) {
    __wasi_fd_t fd = 0;
    lowest &= !__wasi_path_open(3, 0, ".", 0, 0, 0, 0, &fd) && fd == fds[i];
  }
  holds("the lowest free number is given out next", lowest);
  fails("open: too many again", open(".", O_RDONLY | O_DIRECTORY), EMFILE);
}

// Opens a directory many times and reads it each time, whole and to a half.
static void listings(int number) {
  static uint8_t buffer[1 << 16];
  bool good = true;
  for (int i = 0; i < number && good; i++) {
    __wasi_fd_t fd;
    size_t used = 0;
    good = !__wasi_path_open(3, 0, "many", __WASI_OFLAGS_DIRECTORY, RIGHTS, 0, 0, &fd);
    __wasi_dircookie_t cookie = 0;
    do {
      size_t at = 0;
      good = good && !__wasi_fd_readdir(fd, buffer, i % 2 ? 2000 : sizeof buffer, cookie, &used);
      for (__wasi_dirent_t entry; at + sizeof entry <= used; at += sizeof entry + entry.d_namlen) {
        memcpy(&entry, buffer + at, sizeof entry);
        if (at + sizeof entry + entry.d_namlen <= used) cookie = entry.d_next;
      }
    } while (good && i % 2 == 0 && used == sizeof buffer);
  }
  holds("open directories that have been read", good);
}

enum { most = 3000 };
static struct {
  char name[16];
  long at;
  int seen;
} entries[most];
static int number;

static int entry_named(const char *name) {
  for (int i = 0; i < number; i++)
    if (!strcmp(entries[i].name, name)) return i;
  return -1;
}

// Places in a listing lead to the same entries after others were removed and made.
static void places(void) {
  DIR *directory = opendir("many");
  struct dirent *entry;
  long at = telldir(directory);
  while ((entry = readdir(directory)) && number < most) {
    snprintf(entries[number].name, sizeof entries->name, "%s", entry->d_name);
    entries[number++].at = at;
    at = telldir(directory);
  }
  char path[40];
  bool good = true;
  for (int i = 0; i < number; i++) {
    bool last = i == number - 1;
    seekdir(directory, entries[i].at);
    entry = readdir(directory);
    good &= entry && !strcmp(entry->d_name, entries[i].name);
    if (!last) {
      seekdir(directory, entries[number - 1 - i].at);
      entry = readdir(directory);
      good &= entry && !strcmp(entry->d_name, entries[number - 1 - i].name);
    }
  }
  holds("seekdir: each entry is where telldir said", good);

  // Every other one is removed, and as many are made.
  bool removed = true;
  for (int i = 0; i < number; i += 2) {
    if (entries[i].name[0] == '.') continue;
    snprintf(path, sizeof path, "many/%s", entries[i].name);
    removed &= unlink(path) == 0;
    snprintf(path, sizeof path, "many/new%d", i);
    int fd = open(path, O_CREAT | O_WRONLY, 0666);
    removed &= close(fd) == 0;
  }
  holds("unlink every other one", removed);
  good = true;
  for (int i = 1; i < number; i += 2) {
    seekdir(directory, entries[i].at);
    // New ones may come in front of it.
    while ((entry = readdir(directory)) && !strncmp(entry->d_name, "new", 3)) {}
    good &= entry && !strcmp(entry->d_name, entries[i].name);
  }
  holds("seekdir: entries that are left are where they were", good);
  closedir(directory);

  // Reading while each entry is removed that was read, and another made.
  directory = opendir("many");
  bool once = true;
  int made = 0;
  while ((entry = readdir(directory))) {
    int i = entry_named(entry->d_name);
    if (entry->d_name[0] == '.') continue;
    if (i >= 0) once &= entries[i].seen++ == 0;
    snprintf(path, sizeof path, "many/%s", entry->d_name);
    once &= unlink(path) == 0;
    snprintf(path, sizeof path, "other/new%d", made++);
    close(open(path, O_CREAT | O_WRONLY, 0666));
  }
  holds("readdir: no entry twice, while they are removed", once);
  good = true;
  for (int i = 1; i < number; i += 2) good &= entries[i].seen || entries[i].name[0] == '.';
  holds("readdir: each entry that was there", good);
  rewinddir(directory);
  int left = 0;
  while ((entry = readdir(directory))) left += entry->d_name[0] != '.';
  equal("rewinddir: nothing is left", left, 0);
  closedir(directory);

  __wasi_fd_t fd;
  uint8_t buffer[64];
  size_t used = 1;
  error_is("open", __wasi_path_open(3, 0, "other", __WASI_OFLAGS_DIRECTORY, RIGHTS, 0, 0, &fd), 0);
  error_is("fd_readdir: a cookie that none had",
           __wasi_fd_readdir(fd, buffer, sizeof buffer, 1 << 30, &used), 0);
  equal("fd_readdir: the end", used, 0);
  error_is("fd_readdir: cookie -1", __wasi_fd_readdir(fd, buffer, sizeof buffer, -1, &used), 0);
  equal("fd_readdir: the end of that, too", used, 0);
}

static void vectors(void) {
  enum { million = 1000000 };
  static __wasi_ciovec_t out[million];
  static uint8_t bytes[million];
  for (int i = 0; i < million; i++) {
    bytes[i] = i % 251;
    out[i] = (__wasi_ciovec_t){bytes + i, 1};
  }
  int fd = open("vectors", O_CREAT | O_RDWR, 0666);
  size_t written = 0;
  error_is("a million buffers to write", __wasi_fd_write(fd, out, million, &written), 0);
  holds("some are written", written > 0 && written <= million);
  for (size_t done = written; done < million && written; done += written)
    if (__wasi_fd_write(fd, out + done, million - done, &written)) written = 0;
  struct stat status;
  fstat(fd, &status);
  equal("all are written in the end", status.st_size, million);
  static __wasi_iovec_t in[million];
  static uint8_t back[million];
  for (int i = 0; i < million; i++) in[i] = (__wasi_iovec_t){back + i, 1};
  size_t count = 0, done = 0;
  while (done < million && !__wasi_fd_pread(fd, in + done, million - done, done, &count) && count)
    done += count;
  holds("all are read in the end", done == million && !memcmp(back, bytes, million));
  error_is("a million buffers to standard output", __wasi_fd_write(1, out, 0, &written), 0);
  close(fd);
}

static void sizes(void) {
  int fd = open("sizes", O_CREAT | O_RDWR, 0666);
  ERROR_AMONG("fd_allocate: 2^62 bytes", __wasi_fd_allocate(fd, 0, 1ull << 62), EFBIG, ENOSPC);
  ERROR_AMONG("fd_allocate: at 2^62", __wasi_fd_allocate(fd, 1ull << 62, 1), EFBIG, ENOSPC);
  error_is("fd_allocate: nothing", __wasi_fd_allocate(fd, 0, 0), EINVAL);
  ERROR_AMONG("fd_filestat_set_size: 2^62", __wasi_fd_filestat_set_size(fd, 1ull << 62), EFBIG,
              EINVAL);
  error_is("fd_allocate: some", __wasi_fd_allocate(fd, 0, 5000), 0);
  struct stat status;
  fstat(fd, &status);
  equal("fd_allocate: the size", status.st_size, 5000);
  close(fd);
}

// The host has limited the size of files to 1 MiB.
static void file_size(void) {
  static uint8_t bytes[4096];
  int fd = open("size", O_CREAT | O_RDWR, 0666);
  size_t done = 0;
  ssize_t count;
  while ((count = write(fd, bytes, sizeof bytes)) > 0 && done < 2 << 20) done += count;
  fails("write: beyond the limit", count, EFBIG);
  equal("write: up to the limit", done, 1 << 20);
  fails("pwrite: beyond the limit", pwrite(fd, bytes, 1, 1 << 20), EFBIG);
  fails("ftruncate: beyond the limit", ftruncate(fd, 1 << 21), EFBIG);
  error_is("fd_allocate: beyond the limit", __wasi_fd_allocate(fd, 0, 1 << 21), EFBIG);
  close(fd);
}

static void numbers(void) {
  int fds[3];
  for (int i = 0; i < 3; i++) fds[i] = open("many", O_RDONLY | O_DIRECTORY);
  error_is("fd_renumber", __wasi_fd_renumber(fds[2], fds[0]), 0);
  struct stat status;
  fails("fd_renumber: the old number", fstat(fds[2], &status), EBADF);
  succeeds("fd_renumber: the new number", fstat(fds[0], &status));
  equal("the old number is free", open("many", O_RDONLY | O_DIRECTORY), fds[2]);
  error_is("fd_renumber: to itself", __wasi_fd_renumber(fds[1], fds[1]), 0);
  succeeds("it is still there", fstat(fds[1], &status));
  error_is("fd_renumber: to a number beyond", __wasi_fd_renumber(fds[1], 1 << 20), EBADF);
  error_is("fd_renumber: of the directory itself", __wasi_fd_renumber(3, fds[1]), 0);
  error_is("path_open: it is gone", __wasi_path_open(3, 0, ".", 0, 0, 0, 0, &(__wasi_fd_t){0}),
           EBADF);
}

int main(int argc, char **argv) {
  const char *which = argc > 1 ? argv[1] : "";
  if (!strcmp(which, "descriptors")) descriptors();
  if (!strcmp(which, "listings")) listings(atoi(argv[2]));
  if (!strcmp(which, "places")) places();
  if (!strcmp(which, "vectors")) vectors();
  if (!strcmp(which, "sizes")) sizes();
  if (!strcmp(which, "file-size")) file_size();
  if (!strcmp(which, "numbers")) numbers();
  return finish();
}
