/// Why a text is not a module, or a script is not a script.
public struct TextError: Error, Hashable, Sendable {
  /// The rule that was broken, in the specification's words where it has some.
  public var message: String
  /// Where in the source, in bytes of UTF-8.
  public var offset: Int

  public init(_ message: String, at offset: Int) {
    self.message = message
    self.offset = offset
  }
}

extension TextError: CustomStringConvertible {
  public var description: String { "\(message) (at byte \(offset))" }
}
