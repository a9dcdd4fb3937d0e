import Foundation
import PulleyVM
import Testing

@testable import PulleyHost

private typealias I = Int64
private typealias D = Double

private let manyArguments:
  @convention(c) (
    I, D, I, D, I, D, I, D, I, D, I, D, I, D, I, D, I, D, I, D, I, D, I, D, I, D, I, D, I, D, I, D,
    I
  ) -> D = {
    (
      a: I, b: D, c: I, d: D, e: I, f: D, g: I, h: D, i: I, j: D, k: I, l: D, m: I, n: D, o: I,
      p: D, q: I, r: D, s: I, t: D, u: I, v: D, w: I, x: D, y: I, z: D, aa: I, ab: D, ac: I, ad: D,
      ae: I, af: D, ag: I
    ) -> D in
    let integers: [I] = [a, c, e, g, i, k, m, o, q, s, u, w, y, aa, ac, ae, ag]
    let floats: [D] = [b, d, f, h, j, l, n, p, r, t, v, x, z, ab, ad, af]
    return weigh(integers: integers, floats: floats)
  }

/// A sum that changes when two arguments are exchanged.
private func weigh(integers: [I], floats: [D]) -> D {
  var sum = 0.0
  for (index, value) in integers.enumerated() { sum += Double(value) * Double(index + 1) }
  for (index, value) in floats.enumerated() { sum += value * Double(100 + index) }
  return sum
}

@Suite struct HostCalls {
  private let machine: FakeMachine

  init() throws {
    machine = try FakeMachine()
  }

  private func record(
    _ definition: HostDefinition, _ parameters: [GuestType], _ results: [GuestType],
    _ path: HostFunctionRecord.Path
  ) throws -> (HostFunctionRecord, GuestFunctionType) {
    let type = GuestFunctionType(parameters: parameters, results: results)
    return (
      try HostFunctionRecord(
        definition, type: type, environment: machine.environment, signatureNumber: 7, path: path),
      type
    )
  }

  @Test(arguments: [HostFunctionRecord.Path.fastest, .general])
  func aHostFunctionAddsTwoIntegers(path: HostFunctionRecord.Path) throws {
    let add: @convention(c) (Int32, Int32) -> Int32 = { $0 &+ $1 }
    let (record, type) = try record(.of("i32(i32, i32)", add), [.i32, .i32], [.i32], path)
    #expect(record.isDirect == (path == .fastest))
    #expect(record.pointer.pointee.signature == 7)
    // The high halves do not matter.
    let result = machine.call(record, type: type, [0xFFFF_FFFF_0000_0028, 0x1234_5678_0000_0002])
    #expect(result.status == 0)
    #expect(UInt32(truncatingIfNeeded: result.x0) == 42)
  }

  @Test(arguments: [HostFunctionRecord.Path.fastest, .general])
  func narrowIntegersLoseHighBitsAndResultsAreExtended(path: HostFunctionRecord.Path) throws {
    let negate: @convention(c) (Int8) -> Int8 = { 0 &- $0 }
    let (signed, type) = try record(.of("i8(i8)", negate), [.i32], [.i32], path)
    #expect(machine.call(signed, type: type, [0x1234_5601]).x0 == UInt64.max)
    let complement: @convention(c) (UInt16) -> UInt16 = { ~$0 }
    let (unsigned, _) = try record(.of("u16(u16)", complement), [.i32], [.i32], path)
    #expect(machine.call(unsigned, type: type, [0x1234_5601]).x0 == 0xA9FE)
    let not: @convention(c) (Bool) -> Bool = { !$0 }
    let (bool, _) = try record(.of("bool(bool)", not), [.i32], [.i32], path)
    #expect(machine.call(bool, type: type, [0xFF_0000_0000]).x0 == 1)
    #expect(machine.call(bool, type: type, [0x100]).x0 == 0)
  }

  @Test(arguments: [HostFunctionRecord.Path.fastest, .general])
  func sizesAreExtendedFrom32Bits(path: HostFunctionRecord.Path) throws {
    let sum: @convention(c) (Int, UInt) -> Int = { $0 &+ Int(bitPattern: $1) }
    let (record, type) = try record(.of("long(ssize_t, size_t)", sum), [.i32, .i32], [.i64], path)
    let result = machine.call(record, type: type, [0xAAAA_AAAA_FFFF_FFFF, 0xBBBB_BBBB_FFFF_FFFF])
    #expect(result.x0 == 0xFFFF_FFFE)
  }

  @Test(arguments: [HostFunctionRecord.Path.fastest, .general])
  func integersAndFloatsArePassedInAnyOrder(path: HostFunctionRecord.Path) throws {
    let mix: @convention(c) (Float, Int32, Double, UInt8, Int64, Float) -> Double = {
      var sum = Double($0)
      sum += Double($1) * 10
      sum += $2 * 100
      sum += Double($3) * 1000
      sum += Double($4) * 10000
      sum += Double($5) * 100000
      return sum
    }
    let (record, type) = try record(
      .of("f64(f32, i32, f64, u8, i64, f32)", mix), [.f32, .i32, .f64, .i32, .i64, .f32], [.f64],
      path)
    #expect(record.isDirect == (path == .fastest))
    let result = machine.call(
      record, type: type,
      [UInt64(Float(1).bitPattern), 2, Double(3).bitPattern, 4, 5, UInt64(Float(6).bitPattern)])
    #expect(Double(bitPattern: result.f0) == 654321)
  }

  /// A vector as a C structure of two 64-bit integers.
  @Test(arguments: [HostFunctionRecord.Path.fastest, .general])
  func vectorsArePassedAsStructures(path: HostFunctionRecord.Path) throws {
    let divide: @convention(c) (Int64, Int64) -> lldiv_t = { lldiv($0, $1) }
    let (division, type) = try record(.of("v128(i64, i64)", divide), [.i64, .i64], [.v128], path)
    #expect(!division.isDirect)
    #expect(machine.call(division, type: type, [17, 5]).status == 0)
    let quotient = machine.registers.load(fromByteOffset: StateLayout.v(0), as: Int64.self)
    let rest = machine.registers.load(fromByteOffset: StateLayout.v(0) + 8, as: Int64.self)
    #expect(quotient == 3 && rest == 2)
    let combine: @convention(c) (lldiv_t, Double, lldiv_t) -> Int64 = {
      $0.quot * 1000 + $2.quot * 10 + Int64($1) - ($0.rem == ~$0.quot && $2.rem == ~$2.quot ? 1 : 0)
    }
    let (combination, taken) = try record(
      .of("i64(v128, f64, v128)", combine), [.v128, .f64, .v128], [.i64], path)
    #expect(machine.call(combination, type: taken, [7, Double(6).bitPattern, 4]).x0 == 7045)
  }

  /// The function takes 17 integers and 16 floats: two integers and a float are on the stack.
  @Test func argumentsBeyondTheRegistersArePassedOnTheStack() throws {
    let words = (0..<33).map { $0 % 2 == 0 ? "i64" : "f64" }.joined(separator: ", ")
    let types = (0..<33).map { $0 % 2 == 0 ? GuestType.i64 : .f64 }
    let (record, type) = try record(.of("f64(\(words))", manyArguments), types, [.f64], .fastest)
    #expect(!record.isDirect)
    let arguments = (0..<33).map { (index: Int) -> UInt64 in
      index % 2 == 0 ? UInt64(index + 3) : Double(index).bitPattern
    }
    let expected = weigh(
      integers: (0..<17).map { Int64(2 * $0 + 3) }, floats: (0..<16).map { Double(2 * $0 + 1) })
    let result = machine.call(record, type: type, arguments)
    #expect(result.status == 0)
    #expect(Double(bitPattern: result.f0) == expected)
  }

  @Test(arguments: [HostFunctionRecord.Path.fastest, .general])
  func theContextIsTheFirstArgument(path: HostFunctionRecord.Path) throws {
    let f: @convention(c) (UnsafeRawPointer?, UnsafeRawPointer?, Int32) -> Int64 = {
      let first = Int64(Int(bitPattern: $0))
      let second = Int64(Int(bitPattern: $1))
      return first * 10000 + second * 100 + Int64($2)
    }
    machine.environment.instance = UnsafeMutableRawPointer(bitPattern: 12)
    let userData = UnsafeMutableRawPointer(bitPattern: 34)
    let (record, type) = try record(
      .of("i64(instance, userdata, i32)", f, userData: userData), [.i32], [.i64], path)
    #expect(machine.call(record, type: type, [56]).x0 == 123456)
    let (swapped, _) = try self.record(
      .of("i64(userdata, instance, i32)", f, userData: userData), [.i32], [.i64], path)
    #expect(machine.call(swapped, type: type, [56]).x0 == 341256)
  }

  @Test func hostPointersArePassedThrough() throws {
    let same: @convention(c) (UnsafeRawPointer?) -> UnsafeRawPointer? = { $0 }
    let (record, type) = try record(
      .of("hostptr(hostptr)", same), [.externref], [.externref], .fastest)
    #expect(machine.call(record, type: type, [0xFFFF_8000_1234_5678]).x0 == 0xFFFF_8000_1234_5678)
  }

  @Test func aTrapRequestTakesEffectWhenTheFunctionReturns() throws {
    let trap: @convention(c) (UnsafeRawPointer) -> Int32 = {
      Unmanaged<HostEnvironment>.fromOpaque($0).takeUnretainedValue().requestTrap("enough")
      return 5
    }
    machine.environment.instance = Unmanaged.passUnretained(machine.environment).toOpaque()
    for path in [HostFunctionRecord.Path.fastest, .general] {
      let (record, type) = try record(.of("i32(instance)", trap), [], [.i32], path)
      #expect(machine.call(record, type: type, []).status != 0)
      #expect(!machine.environment.hasPendingTrap)
      #expect((machine.machine.hostError as? HostTrap)?.message == "enough")
    }
  }

  @Test func theFinalizerRunsOnceAfterTheLastUser() throws {
    let count = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    defer { count.deallocate() }
    count.initialize(to: 0)
    let nothing: @convention(c) () -> Void = {}
    var definition: HostDefinition? = try .of("void()", nothing, userData: count) {
      $0?.assumingMemoryBound(to: Int.self).pointee += 1
    }
    var records: [HostFunctionRecord] = []
    for _ in 0..<3 {
      records.append(try record(try #require(definition), [], [], .fastest).0)
    }
    definition = nil
    #expect(count.pointee == 0)
    records.removeAll()
    #expect(count.pointee == 1)
  }
}

@Suite struct GuestAddresses {
  private let machine: FakeMachine

  init() throws {
    machine = try FakeMachine()
  }

  private func call<F>(
    _ signature: String, _ function: F, _ arguments: [UInt64], results: [GuestType] = [.i32],
    path: HostFunctionRecord.Path
  ) throws -> (status: Int32, x0: UInt64, f0: UInt64) {
    let type = GuestFunctionType(
      parameters: arguments.map { _ in .i32 }, results: results)
    let record = try HostFunctionRecord(
      .of(signature, function), type: type, environment: machine.environment, signatureNumber: 0,
      path: path)
    return machine.call(record, type: type, arguments)
  }

  @Test(arguments: [HostFunctionRecord.Path.fastest, .general])
  func `a string with a maximum has at most so many bytes before its NUL`(
    path: HostFunctionRecord.Path
  ) throws {
    let length: @convention(c) (UnsafePointer<CChar>?) -> Int32 = {
      $0.map { Int32(String(cString: $0).utf8.count) } ?? -1
    }
    machine.write("12345678", at: 100)
    #expect(try call("i32(cstr(8))", length, [100], path: path).x0 == 8)
    #expect(try call("i32(cstr(7))", length, [101], path: path).x0 == 7)
    #expect(try call("i32(cstr(8)?)", length, [0], path: path).x0 == 0xFFFF_FFFF_FFFF_FFFF)
    #expect(try call("i32(cstr(7))", length, [100], path: path).status != 0)
    #expect(
      (machine.machine.hostError as? HostTrap)?.message
        == "argument 1 of env.f is a string longer than cstr(7) accepts")
    machine.write("1234567", at: FakeMachine.memorySize - 8)
    let last = UInt64(FakeMachine.memorySize - 8)
    #expect(try call("i32(cstr(7))", length, [last], path: path).x0 == 7)
    machine.memory.pointee.base?.storeBytes(
      of: 1, toByteOffset: FakeMachine.memorySize - 1, as: UInt8.self)
    #expect(try call("i32(cstr(8))", length, [last], path: path).status != 0)
    #expect(
      (machine.machine.hostError as? HostTrap)?.message
        == "argument 1 of env.f is a string without NUL in the memory of 4096 bytes")
  }

  @Test(arguments: [HostFunctionRecord.Path.fastest, .general])
  func stringsMustEndInsideTheMemory(path: HostFunctionRecord.Path) throws {
    let length: @convention(c) (UnsafePointer<CChar>) -> Int32 = {
      Int32(String(cString: $0).utf8.count)
    }
    machine.write("hello", at: 100)
    #expect(try call("i32(cstr)", length, [100 + (7 << 32)], path: path).x0 == 5)
    #expect(try call("i32(cstr)", length, [0], path: path).x0 == 0)
    #expect(try call("i32(cstr)", length, [4095], path: path).x0 == 0)
    for address: UInt64 in [4096, 5000, 0xFFFF_FFFF] {
      #expect(try call("i32(cstr)", length, [address], path: path).status != 0)
    }
    machine.memory.pointee.base?.storeBytes(of: 65, toByteOffset: 4095, as: UInt8.self)
    #expect(try call("i32(cstr)", length, [4095], path: path).status != 0)
    #expect(
      (machine.machine.hostError as? HostTrap)?.message
        == "argument 1 of env.f is a string without NUL in the memory of 4096 bytes")
  }

  @Test(arguments: [HostFunctionRecord.Path.fastest, .general])
  func addressZeroIsNullOnlyForNullablePointers(path: HostFunctionRecord.Path) throws {
    let isNull: @convention(c) (UnsafeRawPointer?) -> Bool = { $0 == nil }
    for word in ["ptr", "cstr"] {
      #expect(try call("bool(\(word))", isNull, [0], path: path).x0 == 0)
      #expect(try call("bool(\(word)?)", isNull, [0], path: path).x0 == 1)
      #expect(try call("bool(\(word)?)", isNull, [1], path: path).x0 == 0)
      #expect(try call("bool(\(word)?)", isNull, [4096], path: path).status != 0)
    }
  }

  @Test(arguments: [HostFunctionRecord.Path.fastest, .general])
  func buffersMustFitIntoTheMemory(path: HostFunctionRecord.Path) throws {
    let sum: @convention(c) (UnsafePointer<UInt8>, Int) -> Int32 = { bytes, count in
      (0..<count).reduce(0) { $0 + Int32(bytes[$1]) }
    }
    machine.write("\u{1}\u{2}\u{3}", at: 4000)
    #expect(try call("i32(buf, size_t)", sum, [4000, 3], path: path).x0 == 6)
    #expect(try call("i32(buf, size_t)", sum, [4000, 96], path: path).status == 0)
    #expect(try call("i32(buf, size_t)", sum, [4000, 97], path: path).status != 0)
    #expect(try call("i32(buf, size_t)", sum, [4096, 0], path: path).status == 0)
    #expect(try call("i32(buf, size_t)", sum, [4097, 0], path: path).status != 0)
    #expect(try call("i32(buf, size_t)", sum, [1, 0xFFFF_FFFF], path: path).status != 0)
  }

  @Test(arguments: [HostFunctionRecord.Path.fastest, .general])
  func bufferLengthsAreCheckedAsTheFunctionReceivesThem(path: HostFunctionRecord.Path) throws {
    let last: @convention(c) (UnsafePointer<UInt8>, UInt8) -> Int32 = { _, count in Int32(count) }
    // 0x1FF is 255 for a function that takes a byte.
    #expect(try call("i32(buf, u8)", last, [3000, 0x1FF], path: path).x0 == 255)
    let signed: @convention(c) (UnsafePointer<UInt8>, Int32) -> Int32 = { _, count in count }
    #expect(try call("i32(buf, i32)", signed, [3000, 0xFFFF_FFFF], path: path).status != 0)
  }

  @Test(arguments: [HostFunctionRecord.Path.fastest, .general])
  func pointersIntoTheMemoryAreReturnedAsGuestAddresses(path: HostFunctionRecord.Path) throws {
    let next: @convention(c) (UnsafeRawPointer) -> UnsafeRawPointer? = { $0 + 8 }
    #expect(try call("ptr(ptr)", next, [40], path: path).x0 == 48)
    let null: @convention(c) (UnsafeRawPointer) -> UnsafeRawPointer? = { _ in nil }
    #expect(try call("ptr(ptr)", null, [40], path: path).x0 == 0)
    let foreign: @convention(c) (UnsafeRawPointer) -> UnsafeRawPointer? = { $0 + 100_000_000 }
    #expect(try call("ptr(ptr)", foreign, [40], path: path).status != 0)
  }

  @Test func everyAddressTrapsWithoutAMemory() throws {
    machine.environment.memory = nil
    let f: @convention(c) (UnsafeRawPointer?) -> Int32 = { _ in 1 }
    #expect(try call("i32(ptr)", f, [0], path: .fastest).status != 0)
    #expect(try call("i32(ptr?)", f, [0], path: .fastest).status == 0)
  }
}
