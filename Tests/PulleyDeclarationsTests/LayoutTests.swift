import Testing

@testable import PulleyDeclarations

@Suite("Layouts of C types")
struct LayoutTests {
  /// `struct { char c; long n; void *p; double d; short s; }`
  private let record = Record(
    .structure, tag: "example",
    Record.Definition(members: [
      Record.Member(name: "c", type: .integer(.char)),
      Record.Member(name: "n", type: .integer(.long)),
      Record.Member(name: "p", type: .pointer(PointerType(to: .void))),
      Record.Member(name: "d", type: .floating(.double)),
      Record.Member(name: "s", type: .integer(.int16)),
    ]))

  @Test func `a structure has the offsets of each side`() throws {
    let host = try record.layout(.host)
    #expect(host.offsets == [0, 8, 16, 24, 32])
    #expect(host.extent == Extent(size: 40, alignment: 8))
    let guest = try record.layout(.guest32)
    #expect(guest.offsets == [0, 4, 8, 16, 24])
    #expect(guest.extent == Extent(size: 32, alignment: 8))
  }

  @Test func `a bit-field and a missing definition are refused by name`() {
    let bits = Record(
      .structure, tag: "flags",
      Record.Definition(members: [Record.Member(name: "a", type: .integer(.int32), bits: 3)]))
    #expect(throws: LayoutError("struct flags", "has the bit-field 'a'")) {
      try bits.layout(.host)
    }
    #expect(throws: LayoutError("struct FILE", "is declared without its members")) {
      try Record(.structure, tag: "FILE").layout(.guest32)
    }
  }
}
