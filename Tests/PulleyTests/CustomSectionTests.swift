import Pulley
import Testing

@Suite struct CustomSections {
  private let engine = Engine()

  private func contents(_ module: Module) -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    for section in module.customSections {
      found[section.name] = module.withContents(of: section) { Array($0) }
    }
    return found
  }

  @Test func customSectionsAreReadFromModulesAndArtifacts() throws {
    var plain = TestModule.factorial
    plain.custom("producers", [1, 2, 3])
    plain.custom("empty", [])
    plain.custom(".debug_info", [4])
    let module = try Module(engine: engine, bytes: plain.bytes)
    #expect(module.customSections.map(\.name) == ["producers", "empty", ".debug_info"])
    #expect(contents(module) == ["producers": [1, 2, 3], "empty": [], ".debug_info": [4]])
    // Sections that describe the bytes of the code would be wrong without them.
    let loaded = try Module(engine: engine, artifact: try module.artifact())
    #expect(contents(loaded) == ["producers": [1, 2, 3], "empty": []])
  }

  @Test func namesFromTheNameSectionAppearInBacktracesAndErrors() throws {
    var plain = TestModule()
    let type = plain.type([TestModule.i32], [TestModule.i32])
    let inner = plain.function(type: type, [0x41, 1, 0x20, 0, 0x6D])
    plain.export("run", index: plain.function(type: type, [0x20, 0, 0x10, UInt8(inner)]))
    plain.names("arithmetic", [(0, "divide")])
    let module = try Module(engine: engine, bytes: plain.bytes)
    #expect(module.name == "arithmetic")
    for module in [module, try Module(engine: engine, artifact: try module.artifact())] {
      let run = try Linker(engine: engine).instantiate(module).function(named: "run")
      let error = #expect(throws: PulleyError.self) { try run.call([.i32(0)]) }
      #expect(error?.backtrace.map(\.functionName) == ["divide", "run"])
      #expect(error?.backtrace.map(\.moduleName) == ["arithmetic", "arithmetic"])
      #expect(error?.backtraceText.contains("arithmetic!divide") == true)
    }
    var invalid = TestModule()
    _ = invalid.function(type: invalid.type([], []), [0x41, 1])
    invalid.names("wrong", [(0, "leftover")])
    let error = #expect(throws: PulleyError.self) {
      try Module(engine: engine, bytes: invalid.bytes)
    }
    #expect(error?.message.hasSuffix("in function 0 (leftover)") == true)
  }
}
