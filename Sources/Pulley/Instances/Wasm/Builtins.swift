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
    case .memoryGrow: { registers, _ in BuiltinCall(registers).growMemory() }
    case .memoryFill: { registers, _ in BuiltinCall(registers).fillMemory() }
    case .memoryCopy: { registers, _ in BuiltinCall(registers).copyMemory() }
    case .memoryInit: { registers, _ in BuiltinCall(registers).initializeMemory() }
    case .dataDrop: { registers, _ in BuiltinCall(registers).dropData() }
    case .tableGrow: { registers, _ in BuiltinCall(registers).growTable() }
    case .tableFill: { registers, _ in BuiltinCall(registers).fillTable() }
    case .tableCopy: { registers, _ in BuiltinCall(registers).copyTable() }
    case .tableInit: { registers, _ in BuiltinCall(registers).initializeTable() }
    case .elemDrop: { registers, _ in BuiltinCall(registers).dropElements() }
    case .isSubtype: { registers, _ in BuiltinCall(registers).testSubtype() }
    case .memoryAtomicWait32: { registers, _ in BuiltinCall(registers).wait(size: 4) }
    case .memoryAtomicWait64: { registers, _ in BuiltinCall(registers).wait(size: 8) }
    case .memoryAtomicNotify: { registers, _ in BuiltinCall(registers).notify() }
    case .exceptionThrow: { registers, _ in BuiltinCall(registers).throwException() }
    case .arrayFill: { registers, _ in BuiltinCall(registers).fillArray() }
    case .arrayCopy: { registers, _ in BuiltinCall(registers).copyArray() }
    case .arrayNewData: { registers, _ in BuiltinCall(registers).makeArrayOfData() }
    case .arrayNewElements: { registers, _ in BuiltinCall(registers).makeArrayOfElements() }
    case .arrayInitData: { registers, _ in BuiltinCall(registers).initializeArrayWithData() }
    case .arrayInitElements:
      { registers, _ in BuiltinCall(registers).initializeArrayWithElements() }
    case .anyFromExtern: { registers, _ in BuiltinCall(registers).internalize() }
    case .externFromAny: { registers, _ in BuiltinCall(registers).externalize() }
    case .functionMatches: { registers, _ in BuiltinCall(registers).testFunction() }
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

  /// Returns a result to the caller.
  func give(_ result: UInt64) -> Int32 {
    registers.storeBytes(of: result, toByteOffset: StateLayout.x(0), as: UInt64.self)
    return 0
  }

  /// Returns a result, or traps.
  func end(_ result: Swift.Result<UInt64, BuiltinTrap>) -> Int32 {
    switch result {
    case .success(let value): return give(value)
    case .failure(let trap): return end(trap.reason)
    }
  }

  /// Returns without a result, or traps if there is a reason.
  func end(_ reason: TrapReason?) -> Int32 {
    guard let reason else { return 0 }
    Machine.machine(of: registers).hostError = BuiltinTrap(reason)
    return 1
  }
}

/// The builtins themselves. `Builtin` has the operands of each.
extension BuiltinCall {
  // MARK: Memories

  func growMemory() -> Int32 {
    give(instance.memories[index(0)].grow(by: word(1)) ?? .max)
  }

  func fillMemory() -> Int32 {
    end(
      instance.fillMemory(
        index(0), at: word(1), with: UInt8(truncatingIfNeeded: word(2)), count: word(3),
        interruption))
  }

  func copyMemory() -> Int32 {
    end(
      instance.copyMemory(
        to: (index(0), word(2)), from: (index(1), word(3)), count: word(4), interruption))
  }

  func initializeMemory() -> Int32 {
    end(
      instance.initializeMemory(
        index(0), at: word(2), fromSegment: index(1), from: word(3), count: word(4), interruption))
  }

  func dropData() -> Int32 {
    instance.droppedData[index(0)] = true
    return 0
  }

  func wait(size: UInt64) -> Int32 {
    end(
      instance.wait(
        index(0), at: word(1), offset: word(2), size: size, expected: word(3),
        timeout: Int64(bitPattern: word(4)), interruption))
  }

  func notify() -> Int32 {
    end(
      instance.notify(
        index(0), at: word(1), offset: word(2), count: UInt32(truncatingIfNeeded: word(3))))
  }

  // MARK: Tables

  func growTable() -> Int32 {
    let interruption = interruption
    let grown = instance.tables[index(0)].grow(by: word(2), fill: UInt(word(1)), interruption)
    if grown == nil && interruption.isDue { return end(.interrupted) }
    return give(grown ?? .max)
  }

  func fillTable() -> Int32 {
    end(
      instance.fillTable(
        index(0), at: word(1), with: UInt(word(2)), count: word(3), interruption))
  }

  func copyTable() -> Int32 {
    end(
      instance.copyTable(
        to: (index(0), word(2)), from: (index(1), word(3)), count: word(4), interruption))
  }

  func initializeTable() -> Int32 {
    end(
      instance.initializeTable(
        index(0), at: word(2), fromSegment: index(1), from: word(3), count: word(4), interruption))
  }

  func dropElements() -> Int32 {
    instance.dropElements(index(0))
    return 0
  }

  // MARK: Exceptions

  func throwException() -> Int32 {
    let exception = word(0)
    guard let object = UnsafeRawPointer(bitPattern: UInt(exception)) else {
      return end(.nullReference)
    }
    Machine.machine(of: registers).thrownException = GuestException(
      tag: object.load(fromByteOffset: ObjectLayout.exceptionTag, as: UInt64.self),
      payload0: exception, payload1: 0, isObject: true)
    return HostFunction.threw
  }

  // MARK: Objects

  func fillArray() -> Int32 {
    end(
      instance.fillArray(word(0), at: word(1), with: (word(2), word(3)), count: word(4)) {
        interruption
      })
  }

  func copyArray() -> Int32 {
    end(
      instance.copyArray(to: (word(0), word(1)), from: (word(2), word(3)), count: word(4)) {
        interruption
      })
  }

  func makeArrayOfData() -> Int32 {
    end(
      instance.makeArray(ofType: index(0), fromData: index(1), from: word(2), count: word(3)) {
        interruption
      })
  }

  func makeArrayOfElements() -> Int32 {
    end(
      instance.makeArray(ofType: index(0), fromElements: index(1), from: word(2), count: word(3)) {
        interruption
      })
  }

  func initializeArrayWithData() -> Int32 {
    end(
      instance.initializeArray(
        word(1), at: word(2), fromData: index(0), from: word(3), count: word(4)
      ) { interruption })
  }

  func initializeArrayWithElements() -> Int32 {
    end(
      instance.initializeArray(
        word(1), at: word(2), fromElements: index(0), from: word(3), count: word(4)
      ) { interruption })
  }

  func internalize() -> Int32 {
    guard let reference = try? instance.group.current.internalize(UInt(word(0))) else {
      return end(.heapExhausted)
    }
    return give(UInt64(reference))
  }

  func externalize() -> Int32 {
    give(UInt64(instance.group.current.externalize(UInt(word(0)))))
  }

  func testFunction() -> Int32 {
    guard let record = UnsafeRawPointer(bitPattern: UInt(word(0))) else { return give(0) }
    let type = record.load(fromByteOffset: ContextLayout.FunctionRecord.type, as: UInt32.self)
    let isOfType = instance.module.engine.types.isSubtype(
      type, of: instance.wasm.typeNumbers[index(1)])
    return give(isOfType ? 1 : 0)
  }

  // MARK: Types

  func testSubtype() -> Int32 {
    let isSubtype = instance.module.engine.types.isSubtype(
      UInt32(index(0)), of: UInt32(index(1)))
    return give(isSubtype ? 1 : 0)
  }
}
