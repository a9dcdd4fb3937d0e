import PulleyISA
import PulleyVM
import Testing

@testable import PulleyHost

/// The bytecode of a function that only calls the host, as the linker inserts it between a guest's
/// call and a host function.
private final class ThunkSource: FunctionSource {
  func body(of function: Int) throws(FunctionUnavailable) -> FunctionBody {
    var encoder = Encoder()
    encoder.push_frame()
    encoder.call_indirect_host(UInt8(function))
    encoder.pop_frame()
    encoder.ret()
    return FunctionBody(bytes: encoder.bytes)
  }
}

/// The context with which the host functions below call back.
private final class Guest {
  let machine: Machine
  let image: CodeImage
  let environment = HostEnvironment()
  var records: [HostFunctionRecord] = []

  init() throws {
    machine = try Machine(stackSize: 1 << 16)
    image = CodeImage(
      functionCount: 2, hostSignatures: [11, 22], registry: CodeRegistry(), source: ThunkSource())
    environment.instance = Unmanaged.passUnretained(self).toOpaque()
  }

  func add(_ definition: HostDefinition, _ type: GuestFunctionType, signature: UInt32) throws {
    records.append(
      try HostFunctionRecord(
        definition, type: type, environment: environment, signatureNumber: signature))
  }

  /// Calls host function `index` the way guest code does; nil if it trapped.
  func call(_ index: Int, thunk: Int = 0, _ arguments: UInt64...) -> Result<UInt64, HostCallFailed>
  {
    machine.state[x: 0] = UInt64(UInt(bitPattern: records[index].pointer))
    for (number, argument) in arguments.enumerated() {
      machine.state[x: number + 1] = argument
    }
    if let trap = machine.run(image.entry(thunk)) {
      return .failure(HostCallFailed(trap: trap))
    }
    return .success(machine.state[x: 0])
  }
}

private struct HostCallFailed: Error, @unchecked Sendable {
  let trap: Trap
}

@Suite struct CallsFromGuestCode {
  private let guest: Guest
  private let type = GuestFunctionType(parameters: [.i32], results: [.i32])

  init() throws {
    guest = try Guest()
  }

  @Test func guestCodeCallsAHostFunction() throws {
    let double: @convention(c) (Int32) -> Int32 = { $0 * 2 }
    try guest.add(.of("i32(i32)", double), type, signature: 11)
    #expect(try guest.call(0, 21).get() == 42)
  }

  @Test func aCallWithAnotherSignatureTraps() throws {
    let double: @convention(c) (Int32) -> Int32 = { $0 * 2 }
    try guest.add(.of("i32(i32)", double), type, signature: 11)
    let failure = #expect(throws: HostCallFailed.self) { try guest.call(0, thunk: 1, 21).get() }
    #expect(failure?.trap.kind == .hostSignatureMismatch)
  }

  @Test func aFailingHostFunctionTrapsWithItsReason() throws {
    let refuse: @convention(c) (UnsafeRawPointer, Int32) -> Int32 = { instance, value in
      let guest = Unmanaged<Guest>.fromOpaque(instance).takeUnretainedValue()
      if value < 0 { guest.environment.requestTrap("negative") }
      return value
    }
    try guest.add(.of("i32(instance, i32)", refuse), type, signature: 11)
    let failure = #expect(throws: HostCallFailed.self) { try guest.call(0, 0xFFFF_FFFF).get() }
    #expect(failure?.trap.kind == .host)
    #expect((failure?.trap.hostError as? HostTrap)?.message == "negative")
    #expect(try guest.call(0, 5).get() == 5)
  }

  @Test func aHostFunctionMayCallTheGuestAgain() throws {
    let down: @convention(c) (UnsafeRawPointer, Int32) -> Int32 = { instance, depth in
      let guest = Unmanaged<Guest>.fromOpaque(instance).takeUnretainedValue()
      if depth == 0 { return 0 }
      switch guest.call(0, UInt64(depth - 1)) {
      case .success(let result): return Int32(truncatingIfNeeded: result) + 1
      case .failure:
        guest.environment.requestTrap("inner call failed")
        return 0
      }
    }
    try guest.add(.of("i32(instance, i32)", down), type, signature: 11)
    #expect(try guest.call(0, 50).get() == 50)
    // Endless recursion traps. The host's stack is not exhausted.
    let failure = #expect(throws: HostCallFailed.self) { try guest.call(0, 1 << 30).get() }
    #expect(failure?.trap.kind == .host)
    #expect(try guest.call(0, 3).get() == 3)
  }
}
