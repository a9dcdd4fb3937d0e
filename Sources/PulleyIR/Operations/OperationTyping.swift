/// A set of types: scalars or vectors of integers or floats between two widths.
public struct TypeSet: Hashable, Sendable {
  /// The least and the greatest width of integer lanes in bits; 0 if there are none.
  var integers: (least: UInt8, greatest: UInt8)
  var floats: (least: UInt8, greatest: UInt8)
  /// The least and the greatest number of lanes; 1 means scalars.
  var lanes: (least: UInt16, greatest: UInt16)

  init(
    integers: (UInt8, UInt8) = (0, 0), floats: (UInt8, UInt8) = (0, 0),
    lanes: (UInt16, UInt16) = (1, 1)
  ) {
    self.integers = integers
    self.floats = floats
    self.lanes = lanes
  }

  public static func == (a: TypeSet, b: TypeSet) -> Bool {
    a.integers == b.integers && a.floats == b.floats && a.lanes == b.lanes
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(integers.least)
    hasher.combine(integers.greatest)
    hasher.combine(floats.least)
    hasher.combine(floats.greatest)
    hasher.combine(lanes.least)
    hasher.combine(lanes.greatest)
  }

  public func contains(_ type: Type) -> Bool {
    let count = type.laneCount
    guard count >= lanes.least, count <= lanes.greatest else { return false }
    let bits = type.laneBits
    let widths = type.lane.isInteger ? integers : floats
    return bits > 0 && bits >= widths.least && bits <= widths.greatest && widths.greatest > 0
  }

  /// One type of the set, for messages.
  public var example: Type {
    Type.all.first { $0 == .i32 && contains($0) } ?? Type.all.first(where: contains) ?? .invalid
  }

  /// The type of a set of one, else `invalid`.
  var soleType: Type {
    guard lanes.least == lanes.greatest, integers.greatest == 0 || floats.greatest == 0 else {
      return .invalid
    }
    let widths = integers.greatest > 0 ? integers : floats
    guard widths.least == widths.greatest else { return .invalid }
    return Type.all.first(where: contains) ?? .invalid
  }

  public var isEmpty: Bool { integers.greatest == 0 && floats.greatest == 0 }

  static let none = TypeSet()

  static func one(_ type: Type) -> TypeSet {
    let bits = UInt8(type.laneBits)
    let lanes = UInt16(type.laneCount)
    return type.lane.isInteger
      ? TypeSet(integers: (bits, bits), lanes: (lanes, lanes))
      : TypeSet(floats: (bits, bits), lanes: (lanes, lanes))
  }

  private static let most: UInt16 = 256

  static let any = TypeSet(integers: (8, 128), floats: (16, 128), lanes: (1, most))
  static let anyVector = TypeSet(integers: (8, 128), floats: (16, 128), lanes: (2, most))
  static let integer = TypeSet(integers: (8, 128), lanes: (1, most))
  static let integerVector = TypeSet(integers: (8, 128), lanes: (2, most))
  static let float = TypeSet(floats: (16, 128), lanes: (1, most))
  static let scalarInteger = TypeSet(integers: (8, 128))
  static let scalarFloat = TypeSet(floats: (16, 128))
  /// Up to 64 bits.
  static let narrowInteger = TypeSet(integers: (8, 64))
  static let wideInteger = TypeSet(integers: (16, 128))
  static let pointer = TypeSet(integers: (32, 64))
  static let integer32Or64 = TypeSet(integers: (32, 64))
  static let loadedFrom8 = TypeSet(integers: (16, 64))
  static let loadedFrom16 = TypeSet(integers: (32, 64))
  static let loadedFrom32 = TypeSet(integers: (64, 64))
  static let splittable = TypeSet(integers: (16, 64), lanes: (2, 8))
  static let mergeable = TypeSet(integers: (8, 32), lanes: (2, 16))
  static let integer16Or32Vector = TypeSet(integers: (16, 32), lanes: (4, 8))
}

/// The types that an operand of an operation may have.
public enum OperandRule: Hashable, Sendable {
  case none
  /// The controlling type.
  case same
  /// The controlling type's lane.
  case lane
  /// An integer of the same shape as the controlling type, and narrower or wider.
  case narrowerInteger, widerInteger
  case narrowerFloat, widerFloat
  case exactly(Type)
  case of(TypeSet)
}

/// The types that an operation can have.
public struct OperationTyping: Sendable {
  /// The set that the controlling type (`InstructionData.type`) is chosen from; empty if there is no
  /// choice.
  public var controlling: TypeSet
  /// The index of an operand that has the controlling type, which then need not be written after the
  /// mnemonic.
  public var inferredFrom: Int?
  public var operands: (OperandRule, OperandRule, OperandRule)
  /// The only type that the controlling type can be, or `invalid`.
  public var fixedType: Type

  /// The operands that have the controlling type.
  var same: [Int] {
    let rules = [operands.0, operands.1, operands.2]
    return rules.indices.filter { rules[$0] == .same }
  }

  init(
    _ controlling: TypeSet, from inferredFrom: Int? = nil, _ first: OperandRule = .none,
    _ second: OperandRule = .none, _ third: OperandRule = .none
  ) {
    self.controlling = controlling
    self.inferredFrom = inferredFrom
    operands = (first, second, third)
    fixedType = controlling.soleType
  }

  /// The controlling type is always `fixed` and is not written.
  init(fixed: Type, _ first: OperandRule = .none, _ second: OperandRule = .none) {
    self.init(.none, first, second)
    fixedType = fixed
  }

  /// `count` operands of the controlling type, which follows from the first.
  static func alike(_ count: Int, _ controlling: TypeSet) -> OperationTyping {
    OperationTyping(
      controlling, from: 0, .same, count > 1 ? .same : .none, count > 2 ? .same : .none)
  }

  /// There is no controlling type, and operands are not of one type each.
  static let untyped = OperationTyping(.none)

  /// Whether a type may be, or has to be, written after the mnemonic.
  public var isPolymorphic: Bool { !controlling.isEmpty }
}
