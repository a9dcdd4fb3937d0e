import PulleyISA

@testable import PulleyVM

/// A program that runs handlers of windows which stand alone, and its result in x0.
///
/// It begins in the instance of the first context. The numbers of a context are: 0 the other context; 1 the
/// host function; 2 onwards 100, 101 … in the first context and 200, 201 … in the other. The first byte of
/// the memory is 7 in the first instance, 9 in the other; those after it are greater by 37 each.
struct WindowProgram {
  let name: String
  var functions: [WindowFunction] = []
  var contextualCount = Int.max
  var expected: UInt64 = 0
  var trap: TrapKind?

  static let hostSignatures: [UInt32] = [70, 71]
  /// Returns the sum of x1, x2 and the first byte of the memory, and moves the memory up by one byte.
  nonisolated(unsafe) static let hostFunction: UnsafeMutablePointer<HostFunction> = {
    let function = UnsafeMutablePointer<HostFunction>.allocate(capacity: 1)
    function.initialize(
      to: HostFunction(signature: 71) { registers, _ in
        let state = MachineState(base: registers)
        let record = get64(stateBlock(registers), StateLayout.memoryRecord)
        let base = get64(pointer(UInt(record)), 0)
        let size = get64(pointer(UInt(record)), 8)
        let byte = pointer(UInt(base)).load(as: UInt8.self)
        state[x: 0] = state[x: 1] &+ state[x: 2] &+ UInt64(byte)
        put64(pointer(UInt(record)), 0, base + 1)
        put64(pointer(UInt(record)), 8, size - 1)
        return 0
      })
    return function
  }()
  private static let context = Int64(RegisterRoles.context)
  private static let base = Int64(RegisterRoles.memoryBase)
  private static let bound = Int64(RegisterRoles.memoryBound)
  private static let sp = Int64(RegisterRoles.stackPointer)
  /// The sum of a program's results.
  private static let sum: Int64 = 21

  init(_ name: String) { self.name = name }

  static var all: [WindowProgram] {
    [
      indirectCalls(), tailCalls(frame: 32), tailCalls(frame: 0x1_8000), hostCalls(),
      mismatchedHostCall(isEscape: false), mismatchedHostCall(isEscape: true),
      stack(frame: 128), stack(frame: 0x1_8000), addresses(), returns(),
      manyResults(isLeaf: true), manyResults(isLeaf: false),
    ] + recursions
  }

  /// A function that calls others, with `sum` 0 and a zero in x19.
  private static func caller(
    frame: Int64 = 32, outgoing: UInt16 = 1, readsMemoryRegisters: Bool = false
  ) -> WindowFunction {
    var record = WindowRecord(f: 18, v: 18, passes: 1)
    record.outgoing = outgoing
    record.readsMemoryRegisters = readsMemoryRegisters
    var function = WindowFunction(record, frame: frame)
    function.add(.xzero, sum)
    function.add(.xzero, 19)
    return function
  }

  /// Adds a register to the sum, in a way that depends on the order. The first instruction may read the
  /// register from the accumulator.
  private static func note(_ register: Int64, _ function: inout WindowFunction) {
    function.add(.xmov, 17, register)
    function.add(.xmul64_s8, sum, sum, 3)
    function.add(.xadd64, sum, sum, 17)
  }

  private static func loadNumber(
    _ register: Int64, number: Int, _ function: inout WindowFunction
  ) {
    function.add(.xmov, register, context)
    function.add(.xload64le_o32, register, register, WindowInstance.offset(number))
  }

  /// Adds the first byte of the memory to the sum.
  private static func noteMemory(_ function: inout WindowFunction) {
    function.add(.xload8_u32_g32, 18, base, bound, 19, 0)
    note(18, &function)
  }

  private static func sum(of values: [UInt64]) -> UInt64 { values.reduce(0) { 3 * $0 + $1 } }

  /// Returns the sum of x1, number 2 of its context and the first byte of its memory.
  private static func identity() -> WindowFunction {
    var function = WindowFunction(WindowRecord(passes: 2, isLeaf: true))
    function.add(.xzero, 9)
    loadNumber(8, number: 2, &function)
    function.add(.xadd64, 8, 8, 1)
    function.add(.xload8_u32_g32, 10, base, bound, 9, 0)
    function.add(.xadd64, 8, 8, 10)
    function.returnValue(8)
    return function
  }

  /// Calls the host function in x0 with the arguments that it has received.
  private static func thunk() -> WindowFunction {
    var function = WindowFunction(WindowRecord(passes: 4, isLeaf: true))
    function.add(.call_indirect_host, 1)
    function.encoder.ret()
    return function
  }

  // MARK: - Calls

  private static func indirectCalls() -> WindowProgram {
    var program = WindowProgram("calls by reference")
    var main = caller()
    for target in 0..<3 {
      if target == 0 {
        main.add(.xmov, 0, context)
      } else {
        loadNumber(0, number: target - 1, &main)
      }
      main.add(.xconst8, 1, Int64(10 + target))
      main.add(.xconst8, 2, 20)
      main.add(.xpcadd, [7], function: target < 2 ? 1 : 2)
      main.add(.call_indirect, 7)
      note(0, &main)
      noteMemory(&main)
    }
    main.returnValue(sum)
    program.functions = [main, identity(), thunk()]
    program.contextualCount = 2
    program.expected = sum(of: [10 + 100 + 7, 7, 11 + 200 + 9, 7, 12 + 20 + 7, 44])
    return program
  }

  /// Calls functions that end in tail calls, from frames of this size.
  private static func tailCalls(frame: Int64) -> WindowProgram {
    var program = WindowProgram("tail calls from a frame of \(frame) bytes")
    let count = 5
    var main = caller()
    for target in 1...count {
      loadNumber(8, number: 0, &main)
      main.add(.xconst8, 1, Int64(target))
      if target < count {
        main.add(.call2, [context, 1], function: target)
      } else {
        // The function of the other instance calls one of this instance.
        main.add(.xmov, 0, 8)
        main.add(.xpcadd, [7], function: target)
        main.add(.call_indirect, 7)
      }
      note(0, &main)
      noteMemory(&main)
    }
    main.returnValue(sum)
    let last = count + 1
    func tail(_ write: (inout WindowFunction) -> Void) -> WindowFunction {
      var record = WindowRecord(passes: 2)
      record.outgoing = 1
      var function = WindowFunction(record, frame: frame) { $0.add(.xmov, 9, 1) }
      function.add(.xadd64_u8, 1, 9, 1)
      write(&function)
      return function
    }
    let direct = tail { $0.add(.jump, [], function: last) }
    func indirect(_ target: Int, _ setContext: (inout WindowFunction) -> Void) -> WindowFunction {
      tail {
        setContext(&$0)
        $0.add(.xconst8, 2, 30)
        $0.add(.xpcadd, [7], function: target)
        $0.add(.xjump, 7)
      }
    }
    program.functions = [
      main, direct, indirect(last) { $0.add(.xmov, 0, context) },
      indirect(last) { loadNumber(0, number: 0, &$0) },
      indirect(last + 1) { loadNumber(0, number: 1, &$0) },
      indirect(last) { loadNumber(0, number: 0, &$0) }, identity(), thunk(),
    ]
    program.contextualCount = last + 1
    program.expected = sum(of: [
      2 + 100 + 7, 7, 3 + 100 + 7, 7, 4 + 200 + 9, 7, 5 + 30 + 7, 44, 6 + 100 + 44, 44,
    ])
    return program
  }

  /// Calls a host function that moves the memory up by one byte
  private static func hostCalls() -> WindowProgram {
    var program = WindowProgram("calls of the host")
    var main = caller(readsMemoryRegisters: true)
    main.add(.xmov, 10, base)
    for index in 0..<2 {
      loadNumber(0, number: 1, &main)
      main.add(.xconst8, 1, 40)
      main.add(.xconst8, 2, 2)
      main.add(.xconst8, 15, 1)
      main.add(.call_indirect_host, index == 0 ? 1 : 255)
      note(0, &main)
      noteMemory(&main)
      main.add(.xsub64, 11, base, 10)
      note(11, &main)
      note(bound, &main)
    }
    // What follows an atomic access to a shared memory.
    main.add(.xmov, 12, context)
    main.add(.xload64le_o32, bound, context, Int64(WindowInstance.recordOffset))
    main.add(.xload64le_o32, base, bound, 0)
    main.add(.xload64le_o32, bound, bound, 8)
    note(bound, &main)
    main.returnValue(sum)
    program.functions = [main]
    program.expected = sum(of: [42 + 7, 44, 1, 255, 42 + 44, 81, 2, 254, 254])
    return program
  }

  private static func mismatchedHostCall(isEscape: Bool) -> WindowProgram {
    var program = WindowProgram("a call of the host with another signature")
    var main = caller()
    loadNumber(0, number: 1, &main)
    main.add(.xconst8, 15, 2)
    main.add(.call_indirect_host, isEscape ? 255 : 0)
    main.returnValue(0)
    program.functions = [main]
    program.trap = .hostSignatureMismatch
    return program
  }

  // MARK: - The stack

  /// Registers of all classes that are stored on the stack and loaded, far registers, and values that are
  /// passed on the stack.
  private static func stack(frame: Int64) -> WindowProgram {
    var program = WindowProgram("values in a frame of \(frame) bytes")
    let slot = frame - 64
    var main = caller(frame: frame, outgoing: 2)
    loadNumber(8, number: 2, &main)
    main.add(.xstore64le_o32, sp, slot, 8)
    main.add(.xload64le_o32, 9, sp, slot)
    note(9, &main)
    // Far registers: x9 = far + far; far = x9 + far.
    main.add(.xload64le_o32, 24, sp, slot)
    main.add(.xload64le_o32, 25, sp, slot)
    main.add(.xadd64, 22, 24, 25)
    main.add(.xstore64le_o32, sp, slot + 8, 22)
    main.add(.xload64le_o32, 24, sp, slot + 8)
    main.add(.xadd64, 9, 9, 24)
    note(9, &main)
    main.add(.bitcast_float_from_int_64, 25, 8)
    main.add(.fstore64le_o32, sp, slot + 16, 25)
    main.add(.fload64le_o32, 28, sp, slot + 16)
    main.add(.fmov, 26, 28)
    main.add(.fstore64le_o32, sp, slot, 26)
    main.add(.fload64le_o32, 24, sp, slot)
    main.add(.bitcast_int_from_float_64, 9, 24)
    note(9, &main)
    main.add(.vsplatx64, 25, 9)
    main.add(.vstore128le_o32, sp, slot + 32, 25)
    main.add(.vload128le_o32, 28, sp, slot + 32)
    main.add(.vaddi64x2, 26, 28, 25)
    main.add(.vstore128le_o32, sp, slot + 48, 26)
    main.add(.vload128le_o32, 24, sp, slot + 48)
    main.add(.xextractv64x2, 10, 24, 1)
    note(10, &main)
    // The callee returns on the stack what it has received there, and one more.
    main.add(.xstore64le_o32, sp, 16, 10)
    main.add(.xconst8, 1, 5)
    main.add(.call2, [context, 1], function: 1)
    note(0, &main)
    main.add(.xload64le_o32, 11, sp, 24)
    note(11, &main)
    main.add(.xload64le_o32, 11, sp, slot + 8)
    note(11, &main)
    main.returnValue(sum)
    var record = WindowRecord(passes: 2)
    record.incoming = 2
    record.outgoing = 1
    var callee = WindowFunction(record, frame: frame) { $0.add(.xmov, 9, 1) }
    callee.add(.xload64le_o32, 10, sp, frame + 16)
    callee.add(.xadd64_u8, 11, 10, 1)
    callee.exit()
    callee.add(.xstore64le_o32, sp, frame + 24, 11)
    callee.add(.xadd64, 0, 9, 10)
    callee.encoder.ret()
    program.functions = [main, callee]
    program.expected = sum(of: [100, 300, 100, 200, 205, 201, 200])
    return program
  }

  /// Accesses to the frame by its address.
  private static func addresses() -> WindowProgram {
    var program = WindowProgram("addresses of the frame")
    var main = caller(frame: 64)
    loadNumber(8, number: 2, &main)
    main.add(.xstore32le_o32, sp, 32, 8)
    main.add(.xload8_u32_o32, 9, sp, 32)
    note(9, &main)
    main.add(.xload64le_o32, 10, sp, 32)
    main.add(.xshl64_u6, 10, 10, 32)
    main.add(.xshr64_u_u6, 10, 10, 32)
    note(10, &main)
    main.add(.xmov, 11, sp)
    main.add(.xadd64_u8, 12, sp, 32)
    main.add(.xload8_u32_o32, 9, 12, 0)
    note(9, &main)
    main.returnValue(sum)
    program.functions = [main]
    program.expected = sum(of: [100, 100, 100])
    return program
  }

  // MARK: - Returns

  /// Returns of a value in another register and in its place, in the accumulator and not.
  private static func returns() -> WindowProgram {
    var program = WindowProgram("returns")
    var main = caller()
    for target in 1...8 {
      main.add(.xconst8, 1, Int64(target))
      main.add(.xconst8, 2, Int64(10 * target))
      main.add(.call3, [context, 1, 2], function: target)
      note(0, &main)
    }
    main.returnValue(sum)
    program.functions = [main]
    for isLeaf in [false, true] {
      func callee(_ write: (inout WindowFunction) -> Void) {
        var function = WindowFunction(
          WindowRecord(passes: 3, isLeaf: isLeaf),
          entry: {
            $0.add(.xmov, 9, 1); $0.add(.xmov, 10, 2)
          })
        write(&function)
        function.encoder.ret()
        program.functions.append(function)
      }
      // wret
      callee {
        $0.add(.xmin64_u, 10, 10, 10)
        $0.exit()
        $0.add(.xmov, 0, 9)
      }
      // wret_x: the value is not what the instruction before the move computes.
      callee {
        $0.add(.xmov, 12, context)
        $0.add(.xmin64_u, 11, 9, 10)
        $0.add(.xstore64le_o32, 12, WindowInstance.offset(20), 10)
        $0.exit()
        $0.add(.xmov, 0, 11)
      }
      // wret_in_place
      callee {
        $0.exit()
        $0.add(.xmin64_u, 0, 9, 10)
        $0.add(.xmin64_u, 10, 10, 10)
      }
      // wret_in_place_x
      callee {
        $0.exit()
        $0.add(.xmin64_u, 0, 9, 10)
      }
    }
    program.expected = sum(of: Array(1...8))
    return program
  }

  /// Functions with several results, of which two have the same value.
  private static func manyResults(isLeaf: Bool) -> WindowProgram {
    var program = WindowProgram(
      "several results of a function that \(isLeaf ? "does not call" : "calls")")
    var main = caller()
    for target in 1...2 {
      main.add(.xconst8, 1, 30)
      main.add(.xconst8, 2, 12)
      main.add(.call3, [context, 1, 2], function: target)
      for result: Int64 in [1, 0, 2] { note(result, &main) }
    }
    main.returnValue(sum)
    program.functions = [main]
    for isNamedTwice in [false, true] {
      var function = WindowFunction(
        WindowRecord(passes: 3, results: 3, isLeaf: isLeaf),
        entry: {
          $0.add(.xmov, 9, 1); $0.add(.xmov, 10, 2)
        })
      function.exit()
      function.add(.xmov, 2, 10)
      function.add(.xadd64, isLeaf ? 1 : 11, 9, 10)
      if !isLeaf { function.add(.xmov, 1, 11) }
      if isNamedTwice {
        function.add(.xmov, 0, isLeaf ? 1 : 11)
      } else {
        function.add(.xmov, 0, 9)
      }
      function.encoder.ret()
      program.functions.append(function)
    }
    program.expected = sum(of: [42, 30, 12, 42, 42, 12])
    return program
  }

  // MARK: - Overflow

  /// Functions that call themselves until the stack is full, in each way.
  private static var recursions: [WindowProgram] {
    func recursion(_ name: String, frame: Int64, _ call: (inout WindowFunction) -> Void)
      -> WindowProgram
    {
      var program = WindowProgram("endless recursion by \(name)")
      var main = caller(frame: frame)
      call(&main)
      main.returnValue(0)
      program.functions = [main]
      program.trap = .stackOverflow
      return program
    }
    func reference(_ number: Int?) -> (inout WindowFunction) -> Void {
      return { function in
        if let number {
          loadNumber(0, number: number, &function)
        } else {
          function.add(.xmov, 0, context)
        }
        function.add(.xpcadd, [7], function: 0)
        function.add(.call_indirect, 7)
      }
    }
    return [
      recursion("calls", frame: 32) { $0.add(.call1, [context], function: 0) },
      recursion("calls with large frames", frame: 0x1_0000) {
        $0.add(.call1, [context], function: 0)
      },
      recursion("references", frame: 32, reference(nil)),
      recursion("references to another instance", frame: 32, reference(0)),
    ]
  }
}
