// WASI's functions as the module imports them, for arguments that no header would let through.
#ifndef RAW_H
#define RAW_H

#include <stdint.h>

typedef int32_t i32;
typedef int64_t i64;

#define RAW(name, ...)         \
  extern i32 name(__VA_ARGS__) \
      __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))

RAW(args_get, i32, i32);
RAW(args_sizes_get, i32, i32);
RAW(environ_get, i32, i32);
RAW(environ_sizes_get, i32, i32);
RAW(clock_res_get, i32, i32);
RAW(clock_time_get, i32, i64, i32);
RAW(fd_advise, i32, i64, i64, i32);
RAW(fd_allocate, i32, i64, i64);
RAW(fd_close, i32);
RAW(fd_datasync, i32);
RAW(fd_fdstat_get, i32, i32);
RAW(fd_fdstat_set_flags, i32, i32);
RAW(fd_fdstat_set_rights, i32, i64, i64);
RAW(fd_filestat_get, i32, i32);
RAW(fd_filestat_set_size, i32, i64);
RAW(fd_filestat_set_times, i32, i64, i64, i32);
RAW(fd_pread, i32, i32, i32, i64, i32);
RAW(fd_prestat_get, i32, i32);
RAW(fd_prestat_dir_name, i32, i32, i32);
RAW(fd_pwrite, i32, i32, i32, i64, i32);
RAW(fd_read, i32, i32, i32, i32);
RAW(fd_readdir, i32, i32, i32, i64, i32);
RAW(fd_renumber, i32, i32);
RAW(fd_seek, i32, i64, i32, i32);
RAW(fd_sync, i32);
RAW(fd_tell, i32, i32);
RAW(fd_write, i32, i32, i32, i32);
RAW(path_create_directory, i32, i32, i32);
RAW(path_filestat_get, i32, i32, i32, i32, i32);
RAW(path_filestat_set_times, i32, i32, i32, i32, i64, i64, i32);
RAW(path_link, i32, i32, i32, i32, i32, i32, i32);
RAW(path_open, i32, i32, i32, i32, i32, i64, i64, i32, i32);
RAW(path_readlink, i32, i32, i32, i32, i32, i32);
RAW(path_remove_directory, i32, i32, i32);
RAW(path_rename, i32, i32, i32, i32, i32, i32);
RAW(path_symlink, i32, i32, i32, i32, i32);
RAW(path_unlink_file, i32, i32, i32);
RAW(poll_oneoff, i32, i32, i32, i32);
RAW(random_get, i32, i32);
RAW(sched_yield, void);
RAW(sock_accept, i32, i32, i32);
RAW(sock_recv, i32, i32, i32, i32, i32, i32);
RAW(sock_send, i32, i32, i32, i32, i32);
RAW(sock_shutdown, i32, i32);

#endif
