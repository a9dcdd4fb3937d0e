import Pulley
import Testing

@Suite struct Listings {
  private static let text = """
    (module
      (func $f (param $a i32) (param $b i32) (result i32)
        (i32.div_s (i32.add (local.get $a) (i32.const 1000)) (local.get $b)))
      (func (export "g") (result i32) (call $f (i32.const 1) (i32.const 2))))
    """

  @Test func aListingHasTheOriginOfEachInstruction() throws {
    let listing = try CodeListing(Array(Self.text.utf8))
    #expect(listing.name(ofFunction: 0) == "f")
    let function = try listing.function(0)
    #expect(
      function.source.map(\.text) == [
        "local.get $a", "i32.const 1000", "i32.add", "local.get $b", "i32.div_s", "end",
      ])
    let add = try #require(function.source[2].location)
    let division = try #require(function.source[4].location)
    // `local.get $b` takes two bytes.
    #expect(division == add + 3)
    #expect(function.ir.contains { $0.location == add && $0.text.contains("iadd") })
    #expect(function.code.contains { $0.location == add && $0.text.hasPrefix("xadd32") })
    #expect(function.code.contains { $0.location == division && $0.text.hasPrefix("xdiv32_s") })
    #expect(function.code.allSatisfy { $0.location != nil })
    let first = try #require(function.code.first)
    #expect(listing.origin(ofAddress: first.address) == "\(listing.place(add)) i32.add")
    #expect(listing.origin(ofAddress: 1 << 40) == nil)
  }

  @Test func aListingHasTheTargetOfEachCall() throws {
    let listing = try CodeListing(Array(Self.text.utf8))
    let call = try listing.function(1).code.first { $0.text.hasPrefix("call") }
    #expect(call?.target == 0)
  }

  @Test func aListingHasTheCodeOfTheArtifact() throws {
    let bytes = Array(Self.text.utf8)
    let listing = try CodeListing(bytes)
    let plain = try Module(engine: Engine(), bytes: bytes).artifact()
    let sparse = try ArtifactAddressMap(plain)
    let dense = try ArtifactAddressMap(listing.artifact())
    var known = 0
    for function in 0..<listing.functionCount {
      for line in try listing.function(function).code {
        guard let location = sparse.location(startingAt: line.address) else { continue }
        known += 1
        #expect(line.location == location)
      }
    }
    #expect(known == 2)
    #expect(try dense.location(startingAt: 0) == listing.function(0).source[2].location)
  }

  @Test func aListingOfClifHasItsLines() throws {
    let text = """
      ; two functions
      function %f(i32) -> i32 {
      block0(v0: i32):
          v1 = iadd v0, v0
          return v1
      }
      function %g() { block0: return }
      """
    let listing = try CodeListing(Array(text.utf8))
    let function = try listing.function(0)
    #expect(function.source.map(\.location) == [2, 3, 4, 5, 6])
    #expect(function.source.last?.text == "}")
    #expect(function.code.contains { $0.location == 4 && $0.text.hasPrefix("xadd32") })
    #expect(listing.origin(ofAddress: 0) == "line 4: v1 = iadd v0, v0")
    #expect(try listing.function(1).source.map(\.location) == [7])
  }
}
