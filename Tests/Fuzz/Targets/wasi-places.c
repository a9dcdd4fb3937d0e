#define _GNU_SOURCE
#include "wasi.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const char secret[] = "SECRET of the host, 8c1f";

/* The entries next to the guest's directory, whose state must not change. */
static struct {
  const char *path;
  struct stat status;
} watched[] = {
    {.path = "outside"},     {.path = "outside/victim"}, {.path = "outside/dir"},
    {.path = "secret"},      {.path = "fixed"},          {.path = "fixed/file"},
    {.path = "fixed/dir"},   {.path = "fixed/dir/inner"}, {.path = "fixed/link"},
};
enum { watched_count = sizeof watched / sizeof *watched };

static void write_file(int folder, const char *name, const char *text) {
  int file = openat(folder, name, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666);
  FUZZ_CHECK(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text), "%s", name);
  close(file);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place) {
  (void)status, (void)kind, (void)place;
  return remove(path);
}

static char to_be_removed[64];

static void remove_all(void) { nftw(to_be_removed, remove_entry, 16, FTW_DEPTH | FTW_PHYS); }

/* Connects continuously, so that guests wait neither for a connection nor for its data. */
static void *connect_all_the_time(void *argument) {
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  getsockname(*(int *)argument, (struct sockaddr *)&address, &size);
  for (;;) {
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(client, (struct sockaddr *)&address, size) == 0) {
      send(client, "hello", 5, MSG_NOSIGNAL);
      shutdown(client, SHUT_WR);
    }
    close(client);
  }
  return NULL;
}

static struct stat status_of(const places_t *places, const char *name) {
  char path[160];
  struct stat status;
  snprintf(path, sizeof path, "%s/%s", places->folder, name);
  FUZZ_CHECK(lstat(path, &status) == 0, "%s is gone", name);
  return status;
}

void places_make(places_t *places) {
  /* In a memory file system if there is one, because guests write files and wait for the device. */
  snprintf(places->folder, sizeof places->folder, "%s/pulley-fuzz-wasi-XXXXXX",
           access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
  FUZZ_CHECK(mkdtemp(places->folder), "no temporary directory");
  memcpy(to_be_removed, places->folder, sizeof to_be_removed);
  atexit(remove_all);
  int folder = open(places->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  static const char *const folders[] = {"root", "outside", "outside/dir", "fixed", "fixed/dir"};
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) mkdirat(folder, folders[i], 0777);
  write_file(folder, "secret", secret);
  write_file(folder, "outside/victim", secret);
  write_file(folder, "fixed/file", "fixed");
  write_file(folder, "fixed/dir/inner", "fixed");
  FUZZ_CHECK(symlinkat("../outside", folder, "fixed/link") == 0, "no link");
  places->root = openat(folder, "root", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  close(folder);
  for (int i = 0; i < watched_count; i++) watched[i].status = status_of(places, watched[i].path);

  places->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  FUZZ_CHECK(bind(places->listener, (struct sockaddr *)&address, sizeof address) == 0 &&
                 listen(places->listener, 8) == 0, "no socket");
  pthread_t thread;
  pthread_create(&thread, NULL, connect_all_the_time, &places->listener);
  pthread_detach(thread);

  /* The largest file that a guest can create. */
  struct rlimit limit = {4 << 20, 4 << 20};
  setrlimit(RLIMIT_FSIZE, &limit);
}

void places_refill(places_t *places) {
  char path[80];
  snprintf(path, sizeof path, "%s/root", places->folder);
  DIR *stream = opendir(path);
  for (struct dirent *entry; (entry = readdir(stream));) {
    char inner[400];
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
    nftw(inner, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  }
  closedir(stream);
  int root = places->root;
  mkdirat(root, "dir", 0777);
  mkdirat(root, "dir/deep", 0777);
  write_file(root, "file", "the content of a file");
  write_file(root, "dir/inner", "inner");
  char absolute[80];
  snprintf(absolute, sizeof absolute, "%s/outside", places->folder);
  const char *links[][2] = {{"file", "to-file"},   {"dir", "to-dir"},    {"../outside", "out"},
                            {"../secret", "leak"}, {absolute, "abs"},    {"loop", "loop"},
                            {"..", "up"},          {"dir/../..", "up2"}, {"nothing", "dangling"}};
  for (size_t i = 0; i < sizeof links / sizeof *links; i++) symlinkat(links[i][0], root, links[i][1]);
}

static bool is_same(struct timespec a, struct timespec b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

void places_check(places_t *places) {
  for (int i = 0; i < watched_count; i++) {
    struct stat now = status_of(places, watched[i].path), *before = &watched[i].status;
    FUZZ_CHECK(now.st_ino == before->st_ino && now.st_mode == before->st_mode &&
                   now.st_size == before->st_size && now.st_nlink == before->st_nlink &&
                   is_same(now.st_mtim, before->st_mtim) && is_same(now.st_ctim, before->st_ctim),
               "%s has changed", watched[i].path);
  }
  FUZZ_CHECK(status_of(places, "root").st_ino, "the root");
  char path[80];
  int count = 0;
  DIR *stream = opendir(places->folder);
  while (readdir(stream)) count++;
  closedir(stream);
  FUZZ_CHECK(count == 6, "there are %d entries beside the guest's directory", count);
  snprintf(path, sizeof path, "%s/root", places->folder);
  FUZZ_CHECK(!(fcntl(places->listener, F_GETFL) & O_NONBLOCK), "the listener's flags have changed");
  int accepts = 0;
  socklen_t size = sizeof accepts;
  getsockopt(places->listener, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size);
  FUZZ_CHECK(accepts, "the listener was shut down");
}

void places_check_secret(const places_t *places, const uint8_t *bytes, size_t size) {
  FUZZ_CHECK(!memmem(bytes, size, secret, sizeof secret - 1), "a secret was read");
  (void)places;
  for (int i = 0; i < 4; i++) {
    uint64_t identity[2] = {watched[i].status.st_dev, watched[i].status.st_ino};
    FUZZ_CHECK(!memmem(bytes, size, identity, sizeof identity), "%s was found", watched[i].path);
  }
}

size_t places_descriptors(void) {
  size_t count = 0;
  DIR *stream = opendir("/proc/self/fd");
  for (struct dirent *entry; stream && (entry = readdir(stream));) {
    char target[64];
    ssize_t length = readlinkat(dirfd(stream), entry->d_name, target, sizeof target - 1);
    /* The connecting thread sometimes has one open. */
    count += length > 0 && !(length > 6 && !memcmp(target, "socket", 6));
  }
  closedir(stream);
  return count;
}
