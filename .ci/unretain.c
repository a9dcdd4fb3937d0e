/* Copies a static library of ELF objects and removes the flag from its sections of code and data that
 * tells the linker to keep them even if nothing refers to them.
 *
 *   unretain INPUT OUTPUT
 *
 * Swift sets the flag on all public functions. In Swift's own library these are far more than a
 * program uses, and a program that links it statically cannot export them to others. What the runtime
 * finds through tables (protocols, conformances, types) stays: the tables, sections named swift5_…,
 * keep the flag and refer to it. */
#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef SHF_GNU_RETAIN
#define SHF_GNU_RETAIN (1 << 21)
#endif

enum { MAGIC_LENGTH = 8, MEMBER_HEADER = 60, SIZE_OFFSET = 48 };

static bool is_code_or_data(const char *name) {
  static const char *const prefixes[] = {".text", ".data", ".rodata", ".bss"};
  size_t i;
  for (i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
    if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
      return true;
  return false;
}

/* Whether a range is inside of `size` bytes. */
static bool contains(uint64_t size, uint64_t offset, uint64_t length) {
  return offset <= size && length <= size - offset;
}

/* Objects in an archive are aligned to two bytes only, so structures are copied out. */
static bool unretain(uint8_t *object, uint64_t size) {
  Elf64_Ehdr header;
  Elf64_Shdr section, names;
  uint64_t count, index, i;
  memcpy(&header, object, sizeof header);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_shentsize != sizeof section
      || !contains(size, header.e_shoff, sizeof section))
    return false;
  /* Numbers that do not fit the header are in the first section. */
  memcpy(&section, object + header.e_shoff, sizeof section);
  count = header.e_shnum ? header.e_shnum : section.sh_size;
  index = header.e_shstrndx == SHN_XINDEX ? section.sh_link : header.e_shstrndx;
  if (count > size / sizeof section || !contains(size, header.e_shoff, count * sizeof section)
      || index >= count)
    return false;
  memcpy(&names, object + header.e_shoff + index * sizeof names, sizeof names);
  if (!contains(size, names.sh_offset, names.sh_size) || names.sh_size == 0
      || object[names.sh_offset + names.sh_size - 1] != 0)
    return false;
  for (i = 0; i < count; i++) {
    uint8_t *place = object + header.e_shoff + i * sizeof section;
    memcpy(&section, place, sizeof section);
    if (section.sh_name >= names.sh_size)
      return false;
    if (is_code_or_data((const char *)object + names.sh_offset + section.sh_name))
      section.sh_flags &= ~(Elf64_Xword)SHF_GNU_RETAIN;
    memcpy(place, &section, sizeof section);
  }
  return true;
}

static bool unretain_members(uint8_t *bytes, uint64_t size) {
  uint64_t at = MAGIC_LENGTH;
  while (at + MEMBER_HEADER <= size) {
    char digits[11] = {0};
    uint64_t length;
    memcpy(digits, bytes + at + SIZE_OFFSET, 10);
    length = strtoull(digits, NULL, 10);
    at += MEMBER_HEADER;
    if (!contains(size, at, length))
      return false;
    if (length >= sizeof(Elf64_Ehdr) && memcmp(bytes + at, ELFMAG, SELFMAG) == 0
        && !unretain(bytes + at, length))
      return false;
    at += length + length % 2;
  }
  return true;
}

int main(int argc, char **argv) {
  FILE *file = argc == 3 ? fopen(argv[1], "rb") : NULL;
  uint8_t *bytes = NULL;
  size_t size = 0, room = 0, got;
  if (!file) {
    fputs("usage: unretain INPUT OUTPUT\n", stderr);
    return 2;
  }
  do {
    if (size == room && !(bytes = realloc(bytes, room = room ? 2 * room : 1 << 20)))
      return 1;
    size += got = fread(bytes + size, 1, room - size, file);
  } while (got > 0);
  fclose(file);
  if (size < MAGIC_LENGTH || memcmp(bytes, "!<arch>\n", MAGIC_LENGTH) != 0
      || !unretain_members(bytes, size)) {
    fprintf(stderr, "unretain: %s is not an archive of ELF objects\n", argv[1]);
    return 1;
  }
  file = fopen(argv[2], "wb");
  if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
    perror(argv[2]);
    return 1;
  }
  return 0;
}
