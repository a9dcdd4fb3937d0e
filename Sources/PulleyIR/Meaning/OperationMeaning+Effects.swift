extension Operation {
  var memoryMeaning: String? {
    switch self {
    case .load: "What stands at p plus the offset."
    case .uload8, .uload16, .uload32: "The bits at p plus the offset, with zeros in front."
    case .sload8, .sload16, .sload32: "The bits at p plus the offset, with the sign in front."
    case .store: "Writes a to p plus the offset."
    case .istore8, .istore16, .istore32: "Writes the low bits of a to p plus the offset."
    case .sload8x8, .sload16x4, .sload32x2:
      "The lanes of 64 bits at p plus the offset, each twice as wide, with its sign."
    case .uload8x8, .uload16x4, .uload32x2:
      "The lanes of 64 bits at p plus the offset, each twice as wide, with zeros."
    case .atomic_load: "What stands at p; sequentially consistent."
    case .atomic_store: "Writes a to p; sequentially consistent."
    case .atomic_rmw:
      "Replaces what stands at p by what the operation makes of that and b, in one step; gives what "
        + "was there. Operations: add, sub, and, nand, or, xor, xchg, umin, umax, smin, smax."
    case .atomic_cas: "If b stands at p, replaces it by c, in one step; gives what was there."
    case .fence: "Keeps accesses in order: none moves past it."
    case .heap_load, .heap_uload8, .heap_sload8, .heap_uload16, .heap_sload16, .heap_uload32,
      .heap_sload32, .heap_store, .heap_istore8, .heap_istore16, .heap_istore32,
      .heap_atomic_load, .heap_atomic_store, .heap_atomic_rmw, .heap_atomic_cas:
      "As the operation without `heap_`, at an index into a linear memory, which is checked. Only "
        + "functions made from WebAssembly have linear memories."
    case .stack_addr: "The address of the stack slot plus the offset."
    case .func_addr:
      "The address of a function. That of one in the text is for `call_indirect` alone; that of "
        + "another is the host's."
    case .symbol_value: "The address that the linker knows the symbol by."
    case .tls_value: "The address of a thread's own copy of the symbol."
    case .get_pinned_reg, .set_pinned_reg: "A register that keeps its value through all functions."
    case .get_frame_pointer: "Where the function's frame is."
    case .get_stack_pointer: "The lowest address of the stack that is in use."
    case .get_return_address: "Where the function returns to; no address of machine code."
    case .get_exception_handler_address:
      "The address of a handler of the `try_call` that ends a block, by its place among the handlers."
    default: nil
    }
  }

  var controlMeaning: String? {
    switch self {
    case .jump: "Goes to the block."
    case .brif: "Goes to the first block if a is not 0, else to the second."
    case .br_table:
      "Goes to entry a of the table, counted from 0; to the block in front of it if there is none."
    case .return: "Returns the values."
    case .call: "Calls the function."
    case .call_indirect:
      "Calls the function at the address, of the text or of the host. Traps if the address is 0."
    case .return_call:
      "Returns what the function returns; the frame is gone before it is called."
    case .return_call_indirect: "The same for the function at the address."
    case .try_call:
      "Calls the function and goes on in the first block with what it returns, `ret0`, `ret1`, …; if "
        + "an exception leaves it, in that of the first item whose tag it has, or of `default`, with "
        + "its payloads `exn0` and `exn1`."
    case .try_call_indirect: "The same for the function at the address."
    case .stack_switch: "Goes on on another stack."
    case .sequence_point: "Nothing: a place for a debugger to stop at."
    case .debugtrap: "Stops for a debugger."
    case .trap: "Traps with the code."
    case .trapz: "Traps with the code if a is 0."
    case .trapnz: "Traps with the code if a is not 0."
    default: nil
    }
  }
}
