import PulleyDeclarations

/// The C signature of a host function: `i32(instance, ptr, u8, f64)`.
public struct HostSignature: Hashable, Sendable {
  /// A parameter before the guest's arguments.
  public enum ContextArgument: String, Hashable, Sendable, CaseIterable {
    /// The calling instance's handle.
    case instance
    /// The pointer that was given when the function was registered.
    case userData = "userdata"
  }

  /// The limit of parameters, including those of the context.
  public static let maximumParameterCount = 128

  public let result: HostType
  public let context: [ContextArgument]
  /// The parameters that the guest passes. After a buffer comes an integer, its length in bytes.
  public let parameters: [HostType]
  /// Nil unless the C function takes variable arguments.
  public let variadic: Variadic?
  /// The positions of pointers for which a guest must not pass NULL, which is 0. Address 0 is an ordinary
  /// one for other pointers that are not nullable.
  public var nonNull: Set<Int> = []

  /// The arguments that a C function takes with `...`. A guest passes them in a buffer, whose address
  /// is its last argument.
  public enum Variadic: Hashable, Sendable {
    /// The parameters from this position on are those of the variable part.
    case fixed(from: Int)
    /// The string that a parameter leads to tells the types.
    case format(FormatRule)
  }

  /// Parses a signature.
  public init(_ text: String) throws(HostSignatureError) {
    var parser = SignatureParser(text)
    self = try parser.parse()
  }

  /// A signature of at most `maximumParameterCount` parameters.
  public init(
    result: HostType, context: [ContextArgument], parameters: [HostType],
    variadic: Variadic? = nil
  ) {
    self.variadic = variadic
    self.result = result
    self.context = context
    self.parameters = parameters
  }
}

extension HostSignature {
  /// Whether a `CallPlan` can make the calls.
  var isSimple: Bool { variadic == nil && result.isSimple && parameters.allSatisfy(\.isSimple) }

  /// Whether a `CallPlan` can make the calls through an import of the type. A string of the host's can
  /// become a string of the guest's only where the guest's addresses are its own.
  func isSimple(for type: GuestFunctionType) -> Bool {
    guard isSimple else { return false }
    switch result {
    case .string, .nullableString: return type.results.first == .word
    default: return true
    }
  }
}

/// A syntax error in a signature.
public struct HostSignatureError: Error, Hashable, Sendable, CustomStringConvertible {
  public let message: String
  /// The offset of the error in the text, in bytes of UTF-8.
  public let offset: Int

  public var description: String { "\(message) at character \(offset)" }
}
