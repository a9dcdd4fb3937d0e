import PulleyDeclarations
import Testing

@testable import PulleyHost

@Suite("How guests pass C's types")
struct GuestABITests {
  private func record(
    _ types: CType..., kind: Record.Kind = .structure, alignment: Int? = nil
  ) -> Record {
    Record(
      kind, tag: "s",
      Record.Definition(
        members: types.enumerated().map { Record.Member(name: "m\($0.offset)", type: $0.element) },
        alignment: alignment))
  }

  private let int = CType.integer(.int32)
  private let long = CType.integer(.long)

  @Test func `a structure with one scalar is that scalar, however deep it is`() throws {
    let nested = record(.record(record(.array(.array(long, count: 1), count: 1))))
    #expect(try GuestABI.passing(nested, .guest32) == .direct(long))
    #expect(GuestABI.types(of: long, .guest32) == [.i32])
    #expect(GuestABI.types(of: long, .guest64) == [.i64])
    let withEmpty = record(.record(record()), .floating(.float), .array(int, count: 0))
    #expect(try GuestABI.passing(withEmpty, .guest32) == .direct(.floating(.float)))
    let union = record(.pointer(PointerType(to: .void)), kind: .union)
    #expect(
      try GuestABI.passing(union, .guest64) == .direct(.pointer(PointerType(to: .void))))
  }

  @Test func `an empty structure has no argument`() throws {
    #expect(try GuestABI.passing(record(), .guest32) == .nothing)
    #expect(
      try GuestABI.passing(record(.array(.record(record()), count: 7)), .guest32) == .nothing)
  }

  @Test func `other structures are addresses`() throws {
    let others = [
      record(int, int), record(.array(int, count: 2)), record(int, alignment: 16),
      record(int, int, kind: .union), record(int, .array(int, count: nil)),
      record(.record(record(int, int))), record(.array(int, count: nil)),
    ]
    for other in others {
      #expect(try GuestABI.passing(other, .guest32) == .indirect)
    }
  }

  @Test func `a function's type has the pointers to a result and to variable arguments`() throws {
    let pair = record(int, int)
    let signature = HostSignature(
      result: .structure(pair), context: [.instance],
      parameters: [.structure(record()), .structure(record(.floating(.double))), .i128, .size],
      variadic: .fixed(from: 3))
    #expect(
      try GuestABI.functionType(of: signature, .guest32).description
        == "(i32, f64, i64, i64, i32) -> ()")
    let wide = HostSignature(
      result: .structure(record(.floating(.float))), context: [],
      parameters: [.structure(pair), .size, .u8], variadic: nil)
    #expect(
      try GuestABI.functionType(of: wide, .guest64).description == "(i64, i64, i32) -> (f32)")
    let several = HostSignature(
      result: .several(record(int, .floating(.double))), context: [], parameters: [])
    #expect(
      try GuestABI.functionType(of: several, .guest32).description == "() -> (i32, f64)")
    let halves = HostSignature(result: .i128, context: [], parameters: [])
    #expect(try GuestABI.functionType(of: halves, .guest32).description == "(i32) -> ()")
  }
}
