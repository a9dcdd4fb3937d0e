/// What the text that a function was read from says beyond what the function does: the numbers that
/// things have there, where they stand, and notes for tools.
public struct FunctionText: Sendable {
  /// The numbers that the entities of one kind have in the text, and where each is declared.
  public struct Names: Sendable {
    /// By the entity's own number.
    public var numbers: [UInt32] = []
    /// In bytes from the start of the text, by the entity's own number.
    public var offsets: [UInt32] = []
    /// No entity in the text has this number or a greater one.
    public private(set) var limit: UInt32 = 0

    public init() {}

    public mutating func append(_ number: UInt32, at offset: UInt32) {
      numbers.append(number)
      offsets.append(offset)
      limit = max(limit, number &+ 1)
    }

    /// For an entity that the text does not name.
    public mutating func appendUnnamed(at offset: UInt32) {
      numbers.append(.max)
      offsets.append(offset)
    }

    /// For a result that a call passes on as `ret0` or `exn0` and does not have: these are numbered by
    /// themselves.
    mutating func appendResult(_ number: UInt32, at offset: UInt32) {
      numbers.append(number)
      offsets.append(offset)
    }

    mutating func setOffset(_ offset: UInt32, of own: UInt32) { offsets[Int(own)] = offset }

    /// Whether the text gives the entity a number.
    func isNamed(_ own: UInt32) -> Bool {
      Int(own) < numbers.count && numbers[Int(own)] != .max
    }

    /// Where the entity is declared; nil if it has no place.
    func offset(of own: UInt32) -> UInt32? {
      let index = Int(own)
      return index < offsets.count ? offsets[index] : nil
    }

    /// The number to print: those made after reading follow the text's.
    func number(of own: UInt32) -> UInt32 {
      let index = Int(own)
      if index < numbers.count, numbers[index] != .max { return numbers[index] }
      return limit &+ own
    }
  }

  public var values = Names()
  public var blocks = Names()
  public var stackSlots = Names()
  public var globalValues = Names()
  public var aliasRegions = Names()
  public var signatures = Names()
  public var functions = Names()
  public var constants = Names()

  /// Where the function's name stands.
  public var offset: UInt32 = 0

  /// The marks `@0045` that instructions have: places in the source of whatever made the text.
  public var sourceMarks: [Inst: UInt32] = [:]
  public var debugTags: [Inst: [DebugTag]] = [:]
  /// The places in stack slots that hold values a collector must see, by call.
  public var stackMaps: [Inst: [StackMapEntry]] = [:]

  public enum DebugTag: Hashable, Sendable {
    case number(UInt32)
    case stackSlot(StackSlot)
  }

  public struct StackMapEntry: Hashable, Sendable {
    public var type: Type
    public var slot: StackSlot
    public var offset: UInt32

    public init(type: Type, slot: StackSlot, offset: UInt32) {
      self.type = type
      self.slot = slot
      self.offset = offset
    }
  }

  public init() {}
}

extension Function {
  // What things are called in text: as in the text that they were read from, or by number.

  public func name(of value: Value) -> String {
    "v\(text?.values.number(of: value.number) ?? value.number)"
  }

  public func name(of block: Block) -> String {
    "block\(text?.blocks.number(of: block.number) ?? block.number)"
  }

  public func name(of slot: StackSlot) -> String {
    "ss\(text?.stackSlots.number(of: slot.number) ?? slot.number)"
  }

  public func name(of value: GlobalValue) -> String {
    "gv\(text?.globalValues.number(of: value.number) ?? value.number)"
  }

  public func name(of region: AliasRegion) -> String {
    "region\(text?.aliasRegions.number(of: region.number) ?? region.number)"
  }

  public func name(of signature: SigRef) -> String {
    "sig\(text?.signatures.number(of: signature.number) ?? signature.number)"
  }

  public func name(of function: FuncRef) -> String {
    "fn\(text?.functions.number(of: function.number) ?? function.number)"
  }

  public func name(of constant: Constant) -> String {
    "const\(text?.constants.number(of: constant.number) ?? constant.number)"
  }
}
