import PulleyISA

/// The location of a value: a register or a slot of the frame, in 32 bits.
public struct Allocation: Hashable, Sendable, CustomStringConvertible {
  private var bits: UInt32

  private static let slotFlag: UInt32 = 1 << 31

  private init(bits: UInt32) { self.bits = bits }

  public static func register(_ registerClass: RegisterClass, _ number: UInt8) -> Allocation {
    Allocation(bits: UInt32(registerClass.rawValue) << 6 | UInt32(number & 63))
  }

  /// The slot whose first 8-byte unit is `index`; a vector has the units `index` (even) and
  /// `index + 1`.
  public static func slot(_ index: UInt32) -> Allocation { Allocation(bits: slotFlag | index) }

  /// No location. For a use, the emitter rematerialises the value from its cookie. For a def, the
  /// value is not needed, and the emitter omits the instruction. Only for rematerialisable registers.
  public static let rematerialise = Allocation(bits: .max)

  /// x31, which is never allocated. Edits may use it as a temporary.
  public static let temporary = Allocation.register(.x, 31)

  public var isRegister: Bool { bits < Self.slotFlag }
  public var isSlot: Bool { bits >= Self.slotFlag && self != .rematerialise }

  /// The number of the register, if it is one.
  public var register: UInt8? { isRegister ? UInt8(bits & 63) : nil }
  /// The class of the register, if it is one.
  public var registerClass: RegisterClass? {
    isRegister ? RegisterClass(rawValue: UInt8(bits >> 6)) : nil
  }
  /// The index of the slot, if it is one.
  public var slot: UInt32? { isSlot ? bits & ~Self.slotFlag : nil }

  /// Registers of all classes, then slots, numbered densely from 0.
  var locationIndex: Int {
    isRegister ? Int(bits) : Allocation.registerLocations + Int(bits & ~Self.slotFlag)
  }
  static let registerLocations = 192

  public var description: String {
    if self == .rematerialise { return "nowhere" }
    if let slot { return "slot\(slot)" }
    return "\(registerClass.map { "\($0)" } ?? "?")\(bits & 63)"
  }
}

/// A move, load, store or rematerialisation that the allocator adds to the program.
public struct Edit: Hashable, Sendable, CustomStringConvertible {
  /// The number of the instruction that it comes right before. Edits before the same instruction are
  /// in order of execution.
  public var position: UInt32
  /// The class of the move, load or store. Slots are moved through x31 as class `x`, whatever they
  /// hold.
  public var registerClass: RegisterClass
  /// Of `from` and `to`, at most one is a slot. `.rematerialise` if `rematerialised` is set.
  public var from: Allocation
  /// A register, or a slot if `rematerialised` is set: then the value is made in x31 first, the bits
  /// of an f or v value in parts of 8 bytes.
  public var to: Allocation
  /// The register that is rematerialised in `to`, or `.none`.
  public var rematerialised: VirtualRegister

  public var description: String {
    rematerialised == .none
      ? "before \(position): \(to) = \(from)" : "before \(position): \(to) = new \(rematerialised)"
  }
}

/// The cost of an allocation.
public struct AllocationStatistics: Hashable, Sendable {
  public var moves = 0
  public var loads = 0
  public var stores = 0
  public var rematerialisations = 0
  /// The number of bundles that were spilled somewhere.
  public var spilledBundles = 0
  public var splits = 0
  public var evictions = 0

  public init() {}
}

/// The locations of all operands, and the edits that move values between them.
public struct AllocationResult: Sendable {
  /// Parallel to `AllocationProblem.operands`.
  public var operandAllocations: [Allocation] = []
  /// Sorted by position.
  public var edits: [Edit] = []
  /// The number of 8-byte units of the frame that slots take.
  public var slotCount: UInt32 = 0
  /// Bit n is set if the program writes x register n and calls preserve it.
  public var usedCalleeSaved: UInt64 = 0
  /// The same for f and for v registers.
  public var usedKeptFloats: UInt64 = 0
  public var usedKeptVectors: UInt64 = 0
  public var statistics = AllocationStatistics()

  public init() {}
}

/// An error in the problem.
public enum AllocationError: Error, Hashable, Sendable {
  /// There are more than 2^28 instructions, or a number is out of range.
  case malformed(String)
  /// The register has a second definition, in this instruction or block.
  case multipleDefinitions(VirtualRegister)
  /// The instruction needs more registers of a class at once than there are.
  case tooManyOperands(instruction: UInt32)
}
