/// The C signature of a host function: `i32(instance, ptr, u8, f64)`.
///
/// Room is left for what C has besides: out-parameters, other structures by value, variable arguments
/// and callbacks would be further cases of `HostType`.
public struct HostSignature: Hashable, Sendable {
  /// What the function receives before the guest's arguments.
  public enum ContextArgument: String, Hashable, Sendable, CaseIterable {
    /// The calling instance's handle.
    case instance
    /// The pointer that the function was registered with.
    case userData = "userdata"
  }

  /// How many parameters a signature may have, those of the context included.
  public static let maximumParameterCount = 128

  public let result: HostType
  public let context: [ContextArgument]
  /// What the guest passes. A buffer is always followed by an integer: its length in bytes.
  public let parameters: [HostType]

  /// Reads a signature; an error tells what is wrong at which character.
  public init(_ text: String) throws(HostSignatureError) {
    var parser = SignatureParser(text)
    self = try parser.signature()
  }

  /// A signature of at most `maximumParameterCount` parameters.
  public init(result: HostType, context: [ContextArgument], parameters: [HostType]) {
    self.result = result
    self.context = context
    self.parameters = parameters
  }
}

extension HostSignature: CustomStringConvertible {
  /// The canonical form, which reads as the same signature.
  public var description: String {
    let words = context.map(\.rawValue) + parameters.map(\.word)
    return "\(result.word)(\(words.joined(separator: ", ")))"
  }
}

/// What is wrong with a signature's text.
public struct HostSignatureError: Error, Hashable, Sendable, CustomStringConvertible {
  public let message: String
  /// The offending character: its offset in the text in UTF-8 bytes.
  public let offset: Int

  public var description: String { "\(message) at character \(offset)" }
}
