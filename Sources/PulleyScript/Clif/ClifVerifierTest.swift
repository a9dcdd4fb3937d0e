import PulleyIR
import PulleySource

/// `test verifier`
extension ClifTestFile {
  /// Checks that each function has exactly the errors that comments in it announce. A comment
  /// `; error: …` follows the declaration, the block or the instruction that has the error, and its
  /// text is part of the message.
  func verify(_ outcome: inout ClifTestOutcome) {
    let text = SourceText(bytes)
    var verifier = Verifier(addressBits: addressBits)
    for item in file.functions {
      var expected = item.comments.compactMap { comment in
        comment.text.hasPrefix("error:")
          ? (line: comment.ownerLine, text: trimmed(comment.text.dropFirst("error:".count))) : nil
      }
      var failure: (line: Int, message: String)?
      for error in verifier.verify(item.function) {
        let offset = error.offset(in: item.function).map(Int.init)
        let line = offset.map { text.position(ofOffset: $0).line } ?? item.line
        let match = expected.firstIndex {
          $0.line == line && contains(error.message, $0.text)
        }
        if let match {
          expected.remove(at: match)
        } else if failure == nil {
          failure = (line, "unexpected error: \(error.message)")
        }
      }
      if let missing = expected.first, failure == nil {
        failure = (missing.line, "no error: \(missing.text)")
      }
      outcome.check("verifier", line: failure?.line ?? item.line, failure?.message)
    }
  }

  /// The width of addresses; nil if the file names no target.
  private var addressBits: Int? {
    guard hasTarget else { return nil }
    return target?.first?.hasPrefix("pulley32") == true ? 32 : 64
  }

  private func trimmed(_ text: Substring) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  private func contains(_ text: String, _ part: String) -> Bool {
    let (text, part) = (Array(text.utf8), Array(part.utf8))
    guard text.count >= part.count else { return false }
    return (0...text.count - part.count).contains { text[$0...].starts(with: part) }
  }
}
