/// A syntax error in a module's text or in a script.
public struct TextError: Error, Hashable, Sendable {
  /// The broken rule, in the specification's words if it has any.
  public var message: String
  /// The offset in the source, in bytes of UTF-8.
  public var offset: Int

  public init(_ message: String, at offset: Int) {
    self.message = message
    self.offset = offset
  }
}

extension TextError: CustomStringConvertible {
  public var description: String { "\(message) (at byte \(offset))" }
}
