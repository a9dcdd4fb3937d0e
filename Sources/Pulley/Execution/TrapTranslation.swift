import PulleyHost
import PulleyIR
import PulleyVM
import PulleyWasm

/// The reason of a trap that a builtin requests.
final class BuiltinTrap: Error, Sendable {
  let reason: TrapReason

  init(_ reason: TrapReason) { self.reason = reason }
}

/// The owner of a machine, which knows its guests' exceptions.
protocol ExceptionReader: AnyObject {
  /// What the error of an uncaught exception tells of it.
  func detail(of exception: GuestException) -> (any OwnErrorDetail)?
}

extension PulleyError {
  /// The error of a call that a trap has ended. The trap code that the compiler recorded for the
  /// instruction gives the reason, else the instruction's own trap.
  init(_ trap: Trap) {
    if trap.kind == .host, let passed = (trap.hostError as? HostTrap)?.cause as? PulleyError {
      self.init(passing: passed, through: trap)
      return
    }
    let code = trap.location?.code
    if trap.kind == .outOfMemory {
      self.init(outOfMemory: trap)
    } else {
      let placed = trap.location.flatMap {
        code?.trapCode(function: $0.function, offset: $0.offset, $0.variant)
      }
      let meaning = placed.flatMap { code?.frontEnd.meaning(of: $0) }
      let (reason, message) = Self.describe(trap, meaning)
      self.init(trap: reason, message: message)
      if reason == .numbered { trapNumber = placed?.rawValue }
      if let exception = trap.exception {
        detail = (trap.owner as? any ExceptionReader)?.detail(of: exception)
      }
    }
    setFrames(of: trap)
    offset = backtrace.first?.moduleOffset
    code?.frontEnd.locate(&self)
  }

  /// The error of a function that could not be compiled when it was called.
  private init(outOfMemory trap: Trap) {
    self.init(.limit, trap.message ?? trap.kind.description)
  }

  private mutating func setFrames(of trap: Trap) {
    backtrace = trap.backtrace.indices.compactMap { index in
      var frame = trap.backtrace[index].frame
      if trap.contexts.indices.contains(index) { frame?.setOwner(context: trap.contexts[index]) }
      return frame
    }
    ownFrameCount = trap.backtrace.prefix(trap.ownFrameCount).compactMap(\.frame).count
  }

  /// The error of a call that a host function has made, and that it passes on to the guest that
  /// called it. An error other than a trap becomes a trap there.
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

  private static func describe(
    _ trap: Trap, _ meaning: (reason: TrapReason, message: String?)?
  ) -> (TrapReason, String) {
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
      // The trap code of the next instruction says nothing about an interruption.
      return (.interrupted, TrapReason.interrupted.message)
    case .uncaughtException:
      guard let exception = trap.exception, !exception.isObject else {
        return (.uncaughtException, TrapReason.uncaughtException.message)
      }
      return (.uncaughtException, "uncaught exception with tag \(exception.tag)")
    default:
      break
    }
    if trap.kind.isOfInstruction, let meaning {
      return (meaning.reason, meaning.message ?? meaning.reason.message)
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
      case .elementOutOfBounds: .elementOutOfBounds
      case .castFailure: .castFailure
      case .heapExhausted: .heapExhausted
      default: .unsupported
      }
    return (reason, reason.message)
  }
}

extension CodeLocation {
  fileprivate var frame: PulleyError.Frame? {
    code?.frame(function: function, offset: offset, variant)
  }
}

extension PulleyError.Frame {
  /// The instance is running, or waits for a host function, so that it lives.
  fileprivate mutating func setOwner(context: UInt) {
    guard let context = UnsafeRawPointer(bitPattern: context) else { return }
    let instance = context.load(
      fromByteOffset: ContextLayout.instance, as: UnsafeRawPointer.self)
    owner = .init(Unmanaged<AnyObject>.fromOpaque(instance).takeUnretainedValue())
  }
}

extension TrapKind {
  /// Whether an instruction has refused its operands, so that its trap code gives the reason.
  fileprivate var isOfInstruction: Bool {
    switch self {
    case .unreachable, .divideByZero, .integerOverflow, .badConversion, .memoryOutOfBounds,
      .nullAddress, .unalignedAtomic:
      true
    case .stackOverflow, .host, .hostSignatureMismatch, .functionUnavailable, .unsupported,
      .interrupted, .uncaughtException, .outOfMemory, .elementOutOfBounds, .castFailure,
      .heapExhausted:
      false
    }
  }
}
