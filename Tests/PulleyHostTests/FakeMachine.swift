import PulleyISA
import PulleyVM

@testable import PulleyHost

/// Registers and a stack to make host calls from, without any code.
final class FakeMachine {
  let machine: Machine
  let registers: UnsafeMutableRawPointer
  let stack = UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 16)
  private let originalStackPointer: UInt
  let memory: UnsafeMutablePointer<MemoryRecord>
  let environment = HostEnvironment()
  static let memorySize = 4096

  init() throws {
    machine = try Machine(stackSize: 1 << 16)
    registers = machine.state.base
    registers.initializeMemory(as: UInt8.self, repeating: 0xA5, count: 512)
    stack.initializeMemory(as: UInt8.self, repeating: 0x5A, count: 4096)
    originalStackPointer = machine.state.stackPointer
    registers.storeBytes(of: stack, toByteOffset: 30 * 8, as: UnsafeMutableRawPointer.self)
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: FakeMachine.memorySize, alignment: 16)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: FakeMachine.memorySize)
    memory = .allocate(capacity: 1)
    memory.initialize(to: MemoryRecord(base: bytes, bound: UInt64(FakeMachine.memorySize)))
    environment.memory = UnsafePointer(memory)
  }

  deinit {
    memory.pointee.base?.deallocate()
    memory.deallocate()
    machine.state.stackPointer = originalStackPointer
    stack.deallocate()
  }

  func write(_ text: String, at address: Int) {
    memory.pointee.base?.advanced(by: address).copyMemory(
      from: Array(text.utf8) + [0], byteCount: text.utf8.count + 1)
  }

  /// Calls the record with these arguments, each of which is 64 bits for its slot. Returns the
  /// status, x0 and f0.
  func call(
    _ record: HostFunctionRecord, type: GuestFunctionType, _ arguments: [UInt64]
  ) -> (status: Int32, x0: UInt64, f0: UInt64) {
    let abi = type.abi(leading: [.x], convention: .standard)
    let pointer = UnsafeMutableRawPointer(record.pointer)
    registers.storeBytes(of: pointer, as: UnsafeMutableRawPointer.self)
    for (location, argument) in zip(abi.parameters.dropFirst(), arguments) {
      switch location {
      case .x(let n): registers.storeBytes(of: argument, toByteOffset: 8 * Int(n), as: UInt64.self)
      case .f(let n):
        registers.storeBytes(of: argument, toByteOffset: 256 + 8 * Int(n), as: UInt64.self)
      case .v(let n):
        // The second half is the complement of the first.
        registers.storeBytes(of: argument, toByteOffset: StateLayout.v(Int(n)), as: UInt64.self)
        registers.storeBytes(
          of: ~argument, toByteOffset: StateLayout.v(Int(n)) + 8, as: UInt64.self)
      case .stack(let offset):
        stack.storeBytes(of: argument, toByteOffset: Int(offset), as: UInt64.self)
      }
    }
    let status = record.pointer.pointee.invoke(registers, pointer)
    return (
      status, registers.load(as: UInt64.self),
      registers.load(fromByteOffset: 256, as: UInt64.self)
    )
  }
}

extension HostDefinition {
  /// A definition of a Swift closure of some C function type.
  static func of<Function>(
    _ signature: String, _ function: Function, userData: UnsafeMutableRawPointer? = nil,
    finalizer: Finalizer? = nil
  ) throws -> HostDefinition {
    HostDefinition(
      name: "env.f", signature: try HostSignature(signature),
      function: unsafeBitCast(function, to: HostDefinition.Function.self), userData: userData,
      finalizer: finalizer)
  }
}
