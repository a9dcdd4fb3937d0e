import PulleyIR

/// `test cat`
extension ClifTestFile {
  /// Prints each function, reads the text and prints it again, which must give the same text. The
  /// lines must match the directives in the function's comments.
  func compareText(_ outcome: inout ClifTestOutcome) {
    for item in file.functions {
      let text = Self.print(item.function)
      let again = ClifReader.read(Array((file.header + text).utf8))
      let difference =
        again.errors.first?.message
        ?? (again.functions.first.map { Self.print($0.function) } == text
          ? nil : "the function read from its text prints as another text")
      let check = LineCheck(item.comments)
      outcome.check(
        "cat", line: item.line,
        difference.map { "\(item.function.name): \($0)" } ?? check.failure(in: text))
    }
  }

  private static func print(_ function: Function) -> String {
    var printer = FunctionPrinter()
    printer.showsConstants = true
    return printer.print(function)
  }
}

extension ClifFile {
  /// The directives that the meaning of a text depends on.
  fileprivate var header: String {
    directives.filter { $0.words.first == "test" }
      .map { $0.words.joined(separator: " ") + "\n" }.joined()
  }
}

/// Directives about lines, like those of LLVM's FileCheck: `sameln`, `nextln` and `check` look for text
/// on the line of the last match, on the next line, and anywhere after it; `not` looks for text that
/// must not be between two matches.
private struct LineCheck {
  private enum Kind: String, CaseIterable { case sameln, nextln, check, not }

  private struct Directive {
    let kind: Kind
    /// Without leading and trailing blanks.
    let text: [UInt8]
    let line: Int
  }

  private var directives: [Directive] = []

  init(_ comments: [ClifComment]) {
    for comment in comments {
      for kind in Kind.allCases where comment.text.hasPrefix("\(kind.rawValue):") {
        let text = comment.text.utf8.dropFirst(kind.rawValue.utf8.count + 1)
        directives.append(Directive(kind: kind, text: Self.trimmed(text), line: comment.line))
      }
    }
  }

  /// A message about the first directive that does not hold; nil if all hold.
  func failure(in text: String) -> String? {
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { Array($0) }
    // Where the last match ended.
    var (line, column) = (0, 0)
    var forbidden: [Directive] = []
    for directive in directives {
      let match: (line: Int, column: Int)?
      switch directive.kind {
      case .not:
        forbidden.append(directive)
        continue
      case .sameln:
        match = find(directive.text, in: lines, from: (line, column), through: line)
      case .nextln:
        match = find(directive.text, in: lines, from: (line + 1, 0), through: line + 1)
      case .check:
        match = find(directive.text, in: lines, from: (line, column), through: lines.count)
      }
      guard let match else {
        return
          "line \(directive.line): no match for `\(String(decoding: directive.text, as: UTF8.self))`"
          + (line < lines.count ? " after `\(String(decoding: lines[line], as: UTF8.self))`" : "")
      }
      for directive in forbidden
      where find(directive.text, in: lines, from: (line, column), through: match.line - 1) != nil {
        return "line \(directive.line): found text that `not` forbids"
      }
      forbidden.removeAll()
      (line, column) = (match.line, match.column + directive.text.count)
    }
    for directive in forbidden
    where find(directive.text, in: lines, from: (line, column), through: lines.count) != nil {
      return "line \(directive.line): found text that `not` forbids"
    }
    return nil
  }

  private func find(
    _ text: [UInt8], in lines: [[UInt8]], from start: (line: Int, column: Int), through last: Int
  ) -> (line: Int, column: Int)? {
    var line = start.line
    while line <= last && line < lines.count {
      var column = line == start.line ? start.column : 0
      while column + text.count <= lines[line].count {
        if lines[line][column...].starts(with: text) { return (line, column) }
        column += 1
      }
      line += 1
    }
    return nil
  }

  private static func trimmed(_ text: some BidirectionalCollection<UInt8>) -> [UInt8] {
    var rest = Array(text)[...]
    while rest.first == 0x20 { rest.removeFirst() }
    while rest.last == 0x20 { rest.removeLast() }
    return Array(rest)
  }
}
