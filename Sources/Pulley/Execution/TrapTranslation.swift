import PulleyHost
import PulleyIR
import PulleyVM
import PulleyWasm

/// The reason of a trap that one of the library's own host functions asks for.
final class BuiltinTrap: Error, Sendable {
  let reason: TrapReason

  init(_ reason: TrapReason) { self.reason = reason }
}

extension PulleyError {
  /// What the machine says, in the words of the module: the compiler's trap code where it left one,
  /// else the kind of the instruction's own trap.
  init(_ trap: Trap) {
    if trap.kind == .host, let passed = (trap.hostError as? HostTrap)?.cause as? PulleyError {
      self.init(passing: passed, through: trap)
      return
    }
    if let location = trap.location, let instance = location.image.source as? ClifInstanceCode {
      self.init(trap, at: location, in: instance.code)
      return
    }
    let placed = trap.location.flatMap { location in
      (location.image.source as? ModuleCode)?.trapCode(
        function: location.function, offset: location.offset)
    }
    if trap.kind == .outOfMemory {
      self.init(outOfMemory: trap)
    } else {
      let (reason, message) = Self.describe(trap, placed)
      self.init(trap: reason, message: message)
    }
    setFrames(of: trap)
    offset = backtrace.first?.moduleOffset
  }

  /// Of a function that could not be compiled when it was called.
  private init(outOfMemory trap: Trap) {
    self.init(.limit, trap.message ?? trap.kind.description)
  }

  private mutating func setFrames(of trap: Trap) {
    backtrace = trap.backtrace.compactMap(Self.frame)
    ownFrameCount = trap.backtrace.prefix(trap.ownFrameCount).compactMap(Self.frame).count
  }

  /// The error of a call that a host function has made, which that function passes on to the guest that
  /// called it. What was no trap is one there.
  private init(passing inner: PulleyError, through trap: Trap) {
    self = inner
    if inner.trap == nil, inner.backtrace.isEmpty {
      kind = .trap
      self.trap = .host
    }
    setFrames(of: trap)
    let innerFrames = inner.backtrace.prefix(inner.ownFrameCount)
    backtrace = Array((innerFrames + backtrace).prefix(Trap.backtraceLimit))
    ownFrameCount = min(ownFrameCount + innerFrames.count, Trap.backtraceLimit)
  }

  private static func describe(_ trap: Trap, _ placed: TrapCode?) -> (TrapReason, String) {
    switch trap.kind {
    case .host:
      if let builtin = trap.hostError as? BuiltinTrap {
        return (builtin.reason, builtin.reason.message)
      }
      if let host = trap.hostError as? HostTrap { return (.host, host.message) }
      return (.host, TrapReason.host.message)
    case .functionUnavailable:
      return (.unsupported, trap.message ?? "the function cannot be compiled")
    case .stackOverflow where trap.message != nil:
      return (.stackOverflow, trap.description)
    case .interrupted:
      // Whatever the instruction that it stopped in front of may trap for.
      return (.interrupted, TrapReason.interrupted.message)
    default:
      break
    }
    if let placed, let message = WasmTrap.message(for: placed) {
      return (TrapReason(placed), message)
    }
    let reason: TrapReason =
      switch trap.kind {
      case .unreachable: .unreachable
      case .divideByZero: .integerDivideByZero
      case .integerOverflow: .integerOverflow
      case .badConversion: .badConversion
      case .memoryOutOfBounds: .memoryOutOfBounds
      case .nullAddress: .nullReference
      case .stackOverflow: .stackOverflow
      case .hostSignatureMismatch: .indirectCallType
      case .unalignedAtomic: .unalignedAtomic
      case .uncaughtException: .uncaughtException
      default: .unsupported
      }
    return (reason, reason.message)
  }

  private static func frame(_ location: CodeLocation) -> Frame? {
    switch location.image.source {
    case let code as ModuleCode:
      code.frame(function: location.function, offset: location.offset)
    case let instance as ClifInstanceCode:
      instance.code.frame(function: location.function, offset: location.offset)
    default: nil
    }
  }

  /// A trap in code made from CLIF.
  private init(_ trap: Trap, at location: CodeLocation, in code: ClifCode) {
    let placed = code.trapCode(function: location.function, offset: location.offset)
    switch (trap.kind, placed) {
    case (let kind, let placed?) where kind.isOfInstruction:
      let reason = placed.isNumbered ? TrapReason.numbered : TrapReason(placed)
      self.init(trap: reason, message: placed.isNumbered ? "trap \(placed)" : nil)
      if placed.isNumbered { trapNumber = placed.rawValue }
    case (.uncaughtException, _):
      self.init(
        trap: .uncaughtException,
        message: "uncaught exception with tag \(trap.exception?.tag ?? 0)")
    case (.outOfMemory, _):
      self.init(outOfMemory: trap)
    default:
      let (reason, message) = Self.describe(trap, nil)
      self.init(trap: reason, message: message)
    }
    setFrames(of: trap)
    code.locate(&self)
  }
}

extension TrapKind {
  /// Whether an instruction has found its operands to be wrong, which the code that stands there
  /// then gives a meaning.
  fileprivate var isOfInstruction: Bool {
    switch self {
    case .unreachable, .divideByZero, .integerOverflow, .badConversion, .memoryOutOfBounds,
      .nullAddress, .unalignedAtomic:
      true
    case .stackOverflow, .host, .hostSignatureMismatch, .functionUnavailable, .unsupported,
      .interrupted, .uncaughtException, .outOfMemory:
      false
    }
  }
}

extension TrapCode {
  /// Whether the code is one of those that mean what whoever made the function wants.
  fileprivate var isNumbered: Bool { rawValue > 0 && rawValue < TrapCode.stackOverflow.rawValue }
}

extension TrapReason {
  init(_ code: TrapCode) {
    switch code {
    case WasmTrap.unreachable: self = .unreachable
    case WasmTrap.tableOutOfBounds, WasmTrap.undefinedElement: self = .tableOutOfBounds
    case WasmTrap.uninitializedElement: self = .indirectCallToNull
    case WasmTrap.indirectCallTypeMismatch: self = .indirectCallType
    case WasmTrap.nullReference, WasmTrap.nullFunctionReference: self = .nullReference
    case .heapOutOfBounds: self = .memoryOutOfBounds
    case .integerDivisionByZero: self = .integerDivideByZero
    case .integerOverflow: self = .integerOverflow
    case .badConversionToInteger: self = .badConversion
    case .stackOverflow: self = .stackOverflow
    default: self = .unsupported
    }
  }
}
