import PulleyHost
import PulleyVM
import PulleyWasm

/// The runtime's own host functions: what compiled code calls for growing and bulk operations, by
/// the same instruction that calls any C function.
enum Builtins {
  /// The array of pointers that every context names: one record for each builtin, in order. The
  /// signature numbers differ between engines, so each engine has its own.
  static func makeTable(
    _ signatures: [UInt32]
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<HostFunction>> {
    let count = Builtin.allCases.count
    let records = UnsafeMutablePointer<HostFunction>.allocate(capacity: count)
    let table = UnsafeMutablePointer<UnsafeMutablePointer<HostFunction>>.allocate(capacity: count)
    for (index, builtin) in Builtin.allCases.enumerated() {
      (records + index).initialize(
        to: HostFunction(signature: signatures[index], invoke: invoke(builtin)))
      (table + index).initialize(to: records + index)
    }
    return table
  }

  static func freeTable(_ table: UnsafeMutablePointer<UnsafeMutablePointer<HostFunction>>) {
    table[0].deallocate()
    table.deallocate()
  }

  private static func invoke(_ builtin: Builtin) -> HostFunction.Invoke {
    switch builtin {
    case .memoryGrow:
      { registers, _ in
        let call = BuiltinCall(registers)
        let grown = call.instance.memories[call.index(0)].grow(by: call.word(1))
        return call.give(grown ?? .max)
      }
    case .memoryFill:
      { registers, _ in
        let call = BuiltinCall(registers)
        return call.end(
          call.instance.fillMemory(
            call.index(0), at: call.word(1), with: UInt8(truncatingIfNeeded: call.word(2)),
            count: call.word(3)))
      }
    case .memoryCopy:
      { registers, _ in
        let call = BuiltinCall(registers)
        return call.end(
          call.instance.copyMemory(
            to: (call.index(0), call.word(2)), from: (call.index(1), call.word(3)),
            count: call.word(4)))
      }
    case .memoryInit:
      { registers, _ in
        let call = BuiltinCall(registers)
        return call.end(
          call.instance.initializeMemory(
            call.index(0), at: call.word(2), fromSegment: call.index(1), from: call.word(3),
            count: call.word(4)))
      }
    case .dataDrop:
      { registers, _ in
        let call = BuiltinCall(registers)
        call.instance.droppedData[call.index(0)] = true
        return 0
      }
    case .tableGrow:
      { registers, _ in
        let call = BuiltinCall(registers)
        let grown = call.instance.tables[call.index(0)].grow(
          by: call.word(2), fill: UInt(call.word(1)))
        return call.give(grown ?? .max)
      }
    case .tableFill:
      { registers, _ in
        let call = BuiltinCall(registers)
        return call.end(
          call.instance.fillTable(
            call.index(0), at: call.word(1), with: UInt(call.word(2)), count: call.word(3)))
      }
    case .tableCopy:
      { registers, _ in
        let call = BuiltinCall(registers)
        return call.end(
          call.instance.copyTable(
            to: (call.index(0), call.word(2)), from: (call.index(1), call.word(3)),
            count: call.word(4)))
      }
    case .tableInit:
      { registers, _ in
        let call = BuiltinCall(registers)
        return call.end(
          call.instance.initializeTable(
            call.index(0), at: call.word(2), fromSegment: call.index(1), from: call.word(3),
            count: call.word(4)))
      }
    case .elemDrop:
      { registers, _ in
        let call = BuiltinCall(registers)
        call.instance.droppedElements[call.index(0)] = true
        return 0
      }
    case .isSubtype:
      { registers, _ in
        let call = BuiltinCall(registers)
        let isSubtype = call.instance.module.engine.types.isSubtype(
          UInt32(call.index(0)), of: UInt32(call.index(1)))
        return call.give(isSubtype ? 1 : 0)
      }
    }
  }
}

/// The registers of a builtin's call: x0 the function, x1 the context, the operands from x2 on.
private struct BuiltinCall {
  let registers: UnsafeMutableRawPointer

  init(_ registers: UnsafeMutableRawPointer) { self.registers = registers }

  var instance: InstanceState {
    let context = registers.load(
      fromByteOffset: StateLayout.x(1), as: UnsafeMutableRawPointer.self)
    let word = context.load(
      fromByteOffset: ContextLayout.instance, as: UnsafeMutableRawPointer.self)
    return Unmanaged<InstanceState>.fromOpaque(word).takeUnretainedValue()
  }

  /// A 64-bit operand.
  func word(_ position: Int) -> UInt64 {
    registers.load(fromByteOffset: StateLayout.x(2 + position), as: UInt64.self)
  }

  /// A 32-bit operand, an index that validation has checked.
  func index(_ position: Int) -> Int {
    Int(registers.load(fromByteOffset: StateLayout.x(2 + position), as: UInt32.self))
  }

  func give(_ result: UInt64) -> Int32 {
    registers.storeBytes(of: result, toByteOffset: StateLayout.x(0), as: UInt64.self)
    return 0
  }

  func end(_ reason: TrapReason?) -> Int32 {
    guard let reason else { return 0 }
    Machine.machine(of: registers).hostError = BuiltinTrap(reason)
    return 1
  }
}
