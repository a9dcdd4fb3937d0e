/* Forged artifacts. The input says what to change in an artifact that the library made, and the checksum is corrected.
 * Loading, querying, saving and instantiating it must succeed or give an error. It is not run, because its code is
 * trusted like C. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_PARTS = 12, MOST_BYTES = 1 << 16, HEADER = 64, ENTRY = 64 };

static const char wat[] =
    "(module (import \"env\" \"f\" (func $f (param i32 i64) (result f64)))"
    " (memory (export \"memory\") 1 2) (table (export \"table\") 4 8 funcref)"
    " (global (export \"global\") (mut i64) (i64.const 7))"
    " (elem (i32.const 1) $a $b) (data (i32.const 16) \"some bytes\") (data \"passive\")"
    " (func $a (export \"a\") (param i32) (result i32)"
    "  (block (block (br_table 0 1 (local.get 0))))"
    "  (i32.div_s (i32.load offset=4 (local.get 0)) (call $b (local.get 0))))"
    " (tag $e (param i64))"
    " (func $d (export \"d\") (param i32)"
    "  (block $all (drop (block $one (result i64)"
    "   (try_table (catch $e $one) (catch_all $all) (drop (call $b (local.get 0))))"
    "   (throw $e (i64.const 3))))))"
    " (func $b (param i32) (result i32) (drop (call $f (local.get 0) (i64.const 5)))"
    "  (call_indirect (param i32) (result i32) (local.get 0) (i32.const 1))))";

static const char clif[] =
    "function %first(i64, i8 uext) -> i64 system_v {\n"
    "    sig0 = (i64, i8 uext) -> i64 system_v\n"
    "    fn0 = %outside sig0\n"
    "    fn1 = %second(i64) -> i64 system_v\n"
    "    gv0 = symbol %data+16\n"
    "block0(v0: i64, v1: i8):\n"
    "    v2 = symbol_value.i64 gv0\n"
    "    try_call fn0(v0, v1), sig0, block1(ret0), [ tag7: block2(exn0), default: block3 ]\n"
    "block1(v3: i64):\n"
    "    v5 = call fn1(v2)\n"
    "    v6 = call_indirect sig0, v0(v5, v1)\n"
    "    return v6\n"
    "block2(v4: i64):\n"
    "    trap user9\n"
    "block3:\n"
    "    return v2\n"
    "}\n"
    "function %second(i64) -> i64 system_v {\n"
    "    fn0 = %third(i128, f64) -> i128 tail\n"
    "    fn1 = %second(i64) -> i64 system_v\n"
    "block0(v0: i64):\n"
    "    v1 = iconcat v0, v0\n"
    "    v2 = f64const 0x1.0\n"
    "    v3 = call fn0(v1, v2)\n"
    "    v4 = func_addr.i64 fn1\n"
    "    v5 = ireduce.i64 v3\n"
    "    v6 = load.i64 user3 v5\n"
    "    v7 = iadd v6, v4\n"
    "    return v7\n"
    "}\n"
    "function %third(i128, f64) -> i128 tail {\n"
    "    fn0 = %third(i128, f64) -> i128 tail\n"
    "block0(v0: i128, v1: f64):\n"
    "    return_call fn0(v0, v1)\n"
    "}\n";

typedef struct part {
  char name[24];
  uint8_t *bytes;
  size_t length;
} part_t;

typedef struct file {
  part_t parts[MOST_PARTS];
  size_t count;
} file_t;

static pulley_engine_t *engine;
static file_t originals[2];

static uint64_t read_number(const uint8_t *bytes, unsigned size) {
  uint64_t value = 0;
  for (unsigned i = size; i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

static void write_number(uint8_t *bytes, uint64_t value, unsigned size) {
  for (unsigned i = 0; i < size; i++) bytes[i] = (uint8_t)(value >> (8 * i));
}

/* The sections of a file that the library made, except those for symbols and names. */
static void split(const uint8_t *bytes, file_t *file) {
  const uint8_t *table = bytes + read_number(bytes + 40, 8);
  size_t count = read_number(bytes + 60, 2);
  const uint8_t *names = bytes + read_number(table + ENTRY * read_number(bytes + 62, 2) + 24, 8);
  for (size_t i = 1; i < count; i++) {
    const uint8_t *entry = table + ENTRY * i;
    const char *name = (const char *)names + read_number(entry, 4);
    if (strcmp(name, ".text") && strncmp(name, ".pulley", 7)) continue;
    part_t *part = &file->parts[file->count++];
    strncpy(part->name, name, sizeof part->name - 1);
    part->length = read_number(entry + 32, 8);
    part->bytes = malloc(part->length ? part->length : 1);
    memcpy(part->bytes, bytes + read_number(entry + 24, 8), part->length);
  }
}

static void make_original(const char *text, file_t *file) {
  pulley_error_t *error;
  pulley_module_t *module = NULL;
  uint8_t *bytes = NULL;
  size_t length;
  pulley_status_t status = pulley_compile(engine, text, strlen(text), &module, &error);
  if (!status) status = pulley_module_save(module, &bytes, &length, &error);
  FUZZ_CHECK(!status, "the artifact to begin with: %s", pulley_error_description(error));
  split(bytes, file);
  pulley_free(bytes);
  pulley_module_delete(module);
}

static void prepare(void) {
  pulley_options_t *options = pulley_options_new();
  pulley_options_set_clif(options, true, NULL);
  pulley_options_set_threads(options, 1, NULL);
  engine = pulley_engine_new(options);
  pulley_options_delete(options);
  make_original(wat, &originals[0]);
  make_original(clif, &originals[1]);
}

/* Counts, offsets and sizes that are too large or too small. */
static uint64_t some_number(fuzz_choices_t *choices, size_t length, size_t place) {
  const uint64_t numbers[] = {0, 1, 2, 7, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000,
                              0xffffffff, 0xfffffffe, 1ull << 32, 1ull << 62, 1ull << 63, UINT64_MAX,
                              UINT64_MAX - 7, length, length - 1, place};
  uint64_t choice = fuzz_choose(choices, 1);
  size_t count = sizeof numbers / sizeof *numbers;
  return choice < 128 ? numbers[choice % count] : fuzz_choose(choices, (unsigned)(choice % 4) + 1);
}

static void overwrite(fuzz_choices_t *choices, uint8_t *bytes, size_t length) {
  if (!length) return;
  size_t place = fuzz_choose(choices, 2) % length;
  unsigned size = 1u << fuzz_choose(choices, 1) % 4;
  if (size > 1 && fuzz_choose(choices, 1) % 2) place &= ~(size_t)3;
  if (size > length - place) size = (unsigned)(length - place);
  write_number(bytes + place, some_number(choices, length, place), size);
}

static void change_content(fuzz_choices_t *choices, part_t *part) {
  size_t length = part->length;
  size_t place = length ? fuzz_choose(choices, 2) % length : 0;
  size_t amount = 1 + fuzz_choose(choices, 1) % 16;
  switch (fuzz_choose(choices, 1) % 6) {
  case 0:
    if (amount > length - place) amount = length - place;
    memmove(part->bytes + place, part->bytes + place + amount, length - place - amount);
    part->length -= amount;
    break;
  case 1: {
    /* Duplicate bytes or whole entries. */
    place &= ~(size_t)7;
    amount *= 8;
    if (amount > length - place) amount = length - place;
    uint8_t *larger = realloc(part->bytes, length + amount + 1);
    memmove(larger + place + amount, larger + place, length - place);
    part->bytes = larger;
    part->length += amount;
    break;
  }
  case 2: part->length -= amount > length ? length : amount; break;
  default: overwrite(choices, part->bytes, length);
  }
}

static uint64_t mix(uint64_t lane, uint64_t word) {
  return ((lane << 29 | lane >> 35) ^ word) * 0x9e3779b185ebca87;
}

/* As Checksum in Sources/Pulley/Bytes. */
static uint64_t add_to_sum(uint64_t sum, const void *bytes, size_t length) {
  uint64_t lanes[4] = {sum, sum + 1, sum + 2, sum + 3};
  for (size_t i = 0; i < length; i += 8) {
    unsigned size = length - i < 8 ? (unsigned)(length - i) : 8;
    lanes[i / 8 % 4] = mix(lanes[i / 8 % 4], read_number((const uint8_t *)bytes + i, size));
  }
  for (size_t i = 0; i < 4; i++) sum = mix(sum, lanes[i]);
  return mix(sum, length);
}

/* The parts that the checksum covers, in order. */
static uint64_t checksum(const file_t *file) {
  static const char *const order[] = {".pulley.info", ".text", ".pulley.functions", ".pulley.calls",
                                      ".pulley.traps", ".pulley.source", ".pulley.handlers", ".pulley.module",
                                      ".pulley.clif"};
  uint64_t sum = 0xcbf29ce484222325;
  for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
    for (size_t j = 0; j < file->count; j++) {
      const part_t *part = &file->parts[j];
      if (strcmp(part->name, order[i])) continue;
      if (i == 0) {
        sum = add_to_sum(sum, part->bytes, part->length < 8 ? 0 : part->length - 8);
        continue;
      }
      sum = add_to_sum(sum, part->name, strlen(part->name));
      sum = add_to_sum(sum, part->bytes, part->length);
    }
  }
  return sum;
}

/* Assembles the file from its parts and returns its length. */
static size_t join(file_t *file, uint8_t *bytes) {
  for (size_t i = 0; i < file->count; i++) {
    part_t *part = &file->parts[i];
    if (strcmp(part->name, ".pulley.info") || part->length < 8) continue;
    write_number(part->bytes + part->length - 8, checksum(file), 8);
  }
  memset(bytes, 0, HEADER);
  memcpy(bytes, "\177ELF\2\1\1", 7);
  size_t length = HEADER;
  size_t places[MOST_PARTS];
  for (size_t i = 0; i < file->count; i++) {
    places[i] = length;
    memcpy(bytes + length, file->parts[i].bytes, file->parts[i].length);
    length += file->parts[i].length;
  }
  size_t names = length;
  bytes[length++] = 0;
  size_t name_places[MOST_PARTS];
  for (size_t i = 0; i < file->count; i++) {
    name_places[i] = length - names;
    size_t size = strlen(file->parts[i].name) + 1;
    memcpy(bytes + length, file->parts[i].name, size);
    length += size;
  }
  size_t names_end = length;
  length = (length + 7) & ~(size_t)7;
  memset(bytes + names_end, 0, length - names_end + ENTRY * (file->count + 2));
  write_number(bytes + 16, 1, 2);
  write_number(bytes + 40, length, 8);
  write_number(bytes + 52, HEADER, 2);
  write_number(bytes + 58, ENTRY, 2);
  write_number(bytes + 60, file->count + 2, 2);
  write_number(bytes + 62, file->count + 1, 2);
  uint8_t *entry = bytes + length + ENTRY;
  for (size_t i = 0; i <= file->count; i++, entry += ENTRY) {
    bool is_last = i == file->count;
    write_number(entry, is_last ? 0 : name_places[i], 4);
    write_number(entry + 4, is_last ? 3 : 1, 4);
    write_number(entry + 24, is_last ? names : places[i], 8);
    write_number(entry + 32, is_last ? names_end - names : file->parts[i].length, 8);
  }
  return length + ENTRY * (file->count + 2);
}

/* Whether a binary module has a section with this number; true for other inputs. */
static bool has_section(const part_t *module, uint8_t wanted) {
  const uint8_t *next = module->bytes + 8, *end = module->bytes + module->length;
  if (module->length < 8) return true;
  while (next < end) {
    if (*next++ == wanted) return true;
    uint64_t size = 0;
    unsigned shift = 0;
    while (next < end && shift < 35) {
      size |= (uint64_t)(*next & 0x7f) << shift;
      shift += 7;
      if (!(*next++ & 0x80)) break;
    }
    if (size > (uint64_t)(end - next)) return true;
    next += size;
  }
  return false;
}

static double nothing(void) { return 0; }

static void *resolve(void *userdata, const char *name) {
  (void)userdata;
  (void)name;
  return (void *)(uintptr_t)nothing;
}

static void instantiate(pulley_module_t *module) {
  pulley_linker_t *linker = pulley_linker_new(engine);
  pulley_instance_t *instance = NULL;
  pulley_error_t *error;
  pulley_register(linker, "env", "f", "f64(i32, i64)", (pulley_host_t)(void (*)(void))nothing, NULL,
                  NULL, NULL);
  pulley_linker_set_resolver(linker, resolve, NULL, NULL);
  pulley_status_t status = pulley_instantiate(linker, module, &instance, &error);
  fuzz_outcome(status, error, SIZE_MAX);
  pulley_instance_delete(instance);
  pulley_linker_delete(linker);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!engine) prepare();
  fuzz_choices_t choices = {data, data + size};
  uint64_t first = fuzz_choose(&choices, 1);
  const file_t *original = &originals[first % 2];
  file_t file = *original;
  size_t total = 0;
  for (size_t i = 0; i < file.count; i++) {
    file.parts[i].bytes = malloc(original->parts[i].length + 1);
    memcpy(file.parts[i].bytes, original->parts[i].bytes, original->parts[i].length);
  }
  bool changes_file = first & 2;
  for (unsigned i = 0; i < 1 + first / 4 % 8 && choices.next < choices.end; i++) {
    change_content(&choices, &file.parts[fuzz_choose(&choices, 1) % file.count]);
  }
  const part_t *skeleton = NULL;
  for (size_t i = 0; i < file.count; i++) {
    total += file.parts[i].length;
    if (!strcmp(file.parts[i].name, ".pulley.module")) skeleton = &file.parts[i];
  }
  uint8_t *bytes = malloc(total + 4096);
  size_t length = join(&file, bytes);
  /* The header and the section table are not covered. */
  while (changes_file && choices.next < choices.end) {
    bool is_header = fuzz_choose(&choices, 1) % 2;
    size_t table = length - ENTRY * (file.count + 2);
    overwrite(&choices, is_header ? bytes + 16 : bytes + table, is_header ? HEADER - 16 : length - table);
  }
  double start = fuzz_clock();
  pulley_error_t *error;
  pulley_module_t *module = NULL;
  pulley_status_t status = pulley_load(engine, bytes, length, &module, &error);
  fuzz_check_time(start, length);
  FUZZ_CHECK((status == PULLEY_OK) == (module != NULL), "status %d, a module: %d", status, module != NULL);
  fuzz_outcome(status, error, length);
  if (!status) {
    fuzz_inspect(engine, module);
    /* Instantiating would run a start function. */
    if (!skeleton || (!changes_file && !has_section(skeleton, 8))) instantiate(module);
  }
  pulley_module_delete(module);
  free(bytes);
  for (size_t i = 0; i < file.count; i++) free(file.parts[i].bytes);
  return 0;
}
