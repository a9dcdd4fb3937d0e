/// Something that is wrong with a text, and where.
public struct ClifError: Error, Hashable, Sendable {
  /// In bytes from the start of the text.
  public var offset: Int
  /// Counted from 1.
  public var line: Int
  public var message: String

  public init(offset: Int, line: Int, message: String) {
    self.offset = offset
    self.line = line
    self.message = message
  }
}

extension ClifError: CustomStringConvertible {
  public var description: String { "line \(line): \(message)" }
}

/// A comment, which may say something to tools: `; run: %f(1) == 2`.
public struct ClifComment: Hashable, Sendable {
  /// Without the semicolons and blanks that it begins with.
  public var text: String
  /// Counted from 1.
  public var line: Int
  /// The line of the declaration, block header or instruction that the comment follows. For a comment
  /// after the function's name or its end, the line of the function's header.
  public var ownerLine: Int
}

/// A function, and the comments in it and after it.
public struct ClifFunction: Sendable {
  public var function: Function
  public var comments: [ClifComment]
  /// Of the word `function`.
  public var line: Int
}

/// A line in front of the functions that tells Cranelift's test tool what to do: `test run`.
public struct ClifDirective: Hashable, Sendable {
  public var line: Int
  public var words: [String]
}

/// The contents of a CLIF text.
public struct ClifFile: Sendable {
  public var directives: [ClifDirective] = []
  /// The functions without errors.
  public var functions: [ClifFunction] = []
  /// In the order of the text.
  public var errors: [ClifError] = []

  public init() {}
}
