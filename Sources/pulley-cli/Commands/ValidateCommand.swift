import ArgumentParser
import Pulley

struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check WebAssembly modules, binary or text, and texts of CLIF.",
    discussion: """
      Prints nothing about valid files. Exits with 1 if a file is not valid. With --json, prints a \
      list with an object for each file: its errors, with the offset in bytes and, for text, line and \
      column.
      """)

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Accept CLIF even if the file's name does not end in .clif.")
  var allowClif = false

  @Argument(help: "Files in the binary or the text format, or in CLIF.")
  var files: [RawText]

  func run() throws {
    var isValid = true
    var reports: [String] = []
    for file in files {
      do {
        try validate(try InputFile(file))
        reports.append(Self.report(file, []))
      } catch let error as PulleyError {
        isValid = false
        reports.append(Self.report(file, ([error] + error.others).map(Self.members)))
        if !json { _ = error.report(file.shown) }
      } catch let error as CommandError {
        isValid = false
        reports.append(Self.report(file, [[("message", JSONText.quoted(error.description))]]))
        if !json { printError("\(error)") }
      }
    }
    if json { StandardOutput.print(JSONText.list(reports, indent: "")) }
    if !isValid { throw ExitCode(1) }
  }

  /// Refuses CLIF under another name, because "valid" must not suggest that the file is safe to
  /// run.
  private func validate(_ input: InputFile) throws {
    if input.format == .clif { try input.requireTrust(allowsClif: allowClif) }
    try Module.validate(input.bytes, format: input.format)
  }

  private static func report(_ file: RawText, _ errors: [[(String, String)]]) -> String {
    JSONText.object([
      ("file", JSONText.quoted(file.shown)), ("valid", "\(errors.isEmpty)"),
      ("errors", "[" + errors.map(JSONText.object).joined(separator: ", ") + "]"),
    ])
  }

  private static func members(_ error: PulleyError) -> [(String, String)] {
    var members = [("message", JSONText.quoted(error.message))]
    if let offset = error.offset { members.append(("offset", "\(offset)")) }
    if let line = error.line, let column = error.column {
      members += [("line", "\(line)"), ("column", "\(column)")]
    }
    return members
  }
}
