import PulleyIR
import PulleyISA

/// A register of a machine instruction: a virtual register, or one chosen by the calling convention
/// or the frame.
struct Reg: Hashable, Sendable {
  var bits: UInt32

  private static let fixedFlag: UInt32 = 1 << 31

  init(bits: UInt32) { self.bits = bits }

  static let none = Reg(bits: .max)
  /// The base of heap 0.
  static let memoryBase = Reg.fixed(RegisterRoles.memoryBase)
  /// The bound of heap 0.
  static let memoryBound = Reg.fixed(RegisterRoles.memoryBound)
  static let sp = Reg.fixed(RegisterRoles.stackPointer)
  /// Never allocated.
  static let temporary = Reg.fixed(RegisterRoles.scratch)

  static func fixed(_ number: UInt8) -> Reg { Reg(bits: fixedFlag | UInt32(number)) }

  var isNone: Bool { bits == .max }
  var isFixed: Bool { bits >= Self.fixedFlag && bits != .max }
  var fixedNumber: Int64 { Int64(bits & 31) }
  var virtualRegister: VirtualRegister { VirtualRegister(bits) }
}

/// An opcode, or a pseudo-operation: a sequence of instructions that is only known after register
/// allocation.
struct MachineOperation: Hashable, Sendable {
  var rawValue: UInt16

  init(rawValue: UInt16) { self.rawValue = rawValue }
  init(_ opcode: Opcode) { rawValue = opcode.rawValue }

  /// Receives the parameters of the function. `registers[0]`: the number of its `CallSite`.
  static let entry = MachineOperation(rawValue: 1024)
  /// Any call. `registers[0]`: the number of its `CallSite`.
  static let call = MachineOperation(rawValue: 1025)
  /// A return or a tail call. `registers[0]`: the number of its `CallSite`.
  static let leave = MachineOperation(rawValue: 1026)
  /// Loads the base and the bound of heap 0. `registers[0]`: the context, `immediate`: the offset of
  /// the pointer to its record.
  static let reloadMemory = MachineOperation(rawValue: 1027)
  /// `registers[0]` = address of stack slot `registers[1]` plus `immediate`.
  static let stackAddress = MachineOperation(rawValue: 1028)
  /// `registers[0]` = address of function `registers[1]`.
  static let functionAddress = MachineOperation(rawValue: 1029)

  /// `registers[0]` = address of symbol `registers[1]`, an index into `Lowering.symbols`.
  static let symbolAddress = MachineOperation(rawValue: 1030)
  /// `registers[0]` = address of the record of host function `registers[1]`.
  static let hostRecord = MachineOperation(rawValue: 1031)
  /// A `try_call`. `registers[0]`: the number of its `CallSite`, `registers[3]`: the edge that is taken
  /// when it returns.
  static let tryCall = MachineOperation(rawValue: 1032)
  /// The start of a landing pad: receives results or payloads. `registers[0]`: the number of its
  /// `CallSite`.
  static let landingPad = MachineOperation(rawValue: 1033)
  /// `registers[0]` = address of the landing pad on edge `registers[1]`.
  static let landingPadAddress = MachineOperation(rawValue: 1034)

  /// The opcode; `nop` for a pseudo-operation.
  var opcode: Opcode { Opcode(rawValue: rawValue) ?? .nop }
}

/// An instruction before register allocation, in 40 bytes.
///
/// `registers` holds the registers in the order of the register fields of the opcode, and `immediate`
/// its immediate. Branches have the numbers of their edges in `registers[3]` (taken) and, if they are
/// conditional, `registers[2]` (not taken). A `br_table32` has the number of its first edge in
/// `registers[1]` and the count of its edges in `registers[2]`.
struct MachineInstruction: Sendable {
  var operation: MachineOperation
  /// A raw `TrapCode`, 0 for none.
  var trapCode: UInt8 = 0
  var flags: Flags = []
  var source: UInt32 = .max
  var registers: InlineArray<6, Reg> = [.none, .none, .none, .none, .none, .none]
  var immediate: Int64 = 0

  struct Flags: OptionSet, Sendable {
    let rawValue: UInt8
    /// A conditional branch to a trap after the code of the function.
    static let trapBranch = Flags(rawValue: 1)
    /// The instruction can be rematerialised: it reads only fixed registers and has no effects.
    static let rematerialisable = Flags(rawValue: 2)
    /// The address is the stack slot `registers[3]`; the base register is `sp`.
    static let stackSlot = Flags(rawValue: 4)
  }

  init(_ operation: MachineOperation) { self.operation = operation }
}

/// A value with its location in the calling convention and its virtual register.
struct CallOperand: Sendable {
  var register: Reg
  var location: ABILocation
}

/// The data of a call, an entry or a return that does not fit a machine instruction.
struct CallSite: Sendable {
  enum Kind: UInt8, Sendable {
    case near, indirect, host
    /// An entry, a return or a landing pad.
    case boundary
    case tailNear, tailIndirect

    var isTail: Bool { self == .tailNear || self == .tailIndirect }
  }

  var kind: Kind
  /// Ranges in the pool of operands.
  var arguments: Range<Int>
  var results: Range<Int>
  /// Of an indirect call.
  var callee = Reg.none
  /// Of a direct call.
  var function = FuncRef.none
  var signature = SigRef.none
  /// The bytes of the stack that the callee pops; for a return, that the function pops.
  var poppedBytes: UInt32 = 0
  /// For a `try_call`: its handlers, a range of `Lowering.handlers`.
  var handlers = 0..<0
  var endsBlock = false
  /// For a `try_call`: the edge that is taken when it returns.
  var returnEdge: UInt32 = 0
  /// The callee may be replaced, so all arguments must be in their locations in the convention.
  var isPatchable = false
}

/// A handler of a `try_call`.
struct LandingPadHandler: Sendable {
  /// Nil means all exceptions.
  var tag: UInt32?
  var edge: UInt32
}

/// A symbol.
struct SymbolReference: Hashable, Sendable {
  var name: ExternalName
  var addend: Int64
  /// Whether it is in the same text.
  var isNear: Bool
  /// Whether the address has 32 bits.
  var isNarrow = false
}
