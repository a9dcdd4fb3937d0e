import PulleyISA

/// A value that wants a register: a number into `AllocationProblem.registerClasses`.
///
/// Virtual registers are in SSA form: each is defined once, by an operand of one instruction or as
/// a parameter of one block, and its definition dominates its uses.
public struct VirtualRegister: Hashable, Sendable, CustomStringConvertible {
  public var number: UInt32

  public init(_ number: UInt32) { self.number = number }

  /// Stands for "no virtual register".
  public static let none = VirtualRegister(.max)

  public var description: String { self == .none ? "none" : "r\(number)" }
}

/// When an operand is read or written.
public enum OperandRole: UInt8, Sendable {
  /// Read at the start of the instruction.
  case use
  /// Written at the end: may share the register of a use that ends here.
  case def
  /// Written while the uses are still needed: shares a register with none of them.
  case earlyDef
}

/// Where an operand may be.
public enum OperandPolicy: UInt8, Sendable {
  case register
  /// A register or a slot. A use of a rematerialisable register may even be nowhere
  /// (`Allocation.rematerialise`): the emitter makes the value where it wants it.
  case any
}

/// One mention of a virtual register by an instruction.
public struct AllocationOperand: Hashable, Sendable {
  public var register: VirtualRegister
  public var role: OperandRole
  public var policy: OperandPolicy
  /// The number of the register in which the operand would cost no move, or `noHint`.
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

/// What the allocator must know of an instruction besides its operands.
public enum InstructionKind: UInt8, Sendable {
  case normal
  /// Destroys every register of `RegisterFile.callClobbered` after reading its uses and before
  /// writing its definitions.
  case call
  /// Operand 0 is a def and operand 1 a use of the same class, both with policy `any`. The result
  /// holds the edits that do the move, if one is needed: nothing is to be emitted for the
  /// instruction itself.
  case move
}

public struct ProblemInstruction: Sendable {
  /// Range in `AllocationProblem.operands`.
  public var operands: Range<UInt32>
  public var kind: InstructionKind
}

/// A basic block. Blocks stand in emission order, the entry first; it has no predecessors.
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
  /// Registers that may be given out, those to be tried first first.
  ///
  /// Registers that hints ask for should come late among the call-clobbered ones, so that they stay
  /// free for those who asked.
  public let allocatable: [UInt8]
  /// The same as a set: bit n for register n.
  let allocatableMask: UInt32
  /// Bit n is set if a call destroys register n.
  public let callClobbered: UInt32

  public init(allocatable: [UInt8], callClobbered: UInt32) {
    self.allocatable = allocatable
    allocatableMask = allocatable.reduce(0) { $0 | 1 << UInt32($1) }
    self.callClobbered = callClobbered
  }
}

/// The registers that a function may use.
public struct RegisterEnvironment: Sendable {
  public var x: RegisterFile
  public var f: RegisterFile
  public var v: RegisterFile

  public init(x: RegisterFile, f: RegisterFile, v: RegisterFile) {
    self.x = x
    self.f = f
    self.v = v
  }

  public subscript(_ registerClass: RegisterClass) -> RegisterFile {
    switch registerClass {
    case .x: x
    case .f: f
    case .v: v
    }
  }

  /// What calls do to registers.
  public enum Calls: Sendable {
    /// As Pulley's own convention has it: x0–x15 and all f and v registers are destroyed, x16–x29
    /// are kept.
    case usual
    /// All are destroyed: a callee that an exception leaves does not put back what it has saved.
    case destroyAll
    /// There are none, and the caller wants all registers back as they were.
    case none
  }

  /// The machine's registers. Without `memoryRegisters`, x28 and x29 are not given out.
  public static func pulley(
    memoryRegisters: Bool = true, calls: Calls = .usual
  ) -> RegisterEnvironment {
    let clobbered = (UInt8(0)...15).reversed() as [UInt8]
    let kept = RegisterRoles.calleeSaved.filter {
      memoryRegisters || !RegisterRoles.isMemoryRegister($0)
    }
    let all = (UInt8(0)...31).reversed() as [UInt8]
    let (x, rest): (UInt32, UInt32) =
      switch calls {
      case .usual: (0xFFFF, .max)
      case .destroyAll: (.max, .max)
      case .none: (0, 0)
      }
    return RegisterEnvironment(
      x: RegisterFile(allocatable: clobbered + kept, callClobbered: x),
      f: RegisterFile(allocatable: all, callClobbered: rest),
      v: RegisterFile(allocatable: all, callClobbered: rest))
  }
}

/// A function as the register allocator sees it: who reads and writes what, where.
///
/// Built in order: all blocks, each followed by its instructions, then the edges. `reset` keeps the
/// storage for the next function.
public struct AllocationProblem: Sendable {
  public var environment: RegisterEnvironment
  public private(set) var registerClasses: [RegisterClass] = []
  /// By virtual register: `notRematerialisable`, or what the emitter needs to make the value anew.
  public private(set) var cookies: [UInt32] = []
  public private(set) var blocks: [ProblemBlock] = []
  public private(set) var edges: [ProblemEdge] = []
  public private(set) var instructions: [ProblemInstruction] = []
  public private(set) var operands: [AllocationOperand] = []
  public private(set) var parameterPool: [VirtualRegister] = []
  public private(set) var argumentPool: [VirtualRegister] = []

  /// The cookie of a register whose value cannot be made anew.
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

  /// Says that one instruction without register operands or effects, the one that defines
  /// `register`, can be repeated anywhere instead of keeping the value.
  public mutating func markRematerialisable(_ register: VirtualRegister, cookie: UInt32) {
    cookies[Int(register.number)] = cookie
  }

  public func isRematerialisable(_ register: VirtualRegister) -> Bool {
    cookies[Int(register.number)] != Self.notRematerialisable
  }

  /// Starts a block; the instructions appended from now on belong to it. Returns its number.
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
