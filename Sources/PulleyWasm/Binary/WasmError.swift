/// Why a module was refused.
public struct WasmError: Error, Hashable, Sendable {
  /// Which kind of rule the module breaks.
  public enum Kind: Hashable, Sendable {
    /// The bytes do not form a module.
    case malformed
    /// The module breaks a rule of validation.
    case invalid
    /// The module uses a feature that this implementation does not support; the message names it.
    case unsupported
    /// The module exceeds a limit of this implementation; the message names it.
    case limit
  }

  public var kind: Kind
  /// The rule, in the words of the specification's tests if they have some.
  public var message: String
  /// The position in the module in bytes.
  public var offset: Int
  /// The index of the function whose body has the error, counting imported functions.
  public var functionIndex: Int?

  public init(_ kind: Kind, _ message: String, at offset: Int, functionIndex: Int? = nil) {
    self.kind = kind
    self.message = message
    self.offset = offset
    self.functionIndex = functionIndex
  }
}

extension WasmError: CustomStringConvertible {
  public var description: String {
    let kindName =
      switch kind {
      case .malformed: "malformed module"
      case .invalid: "invalid module"
      case .unsupported: "unsupported feature"
      case .limit: "limit exceeded"
      }
    let place = functionIndex.map { " in function \($0)" } ?? ""
    return "\(kindName): \(message) (at byte 0x\(String(offset, radix: 16))\(place))"
  }
}
