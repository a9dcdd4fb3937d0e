#include "wasi.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const wasi_function_t wasi_functions[] = {
    {"args_get", "rr"},
    {"args_sizes_get", "rr"},
    {"environ_get", "rr"},
    {"environ_sizes_get", "rr"},
    {"clock_res_get", "nr"},
    {"clock_time_get", "nqr"},
    {"fd_advise", "fqqn"},
    {"fd_allocate", "fqq"},
    {"fd_close", "f"},
    {"fd_datasync", "f"},
    {"fd_fdstat_get", "fr"},
    {"fd_fdstat_set_flags", "fn"},
    {"fd_fdstat_set_rights", "fqq"},
    {"fd_filestat_get", "fr"},
    {"fd_filestat_set_size", "fq"},
    {"fd_filestat_set_times", "fqqn"},
    {"fd_pread", "fvqr"},
    {"fd_prestat_get", "fr"},
    {"fd_prestat_dir_name", "fb"},
    {"fd_pwrite", "fvqr"},
    {"fd_read", "fvr"},
    {"fd_readdir", "fbqr"},
    {"fd_renumber", "ff"},
    {"fd_seek", "fqnr"},
    {"fd_sync", "f"},
    {"fd_tell", "fr"},
    {"fd_write", "fvr"},
    {"path_create_directory", "fp"},
    {"path_filestat_get", "fnpr"},
    {"path_filestat_set_times", "fnpqqn"},
    {"path_link", "fnpfp"},
    {"path_open", "fnpnqqnr"},
    /* The function that causes events for the others. */
    {"path_open", "fnpnqqnr"},
    {"path_open", "fnpnqqnr"},
    {"path_open", "fnpnqqnr"},
    {"path_readlink", "fpbr"},
    {"path_remove_directory", "fp"},
    {"path_rename", "fpfp"},
    {"path_symlink", "pfp"},
    {"path_unlink_file", "fp"},
    {"poll_oneoff", "s"},
    {"random_get", "b"},
    {"sched_yield", ""},
    {"proc_raise", "n"},
    {"proc_exit", "n"},
    {"sock_accept", "fnr"},
    {"sock_recv", "fvnrr"},
    {"sock_send", "fvnr"},
    {"sock_shutdown", "fn"},
};
const size_t wasi_function_count = sizeof wasi_functions / sizeof *wasi_functions;

static char *put(char *text, char *end, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, (size_t)(end - text), format, arguments);
  va_end(arguments);
  FUZZ_CHECK(length >= 0 && length < end - text, "the module's text is too long");
  return text + length;
}

/* Stores the types of the parameters and returns their number. */
static int types_of(const wasi_function_t *function, char *types, size_t size) {
  char *end = types + size;
  int count = 0;
  *types = 0;
  for (const char *kind = function->parameters; *kind; kind++) {
    int values = *kind == 's' ? 4 : strchr("pvb", *kind) ? 2 : 1;
    for (int i = 0; i < values; i++) types = put(types, end, *kind == 'q' ? " i64" : " i32");
    count += values;
  }
  return count;
}

static bool comes_again(size_t index) {
  return index > 0 && !strcmp(wasi_functions[index].name, wasi_functions[index - 1].name);
}

void wasi_module(char *text, size_t size, const char *memory) {
  char *end = text + size;
  char types[128];
  text = put(text, end, "(module\n");
  for (size_t i = 0; i < wasi_function_count; i++) {
    const wasi_function_t *function = &wasi_functions[i];
    if (comes_again(i)) continue;
    types_of(function, types, sizeof types);
    text = put(text, end, "(import \"wasi_snapshot_preview1\" \"%s\" (func $%s (param%s)%s))\n",
               function->name, function->name, types,
               strcmp(function->name, "proc_exit") ? " (result i32)" : "");
  }
  text = put(text, end, "(memory (export \"memory\") %s)\n", memory);
  for (size_t i = 0; i < wasi_function_count; i++) {
    const wasi_function_t *function = &wasi_functions[i];
    if (comes_again(i)) continue;
    int count = types_of(function, types, sizeof types);
    text = put(text, end, "(func (export \"%s\") (param%s)%s", function->name, types,
               strcmp(function->name, "proc_exit") ? " (result i32)" : "");
    for (int local = 0; local < count; local++) text = put(text, end, " local.get %d", local);
    text = put(text, end, " call $%s)\n", function->name);
  }
  put(text, end, ")\n");
}
