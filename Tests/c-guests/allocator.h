/* `malloc` and `free` for guests without a C library, exported so that libpulley can give them strings of the host.
 * Nothing is used again. */
#ifndef ALLOCATOR_H
#define ALLOCATOR_H

__attribute__((export_name("malloc"))) void *malloc(__SIZE_TYPE__ bytes) {
  static __SIZE_TYPE__ next, end;
  if (bytes > (__SIZE_TYPE__)1 << 30) return 0;
  bytes = (bytes + 15) & ~(__SIZE_TYPE__)15;
  if (end - next < bytes) {
    __SIZE_TYPE__ pages = (bytes + 65535) / 65536, old = __builtin_wasm_memory_grow(0, pages);
    if (old == (__SIZE_TYPE__)-1) return 0;
    if (end != old * 65536) next = old * 65536;
    end = (old + pages) * 65536;
  }
  next += bytes;
  return (void *)(next - bytes);
}

__attribute__((export_name("free"))) void free(void *address) { (void)address; }

#endif
