/* Opens files beneath a directory. The system call is variadic, so Swift cannot make it. */
#ifndef PULLEY_BENEATH_H
#define PULLEY_BENEATH_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* O_PATH, which the C library declares only with GNU extensions: the file is found, not
   opened. */
#ifdef O_PATH
static const int pulley_open_path = O_PATH;
#else
static const int pulley_open_path = 010000000;
#endif

/* Opens `path`, no component of which may leave `directory`; -1 with ENOSYS if the kernel lacks the call. */
static inline int pulley_open_beneath(int directory, const char *path, uint64_t flags, uint64_t mode) {
#ifdef SYS_openat2
  /* The kernel's struct open_how; RESOLVE_BENEATH and RESOLVE_NO_MAGICLINKS. */
  struct {
    uint64_t flags, mode, resolve;
  } how = {flags, mode, 0x08 | 0x02};
  return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
#else
  (void)directory, (void)path, (void)flags, (void)mode;
  errno = ENOSYS;
  return -1;
#endif
}

#endif
