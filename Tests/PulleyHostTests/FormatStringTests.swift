import PulleyDeclarations
import Testing

@testable import PulleyHost

private func arguments(
  _ format: String, _ style: FormatRule.Style = .printf
) throws(FormatError) -> [VariableType] {
  try FormatString(Array(format.utf8), style).arguments.map(\.type)
}

@Suite struct FormatStrings {
  @Test(
    arguments: [
      ("", []),
      ("100%%, %%", []),
      ("%d%i", [.integer(.int32), .integer(.int32)]),
      ("%hhd %hx %hhu %ho", Array(repeating: .integer(.int32), count: 4)),
      ("%u %x %X %o", Array(repeating: .integer(.uint32), count: 4)),
      (
        "%ld %lu %lld %llx",
        [.integer(.long), .integer(.unsignedLong), .integer(.int64), .integer(.uint64)]
      ),
      (
        "%jd %ju %zd %zu %td %tx",
        [
          .integer(.int64), .integer(.uint64), .integer(.pointerSized),
          .integer(.unsignedPointerSized), .integer(.pointerSized), .integer(.unsignedPointerSized),
        ]
      ),
      ("%c %lc", [.integer(.int32), .integer(.uint32)]),
      ("%a%A%e%E%f%F%g%G%lf", Array(repeating: .double, count: 9)),
      ("%Lf %La", [.longDouble, .longDouble]),
      ("%p", [.address]),
      ("%-+ #0'12.3d", [.integer(.int32)]),
      ("%m %d", [.integer(.int32)]),
      (
        "%s %10s %.3s %.s",
        [
          .string(.terminated), .string(.terminated), .string(.constant(3)), .string(.constant(0)),
        ]
      ),
      ("%*.*s", [.columns, .integer(.int32), .string(.argument(1))]),
      ("%-*d%.*f", [.columns, .integer(.int32), .columns, .double]),
      ("%2$s %1$d", [.integer(.int32), .string(.terminated)]),
      ("%1$*2$.*3$f", [.double, .columns, .columns]),
      ("%1$d %1$x %2$.*1$s", [.integer(.int32), .string(.argument(0))]),
      ("%1$.2s %1$s", [.string(.terminated)]),
      ("%.2147483647s", [.string(.constant(.init(Int32.max)))]),
      ("%65536d", [.integer(.int32)]),
      // Bytes that are no ASCII are ordinary characters.
      ("\u{e9}%d\u{1F600}", [.integer(.int32)]),
    ] as [(String, [VariableType])])
  func `a format of printf tells the types of its arguments`(
    format: String, types: [VariableType]
  ) throws {
    #expect(try arguments(format) == types)
  }

  @Test(
    arguments: [
      ("%", 0, "without its letter"),
      ("abc %5", 4, "without its letter"),
      ("%d %q", 3, "'%q', which is not a conversion"),
      ("%n", 0, "'%n', which writes to memory"),
      ("%hhn", 0, "writes to memory"),
      ("%ls", 0, "'%ls', which is a string of wide characters"),
      ("%S", 0, "wide characters"),
      ("%C", 0, "wide characters"),
      ("%b", 0, "not all C libraries know"),
      ("%5%", 0, "'%5%', which is not a percent sign"),
      ("%Ld", 0, "'%Ld', which has a length"),
      ("%hs", 0, "has a length"),
      ("%lp", 0, "has a length"),
      ("%hf", 0, "has a length"),
      ("%llc", 0, "has a length"),
      ("%qd", 0, "not a conversion"),
      ("%Id", 0, "not a conversion"),
      ("%.-3d", 0, "not a conversion"),
      ("%*5d", 0, "not a conversion"),
      ("%-1$d", 0, "not a conversion"),
      ("%10m", 0, "must be written '%m'"),
      ("%65537d", 0, "a width of 65537"),
      ("%.65537f", 0, "a precision of 65537"),
      ("%.2147483648s", 0, "a precision larger than"),
      ("%99999999999999999999d", 0, "a width larger than"),
      ("%1$d %d", 5, "mixes"),
      ("%d %1$d", 3, "mixes"),
      ("%1$*d", 0, "mixes"),
      ("%129$d", 0, "uses argument 129"),
      ("%1$d %1$ld", 5, "uses argument 1 with another type"),
      ("%1$ld %1$lu", 6, "uses argument 1 with another type"),
      ("%1$d %1$s", 5, "uses argument 1 with another type"),
      ("%2$d", nil, "does not use argument 1"),
    ] as [(String, Int?, String)])
  func `a format of printf that could be read in two ways is refused`(
    format: String, position: Int?, reason: String
  ) throws {
    let error = #expect(throws: FormatError.self) { try arguments(format) }
    #expect(error?.position == position)
    #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
  }

  @Test(
    arguments: [
      ("%d %i", [.integerOutput(.int32), .integerOutput(.int32)]),
      (
        "%hhd %hu %ld %lx %llo %jd %zu %td",
        [
          .integerOutput(.int8), .integerOutput(.uint16), .integerOutput(.long),
          .integerOutput(.unsignedLong), .integerOutput(.uint64), .integerOutput(.int64),
          .integerOutput(.unsignedPointerSized), .integerOutput(.pointerSized),
        ]
      ),
      (
        "%f %lg %La %a",
        [
          .floatingOutput(.float), .floatingOutput(.double), .floatingOutput(.longDouble),
          .floatingOutput(.float),
        ]
      ),
      ("%*d %d %*s %*[a-z]", [.integerOutput(.int32)]),
      ("%5s %s", [.text(maximum: 5, isWord: true), .text(maximum: nil, isWord: true)]),
      ("%c%9c", [.characters(1), .characters(9)]),
      (
        "%[]x] %7[^]%d] %[^\n]",
        [
          .text(maximum: nil, isWord: false), .text(maximum: 7, isWord: false),
          .text(maximum: nil, isWord: false),
        ]
      ),
      ("%n %hhn %zn", [.consumed(.int32), .consumed(.int8), .consumed(.pointerSized)]),
      ("%p %%", [.addressOutput]),
      ("%2$d %1$4s", [.text(maximum: 4, isWord: true), .integerOutput(.int32)]),
      ("%a ", [.floatingOutput(.float)]),
    ] as [(String, [VariableType])])
  func `a format of scanf tells the types of its arguments`(
    format: String, types: [VariableType]
  ) throws {
    #expect(try arguments(format, .scanf) == types)
  }

  @Test(
    arguments: [
      ("%ms", "allocates memory"),
      ("%as", "'%a', which some C libraries take for an allocation"),
      ("%a[x]", "take for an allocation"),
      ("%ls", "wide"),
      ("%lc", "wide"),
      ("%l[a]", "wide"),
      ("%S", "wide"),
      ("%0s", "a width of 0"),
      ("%[abc", "without its ']'"),
      ("%[^]", "without its ']'"),
      ("%*n", "has no effect"),
      ("%5n", "has a width"),
      ("%1$*d", "suppresses it"),
      ("%Ld", "has a length"),
      ("%'d", "not a conversion"),
      ("%*", "without its letter"),
      ("%*%", "not a percent sign"),
      ("%1$d%d", "mixes"),
    ] as [(String, String)])
  func `a format of scanf that could be read in two ways is refused`(
    format: String, reason: String
  ) throws {
    let error = #expect(throws: FormatError.self) { try arguments(format, .scanf) }
    #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
  }

  @Test func `a format of SQLite has its own conversions`() throws {
    #expect(
      try arguments("%q %Q %w %s %,d %ld %lld %c %p %!.15g %.3s", .sqlite) == [
        .string(.terminated), .string(.terminated), .string(.terminated), .string(.terminated),
        .integer(.int32), .integer(.long), .integer(.int64), .integer(.int32), .address, .double,
        .string(.constant(3)),
      ])
    // With '!', a precision counts characters.
    #expect(try arguments("%!.*s", .sqlite) == [.integer(.int32), .string(.terminated)])
    for format in ["%z", "%zd", "%n", "%hd", "%T", "%S", "%1$d", "%a", "%jd", "%'d", "%m", "%Lf"] {
      #expect(throws: FormatError.self, "\(format)") { try arguments(format, .sqlite) }
    }
  }

  @Test func `arguments, conversions and the length of a format are limited`() throws {
    let most = FormatString.mostArguments
    #expect(try arguments(String(repeating: "%d", count: most)).count == most)
    let tooMany = #expect(throws: FormatError.self) {
      try arguments(String(repeating: "%d", count: most + 1))
    }
    #expect(tooMany?.reason == "has more than 128 conversions")
    let stars = #expect(throws: FormatError.self) {
      try arguments(String(repeating: "%*d", count: most / 2 + 1))
    }
    #expect(stars?.reason == "asks for more than 128 arguments")
    #expect(throws: FormatError.self) { try arguments(String(repeating: "%m", count: most + 1)) }
    #expect(throws: FormatError.self) {
      try arguments(String(repeating: "%1$d", count: most + 1))
    }
    #expect(try arguments(String(repeating: "x", count: FormatString.longest)).isEmpty)
    let long = #expect(throws: FormatError.self) {
      try arguments(String(repeating: "x", count: FormatString.longest + 1))
    }
    #expect((long?.description.utf8.count ?? 1000) < 200)
  }

  @Test func `an error shows the format without characters that control a terminal`() {
    let error = #expect(throws: FormatError.self) { try arguments("\u{1b}[31m%\u{1b}") }
    #expect(
      error?.description
        == "is the format \"\\u{1b}[31m%\\u{1b}\", which at character 5 has '%\\u{1b}', "
        + "which is not a conversion")
  }

  @Test func `a conversion is named by its text`() throws {
    let format = try FormatString(Array("a %-*d %5.1Lf".utf8), .printf)
    #expect((0..<3).map { format.conversion(ofArgument: $0) } == ["'%-*d'", "'%-*d'", "'%5.1Lf'"])
  }

  #if arch(x86_64)
    @Test func `numbers of 80 bits survive a conversion to 128 bits and back`() {
      var values: [Float80] = [
        0, -0.0, 1, -1.5, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNormalMagnitude,
        .leastNonzeroMagnitude, .pi, 0.1,
      ]
      for _ in 0..<1000 {
        values.append(
          Float80(
            sign: .random() ? .plus : .minus,
            exponentBitPattern: .random(in: 0...0x7FFE),
            significandBitPattern: .random(in: 0..<(1 << 63))))
      }
      for value in values {
        let signAndExponent = UInt16(value.exponentBitPattern) | (value.sign == .minus ? 0x8000 : 0)
        let leading: UInt64 = value.exponentBitPattern == 0 ? 0 : 1 << 63
        let significand = value.significandBitPattern | leading
        let wide = LongDouble.quadruple(
          significand: significand, signAndExponent: signAndExponent)
        let back = LongDouble.extended(low: wide.low, high: wide.high)
        #expect(back.significand == significand && back.signAndExponent == signAndExponent)
      }
    }
  #endif

  @Test(
    arguments: [
      // One and a half units in the last place of 64 bits: to the even neighbour.
      (0x0001_0000_0000_0000, 0x3FFF_0000_0000_0000, 0x8000_0000_0000_0000, 0x3FFF),
      (0x0003_0000_0000_0000, 0x3FFF_0000_0000_0000, 0x8000_0000_0000_0002, 0x3FFF),
      (0x0001_0000_0000_0001, 0x3FFF_0000_0000_0000, 0x8000_0000_0000_0001, 0x3FFF),
      // All ones round up to the next power of two.
      (.max, 0x3FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0x4000),
      // The largest number rounds to infinity.
      (.max, 0x7FFE_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0x7FFF),
      // The largest subnormal number rounds to the smallest normal one.
      (.max, 0x8000_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0x8001),
      // NaN stays NaN, though its bits be cut off.
      (1, 0x7FFF_0000_0000_0000, 0xC000_0000_0000_0000, 0x7FFF),
      (0, 0xFFFF_0000_0000_0000, 0x8000_0000_0000_0000, 0xFFFF),
    ] as [(UInt64, UInt64, UInt64, UInt16)])
  func `numbers of 128 bits are rounded to the nearest of 80 bits`(
    low: UInt64, high: UInt64, significand: UInt64, signAndExponent: UInt16
  ) {
    let rounded = LongDouble.extended(low: low, high: high)
    #expect(rounded.significand == significand)
    #expect(rounded.signAndExponent == signAndExponent)
  }
}
