import Pulley
import Testing

@Suite struct Artifacts {
  private func bytes() throws -> [UInt8] {
    try Module(engine: Engine(), bytes: TestModule.factorial.bytes).artifact()
  }

  private func factorial(_ artifact: [UInt8]) throws -> [GuestValue] {
    let engine = Engine()
    let module = try Module(engine: engine, artifact: artifact)
    return try Linker(engine: engine).instantiate(module).function(named: "fac").call([.i64(5)])
  }

  @Test func anArtifactRunsAsItsModuleDoes() throws {
    #expect(try factorial(bytes()) == [.i64(120)])
  }

  @Test func artifactsAreTheSameForEveryWayOfCompiling() throws {
    var eager = Engine.Options()
    eager.isEager = true
    eager.compileThreads = 3
    let compiled = try Module(engine: Engine(eager), bytes: TestModule.factorial.bytes)
    #expect(try compiled.artifact() == bytes())
    let engine = Engine()
    let lazy = try Module(engine: engine, bytes: TestModule.factorial.bytes)
    _ = try Linker(engine: engine).instantiate(lazy).function(named: "fac").call([.i64(3)])
    #expect(try lazy.artifact() == bytes())
    #expect(try Module(engine: engine, artifact: bytes()).artifact() == bytes())
  }

  @Test func anArtifactSaysThatItNeedsInstructionsBeyondPulleys() throws {
    var module = TestModule()
    module.memory(minimum: 1)
    let type = module.type([], [TestModule.i32])
    module.export(
      "add", index: module.function(type: type, [0x41, 0, 0x41, 1, 0xFE, 0x1E, 2, 0]))
    let artifact = try Module(engine: Engine(), bytes: module.bytes).artifact()
    let engine = Engine()
    let loaded = try Module(engine: engine, artifact: artifact)
    let add = try Linker(engine: engine).instantiate(loaded).function(named: "add")
    #expect(try add.call([]) == [.i32(0)])
    #expect(try add.call([]) == [.i32(1)])
    // The bits follow the magic text, the version and the fingerprint.
    let magic = Array("libpulley artifact\n".utf8)
    func extensions(_ bytes: [UInt8]) throws -> Int {
      let start = try #require(bytes.firstRange(of: magic))
      return start.upperBound + 12
    }
    #expect(try artifact[extensions(artifact)] == 1)
    let plain = try bytes()
    #expect(try plain[extensions(plain)] == 0)
    var other = artifact
    other[try extensions(other)] = 3
    let error = #expect(throws: PulleyError.self) { try Module(engine: engine, artifact: other) }
    #expect(error?.message.contains("beyond Pulley's") == true)
  }

  @Test func damagedArtifactsAreRefused() throws {
    let whole = try bytes()
    for count in stride(from: 0, to: whole.count, by: 7) {
      let error = #expect(throws: PulleyError.self) { try factorial(Array(whole[..<count])) }
      #expect(error?.kind == .artifact)
    }
    for position in whole.indices {
      var damaged = whole
      damaged[position] ^= 0x41
      // Some bytes, such as symbols and padding, have no meaning for the loader.
      do {
        #expect(try factorial(damaged) == [.i64(120)])
      } catch let error as PulleyError {
        #expect(error.kind == .artifact)
      }
    }
  }

  @Test func filesThatAreNotArtifactsAreRefused() throws {
    for foreign in [Array("\u{7F}ELF".utf8), [], TestModule.factorial.bytes] {
      let error = #expect(throws: PulleyError.self) {
        try Module(engine: Engine(), artifact: foreign)
      }
      #expect(error?.kind == .artifact)
    }
  }
}
