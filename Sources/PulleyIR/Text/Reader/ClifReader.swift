/// Reads CLIF text: functions in the text form of Cranelift's intermediate representation, as of August
/// 2026, and in front of them the directives of Cranelift's test files.
public enum ClifReader {
  /// So many errors are enough to go on with.
  static let errorLimit = 100

  /// Reads all of a text. Errors do not end it: reading goes on at the next line, declaration or
  /// function. Functions that have errors are left out.
  ///
  /// What is read is as the text has it, and not verified: values may be used where they are not
  /// defined and blocks may be missing, which `Verifier` finds.
  public static func read(_ text: [UInt8]) -> ClifFile {
    var reader = FileReader(text)
    return reader.read()
  }
}

private struct FileReader {
  private var cursor: ClifCursor
  private var file = ClifFile()
  /// Cranelift gives functions that are to run the convention of the machine.
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
    // Two who hold the same comments would copy all of them as soon as one adds another.
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
