/// Why a function cannot be called by its declaration.
public struct BindingRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// A whole clause: "parameter 2 of 'f', 'struct flags', has the bit-field 'a'".
  public let message: String

  public init(_ message: String) { self.message = message }

  public var description: String { message }
}
