/* Mutates modules in the binary format and corrects the lengths around the changed bytes, which blind mutations rarely
 * keep correct. Other inputs are mutated blindly. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

enum { HEADER = 8, MOST_SECTIONS = 64, MOST_BODIES = 256, CODE = 10 };

typedef struct span {
  const uint8_t *bytes;
  size_t length;
} span_t;

typedef struct section {
  uint8_t id;
  span_t payload;
} section_t;

typedef struct output {
  uint8_t *bytes;
  size_t length, capacity;
  bool full;
} output_t;

static uint32_t state;

static uint32_t random_below(uint32_t bound) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return bound ? state % bound : 0;
}

static bool read_length(const uint8_t **next, const uint8_t *end, size_t *value) {
  *value = 0;
  for (unsigned shift = 0; *next < end && shift < 35; shift += 7) {
    uint8_t byte = *(*next)++;
    *value |= (size_t)(byte & 0x7f) << shift;
    if (!(byte & 0x80)) return true;
  }
  return false;
}

static void put(output_t *output, const void *bytes, size_t length) {
  if (length > output->capacity - output->length) {
    output->full = true;
    return;
  }
  if (length) memcpy(output->bytes + output->length, bytes, length);
  output->length += length;
}

static void put_length(output_t *output, size_t value) {
  do {
    uint8_t byte = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    put(output, &byte, 1);
    value >>= 7;
  } while (value);
}

static size_t read_sections(const uint8_t *data, size_t size, section_t *sections) {
  const uint8_t *next = data + HEADER, *end = data + size;
  size_t count = 0;
  while (next < end && count < MOST_SECTIONS) {
    section_t *section = &sections[count++];
    section->id = *next++;
    if (!read_length(&next, end, &section->payload.length) ||
        section->payload.length > (size_t)(end - next)) {
      return 0;
    }
    section->payload.bytes = next;
    next += section->payload.length;
  }
  return count;
}

static size_t read_bodies(span_t code, span_t *bodies) {
  const uint8_t *next = code.bytes, *end = code.bytes + code.length;
  size_t count, read = 0;
  if (!read_length(&next, end, &count)) return 0;
  while (read < count && read < MOST_BODIES) {
    span_t *body = &bodies[read++];
    if (!read_length(&next, end, &body->length) || body->length > (size_t)(end - next)) return 0;
    body->bytes = next;
    next += body->length;
  }
  return read == count ? read : 0;
}

/* A heap buffer with room to grow. */
static span_t mutated(span_t span, size_t room) {
  size_t capacity = span.length + room;
  uint8_t *bytes = malloc(capacity ? capacity : 1);
  if (span.length) memcpy(bytes, span.bytes, span.length);
  return (span_t){bytes, LLVMFuzzerMutate(bytes, span.length, capacity)};
}

/* The offset of the first instruction of a body, after its locals. */
static size_t code_start(span_t body) {
  const uint8_t *next = body.bytes, *end = body.bytes + body.length;
  size_t groups, count;
  if (!read_length(&next, end, &groups)) return 0;
  while (groups--) {
    if (!read_length(&next, end, &count) || next == end) return 0;
    next++;
  }
  return (size_t)(next - body.bytes);
}

/* Instructions for the beginning of a body that leave the operand stack unchanged. */
static size_t snippet(uint8_t *bytes) {
  static const uint8_t constants[4][9] = {{0x41, 0x7f}, {0x42, 0x01}, {0x43, 0, 0, 0xc0, 0x7f},
                                          {0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f}};
  static const uint8_t lengths[4] = {2, 2, 5, 9};
  /* The first binary operation of each type, and how many there are. */
  static const uint8_t first[4] = {0x6a, 0x7c, 0x92, 0xa0}, count[4] = {15, 15, 7, 7};
  size_t length = 0, type = random_below(4);
  unsigned operations = 1 + random_below(4), opened = 0;
  if (random_below(3) == 0) {
    bytes[length++] = random_below(2) ? 0x02 : 0x03;
    bytes[length++] = 0x40;
    opened = 1;
  }
  memcpy(bytes + length, constants[type], lengths[type]);
  length += lengths[type];
  while (operations--) {
    memcpy(bytes + length, constants[type], lengths[type]);
    length += lengths[type];
    bytes[length++] = (uint8_t)(first[type] + random_below(count[type]));
  }
  bytes[length++] = 0x1a;
  if (opened) {
    bytes[length++] = 0x41;
    bytes[length++] = 0;
    bytes[length++] = 0x0d;
    bytes[length++] = 0;
    bytes[length++] = 0x0b;
  }
  return length;
}

static span_t changed_body(const span_t *bodies, size_t count, size_t chosen, size_t room) {
  span_t body = bodies[chosen];
  span_t other = bodies[random_below((uint32_t)count)];
  uint8_t inserted[128];
  span_t piece = {inserted, 0};
  size_t at = code_start(body), replaced = 0;
  switch (random_below(5)) {
  case 0:
    piece.length = snippet(inserted);
    break;
  case 1: { /* Insert a part of another body anywhere. */
    size_t from = random_below((uint32_t)other.length);
    piece = (span_t){other.bytes + from, random_below((uint32_t)(other.length - from)) % 64};
    at = random_below((uint32_t)body.length);
    break;
  }
  case 2: /* Remove a part. */
    at = random_below((uint32_t)body.length);
    replaced = random_below((uint32_t)(body.length - at)) % 16;
    break;
  case 3: /* Replace an instruction. */
    if (at >= body.length) return mutated(body, room);
    at += random_below((uint32_t)(body.length - at));
    replaced = piece.length = 1;
    inserted[0] = (uint8_t)random_below(256);
    break;
  default:
    return mutated(body, room);
  }
  uint8_t *bytes = malloc(body.length + piece.length + 1);
  memcpy(bytes, body.bytes, at);
  if (piece.length) memcpy(bytes + at, piece.bytes, piece.length);
  memcpy(bytes + at + piece.length, body.bytes + at + replaced, body.length - at - replaced);
  return (span_t){bytes, body.length + piece.length - replaced};
}

/* Makes a code section with one changed body. */
static span_t changed_code(span_t code, size_t room) {
  static span_t bodies[MOST_BODIES];
  size_t count = read_bodies(code, bodies);
  if (!count) return mutated(code, room);
  size_t chosen = random_below((uint32_t)count);
  span_t body = changed_body(bodies, count, chosen, room);
  output_t output = {malloc(code.length + body.length + 16), 0, code.length + body.length + 16, false};
  put_length(&output, count);
  for (size_t i = 0; i < count; i++) {
    span_t written = i == chosen ? body : bodies[i];
    put_length(&output, written.length);
    put(&output, written.bytes, written.length);
  }
  free((void *)body.bytes);
  return (span_t){output.bytes, output.length};
}

static void swap(section_t *a, section_t *b) {
  section_t kept = *a;
  *a = *b;
  *b = kept;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
  static section_t sections[MOST_SECTIONS + 1];
  state = seed * 2654435761u | 1;
  size_t count = 0;
  if (size > HEADER && !memcmp(data, "\0asm\1\0\0\0", HEADER) && random_below(10)) {
    count = read_sections(data, size, sections);
  }
  if (!count) return LLVMFuzzerMutate(data, size, max_size);

  size_t room = max_size - size < 256 ? max_size - size : 256;
  size_t chosen = random_below((uint32_t)count);
  if (random_below(2)) {
    for (size_t i = 0; i < count; i++) {
      if (sections[i].id == CODE) chosen = i;
    }
  }
  section_t *section = &sections[chosen];
  span_t changed = {NULL, 0};
  switch (random_below(12)) {
  case 0:
    memmove(section, section + 1, (count - chosen - 1) * sizeof *section);
    count--;
    break;
  case 1:
    swap(section, &sections[random_below((uint32_t)count)]);
    break;
  default:
    changed = section->id == CODE ? changed_code(section->payload, room)
                                  : mutated(section->payload, room);
    section->payload = changed;
  }

  output_t output = {malloc(max_size), 0, max_size, false};
  put(&output, data, HEADER);
  for (size_t i = 0; i < count; i++) {
    put(&output, &sections[i].id, 1);
    put_length(&output, sections[i].payload.length);
    put(&output, sections[i].payload.bytes, sections[i].payload.length);
  }
  if (!output.full) {
    memcpy(data, output.bytes, output.length);
    size = output.length;
  }
  free(output.bytes);
  free((void *)changed.bytes);
  return size;
}
