import CPulley
import Foundation
import Testing

/// The names of the interface in the places that list them.
@Suite struct Names {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static func declared() throws -> [String] {
    let header = try String(contentsOf: root.appending(path: "include/pulley.h"), encoding: .utf8)
    // What only C11 or only C++ sees is made of the functions that all see.
    let code = header.replacing(/\/\*(?s:.)*?\*\//, with: "")
      .replacing(/\n#if !?defined\(__cplusplus\)(?s:.)*?\n#endif/, with: "")
      .replacing(/static inline (?s:.)*?\n}/, with: "")
      .replacing(/typedef [^;{]*;/, with: "")
    return code.matches(of: /\b(pulley_[a-z0-9_]+) *\([^*]/).map { String($0.output.1) }
  }

  @Test func headerAndExportMapListTheSameFunctions() throws {
    let map = try String(contentsOf: Self.root.appending(path: "pulley.map"), encoding: .utf8)
    let listed = map.matches(of: /\b(pulley_[a-z0-9_]+);/).map { String($0.output.1) }
    let declared = try Self.declared()
    #expect(!declared.isEmpty)
    #expect(Set(declared).count == declared.count)
    #expect(listed == declared, "pulley.map has the header's order")
  }

  @Test func theLibraryReportsTheVersionOfTheHeader() {
    let text = pulley_version().map { String(cString: $0) }
    #expect(text == PULLEY_VERSION)
    let number = pulley_version_number()
    #expect(number == PULLEY_VERSION_NUMBER)
    #expect(
      number == PULLEY_VERSION_MAJOR * 1_000_000 + PULLEY_VERSION_MINOR * 1000
        + PULLEY_VERSION_PATCH)
  }
}
