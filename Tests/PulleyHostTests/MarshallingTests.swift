import Foundation
import PulleyDeclarations
import Testing

@testable import PulleyHost

@Suite("Calls of C functions with structures and typed pointers")
struct MarshallingTests {
  private let long = CType.integer(.long)

  private func record(_ members: CType...) -> Record {
    Record(
      .structure, tag: "example",
      Record.Definition(
        members: members.enumerated().map { Record.Member(name: "m\($0)", type: $1) }))
  }

  private func bind(
    _ machine: FakeMachine, _ symbol: String, _ signature: HostSignature, _ type: GuestFunctionType
  ) throws -> HostFunctionRecord {
    let address = try #require(dlsym(nil, symbol))
    return try HostFunctionRecord(
      HostDefinition(
        name: "env.\(symbol)", signature: signature,
        function: unsafeBitCast(address, to: HostDefinition.Function.self)),
      type: type, environment: machine.environment, signatureNumber: 1)
  }

  private func load<T: BitwiseCopyable>(_ machine: FakeMachine, _ address: Int) -> T {
    machine.memory.pointee.base!.loadUnaligned(fromByteOffset: address, as: T.self)
  }

  private func message(_ machine: FakeMachine) -> String? {
    (machine.machine.hostError as? HostTrap)?.message
  }

  @Test func `a structure result of longs is stored with the guest's widths`() throws {
    let machine = try FakeMachine()
    let signature = HostSignature(
      result: .structure(record(long, long)), context: [], parameters: [.ssize, .ssize])
    let type = GuestFunctionType(parameters: [.i32, .i32, .i32], results: [])
    let ldiv = try bind(machine, "ldiv", signature, type)
    let (status, _, _) = machine.call(
      ldiv, type: type, [64, UInt64(UInt32(bitPattern: -17)), 5])
    #expect(status == 0)
    #expect(load(machine, 64) as Int32 == -3)
    #expect(load(machine, 68) as Int32 == -2)
  }

  @Test func `a result outside the memory traps and writes nothing`() throws {
    let machine = try FakeMachine()
    let signature = HostSignature(
      result: .structure(record(long, long)), context: [], parameters: [.ssize, .ssize])
    let type = GuestFunctionType(parameters: [.i32, .i32, .i32], results: [])
    let ldiv = try bind(machine, "ldiv", signature, type)
    #expect(machine.call(ldiv, type: type, [4089, 17, 5]).status == 1)
    #expect(
      message(machine)
        == "the result of env.ldiv is out of bounds: it needs 8 bytes at 4089 of the memory of 4096 bytes"
    )
    #expect(load(machine, 4088) as UInt64 == 0)
  }

  @Test func `a pointer to an int leads to the guest's own`() throws {
    let machine = try FakeMachine()
    let signature = HostSignature(
      result: .f64, context: [],
      parameters: [.f64, .data(PointedData(.integer(.int32), isNullable: true))])
    let type = GuestFunctionType(parameters: [.f64, .i32], results: [.f64])
    let frexp = try bind(machine, "frexp", signature, type)
    let (status, _, f0) = machine.call(frexp, type: type, [(40.0).bitPattern, 128])
    #expect(status == 0)
    #expect(Double(bitPattern: f0) == 0.625)
    #expect(load(machine, 128) as Int32 == 6)
    #expect(machine.call(frexp, type: type, [(40.0).bitPattern, 129]).status == 1)
    #expect(
      message(machine)
        == "argument 2 of env.frexp is the address 129, which is not a multiple of 4")
  }

  @Test func `an out pointer to a string receives the guest's address`() throws {
    let machine = try FakeMachine()
    let text = CType.pointer(PointerType(to: .integer(.char)))
    let signature = HostSignature(
      result: .ssize, context: [],
      parameters: [.nullableString, .data(PointedData(text)), .i32])
    let type = GuestFunctionType(parameters: [.i32, .i32, .i32], results: [.i32])
    let strtol = try bind(machine, "strtol", signature, type)
    machine.write("-123xyz", at: 200)
    // The variable is not initialised, and four bytes are its own.
    machine.memory.pointee.base!.storeBytes(of: UInt64.max, toByteOffset: 256, as: UInt64.self)
    let (status, x0, _) = machine.call(strtol, type: type, [200, 256, 10])
    #expect(status == 0)
    #expect(Int32(truncatingIfNeeded: x0) == -123)
    #expect(load(machine, 256) as UInt32 == 204)
    #expect(load(machine, 260) as UInt32 == .max)
  }

  @Test func `members of a structure are converted both ways`() throws {
    let machine = try FakeMachine()
    // `struct timeval { long tv_sec, tv_usec; }` and `struct itimerval { struct timeval it_interval, it_value; }`
    let value = CType.record(record(long, long))
    let timer = CType.record(record(value, value))
    let type = GuestFunctionType(parameters: [.i32, .i32, .i32], results: [.i32])
    let setitimer = try bind(
      machine, "setitimer",
      HostSignature(
        result: .i32, context: [],
        parameters: [
          .i32, .data(PointedData(timer, access: .read)), .data(PointedData(timer)),
        ]), type)
    let new: [Int32] = [3, 7, 100_000, 5]
    for (index, number) in new.enumerated() {
      machine.memory.pointee.base!.storeBytes(
        of: number, toByteOffset: 64 + 4 * index, as: Int32.self)
    }
    // The timer of this process counts its own CPU time, and is ended at once.
    let virtual = UInt64(ITIMER_VIRTUAL.rawValue)
    #expect(machine.call(setitimer, type: type, [virtual, 64, 0]).x0 == 0)
    let zero = record(value, value)
    #expect(try zero.layout(.guest32).extent.size == 16)
    #expect(machine.call(setitimer, type: type, [virtual, 256, 128]).x0 == 0)
    #expect(load(machine, 128) as Int32 == 3)
    #expect(load(machine, 132) as Int32 == 7)
    #expect(99_000...100_000 ~= (load(machine, 136) as Int32))
    #expect(load(machine, 144) as Int32 == 0)
  }

  @Test
  func `a pointer that the function will set may be anything, and one in a structure may not`()
    throws
  {
    let machine = try FakeMachine()
    let text = CType.pointer(PointerType(to: .integer(.char)))
    let type = GuestFunctionType(parameters: [.i32], results: [.i32])
    machine.memory.pointee.base!.storeBytes(of: UInt32.max, toByteOffset: 64, as: UInt32.self)
    func call(_ element: CType) throws -> Int32 {
      let signature = HostSignature(
        result: .i32, context: [], parameters: [.data(PointedData(element))])
      return machine.call(try bind(machine, "getpagesize", signature, type), type: type, [64])
        .status
    }
    #expect(try call(text) == 0)
    #expect(load(machine, 64) as UInt32 == 0)
    machine.memory.pointee.base!.storeBytes(of: UInt32.max, toByteOffset: 64, as: UInt32.self)
    #expect(try call(.record(record(text))) == 1)
    #expect(message(machine)?.contains("argument 1 of env.getpagesize is out of bounds") == true)
    #expect(load(machine, 64) as UInt32 == .max)
  }

  @Test func `two outputs that overlap are refused`() throws {
    let machine = try FakeMachine()
    let signature = HostSignature(
      result: .i32, context: [],
      parameters: [.data(PointedData(.integer(.long))), .data(PointedData(.integer(.long)))])
    let type = GuestFunctionType(parameters: [.i32, .i32], results: [.i32])
    let function = try bind(machine, "getpagesize", signature, type)
    #expect(machine.call(function, type: type, [64, 68]).status == 0)
    #expect(machine.call(function, type: type, [64, 64]).status == 1)
    #expect(message(machine)?.contains("overlaps other data") == true)
  }
}
