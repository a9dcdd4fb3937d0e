/* The identity of the program or library that contains this code. */
#ifndef PULLEY_BUILD_H
#define PULLEY_BUILD_H

#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The linker puts it at the header of the file that it makes. */
extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));

/* The linker's hash of the file's contents, and its size in bytes; NULL if the linker made none. */
static inline const unsigned char *_Nullable pulley_build_id(size_t *_Nonnull size) {
  enum { build_id = 3 };
  const char *header = (const char *)&__ehdr_start;
  const Elf64_Phdr *segments = (const Elf64_Phdr *)(header + __ehdr_start.e_phoff);
  const char *base = header;
  for (int i = 0; i < __ehdr_start.e_phnum; i++)
    if (segments[i].p_type == PT_LOAD && segments[i].p_offset == 0) base = header - segments[i].p_vaddr;
  for (int i = 0; i < __ehdr_start.e_phnum; i++) {
    if (segments[i].p_type != PT_NOTE || segments[i].p_align > 4) continue;
    const char *note = base + segments[i].p_vaddr;
    const char *end = note + segments[i].p_memsz;
    while ((size_t)(end - note) >= sizeof(Elf64_Nhdr)) {
      const Elf64_Nhdr *entry = (const Elf64_Nhdr *)note;
      const char *name = note + sizeof *entry;
      const char *content = name + ((entry->n_namesz + 3) & ~3u);
      if (entry->n_type == build_id && entry->n_namesz == 4 && !memcmp(name, "GNU", 4)) {
        *size = entry->n_descsz;
        return (const unsigned char *)content;
      }
      note = content + ((entry->n_descsz + 3) & ~3u);
    }
  }
  return NULL;
}

#endif
