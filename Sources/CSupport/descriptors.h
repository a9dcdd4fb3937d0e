/* System calls on open files that Swift cannot make, because they are variadic or declared only with GNU
   extensions. Each returns -1 and sets errno if it fails. */
#ifndef PULLEY_DESCRIPTORS_H
#define PULLEY_DESCRIPTORS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* The kernel's layout of a directory entry: inode (8 bytes), position of the next entry (8), size of the
   entry (2), type (1), name with a NUL. */
enum {
  pulley_entry_position = 8,
  pulley_entry_size = 16,
  pulley_entry_type = 18,
  pulley_entry_name = 19,
};

/* Fills the buffer with whole entries from the directory's position on; 0 at the end. */
static inline long pulley_read_entries(int directory, void *buffer, size_t size) {
  return syscall(SYS_getdents64, directory, buffer, size);
}

/* Reserves space for these bytes of the file. Unlike posix_fallocate it never writes block by block. */
static inline int pulley_allocate(int file, int64_t offset, int64_t length) {
  return (int)syscall(SYS_fallocate, file, 0, offset, length);
}

/* Writes at the end of the file, whatever the file's own flags are. */
static inline long pulley_append(int file, const struct iovec *buffers, int count) {
  return syscall(SYS_pwritev2, file, buffers, (long)count, -1L, -1L, 0x10 /* RWF_APPEND */);
}

#endif
