import PulleySource

/// The text of a script, with its line starts and the lines whose commands may fail.
package struct ScriptSource: Sendable {
  package let text: SourceText
  /// Lines whose commands may fail.
  let supersededLines: Set<Int>
  /// The offset of the first byte of each line.
  private let lineStarts: [Int]

  package init(_ bytes: [UInt8], name: String, supersededLines: Set<Int>) {
    text = SourceText(bytes, name: name)
    self.supersededLines = supersededLines
    var starts = [0]
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(index + 1)
    }
    lineStarts = starts
  }

  /// The line, counted from 1, of a byte.
  func line(of offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while low < high {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// A place, for the end of a message.
  func suffix(_ offset: Int) -> String {
    " (line \(line(of: offset)))"
  }

  /// Reads the script. Returns nil if it is not well-formed, with that as the only failure in the log.
  func readScript(_ log: ScriptLog) -> Script? {
    do throws(TextError) {
      let script = try ScriptReader.read(text)
      log.commandCount = script.commands.totalCount
      return script
    } catch {
      log.fail(
        ScriptOutcome.Line(
          line: line(of: error.offset), command: "script",
          failure: ScriptFailure(.unreadable, error.message)))
      return nil
    }
  }
}
