/* The command line that pulley-run and wasmtime-run share, so that they are measured alike:
 *
 *   …-run TARGET [OPTION…] FILE [ARGUMENT…]
 *
 *   --artifact          FILE was made by --compile
 *   --compile OUTPUT    compile FILE to OUTPUT and end
 *   --dir HOST[::GUEST] grant a directory to the program
 *   --invoke EXPORT     call EXPORT with at most one i32 and print its i32, instead of _start with WASI
 *   --times REPORT      write two numbers to REPORT: the seconds of the processor from the process's
 *                       beginning to the call, and those of the call
 *
 * The process of a WASI program ends with the program's exit code. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_DIRECTORIES = 8, MAX_ARGUMENTS = 64 };

typedef struct {
  const char *target, *file, *output, *invoke, *times;
  bool artifact;
  struct {
    char *host;
    const char *guest;
  } directories[MAX_DIRECTORIES];
  size_t directory_count;
  /* Those of the program; the first is its name. */
  const char *arguments[MAX_ARGUMENTS];
  size_t argument_count;
} request_t;

static request_t parse(int argc, char **argv) {
  request_t request;
  int i = 2;
  memset(&request, 0, sizeof request);
  request.target = argc > 1 ? argv[1] : "";
  for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
    if (strcmp(argv[i], "--artifact") == 0) {
      request.artifact = true;
    } else if (i + 1 == argc) {
      break;
    } else if (strcmp(argv[i], "--compile") == 0) {
      request.output = argv[++i];
    } else if (strcmp(argv[i], "--invoke") == 0) {
      request.invoke = argv[++i];
    } else if (strcmp(argv[i], "--times") == 0) {
      request.times = argv[++i];
    } else if (strcmp(argv[i], "--dir") == 0 && request.directory_count < MAX_DIRECTORIES) {
      char *host = argv[++i], *separator = strstr(host, "::");
      size_t n = request.directory_count++;
      request.directories[n].host = host;
      request.directories[n].guest = separator ? separator + 2 : host;
      if (separator)
        *separator = 0;
    } else {
      break;
    }
  }
  if (i >= argc || strncmp(argv[i], "--", 2) == 0 || argc - i > MAX_ARGUMENTS) {
    fprintf(stderr, "usage: %s TARGET [OPTION…] FILE [ARGUMENT…]\n", argv[0]);
    exit(2);
  }
  request.file = argv[i];
  for (; i < argc; i++)
    request.arguments[request.argument_count++] = argv[i];
  return request;
}

static int32_t integer_argument(const request_t *request) {
  return request->argument_count > 1 ? (int32_t)strtol(request->arguments[1], NULL, 10) : 0;
}

/* The seconds of all threads of the process. */
static double processor_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void write_times(const request_t *request, double start, double end) {
  FILE *file = request->times ? fopen(request->times, "w") : NULL;
  if (!request->times)
    return;
  if (!file || fprintf(file, "%.6f %.6f\n", start, end - start) < 0 || fclose(file) != 0) {
    perror(request->times);
    exit(1);
  }
}
