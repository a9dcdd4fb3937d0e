import PulleyHost
import PulleyVM
import PulleyWasm

/// The runtime's own host functions. Compiled code calls them for growing and bulk operations, with
/// the same instruction as any C function.
enum Builtins {
  /// The array of pointers that every context names: one record for each builtin, in order.
  nonisolated(unsafe) static let table = {
    let count = Builtin.allCases.count
    let records = UnsafeMutablePointer<HostFunction>.allocate(capacity: count)
    let table = UnsafeMutablePointer<UnsafeMutablePointer<HostFunction>>.allocate(capacity: count)
    for (index, builtin) in Builtin.allCases.enumerated() {
      (records + index).initialize(
        to: HostFunction(signature: builtin.hostSignature, invoke: invoke(builtin)))
      (table + index).initialize(to: records + index)
    }
    return table
  }()

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
            count: call.word(3), call.interruption))
      }
    case .memoryCopy:
      { registers, _ in
        let call = BuiltinCall(registers)
        return call.end(
          call.instance.copyMemory(
            to: (call.index(0), call.word(2)), from: (call.index(1), call.word(3)),
            count: call.word(4), call.interruption))
      }
    case .memoryInit:
      { registers, _ in
        let call = BuiltinCall(registers)
        return call.end(
          call.instance.initializeMemory(
            call.index(0), at: call.word(2), fromSegment: call.index(1), from: call.word(3),
            count: call.word(4), call.interruption))
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
          by: call.word(2), fill: UInt(call.word(1)), call.interruption)
        if grown == nil && call.interruption.isDue { return call.end(.interrupted) }
        return call.give(grown ?? .max)
      }
    case .tableFill:
      { registers, _ in
        let call = BuiltinCall(registers)
        return call.end(
          call.instance.fillTable(
            call.index(0), at: call.word(1), with: UInt(call.word(2)), count: call.word(3),
            call.interruption))
      }
    case .tableCopy:
      { registers, _ in
        let call = BuiltinCall(registers)
        return call.end(
          call.instance.copyTable(
            to: (call.index(0), call.word(2)), from: (call.index(1), call.word(3)),
            count: call.word(4), call.interruption))
      }
    case .tableInit:
      { registers, _ in
        let call = BuiltinCall(registers)
        return call.end(
          call.instance.initializeTable(
            call.index(0), at: call.word(2), fromSegment: call.index(1), from: call.word(3),
            count: call.word(4), call.interruption))
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
    case .memoryAtomicWait32: { registers, _ in BuiltinCall(registers).wait(size: 4) }
    case .memoryAtomicWait64: { registers, _ in BuiltinCall(registers).wait(size: 8) }
    case .memoryAtomicNotify:
      { registers, _ in
        let call = BuiltinCall(registers)
        return call.end(
          call.instance.notify(
            call.index(0), at: call.word(1), offset: call.word(2),
            count: UInt32(truncatingIfNeeded: call.word(3))))
      }
    }
  }
}

/// The registers of a builtin's call: the function in x0, the context in x1, the operands from x2
/// on.
private struct BuiltinCall {
  let registers: UnsafeMutableRawPointer

  init(_ registers: UnsafeMutableRawPointer) { self.registers = registers }

  var instance: WasmInstanceState {
    let context = registers.load(
      fromByteOffset: StateLayout.x(1), as: UnsafeMutableRawPointer.self)
    let word = context.load(
      fromByteOffset: ContextLayout.instance, as: UnsafeMutableRawPointer.self)
    return Unmanaged<WasmInstanceState>.fromOpaque(word).takeUnretainedValue()
  }

  var interruption: Interruption { Machine.machine(of: registers).interruption }

  /// A 64-bit operand.
  func word(_ position: Int) -> UInt64 {
    registers.load(fromByteOffset: StateLayout.x(2 + position), as: UInt64.self)
  }

  /// A 32-bit operand: an index that validation has checked.
  func index(_ position: Int) -> Int {
    Int(registers.load(fromByteOffset: StateLayout.x(2 + position), as: UInt32.self))
  }

  func give(_ result: UInt64) -> Int32 {
    registers.storeBytes(of: result, toByteOffset: StateLayout.x(0), as: UInt64.self)
    return 0
  }

  func wait(size: UInt64) -> Int32 {
    end(
      instance.wait(
        index(0), at: word(1), offset: word(2), size: size, expected: word(3),
        timeout: Int64(bitPattern: word(4)), interruption))
  }

  func end(_ result: Swift.Result<UInt64, BuiltinTrap>) -> Int32 {
    switch result {
    case .success(let value): return give(value)
    case .failure(let trap): return end(trap.reason)
    }
  }

  func end(_ reason: TrapReason?) -> Int32 {
    guard let reason else { return 0 }
    Machine.machine(of: registers).hostError = BuiltinTrap(reason)
    return 1
  }
}
