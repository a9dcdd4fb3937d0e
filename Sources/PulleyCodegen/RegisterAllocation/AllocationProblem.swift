import PulleyISA

/// A virtual register: an index into `AllocationProblem.registerClasses`.
///
/// Virtual registers are in SSA form: each is defined once, by an operand of one instruction or as
/// a parameter of one block, and its definition dominates its uses.
public struct VirtualRegister: Hashable, Sendable, CustomStringConvertible {
  public var number: UInt32

  public init(_ number: UInt32) { self.number = number }

  /// No virtual register.
  public static let none = VirtualRegister(.max)

  public var description: String { self == .none ? "none" : "r\(number)" }
}

/// When an operand is read or written.
public enum OperandRole: UInt8, Sendable {
  /// Read at the start of the instruction.
  case use
  /// Written at the end of the instruction: may share the register of a use that ends here.
  case def
  /// Written while the uses are still needed: may not share a register with them.
  case earlyDef
}

/// The locations that an operand may have.
public enum OperandPolicy: UInt8, Sendable {
  case register
  /// A register or a slot. A use of a rematerialisable register may also have no location
  /// (`Allocation.rematerialise`).
  case any
}

/// An operand of an instruction: a use or a definition of a virtual register.
public struct AllocationOperand: Hashable, Sendable {
  public var register: VirtualRegister
  public var role: OperandRole
  public var policy: OperandPolicy
  /// The number of the physical register in which the operand needs no move, or `noHint`.
  public var hint: UInt8

  public static let noHint: UInt8 = 255

  public init(
    _ register: VirtualRegister, _ role: OperandRole, policy: OperandPolicy = .register,
    hint: UInt8 = AllocationOperand.noHint
  ) {
    self.register = register
    self.role = role
    self.policy = policy
    self.hint = hint
  }
}

/// The kind of an instruction.
public enum InstructionKind: UInt8, Sendable {
  case normal
  /// Clobbers the registers of `RegisterFile.callClobbered` after reading its uses and before writing
  /// its definitions.
  case call
  /// Operand 0 is a def and operand 1 a use of the same class, both with policy `any`. The result
  /// holds the edits for the move, if one is needed. The emitter emits nothing for the instruction.
  case move
}

public struct ProblemInstruction: Sendable {
  /// Range in `AllocationProblem.operands`.
  public var operands: Range<UInt32>
  public var kind: InstructionKind
}

/// A basic block. Blocks are in emission order. The entry is the first and has no predecessors.
public struct ProblemBlock: Sendable {
  /// Range in `AllocationProblem.instructions`, never empty; the last one is the terminator.
  public var instructions: Range<UInt32>
  /// Range in `AllocationProblem.parameterPool`.
  public var parameters: Range<UInt32>
  public var loopDepth: UInt16
}

/// An edge of the control flow graph. Either `from` has no other successor, and then its terminator
/// has no operands, or `to` has no other predecessor.
public struct ProblemEdge: Sendable {
  public var from: UInt32
  public var to: UInt32
  /// Range in `AllocationProblem.argumentPool`, as long as the parameters of `to`.
  public var arguments: Range<UInt32>
}

/// The registers of one class.
public struct RegisterFile: Sendable {
  /// The registers that may be allocated, in the order in which they are tried.
  ///
  /// Registers that hints name should come late among the call-clobbered ones, so that they stay free
  /// for the operands with these hints.
  public let allocatable: [UInt8]
  /// The same as a set: bit n for register n.
  let allocatableMask: UInt64
  /// Those of them that instructions can name.
  var encodableMask: UInt64 { allocatableMask & 0xFFFF_FFFF }
  /// Bit n is set if a call clobbers register n.
  public let callClobbered: UInt64

  public init(allocatable: [UInt8], callClobbered: UInt64) {
    self.allocatable = allocatable
    allocatableMask = allocatable.reduce(0) { $0 | 1 << UInt64($1) }
    self.callClobbered = callClobbered
  }
}

/// The registers that a function may use.
public struct RegisterEnvironment: Sendable {
  public var x: RegisterFile
  public var f: RegisterFile
  public var v: RegisterFile

  /// Whether registers are costly: a function must save those that calls preserve before it writes them,
  /// and instructions cannot name slots in their place.
  public var savesRegisters: Bool

  public init(
    x: RegisterFile, f: RegisterFile, v: RegisterFile, savesRegisters: Bool = true
  ) {
    self.x = x
    self.f = f
    self.v = v
    self.savesRegisters = savesRegisters
  }

  public subscript(_ registerClass: RegisterClass) -> RegisterFile {
    switch registerClass {
    case .x: x
    case .f: f
    case .v: v
    }
  }

  /// The registers that calls clobber.
  public enum Calls: Sendable {
    /// Pulley's own convention: x0 to x15 and all f and v registers are clobbered, x16 to x29 are
    /// preserved.
    case usual
    /// All are clobbered: a callee that an exception leaves does not restore what it has saved.
    case destroyAll
    /// There are no calls, and the function preserves all registers.
    case none
  }

  /// The registers of the machine. x28 and x29 are only allocated if `memoryRegisters` is true.
  public static func pulley(
    memoryRegisters: Bool = true, calls: Calls = .usual
  ) -> RegisterEnvironment {
    let clobbered = (UInt8(0)...15).reversed() as [UInt8]
    let kept = RegisterRoles.calleeSaved.filter {
      memoryRegisters || !RegisterRoles.isMemoryRegister($0)
    }
    let all = (UInt8(0)...31).reversed() as [UInt8]
    let (x, rest): (UInt64, UInt64) =
      switch calls {
      case .usual: (0xFFFF, 0xFFFF_FFFF)
      case .destroyAll: (0xFFFF_FFFF, 0xFFFF_FFFF)
      case .none: (0, 0)
      }
    return RegisterEnvironment(
      x: RegisterFile(allocatable: clobbered + kept, callClobbered: x),
      f: RegisterFile(allocatable: all, callClobbered: rest),
      v: RegisterFile(allocatable: all, callClobbered: rest))
  }

  /// The registers of functions with the convention `window`; see `WindowRecord`. No register that calls
  /// preserve has to be saved, and a slot is as good as a register.
  public static let window: RegisterEnvironment = {
    typealias Record = WindowRecord
    func file(_ passed: UInt8, _ end: UInt8) -> RegisterFile {
      RegisterFile(
        allocatable: (0..<passed).reversed() + Array(Record.firstKept..<end),
        callClobbered: 1 << UInt64(passed) - 1)
    }
    return RegisterEnvironment(
      x: file(Record.passedX, Record.endOfX), f: file(Record.passedRest, Record.endOfRest),
      v: file(Record.passedRest, Record.endOfRest), savesRegisters: false)
  }()
}

/// The input of the register allocator: blocks, edges, and the operands of instructions.
///
/// Built in order: all blocks, each followed by its instructions, then the edges. `reset` keeps the
/// storage for the next function.
public struct AllocationProblem: Sendable {
  public var environment: RegisterEnvironment
  public private(set) var registerClasses: [RegisterClass] = []
  /// By virtual register: `notRematerialisable`, or a cookie with which the emitter rematerialises the
  /// value.
  public private(set) var cookies: [UInt32] = []
  public private(set) var blocks: [ProblemBlock] = []
  public private(set) var edges: [ProblemEdge] = []
  public private(set) var instructions: [ProblemInstruction] = []
  public private(set) var operands: [AllocationOperand] = []
  public private(set) var parameterPool: [VirtualRegister] = []
  public private(set) var argumentPool: [VirtualRegister] = []

  /// The cookie of a register whose value cannot be rematerialised.
  public static let notRematerialisable = UInt32.max

  public init(environment: RegisterEnvironment) { self.environment = environment }

  public mutating func reset() {
    registerClasses.removeAll(keepingCapacity: true)
    cookies.removeAll(keepingCapacity: true)
    blocks.removeAll(keepingCapacity: true)
    edges.removeAll(keepingCapacity: true)
    instructions.removeAll(keepingCapacity: true)
    operands.removeAll(keepingCapacity: true)
    parameterPool.removeAll(keepingCapacity: true)
    argumentPool.removeAll(keepingCapacity: true)
  }

  public mutating func makeRegister(_ registerClass: RegisterClass) -> VirtualRegister {
    registerClasses.append(registerClass)
    cookies.append(Self.notRematerialisable)
    return VirtualRegister(UInt32(registerClasses.count - 1))
  }

  /// Declares that the instruction that defines `register` has no register operands or effects, so that
  /// it can be repeated anywhere (rematerialisation) instead of keeping the value.
  public mutating func markRematerialisable(_ register: VirtualRegister, cookie: UInt32) {
    cookies[Int(register.number)] = cookie
  }

  public func isRematerialisable(_ register: VirtualRegister) -> Bool {
    cookies[Int(register.number)] != Self.notRematerialisable
  }

  /// Starts a block, which the following instructions belong to. Returns its number.
  @discardableResult
  public mutating func appendBlock(
    parameters: some Collection<VirtualRegister> = EmptyCollection(), loopDepth: Int = 0
  ) -> UInt32 {
    let first = UInt32(parameterPool.count)
    parameterPool.append(contentsOf: parameters)
    let instruction = UInt32(instructions.count)
    blocks.append(
      ProblemBlock(
        instructions: instruction..<instruction,
        parameters: first..<UInt32(parameterPool.count),
        loopDepth: UInt16(clamping: loopDepth)))
    return UInt32(blocks.count - 1)
  }

  /// Appends an instruction to the last block. Returns its number.
  @discardableResult
  public mutating func appendInstruction(
    _ kind: InstructionKind = .normal, operands added: some Collection<AllocationOperand>
  ) -> UInt32 {
    let first = UInt32(operands.count)
    operands.append(contentsOf: added)
    instructions.append(
      ProblemInstruction(operands: first..<UInt32(operands.count), kind: kind))
    let end = UInt32(instructions.count)
    let block = blocks.count - 1
    blocks[block].instructions = blocks[block].instructions.lowerBound..<end
    return end - 1
  }

  public mutating func appendEdge(
    from: UInt32, to: UInt32, arguments: some Collection<VirtualRegister> = EmptyCollection()
  ) {
    let first = UInt32(argumentPool.count)
    argumentPool.append(contentsOf: arguments)
    edges.append(
      ProblemEdge(from: from, to: to, arguments: first..<UInt32(argumentPool.count)))
  }
}
