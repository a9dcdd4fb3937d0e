/// Something that is wrong with a function.
public struct VerifierError: Error, Hashable, Sendable {
  public enum Rule: Sendable {
    /// The order of blocks and instructions does not hang together.
    case layout
    /// An entity is none, or one that its table does not hold.
    case range
    /// A block is empty, does not end in a terminator, or has one before its end.
    case terminator
    /// An operation has too few or too many arguments or results.
    case count
    /// A value, or the operation itself, has a type that the operation does not take.
    case type
    /// A constant, an offset or a condition is not one the operation can have.
    case immediate
    /// A value is used where its definition does not dominate.
    case dominance
    /// A call, a return or the entry does not agree with its signature.
    case signature
  }

  public var rule: Rule
  /// The block the error is in, or none.
  public var block: Block
  /// The instruction that is wrong, or none.
  public var inst: Inst
  public var message: String
}

extension VerifierError: CustomStringConvertible {
  public var description: String {
    if !inst.isNone { return "\(inst) in \(block): \(message)" }
    return block.isNone ? message : "\(block): \(message)"
  }
}
