import PulleyISA

/// Runs guest code: registers, a stack, and nothing else.
///
/// A machine belongs to one thread at a time. Give it arguments in its registers, run a function,
/// and find the results in its registers, as `CallABI` has it. While it runs, host functions may
/// run further functions on it.
public final class Machine {
  /// The registers.
  public let state: MachineState
  /// Why the host function that is about to fail fails; handed on in the trap.
  public var hostError: AnyObject?
  /// What the host function that is about to return `HostFunction.threw` throws.
  public var thrownException: GuestException?
  /// How often the guest may be entered anew by host functions it called.
  public var nestingLimit = 1000
  /// How many bytes of the thread's own stack those host functions, together, may take. The
  /// guest's calls of guest functions take none of it.
  public var nativeStackLimit = 256 << 10

  /// Stops the guest from elsewhere.
  public let interruption: Interruption
  private let stack: GuestStack
  private var activations: UnsafeMutablePointer<Activation>
  private var activationCapacity = 4
  /// How many runs are under way.
  public private(set) var depth = 0
  private var outermostNativeStack: UInt = 0

  /// What a run found and must leave as it was.
  struct Activation {
    /// x16–x31.
    var upper: InlineArray<16, UInt64>
    var fp: UInt64
    var lr: UInt64
    /// The cell that called the host.
    var stoppedAt: UInt64
    /// The image of the function that is run.
    var image: Unmanaged<CodeImage>

    var stackPointer: UInt64 { upper[14] }
  }

  /// A machine whose guest stack has at least `stackSize` bytes, below 4 GiB if `hasLowStack`.
  public init(
    stackSize: Int = 1 << 20, hasLowStack: Bool = false,
    interruption: Interruption = Interruption()
  ) throws(MachineError) {
    self.interruption = interruption
    stack = try GuestStack(size: stackSize, isLow: hasLowStack)
    let base = UnsafeMutableRawPointer.allocate(byteCount: StateLayout.size, alignment: 64)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: StateLayout.size)
    state = MachineState(base: base)
    activations = .allocate(capacity: activationCapacity)
    state.stackPointer = UInt(bitPattern: stack.top)
    put64(base, StateLayout.stackLimit, UInt64(UInt(bitPattern: stack.limit)))
    put64(base, StateLayout.lr, bits(SharedCells.halt))
    base.storeBytes(
      of: unsafeBitCast(h_stop as Handler, to: UnsafeRawPointer.self),
      toByteOffset: StateLayout.stopHandler, as: UnsafeRawPointer.self)
    base.storeBytes(
      of: interruption.word, toByteOffset: StateLayout.interruption,
      as: UnsafeMutablePointer<UInt32>.self)
    base.storeBytes(
      of: Unmanaged.passUnretained(self).toOpaque(), toByteOffset: StateLayout.machine,
      as: UnsafeMutableRawPointer.self)
    base.storeBytes(
      of: EntryArena.bounds, toByteOffset: StateLayout.entryBounds,
      as: UnsafePointer<EntryArena.Bounds>.self)
  }

  deinit {
    activations.deallocate()
    state.base.deallocate()
  }

  /// The machine that calls a host function with these registers.
  public static func machine(of registers: UnsafeMutableRawPointer) -> Machine {
    Unmanaged<Machine>.fromOpaque(
      registers.load(fromByteOffset: StateLayout.machine, as: UnsafeMutableRawPointer.self)
    ).takeUnretainedValue()
  }

  /// How many cells have run, of images that count them.
  public var dispatches: UInt64 {
    get { get64(state.base, StateLayout.dispatches) }
    set { put64(state.base, StateLayout.dispatches, newValue) }
  }

  /// Whether another thread has asked to stop the guest.
  @inline(__always)
  public var isInterrupted: Bool { interruptionIsDue(state.base) }

  // MARK: - Running

  /// Where the stack arguments of the next `run` go, and where it leaves stack results: `bytes`
  /// bytes, which `run` must be told too. Nil if the stack has no room.
  public func argumentArea(bytes: Int) -> UnsafeMutableRawPointer? {
    guard bytes >= 0, bytes <= Int.max - 15 else { return nil }
    let sp = state.stackPointer & ~15
    let size = UInt(bytes + 15) & ~15
    guard sp >= state.stackLimit, sp - state.stackLimit >= size else { return nil }
    return UnsafeMutableRawPointer(bitPattern: sp - size)
  }

  /// Runs a function until it returns (nil) or traps.
  ///
  /// Arguments are in the registers, and `stackArguments` bytes of them, or of room for results,
  /// in the `argumentArea` of that size, which stays as the function leaves it. Run from within a host function, it leaves x16–x31 and the
  /// stack as that function's caller needs them; else all registers are as the guest left them,
  /// but for the stack pointer.
  public func run(
    _ entry: UnsafeMutablePointer<FunctionEntry>, stackArguments: Int = 0
  ) -> Trap? {
    guard let area = argumentArea(bytes: stackArguments), enter(entry.pointee.image) else {
      return Trap(
        kind: .stackOverflow, location: nil, backtrace: backtraceOfHost(), hostError: nil,
        message: nil, exception: nil)
    }
    let registers = state.base
    state[x: 30] = bits(UnsafeRawPointer(area))
    put64(registers, StateLayout.lr, bits(SharedCells.halt))
    let status = runCells(
      entry.pointee.code, registers, bits(UnsafeRawPointer(entry)),
      UInt(truncatingIfNeeded: state[x: 28]), UInt(truncatingIfNeeded: state[x: 29]))
    let trap = status == 0 ? nil : trapReport()
    leave()
    return trap
  }

  /// Notes what this run must restore. False if runs are nested too deeply.
  private func enter(_ image: Unmanaged<CodeImage>) -> Bool {
    var marker: UInt8 = 0
    let here = withUnsafePointer(to: &marker) { UInt(bitPattern: $0) }
    if depth == 0 {
      outermostNativeStack = here
    } else {
      // Wherever the stack grows to; a host function on another stack is over the limit at once.
      let used = max(here, outermostNativeStack) - min(here, outermostNativeStack)
      guard depth <= nestingLimit, used <= UInt(clamping: nativeStackLimit) else { return false }
    }
    if depth == activationCapacity { growActivations() }
    let upper = (state.base + StateLayout.x(16)).load(as: InlineArray<16, UInt64>.self)
    (activations + depth).initialize(
      to: Activation(
        upper: upper, fp: get64(state.base, StateLayout.fp),
        lr: get64(state.base, StateLayout.lr), stoppedAt: get64(state.base, StateLayout.stoppedAt),
        image: image))
    depth += 1
    return true
  }

  private func leave() {
    depth -= 1
    let activation = activations + depth
    if depth == 0 {
      state[x: 30] = activation.pointee.stackPointer
    } else {
      (state.base + StateLayout.x(16)).storeBytes(
        of: activation.pointee.upper, as: InlineArray<16, UInt64>.self)
    }
    put64(state.base, StateLayout.fp, activation.pointee.fp)
    put64(state.base, StateLayout.lr, activation.pointee.lr)
    put64(state.base, StateLayout.stoppedAt, activation.pointee.stoppedAt)
  }

  private func growActivations() {
    let larger = UnsafeMutablePointer<Activation>.allocate(capacity: 2 * activationCapacity)
    larger.moveInitialize(from: activations, count: depth)
    activations.deallocate()
    activations = larger
    activationCapacity *= 2
  }

  // MARK: - Traps

  @inline(never)
  private func trapReport() -> Trap {
    let kind =
      TrapKind(rawValue: UInt8(truncatingIfNeeded: get64(state.base, StateLayout.trapKind)))
      ?? .unsupported
    let locations = backtrace(stoppedAt: state.stoppedAt)
    let error = kind == .host ? hostError : nil
    if kind == .host { hostError = nil }
    let location = locations.first
    let message =
      kind == .functionUnavailable
      ? location.flatMap { $0.image.failure(of: $0.function) } : nil
    let exception = kind == .uncaughtException ? thrownException : nil
    thrownException = nil
    return Trap(
      kind: kind, location: location, backtrace: locations, hostError: error, message: message,
      exception: exception)
  }

  /// The calls that led to the host function that is running, innermost first; empty if none is.
  public func backtraceOfHost() -> [CodeLocation] {
    depth > 0 ? backtrace(stoppedAt: state.stoppedAt) : []
  }

  /// Follows the frames from the cell at `address` outwards, through the host functions in between.
  private func backtrace(stoppedAt address: UInt) -> [CodeLocation] {
    var locations: [CodeLocation] = []
    var cell = address
    var framePointer = state.framePointer
    var returnAddress = state.returnAddress
    for run in stride(from: depth - 1, through: 0, by: -1) {
      var walk = FrameWalk(
        stack: stackRange, hostReturn: UInt(bitPattern: SharedCells.halt),
        registry: activations[run].image.takeUnretainedValue().registry, cell: cell,
        framePointer: framePointer, returnAddress: returnAddress)
      while locations.count < Trap.backtraceLimit, let frame = walk.next() {
        locations.append(frame.location)
      }
      guard walk.isComplete, locations.count < Trap.backtraceLimit else { break }
      // What the host function that started this run had been called with.
      let outer = activations[run]
      cell = UInt(truncatingIfNeeded: outer.stoppedAt)
      framePointer = UInt(truncatingIfNeeded: outer.fp)
      returnAddress = UInt(truncatingIfNeeded: outer.lr)
    }
    return locations
  }

  private var stackRange: Range<UInt> {
    UInt(bitPattern: stack.limit)..<UInt(bitPattern: stack.top)
  }

  // MARK: - Exceptions

  /// Looks for a handler of `thrownException` among the activations that the current run has
  /// started, from the one that stopped at `cell` outwards. If there is one, the exception's payloads
  /// are in x0 and x1 and the registers otherwise as the handler expects them.
  func findHandler(from cell: UInt) -> UnsafeRawPointer? {
    guard depth > 0, let exception = thrownException else { return nil }
    var walk = FrameWalk(
      stack: stackRange, hostReturn: UInt(bitPattern: SharedCells.halt),
      registry: activations[depth - 1].image.takeUnretainedValue().registry, cell: cell,
      framePointer: state.framePointer, returnAddress: state.returnAddress)
    while let frame = walk.next() {
      guard let framePointer = frame.framePointer,
        let handler = frame.location.image.handler(of: exception.tag, at: frame.location)
      else { continue }
      // The frame's header is the last that the function has pushed of what it takes.
      let top = framePointer + UInt(CallABI.frameHeaderBytes)
      guard top >= stackRange.lowerBound + UInt(handler.frameBytes) else { return nil }
      thrownException = nil
      put64(state.base, StateLayout.fp, UInt64(framePointer))
      state.stackPointer = top - UInt(handler.frameBytes)
      state[x: 0] = exception.payload0
      state[x: 1] = exception.payload1
      return handler.cell
    }
    return nil
  }
}
