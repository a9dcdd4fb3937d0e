import PulleyDeclarations
import PulleyVM
import Testing

@testable import PulleyHost

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Host functions that take functions of the guest, called as a guest calls them.
@Suite struct CallbackArguments {
  private let machine: FakeMachine
  private let guest = FakeGuest()

  init() throws {
    machine = try FakeMachine()
    machine.environment.guest = guest
  }

  private func record(
    _ parameters: [HostType], result: HostType, _ function: UnsafeRawPointer
  ) throws -> HostFunctionRecord {
    let signature = HostSignature(result: result, context: [], parameters: parameters)
    let definition = HostDefinition(
      name: "env.f", signature: signature,
      function: unsafeBitCast(function, to: HostDefinition.Function.self))
    return try HostFunctionRecord(
      definition, type: try GuestABI.functionType(of: signature, .guest32),
      environment: machine.environment, signatureNumber: 0)
  }

  private func call(_ record: HostFunctionRecord, _ arguments: [UInt64]) throws -> (
    status: Int32, x0: UInt64, message: String?
  ) {
    let type = try GuestABI.functionType(of: record.definition.signature, .guest32)
    let outcome = machine.call(record, type: type, arguments)
    return (outcome.status, outcome.x0, (machine.machine.hostError as? HostTrap)?.message)
  }

  private func sorting() throws -> HostFunctionRecord {
    let comparator = CallbackType(try HostSignature("int(ptr?, ptr?)"), isNullable: false)
    let sort:
      @convention(c) (
        UnsafeMutableRawPointer?, Int, Int,
        (@convention(c) (UnsafeRawPointer?, UnsafeRawPointer?) -> Int32)?
      ) -> Void = { base, count, size, compare in
        guard let base, let compare else { return }
        qsort(base, count, size, compare)
      }
    return try record(
      [.nullablePointer, .size, .size, .callback(comparator)], result: .void,
      unsafeBitCast(sort, to: UnsafeRawPointer.self))
  }

  @Test func `qsort sorts the guest's memory with the guest's comparator`() throws {
    let record = try sorting()
    let base = try #require(machine.memory.pointee.base)
    let numbers = (base + 64).assumingMemoryBound(to: Int32.self)
    for index in 0..<100 { numbers[index] = Int32(truncatingIfNeeded: index &* 2_654_435_761) }
    guest.functions[3] = FakeFunction { slots in
      let left = base.load(fromByteOffset: Int(slots[0]), as: Int32.self)
      let right = base.load(fromByteOffset: Int(slots[1]), as: Int32.self)
      slots[0] = UInt64(UInt32(bitPattern: left < right ? -1 : left > right ? 1 : 0))
      return nil
    }
    #expect(try call(record, [64, 100, 4, 3]).status == 0)
    #expect((1..<100).allSatisfy { numbers[$0 - 1] < numbers[$0] })
  }

  @Test func `a trap in a callback ends the host call with the callback's trap`() throws {
    let record = try sorting()
    let function = FakeFunction { _ in HostTrap(message: "deliberate") }
    guest.functions[3] = function
    let outcome = try call(record, [64, 100, 4, 3])
    #expect(outcome.status != 0)
    #expect(outcome.message == "deliberate")
    #expect(function.callCount == 1)
    #expect(!machine.environment.hasPendingTrap)
  }

  @Test func `a function pointer that is none traps with the function and the argument`() throws {
    let record = try sorting()
    #expect(
      try call(record, [64, 100, 4, 0]).message
        == "argument 4 of env.f must be a function, but it is NULL")
    #expect(
      try call(record, [64, 100, 4, 9]).message
        == "argument 4 of env.f is no function that C can call: there is no function 9")
  }
}
