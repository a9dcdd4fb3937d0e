/* Runs a command and reports what it took. A process's peak memory begins with that of the process
 * that started it, so Python is too large to measure it.
 *
 *   launch REPORT COMMAND [ARGUMENT…]
 *
 * REPORT receives: seconds, seconds of the processor, peak resident kilobytes, exit code or
 * -signal. */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static double seconds(struct timeval time) {
  return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

int main(int argc, char **argv) {
  struct rusage usage;
  int status;
  pid_t child;
  double start, end;
  FILE *report;
  if (argc < 3 || !(report = fopen(argv[1], "w")))
    return 64;
  start = now();
  if (posix_spawn(&child, argv[2], NULL, NULL, argv + 2, environ) != 0)
    return 1;
  if (wait4(child, &status, 0, &usage) != child)
    return 1;
  end = now();
  fprintf(report, "%.6f %.6f %ld %d\n", end - start,
          seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss,
          WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
  return fclose(report) != 0;
}
