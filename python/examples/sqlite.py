#!/usr/bin/env python3
"""A guest that uses SQLite of this machine.

C declarations are the interface, and nobody writes a wrapper. SQLite calls the guest's function for
each row, which calls a Python function.
"""
import pulley

# What the preprocessor makes of sqlite3.h would do as well: linker.bind(…, header="sqlite3.i").
DECLARATIONS = """
    typedef struct sqlite3 sqlite3;
    int sqlite3_open(const char *filename, sqlite3 **database);
    int sqlite3_close(sqlite3 *database);
    int sqlite3_exec(sqlite3 *database, const char *sql,
                     int (*row)(void *, int, char **, char **), void *argument, char **message);
"""

GUEST = r"""
(module
  (import "env" "sqlite3_open" (func $open (param i32 i32) (result i32)))
  (import "env" "sqlite3_exec" (func $exec (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "sqlite3_close" (func $close (param i32) (result i32)))
  (import "host" "row" (func $host_row (param i32 i32)))
  (memory (export "memory") 2)
  (data (i32.const 64) ":memory:\00")
  (data (i32.const 128) "create table planets(name, mass);"
    "insert into planets values ('Mercury', 0.055), ('Venus', 0.815),"
    "  ('Earth', 1), ('Mars', 0.107);"
    "select name, mass from planets where mass > 0.1 order by mass\00")
  (data (i32.const 1024) "select * from moons\00")

  ;; SQLite's callbacks are pointers to functions: indices in this table. Like NULL, 0 is none.
  (table (export "__indirect_function_table") 2 funcref)
  (elem (i32.const 1) $row)

  ;; int row(void *argument, int count, char **values, char **names)
  (func $row (param $argument i32) (param $count i32) (param $values i32) (param $names i32)
    (result i32)
    (call $host_row (i32.load (local.get $values)) (i32.load offset=4 (local.get $values)))
    (i32.const 0))

  (func $run (export "run") (param $sql i32) (result i32) (local $status i32)
    (if (local.tee $status (call $open (i32.const 64) (i32.const 16)))
      (then (return (local.get $status))))
    (local.set $status
      (call $exec (i32.load (i32.const 16)) (local.get $sql) (i32.const 1) (i32.const 0)
        (i32.const 0)))
    (drop (call $close (i32.load (i32.const 16))))
    (local.get $status))

  ;; The library copies the texts of a row into the guest's memory with the guest's own malloc.
  (global $end (mut i32) (i32.const 65536))
  (func (export "malloc") (param $size i32) (result i32)
    (global.get $end)
    (global.set $end
      (i32.add (global.get $end)
        (i32.and (i32.add (local.get $size) (i32.const 15)) (i32.const -16)))))
  (func (export "free") (param i32)))
"""

linker = pulley.Linker()
linker.bind("libsqlite3.so.0", declarations=DECLARATIONS)


@linker.function("host")
def row(name: str, mass: str) -> None:
    print(f"{name} has {float(mass):.3f} times the mass of Earth")


guest = linker.instantiate(pulley.load(GUEST))
print("status", guest.run(128))
print("status", guest.run(1024), "for a table that does not exist")
