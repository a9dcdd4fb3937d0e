#!/usr/bin/env python3
"""Plugins of strangers that misbehave in every way, and do no harm.

Each has an instance of its own, a time limit, a limit of memory, and only the functions that it is
given.
"""
import pulley

PLUGINS = {
    "squares": """
      (module
        (import "host" "report" (func $report (param i32)))
        (func (export "main") (result i32) (local $i i32)
          (loop $next
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (call $report (i32.mul (local.get $i) (local.get $i)))
            (br_if $next (i32.lt_u (local.get $i) (i32.const 3))))
          (local.get $i)))""",
    "endless": """
      (module (func (export "main") (result i32) (loop $next (br $next)) (unreachable)))""",
    "greedy": """
      (module (memory 1)
        (func (export "main") (result i32)
          (loop $next
            (br_if $next (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
          (memory.size)))""",
    "wild": """
      (module (memory 1)
        (func $peek (export "main") (result i32) (i32.load (i32.const 0x7fff_ffff))))""",
    "bottomless": """
      (module (func $dig (export "main") (result i32) (call $dig) (i32.const 1) (i32.add)))""",
    "talkative": """
      (module
        (import "host" "report" (func $report (param i32)))
        (func (export "main") (result i32) (call $report (i32.const -1)) (i32.const 0)))""",
    "burglar": """
      (module
        (import "env" "system" (func (param i32) (result i32)))
        (func (export "main") (result i32) (i32.const 0)))""",
    "broken": "(module (func (export \"main\") (result i32) (i64.const 1)))",
}

# 4 MiB for the memories of each plugin. The default engine has no such limit.
engine = pulley.Engine(memory_limit=4 << 20)
linker = pulley.Linker(engine)


@linker.function("host")
def report(value: int) -> None:
    if value < 0:
        raise ValueError(f"{value} is not a square")
    print(f"  reports {value}")


for name, text in PLUGINS.items():
    print(f"{name}:")
    try:
        with linker.instantiate(pulley.load(text, engine)) as plugin:
            print("  returns", plugin.main(timeout=0.2))
    except pulley.Timeout as error:
        print("  is ended:", error)
    except pulley.Trap as trap:
        print(f"  traps: {trap.code} in {trap.frames[0].function}")
    except pulley.LinkError as error:
        print("  may not have", *[f"{missing.module}.{missing.name}" for missing in error.missing])
    except pulley.CompileError as error:
        print(f"  is not valid, line {error.line}")
    except ValueError as error:
        print("  got an exception:", error)
