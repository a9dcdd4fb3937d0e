// Directories, links, and what names may be. `/` is an empty directory of the host's.
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wasi/api.h>

#include "check.h"

static char buffer[1000];

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

static void directories(void) {
  succeeds("mkdir", mkdir("d", 0777));
  fails("mkdir: exists", mkdir("d", 0777), EEXIST);
  fails("mkdir: in no directory", mkdir("none/d", 0777), ENOENT);
  write_file("d/file", "f");
  fails("mkdir: a file exists", mkdir("d/file", 0777), EEXIST);
  fails("mkdir: under a file", mkdir("d/file/x", 0777), ENOTDIR);
  fails("rmdir: not empty", rmdir("d"), ENOTEMPTY);
  fails("rmdir: a file", rmdir("d/file"), ENOTDIR);
  fails("rmdir: none", rmdir("none"), ENOENT);
  FAILS_AMONG("rmdir: .", rmdir("d/."), EINVAL, ENOTEMPTY);
  error_is("unlink: a directory", __wasi_path_unlink_file(3, "d"), EISDIR);
  fails("unlink: none", unlink("none"), ENOENT);
  int fd = open("d/file", O_RDONLY);
  succeeds("unlink: an open file", unlink("d/file"));
  same_bytes("unlink: it can still be read", buffer, read(fd, buffer, 9), "f");
  close(fd);
  succeeds("rmdir", rmdir("d"));
}

static void renames(void) {
  write_file("from", "from");
  write_file("over", "over");
  mkdir("empty", 0777);
  mkdir("full", 0777);
  mkdir("full/inner", 0777);
  succeeds("rename: over a file", rename("from", "over"));
  has_content("rename: the content came along", "over", "from");
  fails("rename: the old name is gone", access("from", F_OK), ENOENT);
  fails("rename: no such file", rename("from", "to"), ENOENT);
  fails("rename: to no directory", rename("over", "none/to"), ENOENT);
  fails("rename: a file over a directory", rename("over", "empty"), EISDIR);
  fails("rename: a directory over a file", rename("empty", "over"), ENOTDIR);
  FAILS_AMONG("rename: over a full directory", rename("empty", "full"), ENOTEMPTY, EEXIST);
  fails("rename: a directory into itself", rename("full", "full/inner/x"), EINVAL);
  succeeds("rename: to the same name", rename("over", "over"));
  succeeds("rename: a directory over an empty one", rename("full", "empty"));
  succeeds("rename: its content came along", access("empty/inner", F_OK));
  succeeds("rename: between directories", rename("over", "empty/inner/moved"));
  has_content("rename: to there", "empty/inner/moved", "from");
}

static void links(void) {
  struct stat one, two;
  write_file("origin", "origin");
  succeeds("link", link("origin", "second"));
  stat("origin", &one);
  stat("second", &two);
  holds("link: the same file", one.st_ino == two.st_ino && one.st_nlink == 2);
  fails("link: over a file", link("origin", "second"), EEXIST);
  fails("link: of none", link("none", "third"), ENOENT);
  mkdir("dir", 0777);
  FAILS_AMONG("link: of a directory", link("dir", "third"), EPERM, EACCES);
  unlink("origin");
  has_content("link: outlives the first name", "second", "origin");

  succeeds("symlink", symlink("second", "soft"));
  fails("symlink: exists", symlink("x", "soft"), EEXIST);
  FAILS_AMONG("symlink: to nothing", symlink("", "nothing"), ENOENT, EINVAL);
  same_bytes("readlink", buffer, readlink("soft", buffer, sizeof buffer), "second");
  same_bytes("readlink: a short buffer", buffer, readlink("soft", buffer, 3), "sec");
  fails("readlink: of a file", readlink("second", buffer, 9), EINVAL);
  fails("readlink: of none", readlink("none", buffer, 9), ENOENT);
  succeeds("lstat", lstat("soft", &one));
  holds("lstat: a link", S_ISLNK(one.st_mode) && one.st_size == 6);
  succeeds("stat follows", stat("soft", &one));
  equal("stat follows to there", one.st_ino, two.st_ino);
  symlink("nowhere", "dangling");
  fails("stat: a dangling link", stat("dangling", &one), ENOENT);
  succeeds("lstat: a dangling link", lstat("dangling", &one));
  symlink("dir", "to-dir");
  symlink("to-dir/../second", "winding");
  has_content("a path through links and ..", "to-dir/../winding", "origin");
  succeeds("link: of a link itself", link("soft", "soft2"));
  lstat("soft2", &one);
  holds("link: is a link", S_ISLNK(one.st_mode));
  succeeds("rename: of a link itself", rename("soft2", "soft3"));
  succeeds("unlink: of a link itself", unlink("soft3"));
  succeeds("unlink: not its target", access("second", F_OK));
  ERROR_AMONG("path_link: told to follow",
              __wasi_path_link(3, __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, "soft", 3, "hard"), 0, EINVAL);
}

static void trailing_slashes(void) {
  struct stat status;
  write_file("f", "f");
  symlink("f", "lf");
  succeeds("mkdir: d/", mkdir("t/", 0777));
  symlink("t", "lt");
  int fd = open("t/", O_RDONLY | O_DIRECTORY);
  succeeds("open: d/", fd);
  close(fd);
  fails("open: f/", open("f/", O_RDONLY), ENOTDIR);
  FAILS_AMONG("open: new/", open("new/", O_CREAT | O_WRONLY, 0666), EISDIR, EINVAL, ENOENT,
              ENOTDIR);
  fails("stat: f/", stat("f/", &status), ENOTDIR);
  error_is("unlink: f/", __wasi_path_unlink_file(3, "f/"), ENOTDIR);
  fails("rename: f/", rename("f/", "g"), ENOTDIR);
  fails("rename: f to g/", rename("f", "g/"), ENOTDIR);
  FAILS_AMONG("link: f to g/", link("f", "g/"), ENOENT, ENOTDIR);
  FAILS_AMONG("symlink: g/", symlink("f", "g/"), ENOENT, ENOTDIR);
  fails("none of these made anything", access("g", F_OK), ENOENT);
  __wasi_filestat_t raw;
  error_is("stat without following: link/", __wasi_path_filestat_get(3, 0, "lt/", &raw), 0);
  better("stat without following: link/ is a directory", raw.filetype == __WASI_FILETYPE_DIRECTORY,
         raw.filetype == __WASI_FILETYPE_SYMBOLIC_LINK);
  fails("readlink: link/", readlink("lt/", buffer, 9), EINVAL);
  FAILS_AMONG("rmdir: link/", rmdir("lt/"), ENOTDIR, EINVAL);
  fails("stat: link to a file/", stat("lf/", &status), ENOTDIR);
  succeeds("rename: d/ to e/", rename("t/", "u/"));
  FAILS_AMONG("rmdir: e/", rmdir("u/"), 0, EINVAL);
  succeeds("stat: ./././", stat("./././", &status));
  succeeds("stat: double slashes", (mkdir("t", 0777), stat("t//..//t///", &status)));
}

static void odd_names(void) {
  char name[258] = "";
  memset(name, 'n', 256);
  fails("a name of 256 bytes", open(name, O_CREAT | O_WRONLY, 0666), ENAMETOOLONG);
  fails("mkdir: a name of 256 bytes", mkdir(name, 0777), ENAMETOOLONG);
  fails("stat: a name of 256 bytes", access(name, F_OK), ENAMETOOLONG);
  name[255] = 0;
  write_file(name, "long");
  has_content("a name of 255 bytes", name, "long");
  succeeds("rename: a name of 255 bytes", rename(name, "short"));
  for (int i = 0; i < 253; i += 3) memcpy(name + i, "\u20ac", 3);
  name[255] = 0;
  write_file(name, "euro");
  has_content("a name of 85 characters in 255 bytes", name, "euro");
  static const char *const names[] = {"\u00e4 \u4f60\u597d \U0001f600",
                                      " ",
                                      "a\nb",
                                      "back\\slash",
                                      "...",
                                      "-",
                                      "a:b*?\"<>|",
                                      "\x01\x7f",
                                      ".hidden",
                                      "e\u0301"};
  for (int i = 0; i < 10; i++) {
    write_file(names[i], names[i]);
    snprintf(buffer, sizeof buffer, "odd name %d", i);
    char label[20];
    strcpy(label, buffer);
    has_content(label, names[i], names[i]);
  }
  error_is("a path of no bytes", __wasi_path_unlink_file(3, ""), ENOENT);
  __wasi_fd_t fd;
  error_is("open: a path of no bytes", __wasi_path_open(3, 0, "", 0, 2, 0, 0, &fd), ENOENT);
}

static void listings(void) {
  mkdir("many", 0777);
  char name[40];
  for (int i = 0; i < 1000; i++) {
    snprintf(name, sizeof name, "many/entry-%d-%.*s", i, i % 20, "abcdefghijklmnopqrst");
    write_file(name, "");
  }
  mkdir("many/sub", 0777);
  symlink("sub", "many/link");
  DIR *dir = opendir("many");
  static unsigned char seen[1000];
  static long places[1100];
  static char names[1100][40];
  int count = 0, dots = 0, others = 0, wrong = 0;
  for (;;) {
    places[count] = telldir(dir);
    struct dirent *entry = readdir(dir);
    if (!entry || count == 1099) break;
    int number;
    struct stat status;
    snprintf(buffer, sizeof buffer, "many/%s", entry->d_name);
    lstat(buffer, &status);
    if (strcmp(entry->d_name, "..") && status.st_ino != entry->d_ino) wrong++;
    if (sscanf(entry->d_name, "entry-%d-", &number) == 1) {
      seen[number]++;
      if (entry->d_type != DT_REG) wrong++;
    } else if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) {
      dots++;
      if (entry->d_type != DT_DIR) wrong++;
    } else {
      others++;
      if (entry->d_type != (entry->d_name[0] == 's' ? DT_DIR : DT_LNK)) wrong++;
    }
    strcpy(names[count++], entry->d_name);
  }
  int once = 0;
  for (int i = 0; i < 1000; i++) once += seen[i] == 1;
  equal("readdir: each of 1000 entries once", once, 1000);
  equal("readdir: . and ..", dots, 2);
  equal("readdir: a directory and a link", others, 2);
  equal("readdir: number and type agree with lstat", wrong, 0);
  equal("readdir: no more", count, 1004);
  int bad = 0;
  for (int i = count - 1; i >= 0; i -= 37) {
    seekdir(dir, places[i]);
    struct dirent *entry = readdir(dir);
    bad += !entry || strcmp(entry->d_name, names[i]);
    entry = readdir(dir);
    bad += i + 1 < count ? !entry || strcmp(entry->d_name, names[i + 1]) : entry != NULL;
  }
  equal("seekdir: to where telldir was", bad, 0);
  rewinddir(dir);
  struct dirent *first = readdir(dir);
  holds("rewinddir", first && !strcmp(first->d_name, names[0]));
  closedir(dir);

  int fd = open("many", O_RDONLY | O_DIRECTORY);
  size_t used = 99;
  error_is("fd_readdir: a buffer of no bytes", __wasi_fd_readdir(fd, (void *)buffer, 0, 0, &used),
           0);
  equal("fd_readdir: nothing in it", used, 0);
  error_is("fd_readdir: a short buffer", __wasi_fd_readdir(fd, (void *)buffer, 30, 0, &used), 0);
  equal("fd_readdir: is full when there is more", used, 30);
  static uint8_t all[100000];
  error_is("fd_readdir: a large buffer", __wasi_fd_readdir(fd, all, sizeof all, 0, &used), 0);
  uint32_t length = 1004 * 24;
  for (int i = 0; i < count; i++) length += strlen(names[i]);
  equal("fd_readdir: all at once", used, length);
  __wasi_dirent_t *header = (void *)all;
  uint64_t next = header->d_next;
  error_is("fd_readdir: from a cookie", __wasi_fd_readdir(fd, all, sizeof all, next, &used), 0);
  equal("fd_readdir: all but the first", used, length - 24 - strlen(names[0]));
  close(fd);
  fd = open("f", O_RDONLY);
  ERROR_AMONG("fd_readdir: of a file", __wasi_fd_readdir(fd, all, 99, 0, &used), ENOTDIR, EBADF);
  close(fd);
  dir = opendir("many");
  int removed = 0;
  for (struct dirent *entry; (entry = readdir(dir));) {
    snprintf(buffer, sizeof buffer, "many/%s", entry->d_name);
    if (!strncmp(entry->d_name, "entry", 5)) removed += unlink(buffer) == 0;
  }
  closedir(dir);
  better("readdir: all while removing them", removed == 1000, removed > 100);
}

int main(void) {
  directories();
  renames();
  links();
  trailing_slashes();
  odd_names();
  listings();
  return finish();
}
