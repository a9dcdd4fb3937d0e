/* Interrupts guests at every kind of place, and prints how long each takes to end.
 *
 *   interruption FOLDER
 *
 * creates FIFOs in the folder. Each line of the output has a place, the latency in microseconds, and "ok" or an
 * error: the guest ended for another reason, the error has no frame of the guest, or the guest cannot be called
 * again. If a guest does not end within two minutes, the process ends with exit code 3. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <pulley.h>
#include <signal.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void pause_for(double seconds) {
  struct timespec time = {(time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9)};
  nanosleep(&time, NULL);
}

static void fail(const char *what, const char *why) {
  printf("FAILED\t%s\t%s\n", what, why);
  exit(2);
}

#define MUST(status, what) \
  do { \
    if (status) fail(what, pulley_error_description(error)); \
  } while (0)

/* ---- A place --------------------------------------------------------------------------------- */

enum { IN_LOOPS = 1, BY_LINKER = 2, BY_LIMIT = 4, SEEDED = 8, BY_SIGNAL = 16, BIG = 32, TWICE = 64, EAGER = 128 };

typedef struct place {
  const char *name;
  const char *text;
  int flags;
  /* The program's standard input and output, and a listening socket; -1 for none. */
  int input, output, listener;
} place_t;

typedef struct run {
  const place_t *place;
  pulley_engine_t *engine;
  pulley_linker_t *linker;
  pulley_module_t *module;
  pulley_instance_t *instance, *other;
  pulley_wasi_t *wasi;
  pulley_error_t *error;
  pulley_status_t status;
  double end;
} run_t;

static const char *folder;

static const double limit = 0.2;

/* A host function that calls the guest's function "inner". */
static void call_inner(pulley_instance_t *instance) {
  pulley_error_t *error = NULL;
  pulley_run(instance, "inner", NULL, 0, NULL, 0, &error);
  pulley_error_delete(error);
}

/* A host function that calls "inner" of another instance. */
static void call_other(void *userdata) {
  run_t *run = userdata;
  pulley_error_t *error = NULL;
  pulley_run(run->other, "inner", NULL, 0, NULL, 0, &error);
  pulley_error_delete(error);
}

static void prepare(run_t *run, const place_t *place) {
  pulley_error_t *error = NULL;
  memset(run, 0, sizeof *run);
  run->place = place;
  pulley_options_t *options = pulley_options_new();
  pulley_options_set_interruptible(options, place->flags & IN_LOOPS, NULL);
  pulley_options_set_eager(options, place->flags & EAGER, NULL);
  if (strncmp(place->text, "function", 8) == 0) pulley_options_set_clif(options, true, NULL);
  // Makes the largest functions take a second on any processor.
  MUST(pulley_options_set_limit(options, PULLEY_RESOURCE_COMPILATION, PULLEY_NO_LIMIT, PULLEY_NO_LIMIT,
                                &error),
       "compilation");
  if (place->flags & BY_LIMIT)
    MUST(pulley_options_set_time_limit(options, (uint64_t)(limit * 1000), &error), "limit");
  run->engine = pulley_engine_new(options);
  pulley_options_delete(options);
  run->linker = pulley_linker_new(run->engine);
  MUST(pulley_register(run->linker, "env", "call_inner", "void(instance)", (pulley_host_t)call_inner, NULL,
                       NULL, &error),
       "call_inner");
  MUST(pulley_register(run->linker, "env", "call_other", "void(userdata)", (pulley_host_t)call_other, run,
                       NULL, &error),
       "call_other");
  run->wasi = pulley_wasi_new();
  if (place->input >= 0) MUST(pulley_wasi_set_stream(run->wasi, 0, place->input, &error), "input");
  if (place->output >= 0) MUST(pulley_wasi_set_stream(run->wasi, 1, place->output, &error), "output");
  MUST(pulley_wasi_add_directory(run->wasi, folder, "/", false, &error), "directory");
  if (place->listener >= 0)
    MUST(pulley_wasi_add_listener(run->wasi, place->listener, &error), "listener");
  if (place->flags & SEEDED) MUST(pulley_wasi_set_seed(run->wasi, 1, &error), "seed");
  MUST(pulley_wasi_define(run->wasi, run->linker, &error), "wasi");
  MUST(pulley_compile(run->engine, place->text, strlen(place->text), &run->module, &error),
       place->name);
  if (!(place->flags & BY_LINKER)) {
    MUST(pulley_instantiate(run->linker, run->module, &run->instance, &error), place->name);
    MUST(pulley_instantiate(run->linker, run->module, &run->other, &error), place->name);
  }
}

static void *perform(void *argument) {
  run_t *run = argument;
  if (run->place->flags & BY_LINKER)
    run->status = pulley_instantiate(run->linker, run->module, &run->instance, &run->error);
  else
    run->status = pulley_run(run->instance, "run", NULL, 0, NULL, 0, &run->error);
  run->end = now();
  return NULL;
}

static pulley_instance_t *interrupted;
static void on_signal(int number) {
  (void)number;
  pulley_interrupt(interrupted);
}

static void clean_up(run_t *run) {
  pulley_error_delete(run->error);
  pulley_instance_delete(run->instance);
  pulley_instance_delete(run->other);
  pulley_module_delete(run->module);
  pulley_linker_delete(run->linker);
  pulley_wasi_delete(run->wasi);
  pulley_engine_delete(run->engine);
}

static void report(const place_t *place, double latency, const char *fault) {
  printf("%s\t%.0f\t%s\n", place->name, latency * 1e6, fault);
  fflush(stdout);
}

static void give_up(int number) {
  (void)number;
  static const char text[] = "FAILED\ta guest that was interrupted did not end\n";
  if (write(1, text, sizeof text - 1)) _exit(3);
  _exit(3);
}

static void try(const place_t *place) {
  run_t run;
  pthread_t thread, second;
  prepare(&run, place);
  run_t twin = run;
  twin.instance = run.other;
  double start = now();
  alarm(120);
  pthread_create(&thread, NULL, perform, &run);
  if (place->flags & TWICE) pthread_create(&second, NULL, perform, &twin);
  double request = start + limit;
  if (!(place->flags & BY_LIMIT)) {
    pause_for(0.1);
    request = now();
    if (place->flags & BY_LINKER) {
      pulley_linker_interrupt(run.linker);
    } else if (place->flags & BY_SIGNAL) {
      interrupted = run.instance;
      signal(SIGUSR1, on_signal);
      pthread_kill(thread, SIGUSR1);
    } else {
      pulley_interrupt(run.instance);
      if (place->flags & TWICE) pulley_interrupt(twin.instance);
    }
  }
  pthread_join(thread, NULL);
  if (place->flags & TWICE) {
    pthread_join(second, NULL);
    if (twin.end > run.end) run.end = twin.end;
    if (pulley_error_trap_code(twin.error) != PULLEY_TRAP_INTERRUPTED) run.status = PULLEY_OK;
    pulley_error_delete(twin.error);
  }
  double latency = run.end - request;
  const char *fault = "ok";
  char text[500];
  if (run.status != PULLEY_ERROR_TRAP || pulley_error_trap_code(run.error) != PULLEY_TRAP_INTERRUPTED) {
    snprintf(text, sizeof text, "it ended with status %d: %s", run.status, pulley_error_message(run.error));
    fault = text;
  } else if (pulley_error_frame_count(run.error) == 0) {
    fault = "the error has no frames";
  } else if (place->flags & BY_LIMIT && latency < -0.001) {
    fault = "it ended before its time";
  } else if (!(place->flags & BY_LINKER)) {
    /* Calls work as before. */
    pulley_error_t *error = NULL;
    if (pulley_run(run.instance, "inner_twice", NULL, 0, NULL, 0, &error)
        && pulley_error_status(error) != PULLEY_ERROR_NOT_FOUND)
      fault = "it cannot be called again";
    pulley_error_delete(error);
  }
  report(place, latency, fault);
  clean_up(&run);
  alarm(0);
}

/* A forked child has no thread that enforces time limits. */
static void try_in_child(const place_t *place) {
  run_t run;
  prepare(&run, place);
  perform(&run);
  pulley_error_delete(run.error);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    signal(SIGALRM, give_up);
    alarm(120);
    double start = now();
    perform(&run);
    bool isRight = pulley_error_trap_code(run.error) == PULLEY_TRAP_INTERRUPTED;
    report(place, run.end - start - limit, isRight ? "ok" : pulley_error_description(run.error));
    _exit(0);
  }
  waitpid(child, NULL, 0);
  clean_up(&run);
}

/* ---- Guests ---------------------------------------------------------------------------------- */

#define RUN(body) "(module (import \"env\" \"call_inner\" (func $call_inner))" \
  "(import \"env\" \"call_other\" (func $call_other))" \
  "(memory 1) (func (export \"run\") (export \"_start\")" body ")" \
  "(func (export \"inner\") (loop $l (br $l))) (func (export \"inner_twice\")))"

#define MEMORY(pages, body) "(module (memory " pages ") (func (export \"run\")" body ")" \
  "(func (export \"inner_twice\") (memory.fill (i32.const 0) (i32.const 1) (i32.const 100))))"

#define TABLE(body) "(module (table $t 3000000 funcref) (table $u 3000000 funcref)" \
  "(func $f) (func $g) (elem declare func $f $g) (elem $e funcref (ref.func $f) (ref.func $g))" \
  "(func (export \"run\")" body ") (func (export \"inner_twice\")))"

#define TEN(x) x x x x x x x x x x

/* Buffers: a list of one at 0, of `length` bytes from 64 on. */
#define WASI(imports, pages, length, body) "(module " imports \
  "(memory (export \"memory\") " pages ") (data (i32.const 0) \"\\40\\00\\00\\00" length "\")" \
  "(data (i32.const 32) \"fifo\") (func (export \"run\") " body ") (func (export \"inner_twice\")))"

#define IMPORT(name, parameters) "(import \"wasi_snapshot_preview1\" \"" name \
  "\" (func $" name " (param " parameters ") (result i32)))"
#define FD_READ IMPORT("fd_read", "i32 i32 i32 i32")
#define FD_WRITE IMPORT("fd_write", "i32 i32 i32 i32")
#define SOCK_RECV IMPORT("sock_recv", "i32 i32 i32 i32 i32 i32")
#define SOCK_SEND IMPORT("sock_send", "i32 i32 i32 i32 i32")
#define SOCK_ACCEPT IMPORT("sock_accept", "i32 i32 i32")
#define POLL IMPORT("poll_oneoff", "i32 i32 i32 i32")
#define PATH_OPEN IMPORT("path_open", "i32 i32 i32 i32 i32 i64 i64 i32 i32")
#define RANDOM IMPORT("random_get", "i32 i32")

/* Opens "fifo" with these rights, and then continues. */
#define OPEN(rights, behind) "(drop (call $path_open (i32.const 3) (i32.const 1) (i32.const 32) (i32.const 4)" \
  "(i32.const 0) (i64.const " rights ") (i64.const 0) (i32.const 0) (i32.const 16)))" behind

#define FOREVER(call) "(loop $l " call " (br $l))"

/* A function that takes long to compile, in a module that calls it, perhaps in its start function. */
static char *big(const char *before, const char *after, size_t operators) {
  size_t room = operators * 96 + 1000;
  char *text = malloc(room);
  size_t used = snprintf(text, room, "(module %s (func $big (param i32) (result i32) (local i32 i32 i32)", before);
  for (size_t i = 0; i < operators; i++)
    used += snprintf(text + used, room - used,
                     "(local.set %zu (i32.xor (local.get %zu) (i32.mul (local.get %zu)(i32.const %zu))))\n",
                     i % 4, i % 4, (i + 1) % 4, i);
  snprintf(text + used, room - used,
           "(i32.xor (i32.xor (local.get 0) (local.get 1)) (i32.xor (local.get 2) (local.get 3)))) %s)", after);
  return text;
}

static char *big_clif(size_t operators) {
  size_t room = operators * 96 + 1000;
  char *text = malloc(room);
  size_t used = snprintf(text, room, "function %%run() -> i64 {\nblock0:\n    v0 = iconst.i64 1\n");
  for (size_t i = 1; i < operators; i++)
    used += snprintf(text + used, room - used, "    v%zu = imul v%zu, v%zu\n", i, i - 1, i / 2);
  snprintf(text + used, room - used, "    return v%zu\n}\n", operators - 1);
  return text;
}

/* ---- Their environment --------------------------------------------------------------- */

static int empty_pipe(void) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC)) exit(2);
  return ends[0];
}

static int unread_pipe(void) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC)) exit(2);
  return ends[1];
}

static int idle_socket(void) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)) exit(2);
  return ends[0];
}

static int idle_terminal(void) {
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0 || grantpt(master) || unlockpt(master)) return -1;
  return open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static int idle_listener(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder);
  unlink(address.sun_path);
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 5)) exit(2);
  return listener;
}

/* A listener with a connection whose peer sends and reads nothing. */
static int silent_listener(void) {
  int listener = idle_listener();
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", folder);
  int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(client, (struct sockaddr *)&address, sizeof address)) exit(2);
  return listener;
}

int main(int count, char **arguments) {
  if (count < 2) return 2;
  folder = arguments[1];
  char name[4096];
  snprintf(name, sizeof name, "%s/fifo", folder);
  if (mkfifo(name, 0600)) return 2;
  signal(SIGALRM, give_up);
  signal(SIGPIPE, SIG_IGN);

  char *first = big("", "(func (export \"run\") (drop (call $big (i32.const 1)))) (func (export \"inner_twice\"))",
                    300000);
  char *start = big("", "(func $s (drop (call $big (i32.const 1)))) (start $s)", 300000);
  char *exported = big("", "(export \"run_big\" (func $big)) (func (export \"inner_twice\"))"
                       "(table funcref (elem $big)) (func (export \"run\") (drop (call_indirect (param i32)"
                       "(result i32) (i32.const 1) (i32.const 0))))",
                       300000);
  char *clif = big_clif(3000000);
  int terminal = idle_terminal();

  const place_t places[] = {
    {"a loop", RUN("(loop $l (br $l))"), IN_LOOPS, -1, -1, -1},
    {"a loop, from a signal handler", RUN("(loop $l (br $l))"), IN_LOOPS | BY_SIGNAL, -1, -1, -1},
    {"recursion",
     "(module (func $f (param i32) (if (local.get 0) (then (call $f (i32.sub (local.get 0) (i32.const 1)))"
     "(call $f (i32.sub (local.get 0) (i32.const 1)))))) (func (export \"run\") (call $f (i32.const 100)))"
     "(func (export \"inner_twice\")))", IN_LOOPS, -1, -1, -1},
    {"guest, host, the same guest", RUN("(call $call_inner) (loop $l (br $l))"), IN_LOOPS, -1, -1, -1},
    {"a loop in CLIF", "function %run() {\nblock0:\n    jump block1\nblock1:\n    jump block1\n}\n", IN_LOOPS, -1, -1, -1},
    {"a loop in a start function", "(module (func $s (loop $l (br $l))) (start $s))", IN_LOOPS | BY_LINKER,
     -1, -1, -1},
    {"a wait in a start function",
     "(module (memory 1 1 shared) (func $s (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0)"
     "(i64.const -1)))) (start $s))", BY_LINKER, -1, -1, -1},
    {"memory.atomic.wait32",
     "(module (memory 1 1 shared) (func (export \"run\") (drop (memory.atomic.wait32 (i32.const 0)"
     "(i32.const 0) (i64.const -1)))) (func (export \"inner_twice\")))", 0, -1, -1, -1},
    {"a function compiled on its first call", first, 0, -1, -1, -1},
    {"a function compiled on its first indirect call", exported, 0, -1, -1, -1},
    {"a function that two threads wait for", first, TWICE, -1, -1, -1},
    {"a function compiled in a start function", start, BY_LINKER, -1, -1, -1},
    {"a function in CLIF compiled on its first call", clif, 0, -1, -1, -1},
    {"memory.fill", MEMORY("65536", "(memory.fill (i32.const 0) (i32.const 1) (i32.const 0xFFFFFFFF))"), 0,
     -1, -1, -1},
    {"memory.copy upwards",
     MEMORY("65536", "(memory.copy (i32.const 65536) (i32.const 0) (i32.const 0xFFFE0000))"), 0, -1, -1, -1},
    {"memory.copy downwards",
     MEMORY("65536", "(memory.copy (i32.const 0) (i32.const 65536) (i32.const 0xFFFE0000))"), 0, -1, -1, -1},
    {"table.fill", TABLE(TEN(TEN(TEN("(table.fill $t (i32.const 0) (ref.func $f) (i32.const 3000000))")))), 0, -1,
     -1, -1},
    {"table.copy", TABLE(TEN(TEN(TEN("(table.copy $t $u (i32.const 0) (i32.const 0) (i32.const 3000000))")))), 0,
     -1, -1, -1},
    {"random_get", WASI(RANDOM, "65536", "\\00\\00\\00\\00",
                        "(drop (call $random_get (i32.const 0) (i32.const 0xFFFFFFFF)))"), 0, -1, -1, -1},
    {"random_get from a seed", WASI(RANDOM, "65536", "\\00\\00\\00\\00",
                        "(drop (call $random_get (i32.const 0) (i32.const 0xFFFFFFFF)))"), SEEDED, -1, -1, -1},
    {"poll_oneoff of a clock",
     WASI(POLL, "1", "\\00\\00\\00\\00", "(i64.store (i32.const 1024) (i64.const 7))"
          "(i32.store8 (i32.const 1032) (i32.const 0)) (i32.store (i32.const 1040) (i32.const 1))"
          "(i64.store (i32.const 1048) (i64.const 1000000000000))"
          "(drop (call $poll_oneoff (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 16)))"), 0, -1,
     -1, -1},
    {"poll_oneoff of a pipe",
     WASI(POLL, "1", "\\00\\00\\00\\00", "(i32.store8 (i32.const 1032) (i32.const 1))"
          "(drop (call $poll_oneoff (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 16)))"), 0,
     empty_pipe(), -1, -1},
    {"fd_read of a pipe", WASI(FD_READ, "1", "\\64\\00\\00\\00",
       "(drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))"), 0, empty_pipe(), -1,
     -1},
    {"fd_read of a pipe, from a signal handler", WASI(FD_READ, "1", "\\64\\00\\00\\00",
       "(drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))"), BY_SIGNAL,
     empty_pipe(), -1, -1},
    {"fd_read of a socket", WASI(FD_READ, "1", "\\64\\00\\00\\00",
       "(drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))"), 0, idle_socket(), -1,
     -1},
    {"fd_read of a terminal", WASI(FD_READ, "1", "\\64\\00\\00\\00",
       "(drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))"), 0, terminal, -1, -1},
    {"fd_write to a pipe", WASI(FD_WRITE, "1024", "\\00\\00\\00\\03",
       FOREVER("(drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))")), 0, -1,
     unread_pipe(), -1},
    {"fd_write of single bytes to a pipe", WASI(FD_WRITE, "1", "\\01\\00\\00\\00",
       FOREVER("(drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))")), 0, -1,
     unread_pipe(), -1},
    {"fd_write to a socket", WASI(FD_WRITE, "1024", "\\00\\00\\00\\03",
       FOREVER("(drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))")), 0, -1,
     idle_socket(), -1},
    {"fd_write to a terminal", WASI(FD_WRITE, "1024", "\\00\\00\\00\\03",
       FOREVER("(drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))")), 0, -1,
     terminal, -1},
    {"fd_read of a device that never ends", WASI(FD_READ, "32768", "\\00\\FF\\FF\\7E",
       "(drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))"), 0,
     open("/dev/urandom", O_RDONLY | O_CLOEXEC), -1, -1},
    {"path_open of a FIFO for reading", WASI(PATH_OPEN, "1", "\\64\\00\\00\\00", OPEN("2", "")), 0, -1, -1, -1},
    {"path_open of a FIFO for writing", WASI(PATH_OPEN, "1", "\\64\\00\\00\\00", OPEN("64", "")), 0, -1, -1,
     -1},
    {"fd_read of a FIFO", WASI(PATH_OPEN FD_READ, "1", "\\64\\00\\00\\00",
       OPEN("66", "(drop (call $fd_read (i32.load (i32.const 16)) (i32.const 0) (i32.const 1)"
                  "(i32.const 20)))")), 0, -1, -1, -1},
    {"sock_accept", WASI(SOCK_ACCEPT, "1", "\\00\\00\\00\\00",
       "(drop (call $sock_accept (i32.const 4) (i32.const 0) (i32.const 16)))"), 0, -1, -1, idle_listener()},
    {"sock_recv", WASI(SOCK_ACCEPT SOCK_RECV, "1", "\\64\\00\\00\\00",
       "(drop (call $sock_accept (i32.const 4) (i32.const 0) (i32.const 16)))"
       "(drop (call $sock_recv (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 2)"
       "(i32.const 20) (i32.const 24)))"), 0, -1, -1, silent_listener()},
    {"sock_send", WASI(SOCK_ACCEPT SOCK_SEND, "1024", "\\00\\00\\00\\03",
       "(drop (call $sock_accept (i32.const 4) (i32.const 0) (i32.const 16)))"
       FOREVER("(drop (call $sock_send (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 0)"
               "(i32.const 20)))")), 0, -1, -1, silent_listener()},
    {"time limit: a loop", RUN("(loop $l (br $l))"), BY_LIMIT, -1, -1, -1},
    {"time limit: a loop in a start function", "(module (func $s (loop $l (br $l))) (start $s))",
     BY_LIMIT | BY_LINKER, -1, -1, -1},
    {"time limit: guest, host, the same guest", RUN("(call $call_inner) (loop $l (br $l))"), BY_LIMIT, -1, -1,
     -1},
    {"time limit: guest, host, another guest", RUN("(call $call_other) (loop $l (br $l))"), BY_LIMIT, -1, -1,
     -1},
    {"time limit: memory.fill", MEMORY("65536",
       "(memory.fill (i32.const 0) (i32.const 1) (i32.const 0xFFFFFFFF))"), BY_LIMIT, -1, -1, -1},
    {"time limit: a function compiled on its first call", first, BY_LIMIT, -1, -1, -1},
    {"time limit: fd_read of a pipe", WASI(FD_READ, "1", "\\64\\00\\00\\00",
       "(drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))"), BY_LIMIT,
     empty_pipe(), -1, -1},
  };
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) try(&places[i]);
  const place_t child = {"time limit: a loop, in a forked child", RUN("(loop $l (br $l))"), BY_LIMIT, -1, -1, -1};
  try_in_child(&child);
  return 0;
}
