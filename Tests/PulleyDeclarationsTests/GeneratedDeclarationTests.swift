import Testing

@testable import PulleyDeclarations

/// Random declarations: the reader and compilers give them the same layouts and values.
@Suite("Generated declarations")
struct GeneratedDeclarationTests {
  private static let compilers: [(Compiler, DataModel)] = [
    (Compiler.cc, DataModel.host), (Compiler.clang, .host), (Compiler.clang32, .guest32),
    (Compiler.clang64, .guest64),
  ].compactMap { compiler, model in compiler.map { ($0, model) } }

  @Test(.enabled(if: !compilers.isEmpty, "there is no C compiler"), arguments: 1...3)
  func `random records have the layouts that compilers give them`(seed: UInt64) throws {
    var generator = GeneratedDeclarations(seed: seed)
    for _ in 0..<150 { generator.addRecord() }
    var declarations = Declarations()
    try declarations.read(generator.text, name: "generated.h")
    for (compiler, model) in Self.compilers {
      let assertions = LayoutAssertions(of: declarations, model)
      #expect(assertions.members > 200)
      let size = "typedef __SIZE_TYPE__ size_t;\n"
      let errors = try compiler.errors(in: size + generator.text + assertions.text)
      #expect(errors == [], "\(compiler), seed \(seed)")
    }
  }

  @Test(.enabled(if: !compilers.isEmpty, "there is no C compiler"), arguments: 1...3)
  func `random expressions have the values and types that compilers give them`(
    seed: UInt64
  ) throws {
    var generator = GeneratedDeclarations(seed: seed)
    var texts: [String] = []
    for _ in 0..<500 { texts.append(generator.expression(4)) }
    var declarations = Declarations()
    for (index, text) in texts.enumerated() {
      try declarations.read("enum { E\(index) = \(text) };")
    }
    for (compiler, model) in Self.compilers {
      var assertions = ""
      for (index, text) in texts.enumerated() {
        guard case .enumerator(let constant)? = declarations.scope.names["E\(index)"]?.kind else {
          Issue.record("there is no value of \(text)")
          continue
        }
        let value = constant.values[model]
        let isSigned = constant.isSigned(model)
        let literal = isSigned ? "\(value)LL" : "\(UInt64(bitPattern: value))ULL"
        let isEqual = "(\(text)) == \(literal)"
        let size = "sizeof(\(text)) == \(constant.types[model].size(model))"
        // A negative number converted to a type without a sign is positive.
        let isPromotedSigned = constant.types[model].promoted.isSigned(model)
        let sign = "((1 ? -1 : (\(text))) < 0) == \(isPromotedSigned ? 1 : 0)"
        assertions += "_Static_assert(\(isEqual) && \(size) && \(sign), \"\(index)\");\n"
      }
      let errors = try compiler.errors(in: assertions)
      #expect(errors == [], "\(compiler), seed \(seed)")
    }
  }
}
