import Foundation
import PulleyDeclarations
import Testing

@testable import PulleyHost

/// A guest with 32-bit addresses that calls functions of C's library with variable arguments.
private final class Caller {
  let machine: FakeMachine
  let record: HostFunctionRecord
  private let type: GuestFunctionType
  private var buffer: [UInt8] = []
  /// Where the buffer of variable arguments is.
  static let bufferAddress = 3072

  /// - Parameter fixed: the number of arguments before the variable ones.
  init(_ symbol: String, _ signature: HostSignature, fixed: Int) throws {
    machine = try FakeMachine()
    type = GuestFunctionType(
      parameters: Array(repeating: .i32, count: fixed + 1), results: [.i32])
    let address = try #require(dlsym(nil, symbol))
    record = try HostFunctionRecord(
      HostDefinition(
        name: "env.\(symbol)", signature: signature,
        function: unsafeBitCast(address, to: HostDefinition.Function.self)),
      type: type, environment: machine.environment, signatureNumber: 1)
  }

  static func snprintf() throws -> Caller {
    try Caller(
      "snprintf",
      HostSignature(
        result: .i32, context: [], parameters: [.nullableBuffer, .size, .nullableString],
        variadic: .format(FormatRule(.printf, position: 2, hasArguments: true))), fixed: 3)
  }

  static func sscanf() throws -> Caller {
    try Caller(
      "sscanf",
      HostSignature(
        result: .i32, context: [], parameters: [.nullableString, .nullableString],
        variadic: .format(FormatRule(.scanf, position: 1, hasArguments: true))), fixed: 2)
  }

  /// Adds a variable argument as clang does.
  func add<T: BitwiseCopyable>(_ value: T) {
    let size = MemoryLayout<T>.size
    while buffer.count % size != 0 { buffer.append(0xEE) }
    withUnsafeBytes(of: value) { buffer += $0 }
  }

  func addLongDouble(low: UInt64, high: UInt64) {
    while buffer.count % 16 != 0 { buffer.append(0xEE) }
    withUnsafeBytes(of: low) { buffer += $0 }
    withUnsafeBytes(of: high) { buffer += $0 }
  }

  /// Calls with the variable arguments added since the last call. Nil if the call traps.
  func call(_ fixed: UInt32..., buffer address: Int = Caller.bufferAddress) throws -> Int32? {
    let base = try #require(machine.memory.pointee.base)
    base.advanced(by: address).copyMemory(from: buffer, byteCount: buffer.count)
    buffer = []
    let result = machine.call(
      record, type: type, (fixed + [UInt32(address)]).map { UInt64($0) })
    return result.status == 0 ? Int32(truncatingIfNeeded: result.x0) : nil
  }

  func load<T: BitwiseCopyable>(_ address: Int, as type: T.Type = T.self) throws -> T {
    try #require(machine.memory.pointee.base).loadUnaligned(fromByteOffset: address, as: T.self)
  }

  func store<T: BitwiseCopyable>(_ value: T, at address: Int) throws {
    try #require(machine.memory.pointee.base).storeBytes(
      of: value, toByteOffset: address, as: T.self)
  }

  func text(_ address: Int) throws -> String {
    String(
      cString: try #require(machine.memory.pointee.base).advanced(by: address)
        .assumingMemoryBound(to: CChar.self))
  }

  var message: String? { (machine.machine.hostError as? HostTrap)?.message }
}

@Suite struct VariadicCalls {
  @Test func `snprintf prints the guest's arguments with the guest's widths`() throws {
    let caller = try Caller.snprintf()
    caller.machine.write("%d|%ld|%lx|%lld|%s|%.2f|%Lg|%p|%c|%zu|%-4s|%hhd", at: 512)
    caller.machine.write("text", at: 700)
    caller.add(Int32(-5))
    caller.add(Int32(-6))
    caller.add(Int32(-1))
    caller.add(Int64(-7_000_000_000))
    caller.add(UInt32(700))
    caller.add(2.5)
    // 1.5 in 128 bits.
    caller.addLongDouble(low: 0, high: 0x3FFF_8000_0000_0000)
    caller.add(UInt32(0xFFFF_FFF0))
    caller.add(Int32(65))
    caller.add(UInt32.max)
    caller.add(UInt32(701))
    caller.add(Int32(257))
    let length = try caller.call(1024, 200, 512)
    let expected = "-5|-6|ffffffff|-7000000000|text|2.50|1.5|0xfffffff0|A|4294967295|ext |1"
    #expect(caller.message == nil)
    #expect(try caller.text(1024) == expected)
    #expect(length == Int32(expected.utf8.count))
  }

  @Test func `a string with a precision needs no NUL, and one without must have it`() throws {
    let caller = try Caller.snprintf()
    let end = FakeMachine.memorySize
    for address in end - 3..<end { try caller.store(UInt8(ascii: "x"), at: address) }
    caller.machine.write("%.3s|%.*s|%.*s", at: 512)
    caller.machine.write("abc", at: 700)
    caller.add(UInt32(end - 3))
    caller.add(Int32(2))
    caller.add(UInt32(end - 2))
    caller.add(Int32(-1))
    caller.add(UInt32(700))
    #expect(try caller.call(1024, 100, 512) == 10)
    #expect(try caller.text(1024) == "xxx|xx|abc")
    caller.machine.write("%.4s", at: 512)
    caller.add(UInt32(end - 3))
    #expect(try caller.call(1024, 100, 512) == nil)
    #expect(
      caller.message
        == "argument 4 of env.snprintf (for '%.4s' of the format \"%.4s\") is a string without NUL, "
        + "at 4093 of the memory of 4096 bytes")
  }

  @Test func `a format that is refused traps, and the function is not called`() throws {
    let caller = try Caller.snprintf()
    caller.machine.write("before", at: 1024)
    caller.machine.write("a %n", at: 512)
    #expect(try caller.call(1024, 100, 512) == nil)
    #expect(
      caller.message
        == "argument 3 of env.snprintf is the format \"a %n\", which at character 2 has '%n', which "
        + "writes to memory, which a format of printf may not do")
    #expect(try caller.text(1024) == "before")
  }

  @Test func `a format at the address of another one is read again`() throws {
    let caller = try Caller.snprintf()
    for (format, expected) in [("%d", "7"), ("%x!", "7!"), ("%d", "7"), ("%%", "%")] {
      caller.machine.write(format, at: 512)
      caller.add(Int32(7))
      #expect(try caller.call(1024, 100, 512) == Int32(expected.utf8.count))
      #expect(try caller.text(1024) == expected)
    }
  }

  @Test func `printing over the format and the strings does not change how they are read`() throws {
    let caller = try Caller.snprintf()
    // The text would turn the second conversion into one of a string.
    caller.machine.write("%s%d", at: 512)
    caller.machine.write("%s%s%s%s", at: 700)
    caller.add(UInt32(700))
    caller.add(Int32(1))
    #expect(try caller.call(512, 100, 512) == 9)
    #expect(try caller.text(512) == "%s%s%s%s1")
  }

  @Test func `arguments beyond the memory trap`() throws {
    let caller = try Caller.snprintf()
    caller.machine.write("%d%d", at: 512)
    #expect(try caller.call(1024, 100, 512, buffer: FakeMachine.memorySize - 4) == nil)
    #expect(caller.message?.contains("argument 5 of env.snprintf (for '%d'") == true)
    #expect(caller.message?.contains("out of bounds") == true)
  }

  @Test func `a width in an argument is limited`() throws {
    let caller = try Caller.snprintf()
    caller.machine.write("%*d", at: 512)
    for (width, isAllowed) in [(65536, true), (-65536, true), (65537, false), (Int32.min, false)] {
      caller.add(width)
      caller.add(Int32(1))
      #expect((try caller.call(0, 0, 512) != nil) == isAllowed, "\(width)")
    }
  }

  @Test func `sscanf sets objects of the guest's sizes, and only those that it reaches`() throws {
    let caller = try Caller.sscanf()
    caller.machine.write("-12 -13 ff word,rest 2.5 0x20 99", at: 512)
    caller.machine.write("%d %ld %zx %5[a-z],%s%n %lf %p %hd %d %ld", at: 600)
    for address in stride(from: 800, to: 900, by: 4) {
      try caller.store(UInt32(0x5555_5555), at: address)
    }
    for address in [800, 804, 808, 812, 820, 832, 840, 848, 852, 856, 860] as [UInt32] {
      caller.add(address)
    }
    #expect(try caller.call(512, 600) == 8)
    #expect(caller.message == nil)
    #expect(try caller.load(800) as Int32 == -12)
    #expect(try caller.load(804) as Int32 == -13)
    #expect(try caller.load(808) as UInt32 == 255)
    #expect(try caller.text(812) == "word")
    #expect(try caller.text(820) == "rest")
    #expect(try caller.load(832) as Int32 == 20)
    #expect(try caller.load(840) as Double == 2.5)
    #expect(try caller.load(848) as UInt32 == 0x20)
    #expect(try caller.load(852) as UInt32 == 0x5555_0063)
    #expect(try caller.load(856) as UInt32 == 0x5555_5555)
    #expect(try caller.load(860) as UInt32 == 0x5555_5555)
  }

  @Test func `numbers of the host that the guest cannot hold become the nearest ones`() throws {
    let caller = try Caller.sscanf()
    caller.machine.write("99999999999 -99999999999 99999999999 -1", at: 512)
    caller.machine.write("%ld %ld %lu %lu", at: 600)
    for address in [800, 804, 808, 812] as [UInt32] { caller.add(address) }
    #expect(try caller.call(512, 600) == 4)
    #expect(try caller.load(800) as Int32 == .max)
    #expect(try caller.load(804) as Int32 == .min)
    #expect(try caller.load(808) as UInt32 == .max)
    #expect(try caller.load(812) as UInt32 == .max)
  }

  @Test func `a string that sscanf sets must have room for the input`() throws {
    let caller = try Caller.sscanf()
    let end = UInt32(FakeMachine.memorySize)
    caller.machine.write("ab cdef", at: 512)
    caller.machine.write("%s", at: 600)
    // The longest word has four letters.
    caller.add(end - 5)
    #expect(try caller.call(512, 600) == 1)
    #expect(try caller.text(Int(end) - 5) == "ab")
    caller.add(end - 4)
    #expect(try caller.call(512, 600) == nil)
    #expect(caller.message?.contains("(for '%s' of the format \"%s\") is out of bounds") == true)
    caller.machine.write("%2c", at: 600)
    caller.add(end - 2)
    #expect(try caller.call(512, 600) == 1)
    caller.add(end - 1)
    #expect(try caller.call(512, 600) == nil)
  }

  @Test func `a string without a width is refused where nothing bounds the input`() throws {
    let caller = try Caller(
      "scanf",
      HostSignature(
        result: .i32, context: [], parameters: [.string],
        variadic: .format(FormatRule(.scanf, position: 0, hasArguments: true))), fixed: 1)
    caller.machine.write("%s", at: 512)
    caller.add(UInt32(800))
    #expect(try caller.call(512) == nil)
    #expect(caller.message?.contains("give the conversion a width") == true)
  }

  @Test func `scanf's pointers are not NULL and are aligned`() throws {
    let caller = try Caller.sscanf()
    caller.machine.write("1", at: 512)
    caller.machine.write("%d", at: 600)
    for (address, reason) in [(0, "is NULL"), (802, "not a multiple of 4")] as [(UInt32, String)] {
      caller.add(address)
      #expect(try caller.call(512, 600) == nil)
      #expect(caller.message?.contains(reason) == true)
    }
  }

  @Test func `sprintf ends at the end of the memory`() throws {
    let caller = try Caller(
      "sprintf",
      HostSignature(
        result: .i32, context: [], parameters: [.nullablePointer, .nullableString],
        variadic: .format(FormatRule(.printf, position: 1, hasArguments: true))), fixed: 2)
    let end = UInt32(FakeMachine.memorySize)
    caller.machine.write("%d", at: 512)
    caller.add(Int32(123))
    #expect(try caller.call(end - 4, 512) == 3)
    #expect(try caller.text(Int(end) - 4) == "123")
    caller.add(Int32(1234))
    #expect(try caller.call(end - 4, 512) == nil)
    #expect(
      caller.message
        == "argument 1 of env.sprintf has 4 bytes up to the memory's end, too few for the text")
  }

  @Test func `a signature fixes the types of variable arguments`() throws {
    let caller = try Caller(
      "snprintf", HostSignature("i32(buf?, size_t, cstr, ..., i32, f64, cstr, ssize_t)"), fixed: 3)
    caller.machine.write("%d %g %s %ld", at: 512)
    caller.machine.write("text", at: 700)
    caller.add(Int32(-3))
    caller.add(0.25)
    caller.add(UInt32(700))
    caller.add(Int32(-4))
    #expect(try caller.call(1024, 100, 512) == 15)
    #expect(try caller.text(1024) == "-3 0.25 text -4")
    caller.add(Int32(-3))
    caller.add(0.25)
    caller.add(UInt32(FakeMachine.memorySize))
    caller.add(Int32(-4))
    #expect(try caller.call(1024, 100, 512) == nil)
    #expect(caller.message?.contains("argument 6 of env.snprintf is out of bounds") == true)
  }

  @Test func `a variable argument of a type that cannot be one is refused when it is bound`() {
    let error = #expect(throws: HostTypeMismatch.self) {
      try Caller("printf", HostSignature("i32(cstr, ..., v128)"), fixed: 1)
    }
    #expect(error?.message.contains("variable argument 1 is v128") == true)
  }
}
