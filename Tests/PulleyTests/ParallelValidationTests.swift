import Testing

@testable import Pulley

@Suite struct ParallelValidation {
  /// A module of more than half a megabyte, in which some functions have other bodies.
  private func text(_ others: [Int: String] = [:]) -> [UInt8] {
    let work = String(
      repeating: "(drop (i32.add (i32.const 100000) (i32.const 200000)))", count: 25)
    let functions = (0..<2500).map { index in
      others[index].map { "(func \($0))" }
        ?? "(func (export \"f\(index)\") (result i32) \(work) (i32.const \(index)))"
    }
    return Array("(module (table 1 funcref) \(functions.joined(separator: "\n")))".utf8)
  }

  private func load(_ text: [UInt8], threads: Int) throws -> Module {
    var options = Engine.Options()
    options.compileThreads = threads
    return try Module(engine: Engine(options), bytes: text)
  }

  @Test func functionsOfAModuleThatThreadsHaveValidatedRun() throws {
    for threads in [1, 2, 4] {
      let module = try load(text(), threads: threads)
      #expect(module.exports.count == 2500)
      let instance = try Linker(engine: module.engine).instantiate(module)
      #expect(try instance.function(named: "f2499").call([]) == [.i32(2499)])
    }
  }

  @Test func theFirstErrorIsReportedWhateverThreadFindsIt() throws {
    let cases: [[Int: String]] = [
      [1800: "(result i32) (i64.const 0)", 2300: "(drop)"],
      [5: "(ref.func 7) (drop)", 2400: "(result i32)"],
      [2499: "(local.get 3) (drop)"],
    ]
    for others in cases {
      let bytes = text(others)
      let expected = #expect(throws: PulleyError.self) { try load(bytes, threads: 1) }
      for _ in 0..<5 {
        let actual = #expect(throws: PulleyError.self) { try load(bytes, threads: 4) }
        #expect(actual?.description == expected?.description)
      }
    }
  }
}
