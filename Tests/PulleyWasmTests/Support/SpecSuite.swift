import Foundation
import PulleyWasm

/// The WebAssembly specification's scripts as JSON, kept outside of this repository.
enum SpecSuite {
  /// The folder of the suites, if it is on this machine.
  static let root: URL? = {
    let shared =
      ProcessInfo.processInfo.environment["PULLEY_SHARED"].map { URL(fileURLWithPath: $0) }
      ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("shared")
    let suites = shared.appendingPathComponent("suites")
    let isThere = FileManager.default.fileExists(
      atPath: suites.appendingPathComponent("spec-json").path)
    return isThere ? suites : nil
  }()

  /// A command of a script that concerns a binary module.
  struct Command {
    var file: String
    var line: Int
    var type: String
    var text: String
    var bytes: [UInt8]
  }

  /// All commands of a group that have a binary module, in a fixed order.
  static func commands(_ group: String) throws -> [Command] {
    guard let root else { return [] }
    let folder = root.appendingPathComponent("spec-json").appendingPathComponent(group)
    var commands: [Command] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
      if name.hasSuffix(".json") {
        try appendScript(folder.appendingPathComponent(name), in: folder, to: &commands)
      } else {
        let inner = folder.appendingPathComponent(name)
        try appendScript(inner.appendingPathComponent(name + ".json"), in: inner, to: &commands)
      }
    }
    return commands
  }

  private static func appendScript(
    _ script: URL, in folder: URL, to commands: inout [Command]
  ) throws {
    guard let data = try? Data(contentsOf: script),
      let json = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return }
    let files = json["files"] as? [String: String]
    for command in json["commands"] as? [[String: Any]] ?? [] {
      let isText = command["module_type"] as? String == "text"
      let name = command[isText ? "binary_filename" : "filename"] as? String
      guard let name, let type = command["type"] as? String else { continue }
      let contents =
        try files?[name].flatMap { Data(base64Encoded: $0) }
        ?? Data(contentsOf: folder.appendingPathComponent(name))
      commands.append(
        Command(
          file: script.lastPathComponent, line: command["line"] as? Int ?? 0, type: type,
          text: command["text"] as? String ?? "", bytes: [UInt8](contents)))
    }
  }

  /// `file:line` of the commands of a group that later versions of the specification overrule.
  static func superseded(_ group: String) throws -> Set<String> {
    guard let root else { return [] }
    let table = try String(
      contentsOf: root.appendingPathComponent("spec/SUPERSEDED.tsv"), encoding: .utf8)
    var result: Set<String> = []
    for line in table.split(separator: "\n") {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard columns.count >= 3, columns[0] == group else { continue }
      result.insert("\(columns[1].replacingOccurrences(of: ".wast", with: ".json")):\(columns[2])")
    }
    return result
  }
}
