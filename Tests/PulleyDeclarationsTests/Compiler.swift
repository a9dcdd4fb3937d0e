import Foundation
import PulleyTestProcesses

/// A C compiler of this machine.
struct Compiler: Sendable, CustomStringConvertible {
  let path: String
  let arguments: [String]

  var description: String { ([path] + arguments).joined(separator: " ") }

  /// The system's compiler; nil without one.
  static let cc = find("cc").map { Compiler(path: $0, arguments: []) }
  static let clang = find("clang").map { Compiler(path: $0, arguments: []) }
  /// clang for guests; nil without one.
  static let clang32 = guest("wasm32")
  static let clang64 = guest("wasm64")

  private static func guest(_ target: String) -> Compiler? {
    guard let clang else { return nil }
    let compiler = Compiler(path: clang.path, arguments: ["--target=\(target)"])
    return (try? compiler.errors(in: "int a;")) == [] ? compiler : nil
  }

  private static func find(_ name: String) -> String? {
    let folders = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":")
    return folders.map { "\($0)/\(name)" }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }

  /// What the preprocessor makes of a source.
  func preprocessed(_ source: String, _ options: [String] = []) throws -> String {
    try run(["-E", "-x", "c", "-"] + options, input: source).output
  }

  /// The lines with errors of a source, which is compiled without output.
  func errors(in source: String) throws -> [String] {
    let many = path.hasSuffix("clang") ? "-ferror-limit=0" : "-fmax-errors=0"
    let result = try run(
      ["-x", "c", "-std=gnu17", "-fsyntax-only", "-w", "-Wno-parentheses", many, "-"], input: source
    )
    return result.errors.split(separator: "\n").map(String.init).filter { $0.contains("error:") }
  }

  private func run(_ options: [String], input: String) throws -> ChildProcess {
    try ChildProcess(path, arguments + options, input: input)
  }
}
