import PulleyISA
import Testing

@testable import PulleyVM

/// A host function with data after the part that the machine knows.
private struct Record {
  var function: HostFunction
  var entry: UnsafeMutablePointer<FunctionEntry>?
  var memory: (base: UInt64, length: UInt64) = (0, 0)
}

private final class Host {
  let record = UnsafeMutablePointer<Record>.allocate(capacity: 1)

  init(signature: UInt32, _ invoke: @escaping HostFunction.Invoke) {
    record.initialize(to: Record(function: HostFunction(signature: signature, invoke: invoke)))
  }

  deinit { record.deallocate() }

  var address: UInt64 { UInt64(UInt(bitPattern: record)) }
}

private let add: HostFunction.Invoke = { registers, _ in
  let state = MachineState(base: registers)
  state[x: 0] = state[x: 1] &+ state[x: 2]
  state[f64: 0] = state[f64: 0] * 2
  return 0
}

private struct Reason: Error {}
private final class Box { let reason = Reason() }

/// Calls `call_indirect_host number` with x0–x2 as they are.
private func thunk(_ number: UInt8, framed: Bool = true) -> Program {
  var program = Program()
  program.hostSignatures = [70, 71, 72]
  program.function { p in
    if framed { p.encoder.push_frame() }
    p.encoder.call_indirect_host(number)
    if framed { p.encoder.pop_frame() }
    p.encoder.ret()
  }
  return program
}

@Suite struct HostCalls {
  @Test func hostCallsPassArgumentsAndResultsInRegisters() throws {
    let host = Host(signature: 71, add)
    let image = try thunk(1, framed: false).image()
    let machine = try Machine(stackSize: 4096)
    machine.state[x: 0] = host.address
    machine.state[x: 1] = 40
    machine.state[x: 2] = 2
    machine.state[f64: 0] = 1.25
    #expect(machine.run(image.entry(0))?.kind == nil)
    #expect(machine.state[x: 0] == 42)
    #expect(machine.state[f64: 0] == 2.5)
  }

  @Test func aHostCallTrapsForAnotherSignatureOrANullFunction() throws {
    let host = Host(signature: 71, add)
    let machine = try Machine(stackSize: 4096)
    for (number, address, kind) in [
      (0, host.address, .hostSignatureMismatch), (1, 0, .nullAddress),
    ] as [(UInt8, UInt64, TrapKind)] {
      let image = try thunk(number).image()
      machine.state[x: 0] = address
      let trap = machine.run(image.entry(0))
      #expect(trap?.kind == kind)
      #expect(trap?.location?.offset == 1)
    }
    #expect(
      throws: BytecodeError(.unknownSignature(3), function: 0, offset: 1)
    ) { try thunk(3).image() }
  }

  @Test(
    arguments: [(1, nil), (0, .hostSignatureMismatch), (3, .hostSignatureMismatch)]
      as [(UInt64, TrapKind?)])
  func aHostCallTakesALargeSignatureNumberFromX15(_ index: UInt64, _ kind: TrapKind?) throws {
    let host = Host(signature: 71, add)
    let image = try thunk(255).image()
    let machine = try Machine(stackSize: 4096)
    machine.state[x: 0] = host.address
    machine.state[x: 1] = 1
    machine.state[x: 2] = 2
    machine.state[x: 15] = index | 0xFF_0000_0000
    #expect(machine.run(image.entry(0))?.kind == kind)
    if kind == nil { #expect(machine.state[x: 0] == 3) }
  }

  @Test func aFailingHostFunctionHandsItsErrorToTheTrap() throws {
    let host = Host(signature: 70) { registers, _ in
      Machine.machine(of: registers).hostError = Box()
      return 1
    }
    let image = try thunk(0).image()
    let machine = try Machine(stackSize: 4096)
    machine.state[x: 0] = host.address
    let trap = machine.run(image.entry(0))
    #expect(trap?.kind == .host)
    #expect(trap?.hostError is Box)
    #expect(machine.hostError == nil)
    #expect(trap?.backtrace.count == 1)
  }

  /// The host moves the memory while the guest has its base and bound in registers.
  @Test(arguments: allOptions)
  func aHostFunctionMayGrowTheMemory(_ options: PredecodingOptions) throws {
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 8)
    defer { bytes.deallocate() }
    bytes.storeBytes(of: 77, as: UInt64.self)
    let host = Host(signature: 70) { registers, function in
      let record = function.assumingMemoryBound(to: Record.self)
      let state = MachineState(base: registers)
      state[x: 28] = record.pointee.memory.base
      state[x: 29] = record.pointee.memory.length
      return 0
    }
    host.record.pointee.memory = (UInt64(UInt(bitPattern: bytes)), 16)
    var program = Program()
    program.options = options
    program.hostSignatures = [70]
    program.function { p in
      p.encoder.push_frame()
      p.encoder.call_indirect_host(0)
      p.encoder.xload32le_g32(x(0), x(28), x(29), x(1), 0)
      p.encoder.pop_frame()
      p.encoder.ret()
    }
    let image = try program.image()
    let machine = try Machine(stackSize: 4096)
    machine.state[x: 0] = host.address
    #expect(machine.run(image.entry(0))?.kind == nil)
    #expect(machine.state[x32: 0] == 77)
  }
}

/// Runs the function that its record names, then adds 1 to the result.
private let reenter: HostFunction.Invoke = { registers, function in
  let record = function.assumingMemoryBound(to: Record.self)
  let machine = Machine.machine(of: registers)
  guard let entry = record.pointee.entry else { return 2 }
  for register in 16..<28 { machine.state[x: register] = 999 }
  guard let trap = machine.run(entry) else {
    machine.state[x: 0] += 1
    return 0
  }
  machine.state[x: 0] = UInt64(trap.kind.rawValue)
  // The argument says whether to continue after a trap.
  return machine.state[x: 1] == 5 ? 0 : 1
}

@Suite struct Reentry {
  /// Function 0 calls the host, which runs function 1, whose body is given.
  private func program(_ body: (inout Program) -> Void) -> Program {
    var program = Program()
    program.hostSignatures = [70]
    program.function { p in
      p.encoder.push_frame_save(32, UpperRegSet([x(16), x(17)]))
      p.encoder.xmov(x(16), x(1))
      p.encoder.call_indirect_host(0)
      p.encoder.xadd64(x(0), x(0), x(16))
      p.encoder.pop_frame_restore(32, UpperRegSet([x(16), x(17)]))
      p.encoder.ret()
    }
    program.function(body)
    return program
  }

  @Test func aGuestFunctionCalledByAHostFunctionReturnsToIt() throws {
    let host = Host(signature: 70, reenter)
    let image = try program {
      $0.encoder.push_frame_save(16, UpperRegSet([x(16)]))
      $0.encoder.xconst8(x(16), 50)
      $0.encoder.xmov(x(0), x(16))
      $0.encoder.pop_frame_restore(16, UpperRegSet([x(16)]))
      $0.encoder.ret()
    }.image()
    host.record.pointee.entry = image.entry(1)
    let machine = try Machine(stackSize: 4096)
    machine.state[x: 0] = host.address
    machine.state[x: 1] = 100
    #expect(machine.run(image.entry(0))?.kind == nil)
    // The host function wrote x16 too, which the guest sees.
    #expect(machine.state[x: 0] == 51 + 999)
    #expect(machine.depth == 0)
  }

  @Test func aTrapOfAReenteredGuestPassesThroughTheHost() throws {
    let host = Host(signature: 70, reenter)
    let image = try program {
      $0.encoder.push_frame()
      $0.encoder.trap()
    }.image()
    host.record.pointee.entry = image.entry(1)
    let machine = try Machine(stackSize: 4096)
    machine.state[x: 0] = host.address
    let trap = machine.run(image.entry(0))
    #expect(trap?.kind == .host)
    #expect(trap?.backtrace.map(\.function) == [0])
    // The host may also continue.
    machine.state[x: 0] = host.address
    machine.state[x: 1] = 5
    #expect(machine.run(image.entry(0))?.kind == nil)
    #expect(machine.state[x: 0] == UInt64(TrapKind.unreachable.rawValue) + 999)
  }

  /// Function 1 calls the host again, without end.
  @Test func reentryOfTheGuestIsBounded() throws {
    let host = Host(signature: 70, reenter)
    let address = host.address
    let image = try program { p in
      p.encoder.push_frame()
      p.encoder.xconst64(x(0), Int64(bitPattern: address))
      p.encoder.call_indirect_host(0)
      p.encoder.pop_frame()
      p.encoder.ret()
    }.image()
    host.record.pointee.entry = image.entry(1)
    // The largest possible reserve keeps half of the thread's stack.
    for (nesting, reserve) in [(10, 0), (100_000, Int.max)] {
      let machine = try Machine(stackSize: 1 << 20)
      machine.nestingLimit = nesting
      machine.hostStackReserve = reserve
      machine.state[x: 0] = address
      let trap = machine.run(image.entry(0))
      // The innermost run overflows; those around it report that their host function failed.
      #expect(trap?.kind == .host)
      #expect(machine.state[x: 0] == UInt64(TrapKind.host.rawValue))
      #expect(machine.depth == 0)
    }
  }

  @Test func backtracesContinueAcrossHostFunctions() throws {
    let host = Host(signature: 70) { registers, function in
      let machine = Machine.machine(of: registers)
      let record = function.assumingMemoryBound(to: Record.self)
      guard let entry = record.pointee.entry else { return 2 }
      let functions = machine.backtraceOfHost().map(\.function)
      guard functions == [0], let trap = machine.run(entry) else { return 3 }
      machine.state[x: 0] = trap.backtrace.reduce(0) { 10 * $0 + UInt64($1.function) + 1 }
      return 0
    }
    let image = try program {
      $0.encoder.push_frame()
      $0.call(.call, [], 2)
      $0.encoder.pop_frame()
      $0.encoder.ret()
    }.with {
      $0.function { $0.encoder.trap() }
    }.image()
    host.record.pointee.entry = image.entry(1)
    let machine = try Machine(stackSize: 4096)
    machine.state[x: 0] = host.address
    #expect(machine.run(image.entry(0))?.kind == nil)
    // Functions 2, 1 and 0, each plus one.
    #expect(machine.state[x: 0] == 321)
  }
}

extension Program {
  fileprivate func with(_ change: (inout Program) -> Void) -> Program {
    var copy = self
    change(&copy)
    return copy
  }
}
