import Foundation
import PulleyIR
import PulleyWasm
import Testing

/// What has been translated of a part of the corpus.
struct TranslationTally {
  var modules = 0
  var functions = 0
  var instructions = 0
  /// Functions with operators that are validated, but not translated yet.
  var unsupported = 0
  var failures: [String] = []

  mutating func add(_ bytes: [UInt8], _ place: String) {
    guard let module = try? WasmModule.load(ModuleBytes(bytes)) else { return }
    modules += 1
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
        for problem in problems(function) { failures.append("\(place) \(index): \(problem)") }
      } catch  where error.kind == .unsupported {
        unsupported += 1
      } catch {
        failures.append("\(place): \(error)")
      }
    }
  }
}

/// What is wrong with the shape of a function.
func problems(_ function: Function) -> [String] {
  var problems: [String] = []
  for block in function.blockOrder {
    var inst = function.firstInstruction(of: block)
    if inst.isNone { problems.append("\(block) is empty") }
    while !inst.isNone {
      let data = function.instructions[inst]
      let next = function.instruction(after: inst)
      if data.opcode.traits.contains(.terminator) != next.isNone {
        problems.append("\(block): terminator in the wrong place")
      }
      function.forEachArgument(of: inst) { value in
        if value.isNone { problems.append("\(inst) of \(block): missing argument") }
      }
      function.forEachDestination(of: inst) { call in
        let arguments = function.values(call.arguments).map { function.type(of: $0) }
        let parameters = function.parameters(of: call.block).map { function.type(of: $0) }
        if arguments != parameters {
          problems.append("\(block) passes \(arguments) to \(call.block)\(parameters)")
        }
        if !function.blockOrder.contains(call.block) {
          problems.append("\(block) goes to \(call.block), which is not there")
        }
      }
      inst = next
    }
  }
  return problems
}

@Suite("Translation of a corpus", .enabled(if: SpecSuite.root != nil, "no suites at PULLEY_SHARED"))
struct TranslationCorpusTests {
  @Test(
    "Every function of the specification's scripts becomes a function of the IR",
    arguments: [("core", 3), ("wasm-1.0", 0), ("bulk-memory", 0), ("reference-types", 0)])
  func specification(_ group: String, unsupported: Int) throws {
    var tally = TranslationTally()
    for command in try SpecSuite.commands(group) {
      tally.add(command.bytes, "\(command.file):\(command.line)")
    }
    print(
      "\(group): \(tally.modules) modules, \(tally.functions) functions translated,",
      "\(tally.instructions) instructions")
    #expect(tally.failures == [])
    #expect(tally.functions > 0)
    #expect(tally.unsupported == unsupported)
  }

  @Test("Every function of the benchmark programs becomes a function of the IR")
  func programs() throws {
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
