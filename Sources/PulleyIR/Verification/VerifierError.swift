/// An error in a function.
public struct VerifierError: Error, Hashable, Sendable {
  /// The rule that the function breaks.
  public enum Rule: Sendable {
    /// The lists of blocks and instructions are inconsistent.
    case layout
    /// A reference to an entity is missing or out of range.
    case range
    /// A block is empty, does not end in a terminator, or has one before its end.
    case terminator
    /// An operation has too few or too many arguments or results.
    case count
    /// A value has, or the operation is given, a type that the operation does not allow.
    case type
    /// The operation does not allow a constant, an offset or a condition.
    case immediate
    /// The definition of a value does not dominate a use.
    case dominance
    /// A call, a return or the entry does not agree with its signature.
    case signature
  }

  /// The message.
  public enum Entity: Hashable, Sendable {
    case function
    case block(Block)
    case instruction(Inst)
    case stackSlot(StackSlot)
    case globalValue(GlobalValue)
    case aliasRegion(AliasRegion)
    case signature(SigRef)
    case external(FuncRef)
    case constant(Constant)
  }

  public var rule: Rule
  public var entity: Entity
  /// The block that contains the error, or none.
  public var block: Block
  public var message: String

  /// The instruction with the error, or none.
  public var inst: Inst {
    if case .instruction(let inst) = entity { inst } else { .none }
  }

  /// The position of the error in the text that `function` was read from, in bytes from the start; nil
  /// if the function was not read from text.
  public func offset(in function: Function) -> UInt32? {
    guard let text = function.text else { return nil }
    let offset: UInt32? =
      switch entity {
      case .function: nil
      case .block(let block): text.blocks.offset(of: block.number)
      case .instruction(let inst):
        inst.index < function.instructions.count ? function.sourceLocations[inst.index] : nil
      case .stackSlot(let slot): text.stackSlots.offset(of: slot.number)
      case .globalValue(let value): text.globalValues.offset(of: value.number)
      case .aliasRegion(let region): text.aliasRegions.offset(of: region.number)
      case .signature(let signature): text.signatures.offset(of: signature.number)
      case .external(let external): text.functions.offset(of: external.number)
      case .constant(let constant): text.constants.offset(of: constant.number)
      }
    return offset.flatMap { $0 == .max ? nil : $0 } ?? text.offset
  }
}

extension VerifierError: CustomStringConvertible {
  public var description: String {
    switch entity {
    case .function: message
    case .block(let block): "\(block): \(message)"
    case .instruction(let inst): "\(inst) in \(block): \(message)"
    case .stackSlot(let slot): "\(slot): \(message)"
    case .globalValue(let value): "\(value): \(message)"
    case .aliasRegion(let region): "\(region): \(message)"
    case .signature(let signature): "\(signature): \(message)"
    case .external(let external): "\(external): \(message)"
    case .constant(let constant): "\(constant): \(message)"
    }
  }
}
