import PulleyISA

@testable import PulleyVM

/// A program that runs handlers of calls, returns, jumps and frames, and its result in x5.
struct ControlProgram {
  let name: String
  var program = Program()
  var expected: UInt64 = 0
  var trap: TrapKind?
  /// Sets the registers, and a memory of 512 bytes, before the program runs.
  var prepare: (MachineState, UnsafeMutableRawBufferPointer) -> Void = { _, _ in }

  init(_ name: String) { self.name = name }

  static var all: [ControlProgram] {
    (0...4).map { calls(arguments: $0) } + [
      frames(), anyFrames(), jumps(), branchTables(), pointers(), foreignCalls(), memoryRegisters(),
      stackSpace(), hostCall(hasNumber: true), hostCall(hasNumber: false), nullFunction(), trap(),
    ]
  }

  /// The numbers of saved registers for which there are frame handlers.
  static let saves = 0...12

  private static let callOpcodes: [Opcode] = [.call, .call1, .call2, .call3, .call4]

  /// Calls of functions that save 0 to 12 registers, and of one that has no frame. Each adds its
  /// arguments to x5, weighted, and destroys the registers that it saves.
  static func calls(arguments: Int) -> ControlProgram {
    var control = ControlProgram("calls with \(arguments) arguments")
    let order: [Int64] = [3, 2, 1, 0]
    control.program.function { p in
      p.encoder.push_frame()
      for callee in 0...saves.count {
        for index in 0..<4 { p.encoder.xconst8(x(index), Int8(callee + 16 * index)) }
        p.call(callOpcodes[arguments], Array(order.prefix(arguments)), callee + 1)
      }
      for index in 16..<28 { p.encoder.xadd64(x(5), x(5), x(index)) }
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    for callee in 0...saves.count {
      let saves = saves.contains(callee) ? callee : nil
      control.program.function { p in
        let set = UpperRegSet(rawValue: UInt16((1 << (saves ?? 0)) - 1))
        let amount = UInt16(((saves ?? 0) * 8 + 15) / 16 * 16)
        if saves != nil { p.encoder.push_frame_save(amount, set) }
        for index in 0..<(saves ?? 0) { p.encoder.xadd64(x(16 + index), x(0), x(1)) }
        for index in 0..<4 {
          p.encoder.encode(.xmul64_s8, [4, Int64(index), Int64(index + 1)])
          p.encoder.xadd64(x(5), x(5), x(4))
        }
        if saves != nil { p.encoder.pop_frame_restore(amount, set) }
        p.encoder.ret()
      }
      for index in 0..<4 {
        let argument = index < arguments ? Int(order[index]) : index
        control.expected += UInt64((callee + 16 * argument) * (index + 1))
      }
    }
    control.prepare = { state, _ in for index in 16..<28 { state[x: index] = UInt64(index) } }
    control.expected += UInt64((16..<28).reduce(0, +))
    return control
  }

  /// Frames that are pushed and popped without a return.
  private static func frames() -> ControlProgram {
    var control = ControlProgram("frames that save 0 to 12 registers")
    control.program.function { p in
      p.encoder.push_frame()
      for saves in saves {
        let set = UpperRegSet(rawValue: UInt16((1 << saves) - 1))
        p.encoder.push_frame_save(UInt16((saves * 8 + 15) / 16 * 16), set)
        for index in 0..<saves { p.encoder.xconst8(x(16 + index), 1) }
        p.encoder.pop_frame_restore(UInt16((saves * 8 + 15) / 16 * 16), set)
        for index in 16..<28 { p.encoder.xadd64(x(5), x(5), x(index)) }
      }
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    control.prepare = { state, _ in for index in 16..<28 { state[x: index] = UInt64(index) } }
    control.expected = UInt64(saves.count * (16..<28).reduce(0, +))
    return control
  }

  private static func anyFrames() -> ControlProgram {
    var control = ControlProgram("frames that save any registers")
    let set = UpperRegSet(rawValue: 0x3F05)
    control.program.function { p in
      p.encoder.push_frame_save(64, set)
      for index in 16..<30 { p.encoder.xzero(x(index)) }
      p.encoder.pop_frame_restore(64, set)
      for index in 16..<28 { p.encoder.xadd64(x(5), x(5), x(index)) }
      p.encoder.ret()
    }
    control.prepare = { state, _ in for index in 16..<28 { state[x: index] = UInt64(index) } }
    control.expected = UInt64((16..<28).filter { 0x3F05 >> ($0 - 16) & 1 == 1 }.reduce(0, +))
    return control
  }

  /// A loop that is left by a branch and continued by a jump.
  private static func jumps() -> ControlProgram {
    var control = ControlProgram("a loop")
    control.program.function { p in
      p.encoder.xconst8(x(0), 10)
      let loop = p.encoder.offset
      let exit = p.encoder.offset
      p.encoder.encode(.br_if_not32, [0, 0])
      p.encoder.xadd64(x(5), x(5), x(0))
      p.encoder.xsub32_u8(x(0), x(0), 1)
      p.encoder.xctz64(x(1), x(1))
      let jump = p.encoder.offset
      p.encoder.jump(0)
      p.encoder.patch32(at: jump + (Opcode.jump.pcRelByteOffset ?? 0), Int32(loop - jump))
      p.land(exit, .br_if_not32)
      p.encoder.ret()
    }
    control.expected = 55
    return control
  }

  /// Goes through tables by indices in and out of range, in the accumulator and not.
  private static func branchTables() -> ControlProgram {
    var control = ControlProgram("branch tables")
    control.expected = 2 * (1 + 2 + 3 + 3)
    control.program.function { p in
      p.encoder.push_frame()
      for index in 0..<4 {
        for isInAccumulator in [false, true] {
          p.encoder.xconst8(x(0), Int8(index))
          if !isInAccumulator { p.encoder.xconst8(x(1), 0) }
          p.encoder.br_table32(x(0), 3)
          let entries = p.encoder.offset
          for _ in 0..<3 { p.encoder.branchTableEntry(0) }
          var jumps: [Int] = []
          for number in 0..<3 {
            let entry = entries + 4 * number
            p.encoder.patch32(at: entry, Int32(p.encoder.offset - entry))
            p.encoder.xadd64_u8(x(5), x(5), UInt8(number + 1))
            jumps.append(p.encoder.offset)
            p.encoder.jump(0)
          }
          for jump in jumps { p.land(jump, .jump) }
        }
      }
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    return control
  }

  /// Calls and jumps through addresses, in the accumulator and not, and to a function by its name.
  private static func pointers() -> ControlProgram {
    var control = ControlProgram("calls and jumps through addresses")
    addPointers(&control)
    return control
  }

  private static func addPointers(_ control: inout ControlProgram) {
    control.program.function { p in
      p.encoder.push_frame()
      for isInAccumulator in [false, true] {
        for callee in [1, 2, 3] {
          p.call(.xpcadd, [6], callee)
          if !isInAccumulator { p.encoder.xconst8(x(1), 0) }
          p.encoder.call_indirect(x(6))
        }
      }
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    control.program.function { p in
      p.encoder.xadd64_u8(x(5), x(5), 1)
      p.call(.jump, [], 4)
    }
    for isInAccumulator in [false, true] {
      control.program.function { p in
        p.encoder.xadd64_u8(x(5), x(5), 10)
        p.call(.xpcadd, [7], 4)
        if !isInAccumulator { p.encoder.xconst8(x(1), 0) }
        p.encoder.xjump(x(7))
      }
    }
    control.program.function { p in
      p.encoder.xadd64_u8(x(5), x(5), 100)
      p.encoder.ret()
    }
    control.expected = 2 * (1 + 10 + 10 + 3 * 100)
  }

  /// The same with the option that the addresses may be those of host functions.
  private static func foreignCalls() -> ControlProgram {
    var control = ControlProgram("calls and jumps through addresses that are checked")
    control.program.options.checksCallees = true
    addPointers(&control)
    return control
  }

  /// Loads after each way of setting base and bound of the memory.
  private static func memoryRegisters() -> ControlProgram {
    var control = ControlProgram("changes of a memory's base and bound")
    control.program.function { p in
      func use() {
        p.encoder.xconst8(x(3), 0)
        p.encoder.xload8_u32_g32(x(2), x(28), x(29), x(3), 0)
        p.encoder.xadd64(x(5), x(5), x(2))
      }
      for isInAccumulator in [false, true] {
        p.encoder.xzero(x(29))
        p.encoder.xmov(x(1), x(0))
        if !isInAccumulator { p.encoder.xconst8(x(3), 0) }
        p.encoder.xload64le_o32(x(29), x(1), 8)
        p.encoder.xload64le_o32(x(28), x(29), 0)
        p.encoder.xload64le_o32(x(29), x(29), 8)
        use()
      }
      p.encoder.xconst8(x(29), 1)
      use()
      p.encoder.ret()
    }
    control.prepare = { state, memory in
      let record = UInt64(UInt(bitPattern: memory.baseAddress)) + 256
      memory.storeBytes(of: 7, as: UInt8.self)
      memory.storeBytes(of: record - 256, toByteOffset: 256, as: UInt64.self)
      memory.storeBytes(of: 64, toByteOffset: 264, as: UInt64.self)
      memory.storeBytes(of: record, toByteOffset: 280, as: UInt64.self)
      state[x: 0] = record + 16
    }
    control.expected = 21
    return control
  }

  private static func stackSpace() -> ControlProgram {
    var control = ControlProgram("room on the stack")
    control.program.function { p in
      p.encoder.xmov(x(5), x(30))
      p.encoder.stack_alloc32(64)
      p.encoder.xsub64(x(5), x(5), x(30))
      p.encoder.stack_free32(64)
      p.encoder.ret()
    }
    control.expected = 64
    return control
  }

  private struct Host {
    nonisolated(unsafe) static let function: UnsafeMutablePointer<HostFunction> = {
      let function = UnsafeMutablePointer<HostFunction>.allocate(capacity: 1)
      function.initialize(
        to: HostFunction(signature: 71) { registers, _ in
          let state = MachineState(base: registers)
          state[x: 5] = state[x: 1] &+ state[x: 2]
          return 0
        })
      return function
    }()
  }

  /// Calls the host with a signature number in the instruction or in x15.
  private static func hostCall(hasNumber: Bool) -> ControlProgram {
    var control = ControlProgram("a call of the host")
    control.program.hostSignatures = [70, 71]
    control.program.function { p in
      p.encoder.push_frame()
      p.encoder.call_indirect_host(hasNumber ? 1 : 255)
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    control.prepare = { state, _ in
      state[x: 0] = UInt64(UInt(bitPattern: Host.function))
      state[x: 1] = 40
      state[x: 2] = 2
      state[x: 15] = 1
    }
    control.expected = 42
    return control
  }

  private static func nullFunction() -> ControlProgram {
    var control = ControlProgram("a call of address 0")
    control.program.options.checksCallees = true
    control.program.function { p in
      p.encoder.xzero(x(6))
      p.encoder.call_indirect(x(6))
      p.encoder.ret()
    }
    control.trap = .nullAddress
    return control
  }

  private static func trap() -> ControlProgram {
    var control = ControlProgram("a trap")
    control.program.function { p in
      p.encoder.xconst8(x(5), 1)
      p.encoder.encode(.trap, [])
    }
    control.expected = 1
    control.trap = .unreachable
    return control
  }
}
