import CPulley
import Testing

/// More host signatures than the byte in `call_indirect_host` can number.
@Suite struct ManySignatures {
  private static let count = 300
  private static let width = 9

  /// Parameter `place` of import `number` is an i64 or an i32: no two imports have the same type.
  private static func isWide(_ number: Int, _ place: Int) -> Bool { number >> place & 1 == 1 }

  /// Functions "0" to "299", each calling the import of its number with 1, 2, … 9.
  private static func module() -> [UInt8] {
    func leb(_ value: Int) -> [UInt8] {
      value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F | 0x80)] + leb(value >> 7)
    }
    func section(_ id: UInt8, _ items: [[UInt8]]) -> [UInt8] {
      let content = leb(items.count) + items.joined()
      return [id] + leb(content.count) + content
    }
    func name(_ text: String) -> [UInt8] { leb(text.utf8.count) + Array(text.utf8) }
    let numbers = 0..<count
    let types = numbers.map { (number: Int) -> [UInt8] in
      [0x60, UInt8(width)] + (0..<width).map { isWide(number, $0) ? 0x7E : 0x7F } + [1, 0x7F]
    }
    let imports = numbers.map { name("host") + name("\($0)") + [0] + leb($0) }
    let exports = numbers.map { name("\($0)") + [0] + leb(count + $0) }
    let bodies = numbers.map { (number: Int) -> [UInt8] in
      var code: [UInt8] = [0]
      for place in 0..<width {
        code += [isWide(number, place) ? 0x42 : 0x41, UInt8(place + 1)]
      }
      code += [0x10] + leb(number) + [0x0B]
      return leb(code.count) + code
    }
    let noParameters = [[0x60, 0, 1, 0x7F] as [UInt8]]
    return [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0] + section(1, types + noParameters)
      + section(2, imports) + section(3, numbers.map { _ in leb(count) }) + section(7, exports)
      + section(10, bodies)
  }

  @Test func hostFunctionsWithManySignaturesAreToldApart() throws {
    // Nine arguments and the user data: beyond the registers of a direct call.
    let function:
      @convention(c) (
        UnsafeRawPointer?, Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64
      ) -> Int32 = { userData, a, b, c, d, e, f, g, h, i in
        let arguments = [a, b, c, d, e, f, g, h, i].map { Int32(truncatingIfNeeded: $0) }
        return arguments == Array(1...9) ? Int32(Int(bitPattern: userData)) : -1
      }
    let guest = try Guest(bytes: Self.module()) { linker in
      for number in 0..<Self.count {
        let words = (0..<Self.width).map { Self.isWide(number, $0) ? "i64" : "u32" }
        try register(
          linker, "host", "\(number)", "i32(userdata, \(words.joined(separator: ",")))", function,
          userData: UnsafeMutableRawPointer(bitPattern: number))
      }
    }
    for number in 0..<Self.count {
      #expect(try guest.run("\(number)")[0].of.i32 == Int32(number))
    }
  }
}
