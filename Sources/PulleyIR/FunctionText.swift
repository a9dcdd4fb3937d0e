/// The parts of a function's text that do not affect compilation: the numbers and positions of
/// entities, and annotations for tools.
public struct FunctionText: Sendable {
  /// The numbers of the entities of one kind in the text, and the positions of their declarations.
  public struct Names: Sendable {
    /// By the number of the entity.
    public var numbers: [UInt32] = []
    /// In bytes from the start of the text, by the number of the entity.
    public var offsets: [UInt32] = []
    /// Greater than all numbers in the text.
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

    /// For a result that a `try_call` only passes on as `ret0` or `exn0`, which the text does not number.
    mutating func appendResult(_ number: UInt32, at offset: UInt32) {
      numbers.append(number)
      offsets.append(offset)
    }

    mutating func setOffset(_ offset: UInt32, of own: UInt32) { offsets[Int(own)] = offset }

    /// Whether the text gives the entity a number.
    func isNamed(_ own: UInt32) -> Bool {
      Int(own) < numbers.count && numbers[Int(own)] != .max
    }

    /// The position of the declaration; nil if there is none.
    func offset(of own: UInt32) -> UInt32? {
      let index = Int(own)
      return index < offsets.count ? offsets[index] : nil
    }

    /// The number to print. Entities that were made after reading get numbers after those of the text.
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

  /// The position of the name of the function.
  public var offset: UInt32 = 0

  /// The marks `@0045` of instructions: positions in the source that the text was made from.
  public var sourceMarks: [Inst: UInt32] = [:]
  public var debugTags: [Inst: [DebugTag]] = [:]
  /// By call: the places in stack slots whose values a garbage collector must trace.
  public var stackMaps: [Inst: [StackMapEntry]] = [:]

  /// A tag for debuggers, on a call or a sequence point: `<1, ss0>`.
  public enum DebugTag: Hashable, Sendable {
    case number(UInt32)
    case stackSlot(StackSlot)
  }

  /// A place in a stack slot that a garbage collector must trace: `i64 @ ss0+0`. The offset is in bytes.
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
  // Names to print: as in the text that the function was read from, or by number.

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
