// Opening, reading, writing and describing files. `/` is an empty directory of the host's.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <wasi/api.h>

#include "check.h"

static char buffer[100];

static void write_file(const char *path, const char *text) {
  int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0666);
  if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd) != 0) {
    printf("FAILED preparing %s: expected no error, got %s\n", path, error_name(errno));
    failures++;
  }
}

static void has_content(const char *name, const char *path, const char *expected) {
  int fd = open(path, O_RDONLY);
  ssize_t length = fd < 0 ? -1 : read(fd, buffer, sizeof buffer);
  same_bytes(name, buffer, length, expected);
  close(fd);
}

static void open_flags(void) {
  fails("open: no such file", open("none", O_RDONLY), ENOENT);
  fails("open: in no such directory", open("none/none", O_CREAT | O_RDWR, 0666), ENOENT);
  fails("open: under a file", (write_file("plain", ""), open("plain/x", O_RDONLY)), ENOTDIR);
  int fd = open("new", O_CREAT | O_EXCL | O_RDWR, 0666);
  succeeds("open: O_CREAT|O_EXCL makes a file", fd);
  fails("open: O_EXCL refuses an existing file", open("new", O_CREAT | O_EXCL | O_RDWR, 0666),
        EEXIST);
  equal("write", write(fd, "hello", 5), 5);
  close(fd);
  fd = open("new", O_CREAT | O_RDWR, 0666);
  succeeds("open: O_CREAT opens an existing file", fd);
  close(fd);
  has_content("open: O_CREAT keeps its content", "new", "hello");
  close(open("new", O_TRUNC | O_WRONLY));
  has_content("open: O_TRUNC empties", "new", "");
  fails("open: O_DIRECTORY refuses a file", open("new", O_DIRECTORY | O_RDONLY), ENOTDIR);
  mkdir("folder", 0777);
  fd = open("folder", O_DIRECTORY | O_RDONLY);
  succeeds("open: O_DIRECTORY opens a directory", fd);
  FAILS_AMONG("read of a directory", read(fd, buffer, 1), EISDIR, EBADF);
  FAILS_AMONG("write to a directory", write(fd, buffer, 1), EISDIR, EBADF);
  close(fd);
  fails("open: a directory for writing", open("folder", O_RDWR), EISDIR);
  FAILS_AMONG("open: O_CREAT|O_DIRECTORY", open("none", O_CREAT | O_DIRECTORY | O_RDWR, 0666),
              EINVAL, ENOTDIR, ENOENT);

  write_file("target", "content");
  symlink("target", "link");
  symlink("made", "dangling");
  has_content("open: a link is followed", "link", "content");
  fails("open: O_NOFOLLOW refuses a link", open("link", O_NOFOLLOW | O_RDONLY), ELOOP);
  fails("open: O_EXCL does not follow", open("dangling", O_CREAT | O_EXCL | O_RDWR, 0666), EEXIST);
  fails("open: a dangling link", open("dangling", O_RDONLY), ENOENT);
  fd = open("dangling", O_CREAT | O_RDWR, 0666);
  succeeds("open: O_CREAT makes a link's target", fd);
  close(fd);
  has_content("open: made through a link", "made", "");

  write_file("log", "one ");
  fd = open("log", O_APPEND | O_WRONLY);
  lseek(fd, 0, SEEK_SET);
  write(fd, "two ", 4);
  has_content("O_APPEND: writes at the end", "log", "one two ");
  equal("O_APPEND: told by F_GETFL", fcntl(fd, F_GETFL) & (O_APPEND | O_NONBLOCK), O_APPEND);
  FAILS_AMONG("read of a descriptor for writing", read(fd, buffer, 1), EBADF, ENOTCAPABLE);
  succeeds("O_APPEND: cleared by F_SETFL", fcntl(fd, F_SETFL, 0));
  lseek(fd, 0, SEEK_SET);
  write(fd, "ONE", 3);
  has_content("O_APPEND: cleared writes anywhere", "log", "ONE two ");
  close(fd);
  fd = open("log", O_RDONLY);
  FAILS_AMONG("write to a descriptor for reading", write(fd, "x", 1), EBADF, ENOTCAPABLE);
  FAILS_AMONG("ftruncate of a descriptor for reading", ftruncate(fd, 0), EINVAL, EBADF,
              ENOTCAPABLE);
  close(fd);
}

static void transfers(void) {
  int fd = open("data", O_CREAT | O_RDWR, 0666);
  write(fd, "0123456789", 10);
  equal("lseek: SEEK_SET", lseek(fd, 2, SEEK_SET), 2);
  same_bytes("read from the position", buffer, read(fd, buffer, 3), "234");
  equal("lseek: SEEK_CUR", lseek(fd, 1, SEEK_CUR), 6);
  equal("lseek: SEEK_CUR backwards", lseek(fd, -2, SEEK_CUR), 4);
  equal("lseek: SEEK_END", lseek(fd, -1, SEEK_END), 9);
  same_bytes("read at the end gives what is left", buffer, read(fd, buffer, 3), "9");
  equal("read at the end", read(fd, buffer, 3), 0);
  fails("lseek: before the start", lseek(fd, -1, SEEK_SET), EINVAL);
  fails("lseek: before the start from the end", lseek(fd, -11, SEEK_END), EINVAL);
  equal("lseek: an error leaves the position", lseek(fd, 0, SEEK_CUR), 10);
  equal("lseek: far behind the end", lseek(fd, 1LL << 40, SEEK_SET), 1LL << 40);
  equal("read far behind the end", read(fd, buffer, 1), 0);
  lseek(fd, 4, SEEK_SET);
  same_bytes("pread", buffer, pread(fd, buffer, 4, 5), "5678");
  equal("pread behind the end", pread(fd, buffer, 4, 50), 0);
  equal("pwrite", pwrite(fd, "AB", 2, 1), 2);
  equal("pread and pwrite leave the position", lseek(fd, 0, SEEK_CUR), 4);
  fails("pread: a negative offset", pread(fd, buffer, 1, -1), EINVAL);
  fails("pwrite: a negative offset", pwrite(fd, buffer, 1, -1), EINVAL);
  equal("pwrite behind the end", pwrite(fd, "Z", 1, 12), 1);
  equal("pread of a gap", pread(fd, buffer, 3, 10), 3);
  holds("a gap is zeros", !memcmp(buffer, "\0\0Z", 3));

  char parts[3][4] = {"", "", ""};
  struct iovec vectors[] = {{parts[0], 2}, {parts[1], 0}, {parts[2], 3}};
  lseek(fd, 0, SEEK_SET);
  ssize_t length = readv(fd, vectors, 3);
  transferred("readv", length, 5, 2);
  holds("readv fills in order",
        !memcmp(parts[0], "0A", 2) && !memcmp(parts[2], length == 5 ? "B34" : "\0\0\0", 3));
  equal("readv moves", lseek(fd, 0, SEEK_CUR), length);
  length = preadv(fd, vectors, 3, 6);
  transferred("preadv", length, 5, 2);
  holds("preadv reads there",
        !memcmp(parts[0], "67", 2) && (length == 2 || !memcmp(parts[2], "89\0", 3)));
  lseek(fd, 0, SEEK_SET);
  memcpy(parts, "ab\0\0\0\0\0\0cde", 11);
  ssize_t written = writev(fd, vectors, 3), there = pwritev(fd, vectors, 3, 5);
  transferred("writev", written, 5, 2);
  transferred("pwritev", there, 5, 2);
  equal("writev moves, pwritev does not", lseek(fd, 0, SEEK_CUR), written);
  pread(fd, buffer, 10, 0);
  holds("what writev wrote", !memcmp(buffer, "abcde", written));
  holds("what pwritev wrote", !memcmp(buffer + 5, "abcde", there));
  static __wasi_ciovec_t many[3000];
  static __wasi_iovec_t into[3000];
  static uint8_t bytes[3000];
  for (int i = 0; i < 3000; i++) {
    many[i] = (__wasi_ciovec_t){(const uint8_t *)&"abc"[i % 3], 1};
    into[i] = (__wasi_iovec_t){&bytes[i], 1};
  }
  size_t count = 0;
  error_is("write of 3000 buffers", __wasi_fd_pwrite(fd, many, 3000, 0, &count), 0);
  holds("some or all of them", count >= 1 && count <= 3000);
  error_is("read into 3000 buffers", __wasi_fd_pread(fd, into, 3000, 0, &count), 0);
  holds("what came", count >= 1 && count <= 3000 && bytes[0] == 'a');
  equal("write of nothing", write(fd, "", 0), 0);
  equal("read of nothing", read(fd, buffer, 0), 0);

  equal("pwrite beyond 4 GiB", pwrite(fd, "far", 3, 5LL << 30), 3);
  same_bytes("pread beyond 4 GiB", buffer, pread(fd, buffer, 9, 5LL << 30), "far");
  equal("lseek: SEEK_END beyond 4 GiB", lseek(fd, 0, SEEK_END), (5LL << 30) + 3);
  close(fd);
  fails("lseek: stdin is a pipe", lseek(0, 0, SEEK_CUR), ESPIPE);
}

static void sizes(void) {
  write_file("size", "12345");
  int fd = open("size", O_RDWR);
  struct stat status;
  succeeds("ftruncate: shorter", ftruncate(fd, 3));
  has_content("ftruncate: what is left", "size", "123");
  succeeds("ftruncate: longer", ftruncate(fd, 8));
  holds("ftruncate: zeros", pread(fd, buffer, 9, 0) == 8 && !memcmp(buffer, "123\0\0\0\0\0", 8));
  fails("ftruncate: negative", ftruncate(fd, -1), EINVAL);
  int error = posix_fallocate(fd, 4, 6);
  ERROR_AMONG("posix_fallocate", error, 0, ENOTSUP);
  fstat(fd, &status);
  equal("posix_fallocate: the size", status.st_size, error ? 8 : 10);
  posix_fallocate(fd, 0, 1);
  fstat(fd, &status);
  equal("posix_fallocate: never shorter", status.st_size, error ? 8 : 10);
  ERROR_AMONG("posix_fallocate: of nothing", posix_fallocate(fd, 0, 0), EINVAL, ENOTSUP);
  succeeds("fsync", fsync(fd));
  succeeds("fdatasync", fdatasync(fd));
  ERROR_AMONG("posix_fadvise", posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL), 0);
  close(fd);
}

static void status(void) {
  write_file("status", "1234567");
  int fd = open("status", O_RDWR);
  struct stat one, two;
  succeeds("fstat", fstat(fd, &one));
  succeeds("stat", stat("status", &two));
  equal("fstat: size", one.st_size, 7);
  holds("fstat: a file", S_ISREG(one.st_mode));
  equal("fstat: links", one.st_nlink, 1);
  holds("fstat and stat agree", one.st_ino == two.st_ino && one.st_dev == two.st_dev &&
                                    one.st_mtim.tv_nsec == two.st_mtim.tv_nsec);
  holds("fstat: of this century", one.st_mtim.tv_sec > 1577836800 &&
                                      one.st_atim.tv_sec > 1577836800 &&
                                      one.st_ctim.tv_sec > 1577836800);
  stat("folder", &two);
  holds("stat: a directory", S_ISDIR(two.st_mode));
  holds("stat: another file number", one.st_ino != two.st_ino);

  struct timespec times[] = {{1000000000, 123456789}, {1234567890, 987654321}};
  succeeds("futimens", futimens(fd, times));
  fstat(fd, &one);
  equal("futimens: access", one.st_atim.tv_sec * 1000000000 + one.st_atim.tv_nsec,
        1000000000123456789);
  equal("futimens: modification", one.st_mtim.tv_sec * 1000000000 + one.st_mtim.tv_nsec,
        1234567890987654321);
  error_is("set times: only one, and that to now",
           __wasi_fd_filestat_set_times(fd, 99, 99, __WASI_FSTFLAGS_MTIM_NOW), 0);
  fstat(fd, &one);
  equal("set times: the other is left", one.st_atim.tv_sec, 1000000000);
  holds("set times: now", one.st_mtim.tv_sec > 1577836800);
  fails("utimensat: no such file", utimensat(AT_FDCWD, "none", NULL, 0), ENOENT);
  symlink("status", "status-link");
  times[0] = times[1] = (struct timespec){7, 0};
  succeeds("utimensat: of a link", utimensat(AT_FDCWD, "status-link", times, AT_SYMLINK_NOFOLLOW));
  fstat(fd, &one);
  lstat("status-link", &two);
  holds("utimensat: not of its target", one.st_mtim.tv_sec != 7 && two.st_mtim.tv_sec == 7);
  succeeds("utimensat: through a link", utimensat(AT_FDCWD, "status-link", times, 0));
  fstat(fd, &one);
  equal("utimensat: of the target", one.st_mtim.tv_sec, 7);
  error_is("set times: both a time and now",
           __wasi_fd_filestat_set_times(fd, 0, 0, __WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_ATIM_NOW),
           EINVAL);
  close(fd);
}

static void descriptors(void) {
  write_file("one", "1111");
  write_file("two", "2222");
  int one = open("one", O_RDWR), two = open("two", O_RDWR);
  read(one, buffer, 1);
  error_is("fd_renumber", __wasi_fd_renumber(one, two), 0);
  fails("fd_renumber: the old number is closed", read(one, buffer, 1), EBADF);
  same_bytes("fd_renumber: with its position", buffer, read(two, buffer, 9), "111");
  error_is("fd_renumber: onto itself", __wasi_fd_renumber(two, two), 0);
  succeeds("fd_renumber: onto itself keeps it open", lseek(two, 0, SEEK_SET));
  error_is("fd_renumber: from a closed one", __wasi_fd_renumber(one, two), EBADF);
  error_is("fd_renumber: onto a closed one", __wasi_fd_renumber(two, one), EBADF);
  error_is("fd_renumber: onto no descriptor", __wasi_fd_renumber(two, 0x7fffffff), EBADF);
  succeeds("close", close(two));
  struct stat status;
  fails("close: twice", close(two), EBADF);
  fails("closed: read", read(two, buffer, 1), EBADF);
  fails("closed: write", write(two, buffer, 1), EBADF);
  fails("closed: pread", pread(two, buffer, 1, 0), EBADF);
  fails("closed: pwrite", pwrite(two, buffer, 1, 0), EBADF);
  fails("closed: lseek", lseek(two, 0, SEEK_SET), EBADF);
  fails("closed: fstat", fstat(two, &status), EBADF);
  fails("closed: ftruncate", ftruncate(two, 0), EBADF);
  fails("closed: fsync", fsync(two), EBADF);
  fails("closed: futimens", futimens(two, NULL), EBADF);
  fails("closed: fcntl", fcntl(two, F_GETFL), EBADF);
  int fds[300], opened = 0;
  for (; opened < 300 && (fds[opened] = open("one", O_RDONLY)) >= 0; opened++)
    ;
  equal("300 descriptors at once", opened, 300);
  bool distinct = true;
  for (int i = 0; i < opened; i++)
    for (int j = 0; j < i; j++) distinct &= fds[i] != fds[j];
  holds("their numbers differ", distinct);
  for (int i = 0; i < opened; i++) close(fds[i]);
}

int main(void) {
  open_flags();
  transfers();
  sizes();
  status();
  descriptors();
  return finish();
}
