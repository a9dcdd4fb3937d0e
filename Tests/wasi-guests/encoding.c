// Names that are no UTF-8 reach the file system and the program as they are. The host has made a
// file "caf\xe9" with the text "latin", and a link "to\xff" to it.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static const char *const names[] = {"\xff\xfe", "\x80", "a\xc3", "\xed\xa0\x80", "\xc0\xaf",
                                    "\xf4\x90\x80\x80", "\xf0\x9f\x98", "end\xe2\x80"};
enum { count = sizeof names / sizeof *names };

static bool is_listed(const char *folder, const char *name) {
  DIR *directory = opendir(folder);
  struct dirent *entry;
  bool found = false;
  while (directory && (entry = readdir(directory))) found |= !strcmp(entry->d_name, name);
  closedir(directory);
  return found;
}

static void read_is(const char *what, const char *path, const char *expected) {
  char text[64];
  int fd = open(path, O_RDONLY);
  succeeds(what, fd);
  same_bytes(what, text, read(fd, text, sizeof text), expected);
  close(fd);
}

int main(void) {
  read_is("a file of the host's", "caf\xe9", "latin");
  read_is("a link of the host's", "to\xff", "latin");
  holds("the host's file is listed", is_listed(".", "caf\xe9"));
  fails("a repaired name is another one", open("caf\xef\xbf\xbd", O_RDONLY), ENOENT);
  for (int i = 0; i < count; i++) {
    const char *name = names[i];
    char inner[32], text[64];
    struct stat status;
    int fd = open(name, O_CREAT | O_EXCL | O_WRONLY, 0666);
    succeeds("create", fd);
    equal("write", write(fd, name, strlen(name)), strlen(name));
    close(fd);
    holds("it is listed", is_listed(".", name));
    read_is("open again", name, name);
    succeeds("stat", stat(name, &status));
    succeeds("unlink", unlink(name));
    succeeds("mkdir", mkdir(name, 0777));
    snprintf(inner, sizeof inner, "%s/%s", name, name);
    succeeds("symlink", symlink(name, inner));
    same_bytes("readlink", text, readlink(inner, text, sizeof text), name);
    holds("the link is listed", is_listed(name, name));
    succeeds("rename", rename(inner, "\xfd"));
    succeeds("link", link("\xfd", inner));
    succeeds("unlink the new name", unlink("\xfd"));
    succeeds("unlink the link", unlink(inner));
    succeeds("rmdir", rmdir(name));
  }
  // What the host looks for afterwards.
  succeeds("mkdir: to stay", mkdir("\xfe\xff", 0777));
  close(open("\xfe\xff/\x81\x82", O_CREAT | O_WRONLY, 0666));
  return finish();
}
