import PulleyISA

/// Where a value is: a register or a slot of the frame, in 32 bits.
public struct Allocation: Hashable, Sendable, CustomStringConvertible {
  private var bits: UInt32

  private static let slotFlag: UInt32 = 1 << 31

  private init(bits: UInt32) { self.bits = bits }

  public static func register(_ registerClass: RegisterClass, _ number: UInt8) -> Allocation {
    Allocation(bits: UInt32(registerClass.rawValue) << 5 | UInt32(number & 31))
  }

  /// The slot whose first 8-byte unit is `index`; a vector has the units `index` (even) and
  /// `index + 1`.
  public static func slot(_ index: UInt32) -> Allocation { Allocation(bits: slotFlag | index) }

  /// Nowhere. For a use: the emitter makes the value, from its cookie, where it wants it. For a
  /// def: the value is never needed, leave the instruction out. Only rematerialisable registers
  /// get it.
  public static let rematerialise = Allocation(bits: .max)

  /// x31, which is never given to a value: an edit may use it on the way.
  public static let temporary = Allocation.register(.x, 31)

  public var isRegister: Bool { bits < Self.slotFlag }
  public var isSlot: Bool { bits >= Self.slotFlag && self != .rematerialise }

  /// The register's number, if it is one.
  public var register: UInt8? { isRegister ? UInt8(bits & 31) : nil }
  /// The register's class, if it is one.
  public var registerClass: RegisterClass? {
    isRegister ? RegisterClass(rawValue: UInt8(bits >> 5)) : nil
  }
  /// The slot's index, if it is one.
  public var slot: UInt32? { isSlot ? bits & ~Self.slotFlag : nil }

  /// Registers of all classes, then slots, numbered densely from 0.
  var locationIndex: Int {
    isRegister ? Int(bits) : Allocation.registerLocations + Int(bits & ~Self.slotFlag)
  }
  static let registerLocations = 96

  public var description: String {
    if self == .rematerialise { return "nowhere" }
    if let slot { return "slot\(slot)" }
    return "\(registerClass.map { "\($0)" } ?? "?")\(bits & 31)"
  }
}

/// A move, load, store or rematerialisation that the allocator adds to the program.
public struct Edit: Hashable, Sendable, CustomStringConvertible {
  /// It comes right before the instruction of this number; edits before the same instruction are in
  /// order of execution.
  public var position: UInt32
  /// Says which move, load or store does it. Slots are moved through x31 as class `x`, whatever is
  /// in them.
  public var registerClass: RegisterClass
  /// Of `from` and `to`, at most one is a slot. `.rematerialise` if `rematerialised` is set.
  public var from: Allocation
  /// A register, or a slot if `rematerialised` is set: then the value is made in x31 first (the
  /// bits of an f or v value in pieces of 8 bytes).
  public var to: Allocation
  /// The register whose value is to be made in `to`, or `.none`.
  public var rematerialised: VirtualRegister

  public var description: String {
    rematerialised == .none
      ? "before \(position): \(to) = \(from)" : "before \(position): \(to) = new \(rematerialised)"
  }
}

/// What an allocation cost.
public struct AllocationStatistics: Hashable, Sendable {
  public var moves = 0
  public var loads = 0
  public var stores = 0
  public var rematerialisations = 0
  /// Values, or unions of values that share a register, that were in a slot somewhere.
  public var spilledBundles = 0
  public var splits = 0
  public var evictions = 0

  public init() {}
}

/// Where everything is, and the moves that make it so.
public struct AllocationResult: Sendable {
  /// Parallel to `AllocationProblem.operands`.
  public var operandAllocations: [Allocation] = []
  /// Sorted by position.
  public var edits: [Edit] = []
  /// Number of 8-byte units of the frame that slots take.
  public var slotCount: UInt32 = 0
  /// Bit n is set if the program writes x register n and calls keep it.
  public var usedCalleeSaved: UInt32 = 0
  /// The same for f and for v registers.
  public var usedKeptFloats: UInt32 = 0
  public var usedKeptVectors: UInt32 = 0
  public var statistics = AllocationStatistics()

  public init() {}
}

/// What was wrong with the problem.
public enum AllocationError: Error, Hashable, Sendable {
  /// More than 2^28 instructions, or a part that refers to what does not exist.
  case malformed(String)
  /// The register has a second definition, in this instruction or block.
  case multipleDefinitions(VirtualRegister)
  /// The instruction needs more registers of a class at once than there are.
  case tooManyOperands(instruction: UInt32)
}
