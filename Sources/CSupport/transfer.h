/* Reads and writes that never wait, whatever the flags of the open file are, and random bytes: functions
 * that Swift's import of the C library lacks. */
#ifndef PULLEY_TRANSFER_H
#define PULLEY_TRANSFER_H

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* RWF_NOWAIT. */
static const int pulley_no_wait = 0x08;

/* Like readv and writev, at the file's position; -1 with EAGAIN if they would wait, with EOPNOTSUPP if
 * the file or the system does not support this. */
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

/* Whether a FIFO that is open for non-blocking reading has a writer or bytes. The invalid address lets the
 * system report that without consuming a byte. */
static inline int pulley_fifo_has_writer(int fifo) {
  return read(fifo, (void *)1, 1) != 0;
}

/* Fills the buffer with random bytes; returns how many, or -1. */
static inline long pulley_random(void *bytes, size_t count) {
  return syscall(SYS_getrandom, bytes, count, 0);
}

#endif
