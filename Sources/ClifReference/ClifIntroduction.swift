/// The parts of the document that are written by hand. Examples marked `clif` are whole texts, which
/// the tests read, verify and compile.
public enum ClifIntroduction {
  public static let text = #"""
    # CLIF

    <!-- Written by `make generate` from Sources/PulleyIR; change it there. -->

    CLIF is the text form of the intermediate representation of Cranelift, the compiler in Wasmtime, as
    of August 2026. `pulley run`, `compile`, `validate` and `objdump` take it, and `pulley clif-test` runs
    Cranelift's own test files. `pulley_compile` takes it for an engine that accepts CLIF.

    **CLIF is trusted code.** Its addresses are those of the process: it may read, write and call anything,
    and crash the process. WebAssembly is for code that is not trusted. So nothing runs CLIF unasked: in
    C, `pulley_options_set_clif` makes an engine accept it, and at the shell the file's name ends in
    `.clif`, or the command has `--allow-clif`.

    A text takes time and memory in proportion to its size to compile, whatever is in it. The one limit
    is that of its functions: 268,435,455 machine instructions for each.

    ```clif
    function %fib(i64) -> i64 {
        fn0 = colocated %fib(i64) -> i64

    block0(v0: i64):
        v1 = iconst.i64 2
        v2 = icmp slt v0, v1
        brif v2, block1, block2

    block1:
        return v0

    block2:
        v3 = isub v0, v1
        v4 = call fn0(v3)
        v5 = iconst.i64 1
        v6 = isub v0, v5
        v7 = call fn0(v6)
        v8 = iadd v4, v7
        return v8
    }
    ```

    `pulley run --invoke %fib fib.clif 30` prints 832040.

    ## Functions and names

    A text is any number of functions. Each has a name, `%word`, `%"any text"` or `u0:1` (a namespace and
    a number), and is an export under it: `word`, `any text`, `u0:1`. Comments go from `;` to the end of
    the line.

    A function calls others that it declares ahead of its blocks. A name that the text defines means that
    function, `colocated` or not, and the signatures have to agree. One that is `colocated` and is not there
    is an error, but not to `pulley validate`: texts may be checked one by one and then joined, as those
    that `wasmtime compile --emit-clif` writes. All others are imports: `%puts` is
    `env.puts` to `pulley_register`, `u3:4` is `4` of the module `u3`. At the shell, and with
    `pulley_linker_set_resolver`, `%names` that nobody has registered are looked up in the process.

    ```clif
    function %main() -> i32 {
        ss0 = explicit_slot 8
        fn0 = %puts(i64) -> i32 system_v

    block0:
        v0 = stack_addr.i64 ss0
        v1 = iconst.i64 0x216f_6c6c_6548
        store v1, v0
        v2 = call fn0(v0)
        v3 = iconst.i32 0
        return v3
    }
    ```

    Parameters and results may say how whoever passes them extends them (`i8 uext`, `i16 sext`) and what
    they are for: `vmctx` is the context that a global value can name, `sret` the address of a structure
    to return. Behind them stands the calling convention: `system_v` and `fast` (the same here; `fast` is
    meant where none is written, in tests that run `system_v`), `tail` (which `return_call` needs) and
    `preserve_all` (no results; the caller's registers are left alone). `winch`, `windows_fastcall`,
    `apple_aarch64` and `probestack` can be read, and all but the first are refused when compiled, as is
    `sarg`. Host functions may have any convention that Cranelift gives them.

    A C function reads its narrow arguments as its compiler has it, and most compilers rely on the caller
    to have extended them. So `uext` and `sext` are needed where the C type is unsigned or signed: an `i8`
    or `i16` without either is extended with zeros, which suits unsigned types and `bool`, and no negative
    `int8_t`. Extended integers fill their word, in registers and on the stack. A function that was
    registered with a C signature is called by that, whatever the text says. Of a result only as many
    bits are looked at as its type has. An `i128` is C's `__int128` (on x86-64; other processors refuse it).
    C functions give one result at most: of one that is declared with more only the address can be had, and
    calling it is a trap.

    ## Declarations

    | | |
    |---|---|
    | `ss0 = explicit_slot 16, align = 8, key = 3` | memory of the function's frame |
    | `region0 = 5 "name"` | a part of memory that accesses of no other region touch |
    | `gv0 = vmctx` | the parameter with that purpose |
    | `gv1 = load.i64 notrap aligned region0 gv0+16`, `gv2 = iadd_imm.i64 gv1, 8` | what is found from another |
    | `gv3 = symbol %name+8`, `symbol colocated %name`, `symbol tls %name` | the address of a symbol |
    | `sig0 = (i64, f32) -> i32 tail` | a signature |
    | `fn0 = colocated patchable %name(i64) -> i32`, `fn1 = u0:1 sig0` | a function |
    | `const0 = 0x0102`, `const1 = [1 2 3 4]` | bytes, up to 16 |
    | `stack_limit = gv0` | refused when compiled: the guest's stack is checked by itself |
    | `heap0 = record vmctx+80, index_type i64` | a linear memory; refused, as the convention `wasm` is: both belong to functions made from WebAssembly |

    ## Blocks and values

    The first block is the entry, and its parameters are the function's. Blocks are named `block0` and
    values `v0`, each number once in a function; `block3 cold:` is one that seldom runs. Values are given
    to blocks as parameters, `jump block1(v2)`. `v9 -> v2` makes another name of a value. Values are
    defined on every way to where they are used. A block ends with a jump, a return, a trap or a call
    that does not come back here; the verifier finds what does not hold, all of it, with its places.

    An instruction may have a place in the source of whatever made the text (`@0045`), tags for a
    debugger (`<1, ss0>`, of calls and sequence points), and calls a stack map (`, stack_map=[i64 @
    ss0+0]`). They are kept and printed, and mean nothing to the machine.

    Types are `i8` to `i128`, `f32` and `f64`, and vectors of 128 bits, `i8x16`, `i16x8`, `i32x4`, `i64x2`,
    `f32x4`, `f64x2`. `f16`, `f128` and vectors of other sizes can be read and not compiled. An integer
    of 128 bits is two of 64 to the machine, the low half first. Truth values are numbers of type i8.

    Integers are written in decimal or hexadecimal, `_` wherever it helps: `-5`, `0x1234_5678`. Floats are
    written in hexadecimal, `0x1.8p3`, as C's `%a` prints them, or in decimal, which may round; `NaN`,
    `-sNaN:0x1`, `+Inf`. Vectors are their lanes, `[1 2 3 4]`, or all bytes in hexadecimal, the last one
    first.

    ## Memory

    Flags stand between the mnemonic and the operands: `notrap` (the address is good; otherwise an access
    at address 0 traps), `aligned`, `readonly` (nothing writes this memory while the function runs),
    `can_move`, `little` or `big`, the name of an alias region, and a trap code to trap with instead of
    `heap_oob`. Trap codes are `user1` to `user250`, `stk_ovf`, `int_ovf`, `heap_oob`, `int_divz` and
    `bad_toint`.

    A text that says `target pulley32` in its first lines, and names no other kind of target, may use
    addresses of 32 bits: the guest's stack then lies where they reach. Other addresses need 64.

    ## Exceptions

    A host function throws with `pulley_throw`: a tag and two payloads of 64 bits. The exception leaves
    the guest's functions, innermost first, until one is in a `try_call` with an item of that tag, or
    `default`; the others' frames are gone then. `context` items are read and mean nothing. Callees of the
    conventions `fast` and `windows_fastcall` cannot be called so.

    ```clif
    function %safe(i64) -> i64 {
        sig0 = (i64) -> i64 system_v
        fn0 = %risky sig0

    block0(v0: i64):
        try_call fn0(v0), sig0, block1(ret0), [ tag7: block2(exn0), default: block3 ]

    block1(v1: i64):
        return v1

    block2(v2: i64):
        v3 = ineg v2
        return v3

    block3:
        v4 = iconst.i64 0
        return v4
    }
    ```

    ## Test files

    The first lines of a file may say what `pulley clif-test` should do with it.

    * `test run`, `test interpret`: calls functions as the comments behind them say, `; run: %f(1, 2) == 3`,
      `; run: %f() != [1, 2]` of several results, `; run` of a function without parameters whose result
      should not be 0, and `; print: %f(1)`. Floats are compared by their bits.
    * `test verifier`: each function must have just the errors of the comments `; error: text` behind what is
      wrong.
    * `test cat`: prints each function and reads it again, and looks for the lines of `; sameln:`, `; nextln:`,
      `; check:` and `; not:`.
    * `test compile`: compiles each function; with `precise-output` compares how many instructions it has with
      the listing in the comments behind it, and lists those that have more.

    `set` and `feature` lines are read and mean nothing. `target pulley64 big_endian` gives accesses without a
    flag that order, in `test compile`.

    """#

  static let operations = """
    How each is written, the types T that can be compiled, and what it does. T may be left out where it
    follows from an operand; `(T is written: …)` says where it does not. What is refused can be read,
    verified and printed: compiling it is an error that names it.

    """
}
