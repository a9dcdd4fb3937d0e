import Pulley
import Testing

@Suite struct Artifacts {
  private func bytes() throws -> [UInt8] {
    try Module(engine: Engine(), bytes: TestModule.factorial.bytes).artifact()
  }

  private func factorial(_ artifact: [UInt8]) throws -> [Value] {
    let engine = Engine()
    let module = try Module(engine: engine, artifact: artifact)
    return try Linker(engine: engine).instantiate(module).function(named: "fac").call([.i64(5)])
  }

  @Test func runAsTheModuleDoes() throws {
    #expect(try factorial(bytes()) == [.i64(120)])
  }

  @Test func areTheSameHoweverCompiled() throws {
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

  @Test func damageIsFound() throws {
    let whole = try bytes()
    for count in stride(from: 0, to: whole.count, by: 7) {
      let error = #expect(throws: PulleyError.self) { try factorial(Array(whole[..<count])) }
      #expect(error?.kind == .artifact)
    }
    for position in whole.indices {
      var damaged = whole
      damaged[position] ^= 0x41
      // Some bytes, such as symbols and padding, mean nothing to us.
      do {
        #expect(try factorial(damaged) == [.i64(120)])
      } catch let error as PulleyError {
        #expect(error.kind == .artifact)
      }
    }
  }

  @Test func othersFilesAreRefused() throws {
    for foreign in [Array("\u{7F}ELF".utf8), [], TestModule.factorial.bytes] {
      let error = #expect(throws: PulleyError.self) {
        try Module(engine: Engine(), artifact: foreign)
      }
      #expect(error?.kind == .artifact)
    }
  }
}
