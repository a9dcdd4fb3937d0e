// Clocks, waiting and randomness. Standard input is a pipe that holds "input" and is closed; for
// `clocks idle` an open pipe with nothing in it, into which the test writes "late" as soon as the
// program says that it waits. Descriptor 3 is a directory.
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <wasi/api.h>

#include "check.h"

#define MILLISECOND 1000000ull

static __wasi_event_t events[300];
static size_t happened;

static __wasi_timestamp_t now(int clock) {
  __wasi_timestamp_t time = 0;
  return __wasi_clock_time_get(clock, 0, &time) ? 0 : time;
}

static __wasi_subscription_t clock_subscription(uint64_t data, int clock, uint64_t time,
                                                int flags) {
  return (__wasi_subscription_t){
      .userdata = data,
      .u = {.tag = __WASI_EVENTTYPE_CLOCK,
            .u = {.clock = {.id = clock, .timeout = time, .precision = 1, .flags = flags}}}};
}

static __wasi_subscription_t descriptor_subscription(uint64_t data, int fd, int type) {
  return (__wasi_subscription_t){.userdata = data,
                                 .u = {.tag = type, .u = {.fd_read = {.file_descriptor = fd}}}};
}

static int poll(const __wasi_subscription_t *subscriptions, size_t count) {
  happened = 0;
  memset(events, 0xff, sizeof events);
  return __wasi_poll_oneoff(subscriptions, events, count, &happened);
}

static const __wasi_event_t *event_of(uint64_t data) {
  for (size_t i = 0; i < happened; i++)
    if (events[i].userdata == data) return &events[i];
  return NULL;
}

static void clocks(void) {
  struct timespec time;
  succeeds("clock_gettime", clock_gettime(CLOCK_REALTIME, &time));
  holds("realtime: of this century", time.tv_sec > 1577836800 && time.tv_sec < 7258118400);
  holds("realtime: nanoseconds", time.tv_nsec >= 0 && time.tv_nsec < 1000000000);
  __wasi_timestamp_t resolution = 0, last = now(__WASI_CLOCKID_MONOTONIC), next = last;
  for (int clock = 0; clock < 2; clock++) {
    error_is("clock_res_get", __wasi_clock_res_get(clock, &resolution), 0);
    holds("a resolution below 20 ms", resolution > 0 && resolution < 20 * MILLISECOND);
  }
  for (int clock = 2; clock < 4; clock++)
    ERROR_AMONG("the clock of the process or thread", __wasi_clock_time_get(clock, 0, &resolution),
                0, EINVAL, EBADF, ENOTSUP);
  bool backwards = false;
  for (int i = 0; i < 100000; i++) {
    next = now(__WASI_CLOCKID_MONOTONIC);
    backwards |= next < last;
    last = next;
  }
  holds("monotonic: never backwards", !backwards);
  holds("monotonic: goes on", next > 0 && next != now(__WASI_CLOCKID_MONOTONIC));
}

// Runs `poll` on one clock and says whether it waited `least` to `most` milliseconds.
static void waits(const char *name, __wasi_subscription_t subscription, uint64_t least,
                  uint64_t most) {
  uint64_t start = now(__WASI_CLOCKID_MONOTONIC);
  error_is(name, poll(&subscription, 1), 0);
  uint64_t waited = now(__WASI_CLOCKID_MONOTONIC) - start;
  char text[200];
  snprintf(text, sizeof text, "%s: one event, of this clock", name);
  holds(text, happened == 1 && events[0].userdata == subscription.userdata &&
                  events[0].type == __WASI_EVENTTYPE_CLOCK && events[0].error == 0);
  snprintf(text, sizeof text, "%s: %llu to %llu ms", name, least, most);
  char expected[40], got[40];
  snprintf(expected, sizeof expected, "%llu to %llu ms", least, most);
  snprintf(got, sizeof got, "%llu us", waited / 1000);
  check(text, waited >= least * MILLISECOND && waited < most * MILLISECOND, expected, got);
}

static void waiting(void) {
  enum { REAL = __WASI_CLOCKID_REALTIME, MONOTONIC = __WASI_CLOCKID_MONOTONIC };
  int absolute = __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME;
  uint64_t start = now(MONOTONIC);
  succeeds("usleep", usleep(20000));
  holds("usleep: 20 ms or more", now(MONOTONIC) - start >= 20 * MILLISECOND);
  waits("relative", clock_subscription(7, MONOTONIC, 20 * MILLISECOND, 0), 20, 2000);
  waits("relative, realtime", clock_subscription(8, REAL, 20 * MILLISECOND, 0), 19, 2000);
  waits("absolute",
        clock_subscription(~0ull, MONOTONIC, now(MONOTONIC) + 30 * MILLISECOND, absolute), 28,
        2000);
  waits("absolute, realtime", clock_subscription(9, REAL, now(REAL) + 30 * MILLISECOND, absolute),
        28, 2000);
  waits("no time", clock_subscription(1, MONOTONIC, 0, 0), 0, 1000);
  waits("a time past", clock_subscription(2, MONOTONIC, now(MONOTONIC) - 1, absolute), 0, 1000);
  waits("a time long past", clock_subscription(3, REAL, 1, absolute), 0, 1000);

  start = now(MONOTONIC);
  __wasi_subscription_t two[] = {clock_subscription(1, MONOTONIC, 3600000 * MILLISECOND, 0),
                                 clock_subscription(2, MONOTONIC, 20 * MILLISECOND, 0)};
  error_is("two clocks", poll(two, 2), 0);
  holds("two clocks: the earlier one", happened == 1 && event_of(2) && event_of(2)->error == 0);
  holds("two clocks: its time", now(MONOTONIC) - start < 2000 * MILLISECOND);
  two[0] = clock_subscription(1, MONOTONIC, ~0ull, 0);
  error_is("the longest time and a short one", poll(two, 2), 0);
  holds("the short one came", happened == 1 && event_of(2));
  two[0] = clock_subscription(1, MONOTONIC, ~0ull, absolute);
  error_is("the last time and a short one", poll(two, 2), 0);
  holds("the short one came again", happened == 1 && event_of(2));
  two[0] = clock_subscription(1, REAL, 20 * MILLISECOND, 0);
  error_is("two different clocks", poll(two, 2), 0);
  holds("one or both came", happened >= 1 && happened <= 2);
  two[0] = two[1] = clock_subscription(5, MONOTONIC, 0, 0);
  error_is("two due at once", poll(two, 2), 0);
  equal("two due at once: both", happened, 2);
}

static void descriptors(void) {
  enum { READ = __WASI_EVENTTYPE_FD_READ, WRITE = __WASI_EVENTTYPE_FD_WRITE };
  __wasi_subscription_t one = descriptor_subscription(1, 0, READ);
  error_is("poll on standard input", poll(&one, 1), 0);
  holds("standard input is ready",
        happened == 1 && events[0].userdata == 1 && events[0].error == 0 && events[0].type == READ);
  one = descriptor_subscription(2, 1, WRITE);
  error_is("poll on standard output", poll(&one, 1), 0);
  holds("standard output is ready", happened == 1 && events[0].userdata == 2 &&
                                        events[0].error == 0 && events[0].type == WRITE);
  __wasi_subscription_t three[] = {descriptor_subscription(1, 0, READ),
                                   descriptor_subscription(2, 1, WRITE),
                                   clock_subscription(3, 1, 3600000 * MILLISECOND, 0)};
  error_is("poll on both and a clock", poll(three, 3), 0);
  holds("ready without the clock", happened >= 1 && happened <= 2 && !event_of(3));
  three[0] = descriptor_subscription(1, 99, READ);
  int error = poll(three, 3);
  const __wasi_event_t *event = event_of(1);
  ERROR_AMONG("poll on no descriptor", error ? error : event ? event->error : 0, EBADF);
  char buffer[100];
  same_bytes("what was waiting", buffer, read(0, buffer, sizeof buffer), "input");
  one = descriptor_subscription(1, 0, READ);
  error_is("poll on standard input at its end", poll(&one, 1), 0);
  holds("the end is ready", happened == 1 && events[0].userdata == 1);
  equal("the end", read(0, buffer, sizeof buffer), 0);

  int fd;
  __wasi_fd_t made;
  error_is("a file",
           __wasi_path_open(3, 0, "polled", __WASI_OFLAGS_CREAT,
                            __WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_WRITE, 0, 0, &made),
           0);
  fd = made;
  succeeds("its content", write(fd, "12345", 5));
  lseek(fd, 2, SEEK_SET);
  __wasi_subscription_t file[] = {descriptor_subscription(1, fd, READ),
                                  descriptor_subscription(2, fd, WRITE)};
  error_is("poll on a file", poll(file, 2), 0);
  better("a file is always ready, for both", happened == 2 && event_of(1) && event_of(2),
         happened == 1);
  better("bytes left in the file", event_of(1) && event_of(1)->fd_readwrite.nbytes == 3, true);

  __wasi_subscription_t many[300];
  for (int i = 0; i < 300; i++) many[i] = clock_subscription(i, 1, (i + 1) * 3600000000000ull, 0);
  many[299] = clock_subscription(299, 1, 1000, 0);
  error_is("300 subscriptions", poll(many, 300), 0);
  holds("300 subscriptions: the one due", happened == 1 && events[0].userdata == 299);
}

static void idle(void) {
  __wasi_subscription_t both[] = {descriptor_subscription(1, 0, __WASI_EVENTTYPE_FD_READ),
                                  clock_subscription(2, 1, 50 * MILLISECOND, 0)};
  uint64_t start = now(1);
  error_is("nothing to read and a clock", poll(both, 2), 0);
  holds("the clock alone came", happened == 1 && event_of(2) && now(1) - start >= 50 * MILLISECOND);
  puts("waiting");
  fflush(stdout);
  both[1] = clock_subscription(2, 1, 60000 * MILLISECOND, 0);
  error_is("something to read later", poll(both, 2), 0);
  holds("it came before the clock", happened == 1 && event_of(1));
  char buffer[10];
  same_bytes("what came", buffer, read(0, buffer, sizeof buffer), "late");
}

static void randomness(void) {
  static unsigned char bytes[100002];
  static const size_t lengths[] = {0, 1, 255, 256, 257, 65536, 100000};
  for (int i = 0; i < 7; i++) {
    memset(bytes, 0, sizeof bytes);
    char name[40];
    snprintf(name, sizeof name, "random_get: %zu bytes", lengths[i]);
    error_is(name, __wasi_random_get(bytes + 1, lengths[i]), 0);
    unsigned seen[256] = {0}, kinds = 0;
    for (size_t j = 1; j <= lengths[i]; j++) kinds += !seen[bytes[j]]++;
    snprintf(name, sizeof name, "random_get: %zu bytes differ", lengths[i]);
    holds(name, lengths[i] < 255 || kinds > 100);
    snprintf(name, sizeof name, "random_get: %zu bytes, no more", lengths[i]);
    holds(name, bytes[0] == 0 && bytes[lengths[i] + 1] == 0);
    if (lengths[i] > 65535)
      holds("to the last one", memcmp(bytes + lengths[i] - 15, bytes + 1, 16));
  }
  succeeds("getentropy: 256 bytes", getentropy(bytes, 256));
  unsigned char first[16];
  memcpy(first, bytes, 16);
  succeeds("getentropy: again", getentropy(bytes, 256));
  holds("getentropy: other bytes", memcmp(first, bytes, 16));
  fails("getentropy: 257 bytes", getentropy(bytes, 257), EIO);
  uint32_t all = 0, any = ~0u;
  for (int i = 0; i < 64; i++) {
    uint32_t word;
    getentropy(&word, 4);
    all |= word;
    any &= word;
  }
  holds("each bit is sometimes 0 and sometimes 1", all == ~0u && any == 0);
}

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "idle")) {
    idle();
    return finish();
  }
  clocks();
  waiting();
  descriptors();
  randomness();
  return finish();
}
