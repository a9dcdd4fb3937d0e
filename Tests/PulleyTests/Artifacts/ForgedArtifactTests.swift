import Foundation
import PulleyISA
import PulleyVM
import Testing

@testable import Pulley

/// An artifact whose checksum is right is refused or loaded, whatever else is in it; it can then be
/// listed, saved, instantiated and prepared. Only to run it takes trust.
///
/// `PULLEY_FUZZ_ROUNDS` says how many are tried, `PULLEY_FUZZ_SEED` which is the first; with
/// `PULLEY_FUZZ_KEEP` each is written to that file before it is tried.
@Suite struct ForgedArtifacts {
  private static let wat = """
    (module
      (import "env" "f" (func $f (param i32 i64) (result f64)))
      (import "env" "g" (func $g))
      (memory (export "memory") 1 2) (table (export "table") 4 8 funcref)
      (global (export "global") (mut i64) (i64.const 7))
      (elem (i32.const 1) $a $b) (data (i32.const 16) "some bytes") (data "passive")
      (func $a (export "a") (param i32) (result i32)
        (block (block (block (br_table 0 1 2 (local.get 0))) (call $g)) (call $g))
        (i32.div_s (i32.load offset=4 (local.get 0)) (call $b (local.get 0))))
      (func $b (param i32) (result i32)
        (drop (call $f (local.get 0) (i64.const 5)))
        (call_indirect (param i32) (result i32) (local.get 0) (i32.const 1)))
      (tag $e (param i64))
      (func $d (export "d") (param i32)
        (block $all (drop (block $one (result i64)
          (try_table (catch $e $one) (catch_all $all) (drop (call $b (local.get 0))))
          (throw $e (i64.const 3))))))
      (func (export "c") (result v128)
        (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 3))
        (i32x4.add (v128.load (i32.const 16)) (v128.const i32x4 1 2 3 4))))
    """
  private static let clif = """
    function %first(i64, i8 uext) -> i64 system_v {
        sig0 = (i64, i8 uext) -> i64 system_v
        fn0 = %outside sig0
        fn1 = %second(i64) -> i64 system_v
        gv0 = symbol %data+16
    block0(v0: i64, v1: i8):
        v2 = symbol_value.i64 gv0
        v7 = uextend.i32 v1
        br_table v7, block1, [block2, block1]
    block1:
        try_call fn0(v0, v1), sig0, block3(ret0), [ tag7: block4(exn0), default: block2 ]
    block2:
        v5 = call fn1(v2)
        v6 = call_indirect sig0, v0(v5, v1)
        return v6
    block3(v3: i64):
        return v3
    block4(v4: i64):
        trap user9
    }
    function %second(i64) -> i64 system_v {
        fn0 = %third(i128, f64) -> i128 tail
        fn1 = %second(i64) -> i64 system_v
    block0(v0: i64):
        v1 = iconcat v0, v0
        v2 = f64const 0x1.0
        v3 = call fn0(v1, v2)
        v4 = func_addr.i64 fn1
        v5 = ireduce.i64 v3
        v6 = load.i64 user3 v5
        v7 = iadd v6, v4
        return v7
    }
    function %third(i128, f64) -> i128 tail {
        fn0 = %third(i128, f64) -> i128 tail
    block0(v0: i128, v1: f64):
        return_call fn0(v0, v1)
    }
    """

  private static func engine() -> Engine {
    var options = Engine.Options()
    options.acceptsClif = true
    return Engine(options)
  }

  private static let plain: @convention(c) () -> Void = {}

  private static func linker(_ engine: Engine) throws -> Linker {
    let linker = Linker(engine: engine)
    let address = unsafeBitCast(plain, to: UnsafeMutableRawPointer.self)
    try linker.define(module: "env", name: "f", signature: "f64(i32, i64)", function: address)
    try linker.define(module: "env", name: "g", signature: "void()", function: address)
    linker.resolver = { _ in address }
    return linker
  }

  /// Everything but running. Whether it was loaded.
  private func tryOut(_ bytes: [UInt8], _ engine: Engine) throws -> Bool {
    var options = ObjdumpOptions()
    (options.addresses, options.bytes) = (true, true)
    var listing = ""
    if let file = try? ELFFile(bytes) {
      let map = try? ArtifactAddressMap(bytes)
      try? Objdump.list(
        file, options: options, origin: { map?.location(startingAt: $0).map(String.init) },
        to: &listing)
      #expect(listing.utf8.count < 400 * bytes.count)
    }
    guard let module = try? Module(engine: engine, artifact: bytes) else { return false }
    let again = try module.artifact()
    #expect(try Module(engine: engine, artifact: again).artifact() == again)
    do {
      let linker = try Self.linker(engine)
      switch module.content {
      case .wasm(let frontEnd, let image):
        image.predecodeAll()
        if frontEnd.module.start == nil { _ = try linker.instantiate(module) }
      case .clif:
        try linker.instantiate(module).state.image.predecodeAll()
      }
      return true
    } catch is PulleyError {
      return false
    }
  }

  private static func artifacts() throws -> [[UInt8]] {
    let engine = Self.engine()
    return [
      try Module(engine: engine, bytes: Array(wat.utf8)).artifact(),
      try Module(engine: engine, bytes: Array(clif.utf8)).artifact(),
      try Module(engine: engine, bytes: TestModule.factorial.bytes).artifact(),
    ]
  }

  private func isClif(_ artifact: [UInt8]) throws -> Bool {
    try ArtifactFile(StableBytes(artifact)).descriptionSection == ArtifactFormat.clif
  }

  private static let environment = ProcessInfo.processInfo.environment
  private static let rounds = environment["PULLEY_FUZZ_ROUNDS"].flatMap { UInt64($0) } ?? 3000
  private static let seed = environment["PULLEY_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

  @Test func forgedArtifactsAreRefusedOrLoadedWithoutACrash() throws {
    let artifacts = try Self.artifacts()
    let engine = Self.engine()
    for artifact in artifacts { #expect(try tryOut(artifact, engine)) }
    print("forged artifacts: \(Self.rounds) from seed \(Self.seed) on")
    var loaded = 0
    for seed in Self.seed..<Self.seed + Self.rounds {
      let original = artifacts[Int(seed % UInt64(artifacts.count))]
      var forger = try ArtifactForger(original, seed: seed)
      let bytes = forger.forge()
      if let path = Self.environment["PULLEY_FUZZ_KEEP"] {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
      }
      if try tryOut(bytes, engine) { loaded += 1 }
    }
    print("forged artifacts: \(loaded) of \(Self.rounds) were loaded")
    // Most changes must get past the first checks.
    #expect(loaded > Self.rounds / 50)
  }

  private static func forged(
    _ artifact: [UInt8], _ section: String, _ change: (inout [UInt8]) -> Void
  ) throws -> [UInt8] {
    var forger = try ArtifactForger(artifact, seed: 1)
    return forger.replacing(section, change)
  }

  private func refusal(_ bytes: [UInt8]) -> PulleyError? {
    let engine = Self.engine()
    do throws(PulleyError) {
      _ = try Module(engine: engine, artifact: bytes)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [ArtifactFormat.calls, ArtifactFormat.traps, ArtifactFormat.source])
  func artifactsWithEntriesOutOfOrderAreRefused(section: String) throws {
    let artifacts = try Self.artifacts().filter {
      try ELFFile($0).content(of: section).count >= 16
    }
    #expect(!artifacts.isEmpty)
    for artifact in artifacts {
      let bytes = try Self.forged(artifact, section) { content in
        // The last entry, which is of the last function, comes first.
        content = Array(content.suffix(8)) + content.dropLast(8)
      }
      let error = refusal(bytes)
      #expect(error?.kind == .artifact)
      #expect(error?.message.contains("not in order") == true)
    }
  }

  @Test func artifactsWithOverlappingFunctionsAreRefused() throws {
    for artifact in try Self.artifacts() {
      let bytes = try Self.forged(artifact, ArtifactFormat.functions) { content in
        for entry in stride(from: 0, to: content.count, by: 8) {
          content.replaceSubrange(entry..<entry + 8, with: [0, 0, 0, 0, 8, 0, 0, 0])
        }
      }
      #expect(refusal(bytes)?.kind == .artifact)
    }
  }

  @Test func artifactsWhoseHandlersAreOutsideTheirFunctionsAreRefused() throws {
    for artifact in try Self.artifacts() {
      let count = try ELFFile(artifact).content(of: ArtifactFormat.handlers).count
      guard count > 0 else { continue }
      for place in 0..<count / 8 {
        // Its call, its target, and half of a handler.
        let byte = 8 * place + (place % 2 == 0 ? 2 : 6)
        let moved = try Self.forged(artifact, ArtifactFormat.handlers) { $0[byte] = 0x7F }
        #expect(refusal(moved)?.kind == .artifact)
        let cut = try Self.forged(artifact, ArtifactFormat.handlers) {
          $0.removeSubrange(8 * place..<8 * place + 8)
        }
        #expect(refusal(cut)?.kind == .artifact)
      }
    }
  }

  @Test func artifactsOfClifWithOverlappingCallsAreRefused() throws {
    let source = """
      function %main() {
          fn0 = %other() system_v
      block0:
          call fn0()
          return
      }
      function %other() system_v {
      block0:
          return
      }
      """
    let artifact = try Module(engine: Self.engine(), bytes: Array(source.utf8)).artifact()
    #expect(refusal(artifact) == nil)
    let file = try ELFFile(artifact)
    let text = Array(try file.content(of: ".text"))
    let calls = Array(try file.content(of: ArtifactFormat.calls))
    let entry = try #require(
      stride(from: 0, to: calls.count, by: 8).first { place in
        text[offset(calls, at: place)] == UInt8(Opcode.call.rawValue)
      })
    let call = offset(calls, at: entry)
    var forger = try ArtifactForger(artifact, seed: 1)
    // A second call begins at the distance of the first.
    _ = forger.replacing(".text") { $0[call + 1] = $0[call] }
    let bytes = forger.replacing(ArtifactFormat.calls) { content in
      var second = Array(content[entry..<entry + 8])
      second[0] += 1
      content.insert(contentsOf: second, at: entry + 8)
    }
    #expect(refusal(bytes)?.kind == .artifact)
  }

  private func offset(_ pairs: [UInt8], at place: Int) -> Int {
    pairs[place..<place + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  @Test func artifactsWithHugeCountsAreRefused() throws {
    for artifact in try Self.artifacts() where try isClif(artifact) {
      let count = try ELFFile(artifact).content(of: ArtifactFormat.clif).count
      for place in 0..<count - 4 {
        let bytes = try Self.forged(artifact, ArtifactFormat.clif) {
          $0.replaceSubrange(place..<place + 4, with: [0xFF, 0xFF, 0xFF, 0x7F])
        }
        // Some of the bytes are offsets of code that is seldom looked at.
        if let error = refusal(bytes) { #expect(error.kind == .artifact) }
      }
    }
  }

  @Test func artifactsWhoseNamesShareBytesAreRefused() throws {
    var file = ELFWriter()
    let text = file.addSection(".text", content: [UInt8](repeating: 0, count: 64))
    let name = String(repeating: "n", count: 1000)
    for number in 0..<1000 {
      file.addSymbol(number == 0 ? name : "n", section: text, offset: 0, size: 1)
    }
    var bytes = file.finish()
    #expect(throws: Never.self) { try ELFFile(bytes, readsSymbols: false) }
    // Each symbol has the long name.
    let table = try #require(ELFFile(bytes, readsSymbols: false).sections.first { $0.type == 2 })
    for start in stride(from: table.range.lowerBound + 24, to: table.range.upperBound, by: 24) {
      bytes.replaceSubrange(start..<start + 4, with: [1, 0, 0, 0])
    }
    #expect(throws: ELFError.self) { try ELFFile(bytes) }
  }

  @Test func loadedArtifactsCanBeSavedAgain() throws {
    let text = """
      function %main(i64) -> i64 {
          fn0 = %twice(i64) -> i64 system_v
      block0(v0: i64):
          v1 = call fn0(v0)
          v2 = func_addr.i64 fn0
          v3 = call fn0(v1)
          return v3
      }
      function %twice(i64) -> i64 system_v {
      block0(v0: i64):
          v1 = iadd v0, v0
          return v1
      }
      """
    let engine = Self.engine()
    let first = try Module(engine: engine, bytes: Array(text.utf8)).artifact()
    let second = try Module(engine: engine, artifact: first).artifact()
    #expect(second == first)
    let module = try Module(engine: engine, artifact: second)
    let instance = try Linker(engine: engine).instantiate(module)
    var slots: [UInt64] = [5]
    try instance.function(named: "main").call(slots: &slots)
    #expect(slots == [20])
  }
}
