/// The parts of the document that are written by hand. Examples marked `clif` are whole texts, which
/// the tests read, verify and compile.
public enum ClifIntroduction {
  public static let text = #"""
    # CLIF

    <!-- Written by `make generate` from Sources/PulleyIR; change it there. -->

    CLIF is the text form of the intermediate representation of Cranelift, the compiler in Wasmtime, as
    of August 2026. `pulley run`, `compile`, `validate` and `objdump` take it, and `pulley clif-test` runs
    Cranelift's own test files. `pulley_compile` takes it for an engine that accepts CLIF.

    **CLIF is trusted code.** Its addresses are those of the process: it can read, write and call anything,
    and crash the process. Use WebAssembly for code that is not trusted. CLIF is accepted only on request:
    in C, `pulley_options_set_clif` makes an engine accept it; at the shell, the file's name must end in
    `.clif`, or the command needs `--allow-clif`.

    Compilation takes time and memory proportional to the size of the text. The only limit is 268,435,455
    machine instructions for each function.

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
    a number), and is exported under it: `word`, `any text`, `u0:1`. A comment extends from `;` to the end of
    the line.

    A function declares the functions that it calls ahead of its blocks. A name that the text defines refers
    to that function, `colocated` or not, and the signatures must agree. A `colocated` function that the text
    does not define is an error, except in `pulley validate`: the texts that `wasmtime compile --emit-clif`
    writes may be checked one by one and then concatenated. All other functions are imports: `%puts` is
    `env.puts` to `pulley_register`, `u3:4` is `4` of the module `u3`. At the shell, and with
    `pulley_linker_set_resolver`, unregistered `%names` are looked up in the process.

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

    Parameters and results may have an extension, which the side that passes them applies (`i8 uext`,
    `i16 sext`), and a purpose: `vmctx` is the context that a global value can name, `sret` the address of a
    structure to return. The calling convention follows them: `system_v` and `fast` (the same here; the
    default is `fast`, and `system_v` in test files that run), `tail` (which `return_call` needs) and
    `preserve_all` (no results; the callee preserves the caller's registers). `winch`, `windows_fastcall`,
    `apple_aarch64` and `probestack` can be read. Compiling any of them but `winch` is an error, as is
    compiling `sarg`. Host functions may have any convention that Cranelift gives them.

    Most C compilers rely on the caller to extend narrow arguments. So write `uext` where the C type is
    unsigned and `sext` where it is signed: an `i8` or `i16` without either is extended with zeros, which is
    right for unsigned types and `bool`, but wrong for a negative `int8_t`. Extended integers fill their word,
    in registers and on the stack. A function that was registered with a C signature is called by that
    signature; the one in the text is ignored. Bits of a result beyond its type are ignored. An `i128` is C's
    `__int128` (on x86-64; an error on other processors). A C function returns at most one result. If it is
    declared with more, its address can be taken, but calling it traps.

    ## Declarations

    | | |
    |---|---|
    | `ss0 = explicit_slot 16, align = 8, key = 3` | memory of the function's frame |
    | `region0 = 5 "name"` | a part of memory that accesses of other regions do not touch |
    | `gv0 = vmctx` | the parameter with that purpose |
    | `gv1 = load.i64 notrap aligned region0 gv0+16`, `gv2 = iadd_imm.i64 gv1, 8` | a value computed from another global value |
    | `gv3 = symbol %name+8`, `symbol colocated %name`, `symbol tls %name` | the address of a symbol |
    | `sig0 = (i64, f32) -> i32 tail` | a signature |
    | `fn0 = colocated patchable %name(i64) -> i32`, `fn1 = u0:1 sig0` | a function |
    | `const0 = 0x0102`, `const1 = [1 2 3 4]` | bytes, up to 16 |
    | `stack_limit = gv0` | an error when compiled: the stack check is automatic |
    | `heap0 = record vmctx+80, index_type i64` | a linear memory; an error when compiled, as is the convention `wasm`: both are for functions translated from WebAssembly |

    ## Blocks and values

    The first block is the entry, and its parameters are the function's. Blocks are named `block0` and
    values `v0`, each number once in a function; `block3 cold:` is a block that seldom runs. A branch passes
    arguments to the parameters of its block: `jump block1(v2)`. `v9 -> v2` declares an alias of a value. The
    definition of a value dominates its uses. A block ends with a terminator: a jump, a return, a trap, or a
    call that does not return to the block. The verifier reports every violation with its position.

    An instruction may have a source location (`@0045`) and debug tags (`<1, ss0>`, on calls and sequence
    points). A call may have a stack map (`, stack_map=[i64 @ ss0+0]`). All of these are kept and printed, and
    have no effect on execution: the collector of WebAssembly's objects needs no stack maps, because it looks at
    whole stacks, and CLIF has no objects on that heap. The exception table of a `try_call` has an effect: an exception
    that the callee lets out continues in the first clause for its tag. WebAssembly's exceptions use the same tables.

    Types are `i8` to `i128`, `f32` and `f64`, and vectors of 128 bits, `i8x16`, `i16x8`, `i32x4`, `i64x2`,
    `f32x4`, `f64x2`. `f16`, `f128` and vectors of other sizes can be read but not compiled. An `i128` is
    stored as two 64-bit integers, the low half first. Truth values are of type i8.

    Integers are written in decimal or hexadecimal, with optional `_` separators: `-5`, `0x1234_5678`. Floats are
    written in hexadecimal, `0x1.8p3`, as C's `%a` prints them, or in decimal, which may be rounded; `NaN`,
    `-sNaN:0x1`, `+Inf`. Vectors are their lanes, `[1 2 3 4]`, or all bytes in hexadecimal, the last one
    first.

    ## Memory

    Flags are written between the mnemonic and the operands: `notrap` (the address is valid; otherwise an
    access at address 0 traps), `aligned`, `readonly` (nothing writes this memory while the function runs),
    `can_move`, `little` or `big`, the name of an alias region, and a trap code to trap with instead of
    `heap_oob`. Trap codes are `user1` to `user250`, `stk_ovf`, `int_ovf`, `heap_oob`, `int_divz` and
    `bad_toint`.

    ### Addresses of 32 bits

    A text whose first lines say `target pulley32`, and no other target, may use addresses of 32 bits, beside
    those of 64. Its stack, its functions and its return addresses are then below 4 GiB. If the process has
    no memory there, instantiating or calling the module is an error. All other texts use addresses of 64
    bits only.

    A host function above 4 GiB has an address of 32 bits that only the `call_indirect` instructions know:
    it is the same in all instances and valid as long as one that uses it lives. Its address of 64 bits is
    that of the process. Data cannot be moved. So if `symbol_value.i32` names data that is not below 4 GiB,
    the module cannot be instantiated, and the error names the symbol. The same holds for a function
    unless it is registered, or named by `func_addr` instead.

    As an argument of a host function, an address of 32 bits is a pointer. A host function whose signature
    has a pointer as its result cannot return one as an i32.

    Only functions of such texts can be called on the low stack that they need: `call_indirect` of one by a
    text for 64 bits traps. The reverse is allowed.

    ```clif
    target pulley32

    function %next(i32) -> i32 {
    block0(v0: i32):
        v1 = iconst.i32 1
        v2 = iadd v0, v1
        return v2
    }

    function %apply(i32, i32) -> i32 {
        sig0 = (i32) -> i32

    block0(v0: i32, v1: i32):
        v2 = call_indirect sig0, v0(v1)
        return v2
    }

    function %main() -> i32 {
        fn0 = colocated %next(i32) -> i32
        fn1 = colocated %apply(i32, i32) -> i32

    block0:
        v0 = func_addr.i32 fn0
        v1 = iconst.i32 41
        v2 = call fn1(v0, v1)
        return v2
    }
    ```

    ## Exceptions

    A host function throws with `pulley_throw`: a tag and two payloads of 64 bits. The exception leaves
    the guest's functions, innermost first, until one is in a `try_call` with an item of that tag, or
    `default`; the frames of the functions that it leaves are gone then. `context` items are read and
    ignored. Callees of the conventions `fast` and `windows_fastcall` cannot be called by `try_call`.

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

    * `test run`, `test interpret`: executes the commands in the comments after each function:
      `; run: %f(1, 2) == 3`, `; run: %f() != [1, 2]` for several results, `; run` for a function without
      parameters whose result must not be 0, and `; print: %f(1)`. Floats are compared by their bits.
    * `test verifier`: each function must have exactly the errors of its comments `; error: text`. Each comment
      follows the declaration or instruction that is wrong.
    * `test cat`: prints each function, reads the output again, and matches it with the comments `; sameln:`,
      `; nextln:`, `; check:` and `; not:`.
    * `test compile`: compiles each function. With `precise-output`, it compares the number of instructions
      with the listing in the comments after the function, and lists the functions that have more.

    `set` and `feature` lines are read and ignored. `target pulley64 big_endian` makes accesses without an
    order flag big-endian, in `test compile`.

    """#

  static let operations = """
    For each operation: its syntax, the types T that can be compiled, and its semantics. T may be left out
    where it follows from an operand; `(T is written: …)` says where it does not. An operation marked as
    refused can be read, verified and printed; compiling it is an error that names it.

    """
}
