import Glibc
import PulleyCodegen
import PulleyIR
import PulleyISA
import Testing

@testable import Pulley

@Suite struct Hashes {
  private func hash(_ parts: [[UInt8]], usesProcessor: Bool) -> String {
    var hash = SHA256()
    if !usesProcessor { hash.usesProcessor = false }
    for part in parts { hash.add(part) }
    return hash.finish().map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
  }

  /// FIPS 180-4 gives the first two; the others come from another implementation.
  @Test(arguments: [
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (
      String(repeating: "\u{07}", count: 55),
      "943cc61860776ca8e78a365d988036ed2ade2ca4aca3236dd9501adc4fbbaa27"
    ),
  ])
  func aHashIsThatOfTheStandard(_ text: String, _ expected: String) {
    for usesProcessor in [true, false] {
      #expect(hash([Array(text.utf8)], usesProcessor: usesProcessor) == expected)
    }
  }

  @Test func aHashDoesNotDependOnTheParts() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let whole = hash([bytes], usesProcessor: false)
    for size in [1, 3, 63, 64, 65, 127, 128, 500] {
      let parts = stride(from: 0, to: bytes.count, by: size).map {
        Array(bytes[$0..<min($0 + size, bytes.count)])
      }
      for usesProcessor in [true, false] {
        #expect(hash(parts, usesProcessor: usesProcessor) == whole)
      }
    }
  }

  @Test func aChecksumFindsEachChangedByteAndALength() {
    func sum(_ bytes: [UInt8]) -> UInt64 {
      var checksum = Checksum()
      bytes.withUnsafeBytes { checksum.add($0) }
      return checksum.value
    }
    for count in 0..<100 {
      let bytes = (0..<count).map { UInt8($0) }
      #expect(sum(bytes) != sum(bytes + [0]))
      for index in bytes.indices {
        for bit in 0..<8 {
          var other = bytes
          other[index] ^= 1 << UInt8(bit)
          #expect(sum(other) != sum(bytes))
        }
      }
    }
  }
}

@Suite struct CachedFunctions {
  private var example: CompiledFunction {
    var function = CompiledFunction()
    function.code = [1, 2, 3, 4, 5]
    function.relocations = [
      Relocation(
        offset: 1, kind: .functionAddress, patchDistance: 3, namespace: 7, target: 9, addend: -5)
    ]
    function.traps = [TrapEntry(offset: 2, code: TrapCode(rawValue: 200))]
    function.sourceLocations = [
      SourceEntry(offset: 0, location: 10), SourceEntry(offset: 4, location: .max),
    ]
    function.handlers = [
      ExceptionHandler(call: 1, tag: nil, target: 2), ExceptionHandler(call: 1, tag: 3, target: 4),
    ]
    function.hasFrame = true
    function.frameBytes = 48
    return function
  }

  @Test func aFunctionIsReadAsItWasWritten() throws {
    let bytes = try #require(CachedFunction.write(example))
    let read = try #require(bytes.withUnsafeBytes { CachedFunction.read($0) })
    #expect(read.code == example.code)
    #expect(read.relocations == example.relocations)
    #expect(read.traps == example.traps)
    #expect(read.sourceLocations == example.sourceLocations)
    #expect(read.handlers == example.handlers)
    #expect(read.hasFrame && read.frameBytes == 48)
  }

  @Test func aFunctionWithAWrongLengthIsNotRead() throws {
    let bytes = try #require(CachedFunction.write(example))
    for count in bytes.indices {
      #expect(bytes[..<count].withUnsafeBytes { CachedFunction.read($0) } == nil)
    }
    #expect((bytes + [0]).withUnsafeBytes { CachedFunction.read($0) } == nil)
  }
}

@Suite struct Caches {
  /// More than the smallest module that is cached.
  private static let text = """
    (module (memory 1) (data (i32.const 0) "\(String(repeating: "x", count: 9000))")
      (func $f (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
      (func (export "two") (result i32) (call $f (i32.const 1)))
      (func (export "other") (result i32) (i32.const 3)))
    """

  private func run(_ options: Engine.Options, _ name: String) throws -> (
    [GuestValue], (loaded: Int, compiled: Int)?
  ) {
    let engine = Engine(options)
    let module = try Module(engine: engine, bytes: Array(Self.text.utf8))
    let instance = try Linker(engine: engine).instantiate(module)
    let results = try instance.function(named: name).call([])
    module.storeInCache()
    return (results, module.cacheCounts)
  }

  private func withDirectory(_ body: ([UInt8]) throws -> Void) throws {
    var template = Array("/tmp/pulley-cache-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    let path = template.dropLast().map { UInt8(bitPattern: $0) }
    defer {
      _ = CodeCache(path: path).clean()
      rmdir(template)
    }
    try body(path)
  }

  @Test func aSecondModuleCompilesNothing() throws {
    try withDirectory { path in
      var options = Engine.Options()
      options.cache = CodeCache(path: path)
      options.tiers = .second
      for expected in [(0, 2), (2, 0)] {
        let (results, counts) = try run(options, "two")
        #expect(results == [.i32(2)])
        let known = try #require(counts)
        #expect(known.loaded == expected.0 && known.compiled == expected.1)
      }
      // A body that was not validated this time.
      let (results, counts) = try run(options, "other")
      #expect(results == [.i32(3)])
      #expect(counts?.compiled == 1)
    }
  }

  @Test func deletingAModuleStoresItsCode() throws {
    try withDirectory { path in
      var options = Engine.Options()
      options.cache = CodeCache(path: path)
      do {
        let engine = Engine(options)
        let module = try Module(engine: engine, bytes: Array(Self.text.utf8))
        let instance = try Linker(engine: engine).instantiate(module)
        _ = try instance.function(named: "two").call([])
      }
      #expect(CodeCache(path: path).usage?.files == 1)
    }
  }

  @Test func codeWithAFullAddressMapIsOther() throws {
    try withDirectory { path in
      var options = Engine.Options()
      options.cache = CodeCache(path: path)
      _ = try run(options, "two")
      options.mapsAllInstructions = true
      #expect(try run(options, "two").1?.loaded == 0)
      #expect(CodeCache(path: path).usage?.files == 2)
    }
  }

  @Test func aBuildHasAnIdentity() {
    let key = [UInt8](repeating: 0, count: 10000).withUnsafeBytes {
      CacheKey(module: $0, options: 0)
    }
    #expect(key != nil)
  }
}
