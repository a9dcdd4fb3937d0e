/// Commands of scripts whose results later versions of the specification changed.
package struct SupersededCommands {
  private var linesByScript: [String: Set<Int>] = [:]

  package init() {}

  /// Adds a table with a command in each line: the script's folder, its file and the command's line
  /// number, separated by tabs. Lines that begin with `#` are comments.
  package mutating func add(_ table: [UInt8]) {
    let text = String(decoding: table, as: UTF8.self)
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard columns.count >= 3, let number = Int(columns[2]) else { continue }
      linesByScript["/\(columns[0])/\(columns[1])", default: []].insert(number)
    }
  }

  /// The lines of a script whose commands may fail.
  package func lines(of path: String) -> Set<Int> {
    linesByScript.first { "/\(path)".hasSuffix($0.key) }?.value ?? []
  }
}
