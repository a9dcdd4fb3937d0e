/* Shares a buffer with the host: the host fills it, the guest works on it in place. */
#include "guest.h"

static uint8_t buffer[4096];

EXPORT("buffer") uint8_t *get_buffer(void) { return buffer; }
EXPORT("capacity") size_t capacity(void) { return sizeof buffer; }

/* Encrypts and decrypts letters. */
EXPORT("rot13") void rot13(uint8_t *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    uint8_t letter = text[i] & ~0x20;
    if (letter >= 'A' && letter <= 'Z') {
      uint8_t turned = (uint8_t)((letter - 'A' + 13) % 26 + 'A');
      text[i] = (uint8_t)(turned | (text[i] & 0x20));
    }
  }
}

/* Grows the memory; returns the address of the new pages, or 0. */
EXPORT("more") void *more(size_t pages) {
  size_t old = __builtin_wasm_memory_grow(0, pages);
  return old == (size_t)-1 ? NULL : (void *)(old * 65536);
}
