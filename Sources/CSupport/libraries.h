/* Which shared library an address belongs to. The C library declares what tells that only with GNU
 * extensions. */
#ifndef PULLEY_LIBRARIES_H
#define PULLEY_LIBRARIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __linux__
/* The beginning of `struct link_map`. <link.h> itself would take other headers into this module, which
 * Swift then does not find in the C library's. */
struct pulley_link_map {
  uintptr_t difference;
  char *file;
  void *dynamic_section;
};

struct pulley_address_info {
  const char *file;
  void *base;
  const char *symbol;
  void *address;
};

extern int pulley_dladdr(const void *, struct pulley_address_info *) __asm__("dladdr");
extern int pulley_dlinfo(void *, int, void *) __asm__("dlinfo");

extern unsigned long pulley_getauxval(unsigned long) __asm__("getauxval");

/* Whether the address is in the library of a handle from dlopen, and not in one that it depends on.
 * True if the system does not tell, and for the kernel's functions (vDSO): the C library gives those for
 * its own time() and gettimeofday(). */
static inline bool pulley_library_contains(void *library, const void *address) {
  /* RTLD_DI_LINKMAP. */
  const int request = 2;
  struct pulley_link_map *map = NULL;
  struct pulley_address_info own, found;
  if (pulley_dlinfo(library, request, &map) != 0 || map == NULL) return true;
  if (pulley_dladdr(map->dynamic_section, &own) == 0 || pulley_dladdr(address, &found) == 0) return true;
  /* AT_SYSINFO_EHDR. */
  const unsigned long vdso = 33;
  return own.base == found.base || (uintptr_t)found.base == pulley_getauxval(vdso);
}

/* The file of the library that an address belongs to; NULL if it is not known. */
static inline const char *pulley_library_file(const void *address) {
  struct pulley_address_info found;
  return pulley_dladdr(address, &found) == 0 ? NULL : found.file;
}
#else
static inline bool pulley_library_contains(void *library, const void *address) {
  (void)library, (void)address;
  return true;
}

static inline const char *pulley_library_file(const void *address) {
  (void)address;
  return NULL;
}
#endif

#endif
