/// Reads CLIF text: functions in the text form of Cranelift's intermediate representation, as of August
/// 2026, and before them the directives of Cranelift's test files.
public enum ClifReader {
  /// The error limit.
  static let errorLimit = 100

  /// Reads a text. After an error, it continues at the next line, declaration or function. The result
  /// does not contain functions with errors.
  ///
  /// Functions are not verified. There may be uses of undefined values and missing blocks, which
  /// `Verifier` reports.
  public static func read(_ text: [UInt8]) -> ClifFile {
    var reader = FileReader(text)
    return reader.read()
  }
}

private struct FileReader {
  private var cursor: ClifCursor
  private var file = ClifFile()
  /// Functions of run tests get the convention of the machine, as in Cranelift.
  private var defaultConvention = CallConvention.fast

  init(_ text: [UInt8]) { cursor = ClifCursor(text) }

  mutating func read() -> ClifFile {
    readDirectives()
    while cursor.token.kind != .end {
      guard cursor.isWord("function") else {
        cursor.report("expected `function`")
        cursor.skip { $0.isWord("function") }
        continue
      }
      readFunction()
      guard cursor.errors.count < ClifReader.errorLimit else {
        file.errors.append(
          ClifError(offset: Int(cursor.offset), line: cursor.token.line, message: "too many errors")
        )
        break
      }
    }
    file.errors = cursor.errors.sorted { $0.offset < $1.offset } + file.errors
    return file
  }

  private mutating func readDirectives() {
    while cursor.token.kind == .identifier, !cursor.isWord("function") {
      let word = cursor.text
      guard ["test", "set", "target", "feature"].contains(word) else { return }
      let line = cursor.token.line
      file.directives.append(
        ClifDirective(line: line, words: [word] + cursor.takeRestOfLine()))
      if file.directives[file.directives.count - 1].words.starts(with: ["test", "run"]) {
        defaultConvention = .systemV
      }
    }
  }

  private mutating func readFunction() {
    let line = cursor.token.line
    let firstComment = cursor.commentCount
    let errorCount = cursor.errors.count
    var reader = FunctionReader(cursor, defaultConvention: defaultConvention)
    // A second owner of the comments would make an append copy all of them.
    cursor = ClifCursor([])
    let function = reader.read()
    cursor = reader.cursor
    reader.cursor = ClifCursor([])
    let owners = reader.owners
    guard let function, cursor.errors.count == errorCount else {
      cursor.skip { $0.isWord("function") }
      return
    }
    file.functions.append(
      ClifFunction(
        function: function,
        comments: cursor.comments(from: firstComment, owners: owners, header: line), line: line))
  }
}
