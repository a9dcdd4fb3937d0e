import Foundation
import PulleyIR
import PulleyWasm
import Testing

/// The functions translated of a part of the corpus.
struct TranslationTally {
  var modules = 0
  var functions = 0
  var instructions = 0
  var failures: [String] = []
  /// The reasons for which functions were refused.
  var refusals: [String] = []

  mutating func add(_ bytes: [UInt8], _ place: String) {
    guard let module = try? WasmModule.load(ModuleBytes(bytes)) else { return }
    modules += 1
    var verifier = Verifier()
    var translator = FunctionTranslator(module, layout: ContextLayout(module))
    for index in module.module.importedFunctionCount..<module.module.functions.count {
      do {
        let function = try translator.translate(index)
        functions += 1
        for block in function.blockOrder {
          var inst = function.firstInstruction(of: block)
          while !inst.isNone {
            instructions += 1
            inst = function.instruction(after: inst)
          }
        }
        for error in verifier.verify(function) {
          failures.append("\(place) function \(index): \(error)")
        }
      } catch {
        if error.kind == .unsupported {
          refusals.append(error.message)
        } else {
          failures.append("\(place): \(error)")
        }
      }
    }
  }
}

@Suite(.enabled(if: SpecSuite.root != nil, "no suites at PULLEY_SHARED"))
struct TranslationCorpusTests {
  @Test(
    arguments: [
      ("core", []), ("wasm-1.0", []), ("reference-types", []), ("simd", []), ("relaxed-simd", []),
      ("tail-call", []), ("function-references", []), ("multi-memory", []),
      ("memory64", []), ("proposals/threads", []), ("proposals/wide-arithmetic", []),
      ("bulk-memory", []), ("gc", []), ("exceptions", []), ("proposals/legacy-exceptions", []),
    ] as [(String, [String])])
  func everyFunctionOfTheSpecificationsScriptsBecomesAFunctionOfTheIR(
    _ group: String, refusals: [String]
  ) throws {
    var tally = TranslationTally()
    for command in try SpecSuite.commands(group) {
      tally.add(command.bytes, "\(command.file):\(command.line)")
    }
    print(
      "\(group): \(tally.modules) modules, \(tally.functions) functions translated,",
      "\(tally.instructions) instructions")
    #expect(tally.failures == [])
    #expect(tally.refusals == refusals)
    #expect(tally.functions > 0)
  }

  @Test func everyFunctionOfTheBenchmarkProgramsBecomesAFunctionOfTheIR() throws {
    guard let root = SpecSuite.root else { return }
    let bench = root.deletingLastPathComponent().appendingPathComponent("bench")
    guard let files = FileManager.default.enumerator(atPath: bench.path) else { return }
    var tally = TranslationTally()
    for case let name as String in files where name.hasSuffix(".wasm") {
      let data = try Data(contentsOf: bench.appendingPathComponent(name))
      tally.add([UInt8](data), name)
    }
    print(
      "bench: \(tally.modules) modules, \(tally.functions) functions translated,",
      "\(tally.instructions) instructions")
    #expect(tally.failures == [])
  }
}
