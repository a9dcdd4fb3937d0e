/* Reading and writing that does not wait whatever the flags of the open file are, and much of the
 * system's randomness at once: what Swift's view of the C library lacks. */
#ifndef PULLEY_TRANSFER_H
#define PULLEY_TRANSFER_H

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* RWF_NOWAIT. */
static const int pulley_no_wait = 0x08;

/* As readv and writev, at the file's position; -1 with EAGAIN where they would wait, with EOPNOTSUPP where
 * the file or the system cannot tell. */
static inline long pulley_read_now(int file, const struct iovec *buffers, int count) {
#ifdef SYS_preadv2
  return syscall(SYS_preadv2, file, buffers, (long)count, -1L, -1L, pulley_no_wait);
#else
  (void)file, (void)buffers, (void)count;
  errno = EOPNOTSUPP;
  return -1;
#endif
}

static inline long pulley_write_now(int file, const struct iovec *buffers, int count) {
#ifdef SYS_pwritev2
  return syscall(SYS_pwritev2, file, buffers, (long)count, -1L, -1L, pulley_no_wait);
#else
  (void)file, (void)buffers, (void)count;
  errno = EOPNOTSUPP;
  return -1;
#endif
}

/* Whether a FIFO open for reading, not waiting, has had a writer: there is one, or there are bytes. An
 * address that nothing can be stored at has the system say which without taking any. */
static inline int pulley_fifo_has_writer(int fifo) {
  return read(fifo, (void *)1, 1) != 0;
}

/* Random bytes; gives how many, -1 if there are none. */
static inline long pulley_random(void *bytes, size_t count) {
  return syscall(SYS_getrandom, bytes, count, 0);
}

#endif
