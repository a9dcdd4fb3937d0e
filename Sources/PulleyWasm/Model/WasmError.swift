/// Why a module was refused.
public struct WasmError: Error, Hashable, Sendable {
  /// Whose rules were broken.
  public enum Kind: Hashable, Sendable {
    /// The bytes do not form a module.
    case malformed
    /// A module, but one that breaks a rule of validation.
    case invalid
    /// Makes use of a feature that this implementation does not have; the message names it.
    case unsupported
    /// Exceeds a limit of this implementation; the message names it.
    case limit
  }

  public var kind: Kind
  /// The rule, in the specification's words where it has some.
  public var message: String
  /// The position in the module, in bytes.
  public var offset: Int
  /// The function (counting imported ones) in whose body the error was found.
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
