/* Sequences of WASI calls with valid arguments, arguments at the edges of memory, and random arguments, in memories of
 * different address widths, sizes and page sizes. A guest must not leave its directories, change lent descriptors, keep
 * descriptors, block or end the process. */
#define _GNU_SOURCE
#include "wasi.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const memories[] = {"2", "i64 65540", "i64 2", "70000 (pagesize 1)"};
enum { memory_kinds = sizeof memories / sizeof *memories, calls_per_input = 400 };

/* The address of the arguments: in the memory's first 64 KiB or around 4 GiB. */
enum { space = 1024, scanned = 1 << 16 };

typedef struct guest {
  fuzz_choices_t choices;
  pulley_instance_t *instance;
  uint8_t *memory;
  uint64_t size;
  /* The next free byte for arguments. */
  uint64_t next;
} guest_t;

static uint64_t choose(guest_t *guest, unsigned bytes) { return fuzz_choose(&guest->choices, bytes); }

static const uint64_t edges[] = {0, 8, 4096, 65536, 131072, 1u << 31, (1ull << 32) - 8, 1ull << 32};

/* Any address, usually near an edge. */
static uint32_t wild(guest_t *guest) {
  uint64_t choice = choose(guest, 1);
  if (choice % 8 == 0) return (uint32_t)choose(guest, 4);
  uint64_t edge = choice % 8 == 1 ? guest->size : edges[choice / 8 % 8];
  return (uint32_t)(edge + choose(guest, 1) % 64 - 32);
}

/* An address for `size` bytes of arguments. In memories above 4 GiB, a quarter of them cross or touch 4 GiB. */
static uint32_t place(guest_t *guest, size_t size) {
  uint64_t at = guest->next;
  if (guest->size > (1ull << 32) + scanned && choose(guest, 1) % 4 == 0) {
    return (uint32_t)((1ull << 32) - choose(guest, 1) % (size + 1));
  }
  if (at + size > scanned - 1024) at = space;
  guest->next = at + size + choose(guest, 1) % 3;
  return (uint32_t)at;
}

static void store(guest_t *guest, uint32_t address, const void *bytes, size_t size) {
  if (address + (uint64_t)size <= guest->size) memcpy(guest->memory + address, bytes, size);
}

static size_t make_path(guest_t *guest, char *path, size_t size) {
  static const char *const steps[] = {
      "file", "dir",  "dir/deep", "dir/inner", "..",   ".",    "",   "to-file", "to-dir", "out",
      "leak", "abs",  "loop",     "up",        "up2",  "new",  "x",  "victim",  "secret", "outside",
      "root", "fixed", "link",    "dangling",  "\xff", "\xe9", "/",  "inner"};
  size_t length = 0;
  for (uint64_t count = choose(guest, 1) % 5; count < 5; count++) {
    const char *step = steps[choose(guest, 1) % (sizeof steps / sizeof *steps)];
    if (length + strlen(step) + 2 > size) break;
    memcpy(path + length, step, strlen(step));
    length += strlen(step);
    if (count < 4 || choose(guest, 1) % 8 == 0) path[length++] = '/';
  }
  if (choose(guest, 1) % 64 == 0) {
    /* A long name. */
    size_t repeat = choose(guest, 2) % size;
    for (length = 0; length < repeat; length++) path[length] = "./x"[length % 2];
  }
  return length;
}

/* Appends the values of one parameter. */
static size_t add(guest_t *guest, char kind, const char *name, pulley_value_t *values) {
  bool is_wild = choose(guest, 1) % 16 == 0;
  char path[4200];
  size_t length;
  switch (kind) {
  case 'f': {
    uint64_t choice = choose(guest, 1);
    /* 3 and 4 are the directories, 5 the socket. */
    int32_t number = choice % 4 == 0 ? 3 : choice % 4 == 1 ? 3 + (int32_t)(choice / 4 % 12)
                     : choice % 32 == 2 ? (int32_t)wild(guest) : (int32_t)(choice / 4 % 40);
    values[0] = pulley_i32(number);
    return 1;
  }
  case 'p':
    length = make_path(guest, path, sizeof path);
    values[0] = pulley_i32((int32_t)place(guest, length));
    values[1] = pulley_i32((int32_t)length);
    store(guest, (uint32_t)values[0].of.i32, path, length);
    if (is_wild) values[choose(guest, 1) % 2] = pulley_i32((int32_t)wild(guest));
    return 2;
  case 'b':
    length = choose(guest, 1) * (choose(guest, 1) % 4);
    values[0] = pulley_i32((int32_t)place(guest, length));
    values[1] = pulley_i32((int32_t)length);
    if (is_wild) values[0] = pulley_i32((int32_t)wild(guest));
    /* Random bytes are slow: gigabytes of them take minutes. */
    if (is_wild && strcmp(name, "random_get")) values[1] = pulley_i32((int32_t)wild(guest));
    return 2;
  case 'v': {
    uint32_t list[16];
    uint32_t count = (uint32_t)(choose(guest, 1) % 8);
    for (uint32_t i = 0; i < count; i++) {
      list[2 * i + 1] = (uint32_t)(choose(guest, 1) % 200);
      list[2 * i] = place(guest, list[2 * i + 1]);
      if (choose(guest, 1) % 32 == 0) list[2 * i + choose(guest, 1) % 2] = wild(guest);
    }
    values[0] = pulley_i32((int32_t)place(guest, count * 8));
    values[1] = pulley_i32((int32_t)count);
    store(guest, (uint32_t)values[0].of.i32, list, count * 8);
    if (is_wild) values[choose(guest, 1) % 2] = pulley_i32((int32_t)wild(guest));
    return 2;
  }
  case 's': {
    uint32_t count = (uint32_t)(choose(guest, 1) % 5);
    uint32_t at = place(guest, count * 48), events = place(guest, count * 32);
    for (uint32_t i = 0; i < count; i++) {
      uint8_t item[48] = {0};
      uint64_t moment = choose(guest, 2) * 50000;
      item[0] = (uint8_t)i;
      item[8] = (uint8_t)(choose(guest, 1) % 16 == 0 ? choose(guest, 1) : choose(guest, 1) % 3);
      item[16] = (uint8_t)(choose(guest, 1) % 12);
      memcpy(item + 24, &moment, 8);
      /* Waiting for a constant clock ends at once, so that no guest waits forever. */
      if (i == 0) item[8] = item[16] = 0;
      store(guest, at + i * 48, item, sizeof item);
    }
    values[0] = pulley_i32((int32_t)at);
    values[1] = pulley_i32((int32_t)events);
    values[2] = pulley_i32((int32_t)count);
    values[3] = pulley_i32((int32_t)place(guest, 4));
    if (is_wild) values[1 + choose(guest, 1) % 3] = pulley_i32((int32_t)wild(guest));
    if (is_wild && choose(guest, 1) % 4 == 0) values[0] = pulley_i32((int32_t)guest->size - 40);
    return 4;
  }
  case 'r':
    values[0] = pulley_i32((int32_t)(is_wild ? wild(guest) : place(guest, 64)));
    return 1;
  case 'q': {
    /* Rights and sizes, without sizes that a disk may have. */
    uint64_t choice = choose(guest, 1);
    uint64_t bits = choice % 4 == 0   ? choose(guest, 2)
                    : choice % 4 == 1 ? ~0ull
                    : choice % 4 == 2 ? (1ull << 30) - 1
                                      : choose(guest, 8) | (choice % 8 == 7 ? 1ull << 62 : 0);
    values[0] = pulley_i64((int64_t)bits);
    return 1;
  }
  default:
    values[0] = pulley_i32((int32_t)(is_wild ? choose(guest, 4) : choose(guest, 1) % 9));
    return 1;
  }
}

/* Whether the guest can continue. */
static bool call(guest_t *guest) {
  const wasi_function_t *function = &wasi_functions[choose(guest, 1) % wasi_function_count];
  /* Exits are rare, so that most sequences are longer. */
  if (!strncmp(function->name, "proc_", 5) && choose(guest, 1) % 8) return true;
  pulley_value_t values[16], result;
  size_t count = 0;
  for (const char *kind = function->parameters; *kind; kind++) {
    count += add(guest, *kind, function->name, values + count);
  }
  bool has_result = strcmp(function->name, "proc_exit") != 0;
  double start = fuzz_clock();
  pulley_error_t *error = NULL;
  pulley_status_t status = pulley_run(guest->instance, function->name, values, count, &result,
                                      has_result ? 1 : 0, &error);
  double seconds = fuzz_clock() - start;
  FUZZ_CHECK(seconds < 5, "%s took %.1f seconds", function->name, seconds);
  bool ends = status == PULLEY_ERROR_TRAP && !strncmp(function->name, "proc_", 5);
  FUZZ_CHECK(status == PULLEY_OK || ends, "%s: %s", function->name, pulley_error_description(error));
  if (status == PULLEY_OK && has_result) {
    FUZZ_CHECK(result.of.i32 >= 0 && result.of.i32 <= 76, "%s gives %d", function->name,
               result.of.i32);
    fuzz_feature((uint32_t)(function - wasi_functions) * 128 + (uint32_t)result.of.i32);
  }
  pulley_error_delete(error);
  return !ends;
}

static void ignore(void *userdata, const void *bytes, size_t length) {
  (void)userdata, (void)bytes, (void)length;
}

static void must(pulley_status_t status, pulley_error_t **error) {
  FUZZ_CHECK(status == PULLEY_OK, "%s", pulley_error_description(*error));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static places_t places;
  static pulley_engine_t *engine;
  static pulley_module_t *modules[memory_kinds];
  static int input, null;
  guest_t guest = {.choices = {data, data + size}, .next = space};
  pulley_error_t *error = NULL;
  if (!engine) {
    places_make(&places);
    char path[80];
    snprintf(path, sizeof path, "%s/fixed/file", places.folder);
    input = open(path, O_RDONLY | O_CLOEXEC);
    null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    pulley_options_t *options = pulley_options_new();
    must(pulley_options_set_memory_limit(options, 8ull << 30, &error), &error);
    engine = pulley_engine_new(options);
    pulley_options_delete(options);
    static char text[1 << 15];
    for (int i = 0; i < memory_kinds; i++) {
      wasi_module(text, sizeof text, memories[i]);
      must(pulley_compile(engine, text, strlen(text), &modules[i], &error), &error);
    }
  }
  places_refill(&places);
  uint64_t kinds = choose(&guest, 1);
  size_t before = places_descriptors();
  pulley_wasi_t *wasi = pulley_wasi_new();
  pulley_linker_t *linker = pulley_linker_new(engine);
  pulley_memory_t *memory = NULL;
  char root[80], fixed[80];
  snprintf(root, sizeof root, "%s/root", places.folder);
  snprintf(fixed, sizeof fixed, "%s/fixed", places.folder);
  const char *texts[] = {"A=b", "LONGER=value", "EMPTY="};
  must(pulley_wasi_add_directory(wasi, root, "/", false, &error), &error);
  must(pulley_wasi_add_directory(wasi, fixed, "/fixed", true, &error), &error);
  must(pulley_wasi_add_listener(wasi, places.listener, &error), &error);
  must(pulley_wasi_set_stream(wasi, 0, input, &error), &error);
  must(pulley_wasi_set_output(wasi, 1, ignore, NULL, &error), &error);
  must(pulley_wasi_set_stream(wasi, 2, null, &error), &error);
  must(pulley_wasi_set_arguments(wasi, texts, 3, &error), &error);
  must(pulley_wasi_set_environment(wasi, texts, 3, &error), &error);
  must(pulley_wasi_set_clock(wasi, 1000000007, &error), &error);
  must(pulley_wasi_define(wasi, linker, &error), &error);
  must(pulley_instantiate(linker, modules[kinds % memory_kinds], &guest.instance, &error), &error);
  must(pulley_instance_memory(guest.instance, NULL, &memory, &error), &error);
  guest.memory = pulley_memory_data(memory);
  guest.size = pulley_memory_size(memory);
  for (int i = 0; i < calls_per_input && guest.choices.next < guest.choices.end; i++) {
    if (!call(&guest)) break;
  }
  places_check(&places);
  places_check_secret(&places, guest.memory, scanned);
  if (guest.size > (1ull << 32) + scanned) {
    places_check_secret(&places, guest.memory + (1ull << 32) - scanned, 2 * scanned);
  }
  pulley_memory_delete(memory);
  pulley_instance_delete(guest.instance);
  pulley_linker_delete(linker);
  pulley_wasi_delete(wasi);
  FUZZ_CHECK(places_descriptors() == before, "%zu descriptors became %zu", before,
             places_descriptors());
  FUZZ_CHECK(lseek(input, 0, SEEK_SET) == 0, "the host's input was closed");
  return 0;
}
