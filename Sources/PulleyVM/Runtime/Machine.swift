import CSupport
import PulleyHeap
import PulleyISA

/// The registers and the stack on which guest code runs.
///
/// A machine belongs to one thread at a time. Put arguments into its registers, run a function, and take
/// the results from its registers, as `CallABI` defines. Host functions may run more functions on the
/// machine that called them.
public final class Machine {
  /// The registers. The result keeps the machine alive.
  public var state: MachineState { MachineState(base: base, owner: self) }
  private var registers: MachineState { MachineState(base: base) }
  /// The state block. Another one when the machine has rested.
  @exclusivity(unchecked)
  @usableFromInline private(set) var base: UnsafeMutableRawPointer
  /// The error of a host function that is about to fail; the trap passes it on.
  public var hostError: AnyObject?
  /// The exception of a host function that is about to return `HostFunction.threw`.
  public var thrownException: GuestException?
  /// The embedder's object for the machine, which traps with exceptions pass on.
  public weak var owner: AnyObject?
  /// The heap of the objects that its guests have.
  public var heap: Heap? {
    didSet { publishAllocator() }
  }
  /// The maximum number of nested runs; each takes host memory. `hostStackReserve` limits their use of
  /// the host's stack.
  public var nestingLimit = 100_000
  /// How many bytes of the thread's stack must be left when the guest is entered, for the host functions
  /// that it calls. Calls between guest functions use no host stack.
  public var hostStackReserve = HostStack.defaultReserve {
    didSet { knownEpoch = 0 }
  }

  /// Lets other threads stop the guest.
  @exclusivity(unchecked)
  public private(set) var interruption: Interruption
  /// Gets the samples of where the guest spends its time, of code that can be sampled.
  public var sampler: Sampler? {
    didSet { publishInterruption() }
  }
  /// Nil while the machine rests.
  private var memory: StateMemory?
  private let stackSize: Int
  private let hasLowStack: Bool
  /// The stack of images without windows; nil in a machine with windows.
  private let stack: GuestStack?
  @usableFromInline let hasWindows: Bool
  /// The cell that ends a run: functions that the host calls return to it.
  private let hostReturn: UnsafeRawPointer
  @exclusivity(unchecked)
  private var activations: UnsafeMutablePointer<Activation>
  @exclusivity(unchecked)
  private var activationCapacity = 4
  /// The number of nested runs. No code runs during an access, and checks of exclusivity would be a
  /// fifth of a short call.
  @exclusivity(unchecked)
  public private(set) var depth = 0

  // The part of the host's stack from which the guest may be entered without another check: the
  // `knownRoom` bytes from `knownFloor` on, while the thread's stack epoch is `knownEpoch`. No code runs
  // during an access to any of them.
  @exclusivity(unchecked)
  private var knownEpoch: UInt64 = 0
  @exclusivity(unchecked)
  private var knownFloor: UInt = 0
  @exclusivity(unchecked)
  private var knownRoom: UInt = 0

  /// The state that a run must restore. Machines with windows keep no registers in the state block, and
  /// so leave the first three without a value.
  struct Activation {
    /// x16–x31.
    var upper: InlineArray<16, UInt64>
    var fp: UInt64
    var lr: UInt64
    /// The cell that called the host.
    var stoppedAt: UInt64
    var stoppedWindow: UInt64
    var windowTop: UInt64
    var context: UInt64
    var memoryRecord: UInt64
    /// The image of the function that the run began with.
    var image: Unmanaged<CodeImage>

    var stackPointer: UInt64 { upper[14] }
  }

  /// A machine whose guest stack has at least `stackSize` bytes. With `hasWindows`, it runs images with
  /// the option of that name, without it the others. If `hasLowStack`, the stack and all return addresses
  /// are below 4 GiB, for images with the option `isLow`.
  public init(
    stackSize: Int = 1 << 20, hasLowStack: Bool = false, hasWindows: Bool = false,
    interruption: Interruption = Interruption()
  ) throws(MachineError) {
    self.interruption = interruption
    self.hasWindows = hasWindows
    self.hasLowStack = hasLowStack
    self.stackSize = stackSize
    let memory = try StateMemory(windowBytes: hasWindows ? stackSize : nil)
    stack = hasWindows ? nil : try GuestStack(size: stackSize, isLow: hasLowStack)
    guard let hostReturn = hasLowStack ? SharedCells.lowHalt : SharedCells.halt else {
      throw .noStack(bytes: stackSize)
    }
    self.hostReturn = hostReturn
    base = memory.base
    activations = .allocate(capacity: activationCapacity)
    isOneOfMany = hasWindows && memory.isOneOfMany
    prepare(memory)
    self.memory = consume memory
  }

  /// Puts what handlers need into the state block of new memory.
  private func prepare(_ memory: borrowing StateMemory) {
    if let stack {
      registers.stackPointer = UInt(bitPattern: stack.top)
      put64(base, StateLayout.stackLimit, UInt64(UInt(bitPattern: stack.limit)))
    } else {
      put64(base, StateLayout.windowTop, bits(UnsafeRawPointer(memory.windows)))
      put64(base, StateLayout.windowLimit, bits(UnsafeRawPointer(memory.limit)))
    }
    put64(base, StateLayout.lr, bits(hostReturn))
    base.storeBytes(
      of: unsafeBitCast(h_stop as StopHandler, to: UnsafeRawPointer.self),
      toByteOffset: StateLayout.stopHandler, as: UnsafeRawPointer.self)
    publishInterruption()
    publishAllocator()
    base.storeBytes(
      of: Unmanaged.passUnretained(self).toOpaque(), toByteOffset: StateLayout.machine,
      as: UnsafeMutableRawPointer.self)
    base.storeBytes(
      of: (hasLowStack ? EntryArena.low : EntryArena.anywhere).bounds,
      toByteOffset: StateLayout.entryBounds, as: UnsafePointer<EntryArena.Bounds>.self)
  }

  // MARK: - Resting

  /// Whether the machine should `rest` after each call from the host, because the process has many.
  @inlinable @inline(__always)
  public var restsBetweenCalls: Bool { isOneOfMany }
  // Other modules would check the exclusivity of their own accesses.
  @exclusivity(unchecked)
  @usableFromInline private(set) var isOneOfMany = false

  /// Whether the machine has no stack. Then `argumentArea` gives nil until `wake`.
  public var isResting: Bool { memory == nil }

  /// Gives the stack back. To be called while no guest runs, when the results of the last run are read;
  /// only machines with windows can rest.
  public func rest() {
    guard depth == 0, hasWindows else { return }
    base = StateMemory.ofRestingMachines
    memory = nil
  }

  /// Gets a stack again.
  public func wake() throws(MachineError) {
    guard memory == nil else { return }
    let new = try StateMemory(windowBytes: stackSize)
    base = new.base
    isOneOfMany = new.isOneOfMany
    prepare(new)
    memory = consume new
  }

  /// To be called while no guest runs.
  public func setInterruption(_ new: Interruption) {
    interruption = new
    publishInterruption()
  }

  private func publishInterruption() {
    // The block of resting machines belongs to all of them.
    guard base != StateMemory.ofRestingMachines else { return }
    base.storeBytes(
      of: interruption.word, toByteOffset: StateLayout.interruption,
      as: UnsafeMutablePointer<UInt32>.self)
    sampler?.watch(interruption)
  }

  private func publishAllocator() {
    guard base != StateMemory.ofRestingMachines else { return }
    base.storeBytes(
      of: heap?.allocator, toByteOffset: StateLayout.allocator, as: UnsafeMutableRawPointer?.self)
  }

  /// Shows a collector the windows of the calls in progress. Each of them is in the stack below `windowTop`,
  /// and any word there may be a reference.
  public func visitWindows(_ visitor: inout RootVisitor) {
    guard depth > 0, hasWindows else { return }
    let start = UnsafeRawPointer(base + StateLayout.size)
    let end = UnsafeRawPointer(
      pointer(UInt(truncatingIfNeeded: get64(base, StateLayout.windowTop))))
    visitor.scan(conservatively: UnsafeRawBufferPointer(start: start, count: end - start))
  }

  deinit {
    activations.deallocate()
  }

  /// The machine whose registers a host function was called with.
  public static func machine(of registers: UnsafeMutableRawPointer) -> Machine {
    Unmanaged<Machine>.fromOpaque(
      stateBlock(registers).load(
        fromByteOffset: StateLayout.machine, as: UnsafeMutableRawPointer.self)
    ).takeUnretainedValue()
  }

  /// Whether a request to stop the guest, or a time limit, requires work before a call.
  @inlinable @inline(__always)
  public var delaysCalls: Bool {
    let word = base.load(fromByteOffset: StateLayout.interruption, as: UInt.self)
    return pulley_load_relaxed32(word) & Interruption.delaysCalls != 0
  }

  // MARK: - Running

  /// Where the arguments of the next `run` are put, and where its results are then: registers at the
  /// offsets of `StateLayout`.
  @inlinable @inline(__always)
  public var passedRegisters: UnsafeMutableRawPointer {
    guard hasWindows else { return base }
    return base.load(
      fromByteOffset: StateLayout.windowTop, as: UnsafeMutableRawPointer.self)
  }

  /// The memory for the stack arguments and stack results of the next `run`: `bytes` bytes, which `run`
  /// must be told too. Nil if the stack has no room.
  @inlinable @inline(__always)
  public func argumentArea(bytes: Int) -> UnsafeMutableRawPointer? {
    guard hasWindows else { return areaOnStack(bytes) }
    let window = passedRegisters
    let limit = base.load(fromByteOffset: StateLayout.windowLimit, as: UInt.self)
    return UInt(bitPattern: window) <= limit && 0...Int(WindowRecord.largestArea) ~= bytes
      ? window + StateLayout.windowArea : nil
  }

  @usableFromInline
  func areaOnStack(_ bytes: Int) -> UnsafeMutableRawPointer? {
    guard bytes >= 0, bytes <= Int.max - 15 else { return nil }
    let sp = registers.stackPointer & ~15
    let size = UInt(bytes + 15) & ~15
    guard sp >= registers.stackLimit, sp - registers.stackLimit >= size else { return nil }
    return UnsafeMutableRawPointer(bitPattern: sp - size)
  }

  /// Runs a function until it returns (nil) or traps.
  ///
  /// Arguments are in the registers and in the `argumentArea` of `stackArguments` bytes, which also
  /// receives results. A run within a host function restores x16–x31 and the stack for that function's
  /// caller. Any other run restores only the stack pointer.
  public func run(
    _ entry: UnsafeMutablePointer<FunctionEntry>, stackArguments: Int = 0
  ) -> Trap? {
    guard let area = argumentArea(bytes: stackArguments) else { return overflow(ofHost: false) }
    return run(entry, in: area)
  }

  /// The same with the `argumentArea` of the right size.
  public func run(
    _ entry: UnsafeMutablePointer<FunctionEntry>, in area: UnsafeMutableRawPointer
  ) -> Trap? {
    let here = pulley_frame_address()
    guard let stack = pulley_host_stack(), stack.pointee.epoch == knownEpoch,
      here &- knownFloor < knownRoom
    else { return runOnUnfamiliarStack(entry, area, here) }
    return runWithRoom(entry, area)
  }

  /// Checks the thread's stack first.
  @inline(never)
  private func runOnUnfamiliarStack(
    _ entry: UnsafeMutablePointer<FunctionEntry>, _ area: UnsafeMutableRawPointer, _ here: UInt
  ) -> Trap? {
    let bounds = HostStack.bounds(around: here)
    guard here >= bounds.floor(reserve: hostStackReserve) else { return overflow(ofHost: true) }
    if bounds.isAssumed {
      let assumption = HostStack.enterAssumed(here)
      defer { HostStack.leaveAssumed(assumption) }
      return runWithRoom(entry, area)
    }
    knownEpoch = HostStack.epoch
    knownFloor = max(bounds.floor(reserve: hostStackReserve), bounds.usable)
    knownRoom = bounds.high - knownFloor
    return runWithRoom(entry, area)
  }

  @inline(__always)
  private func runWithRoom(
    _ entry: UnsafeMutablePointer<FunctionEntry>, _ area: UnsafeMutableRawPointer
  ) -> Trap? {
    guard depth < activationCapacity || growActivations() else { return overflow(ofHost: true) }
    return hasWindows ? runInWindow(entry, area - Window.stackArea) : runOnStack(entry, area)
  }

  @inline(never)
  private func runOnStack(
    _ entry: UnsafeMutablePointer<FunctionEntry>, _ area: UnsafeMutableRawPointer
  ) -> Trap? {
    let activation = enter(entry.pointee.image)
    activation.pointee.upper = (base + StateLayout.x(16)).load(
      as: InlineArray<16, UInt64>.self)
    activation.pointee.fp = get64(base, StateLayout.fp)
    activation.pointee.lr = get64(base, StateLayout.lr)
    registers[x: Int(RegisterRoles.stackPointer)] = bits(UnsafeRawPointer(area))
    put64(base, StateLayout.lr, bits(hostReturn))
    let status = runCells(
      entry.pointee.code, base, bits(UnsafeRawPointer(entry)),
      UInt(truncatingIfNeeded: registers[x: Int(RegisterRoles.memoryBase)]),
      UInt(truncatingIfNeeded: registers[x: Int(RegisterRoles.memoryBound)]))
    let trap = status == 0 ? nil : trapReport()
    let left = leave()
    if depth == 0 {
      registers[x: Int(RegisterRoles.stackPointer)] = left.pointee.stackPointer
    } else {
      (base + StateLayout.x(16)).storeBytes(
        of: left.pointee.upper, as: InlineArray<16, UInt64>.self)
    }
    put64(base, StateLayout.fp, left.pointee.fp)
    put64(base, StateLayout.lr, left.pointee.lr)
    return trap
  }

  @inline(__always)
  private func runInWindow(
    _ entry: UnsafeMutablePointer<FunctionEntry>, _ window: UnsafeMutableRawPointer
  ) -> Trap? {
    _ = enter(entry.pointee.image)
    var (memoryBase, length): (UInt, UInt) = (0, 0)
    if entry.pointee.shape.isThunk {
      put64(base, StateLayout.memoryRecord, 0)
    } else {
      (memoryBase, length) = enterContext(
        get64(window, StateLayout.x(0)), memoryOffset: entry.pointee.memoryOffset, base)
    }
    link(window, base, hostReturn)
    let status = runCells(
      entry.pointee.code, window, bits(UnsafeRawPointer(entry)), memoryBase, length)
    let trap = status == 0 ? nil : trapReport()
    _ = leave()
    return trap
  }

  /// The trap of a run for which there is no stack.
  @inline(never)
  private func overflow(ofHost isOfHost: Bool) -> Trap {
    var locations: [CodeLocation] = []
    _ = HostStack.run(needing: HostStack.roomForObjects) { locations = backtraceOfHost() }
    return Trap(
      kind: .stackOverflow, backtrace: locations,
      message: isOfHost ? "guest and host functions call one another too deeply" : nil)
  }

  /// Begins a run and saves the state that every run must restore. There must be room for the activation.
  @inline(__always)
  private func enter(_ image: Unmanaged<CodeImage>) -> UnsafeMutablePointer<Activation> {
    let (activation, state) = (activations + depth, base)
    activation.pointee.image = image
    activation.pointee.stoppedAt = get64(state, StateLayout.stoppedAt)
    activation.pointee.stoppedWindow = get64(state, StateLayout.stoppedWindow)
    activation.pointee.windowTop = get64(state, StateLayout.windowTop)
    activation.pointee.context = get64(state, StateLayout.context)
    activation.pointee.memoryRecord = get64(state, StateLayout.memoryRecord)
    depth += 1
    return activation
  }

  /// Ends the innermost run and restores that state. The result is valid until the next run.
  @inline(__always)
  private func leave() -> UnsafeMutablePointer<Activation> {
    depth -= 1
    let (activation, state) = (activations + depth, base)
    put64(state, StateLayout.stoppedAt, activation.pointee.stoppedAt)
    put64(state, StateLayout.stoppedWindow, activation.pointee.stoppedWindow)
    put64(state, StateLayout.windowTop, activation.pointee.windowTop)
    put64(state, StateLayout.context, activation.pointee.context)
    put64(state, StateLayout.memoryRecord, activation.pointee.memoryRecord)
    return activation
  }

  @inline(never)
  private func growActivations() -> Bool {
    let capacity = min(2 * activationCapacity, nestingLimit)
    guard capacity > depth else { return false }
    let larger = UnsafeMutablePointer<Activation>.allocate(capacity: capacity)
    larger.moveInitialize(from: activations, count: depth)
    activations.deallocate()
    activations = larger
    activationCapacity = capacity
    return true
  }

  // MARK: - Traps

  /// The trap that ended the run. It is created on another stack if little of the host's stack is left, and
  /// without locations if there is no other stack.
  @inline(never)
  private func trapReport() -> Trap {
    let kind =
      TrapKind(rawValue: UInt8(truncatingIfNeeded: get64(base, StateLayout.trapKind)))
      ?? .unsupported
    var report: Trap?
    _ = HostStack.run(needing: HostStack.roomForObjects) { report = trapReport(kind) }
    return report ?? Trap(kind: kind)
  }

  private func trapReport(_ kind: TrapKind) -> Trap {
    var ownFrameCount = 0
    // A call of no function traps in a cell that belongs to none, after the return address is set.
    let cell =
      stack != nil && SharedCells.contains(registers.stoppedAt)
      ? registers.returnAddress &- 1 : registers.stoppedAt
    var contexts: [UInt] = []
    let locations =
      stack == nil
      ? windowBacktrace(cell, Trap.backtraceLimit, &ownFrameCount, &contexts)
      : backtrace(stoppedAt: cell, ownFrameCount: &ownFrameCount)
    let error = kind == .host ? hostError : nil
    if kind == .host { hostError = nil }
    let location = locations.first
    let message =
      kind == .functionUnavailable || kind == .outOfMemory
      ? location.flatMap { $0.image.failure(of: $0.function) } : nil
    let exception = kind == .uncaughtException ? thrownException : nil
    thrownException = nil
    return Trap(
      kind: kind, location: location, backtrace: locations, contexts: contexts,
      ownFrameCount: ownFrameCount,
      hostError: error, message: message, exception: exception,
      owner: exception == nil ? nil : owner)
  }

  /// The trap of a guest that is interrupted in a host function or before a call.
  public func interruptedTrap() -> Trap {
    var locations: [CodeLocation] = []
    _ = HostStack.run(needing: HostStack.roomForObjects) { locations = backtraceOfHost() }
    return Trap(kind: .interrupted, backtrace: locations)
  }

  /// The calls that led to the running host function, innermost first; empty if there is none.
  public func backtraceOfHost() -> [CodeLocation] {
    var ownFrameCount = 0
    guard depth > 0 else { return [] }
    return backtrace(stoppedAt: registers.stoppedAt, ownFrameCount: &ownFrameCount)
  }

  /// The calls from the cell at `address` outwards, across nested runs. `ownFrameCount` receives how many
  /// of them belong to the innermost run.
  func backtrace(
    stoppedAt address: UInt, limit: Int = Trap.backtraceLimit, ownFrameCount: inout Int
  ) -> [CodeLocation] {
    if stack == nil {
      var contexts: [UInt] = []
      return windowBacktrace(address, limit, &ownFrameCount, &contexts)
    }
    var locations: [CodeLocation] = []
    var cell = address
    var framePointer = registers.framePointer
    var returnAddress = registers.returnAddress
    for run in stride(from: depth - 1, through: 0, by: -1) {
      var walk = FrameWalk(
        stack: stackRange, hostReturn: UInt(bitPattern: hostReturn),
        registry: activations[run].image.takeUnretainedValue().registry, cell: cell,
        framePointer: framePointer, returnAddress: returnAddress)
      while locations.count < limit, let frame = walk.next() {
        locations.append(frame.location)
      }
      if run == depth - 1 { ownFrameCount = locations.count }
      guard walk.isComplete, locations.count < limit else { break }
      // Continue with the state in which the host function that started this run was called.
      let outer = activations[run]
      cell = UInt(truncatingIfNeeded: outer.stoppedAt)
      framePointer = UInt(truncatingIfNeeded: outer.fp)
      returnAddress = UInt(truncatingIfNeeded: outer.lr)
    }
    return locations
  }

  private func windowBacktrace(
    _ address: UInt, _ limit: Int, _ ownFrameCount: inout Int, _ contexts: inout [UInt]
  ) -> [CodeLocation] {
    var locations: [CodeLocation] = []
    var cell = address
    var window = get64(base, StateLayout.stoppedWindow)
    var context = get64(base, StateLayout.context)
    for run in stride(from: depth - 1, through: 0, by: -1) {
      var walk = WindowWalk(
        registry: activations[run].image.takeUnretainedValue().registry, cell: cell,
        window: pointer(UInt(truncatingIfNeeded: window)),
        context: UInt(truncatingIfNeeded: context), hostReturn: UInt(bitPattern: hostReturn))
      while locations.count < limit {
        let context = walk.context
        guard let location = walk.next() else { break }
        locations.append(location)
        contexts.append(context)
      }
      if run == depth - 1 { ownFrameCount = locations.count }
      guard walk.isComplete, locations.count < limit else { break }
      cell = UInt(truncatingIfNeeded: activations[run].stoppedAt)
      window = activations[run].stoppedWindow
      context = activations[run].context
    }
    return locations
  }

  private var stackRange: Range<UInt> {
    guard let stack else { return 0..<0 }
    return UInt(bitPattern: stack.limit)..<UInt(bitPattern: stack.top)
  }

  // MARK: - Exceptions

  /// Searches the frames of the current run for a handler of `thrownException`, from the cell at `cell`
  /// outwards. If it finds one, it sets the registers as the handler expects, with the exception's
  /// payloads in x0 and x1.
  func findHandler(from cell: UInt) -> UnsafeRawPointer? {
    guard depth > 0, let exception = thrownException else { return nil }
    let registry = activations[depth - 1].image.takeUnretainedValue().registry
    var walk = FrameWalk(
      stack: stackRange, hostReturn: UInt(bitPattern: hostReturn), registry: registry, cell: cell,
      framePointer: registers.framePointer, returnAddress: registers.returnAddress)
    while let frame = walk.next() {
      guard let framePointer = frame.framePointer,
        let handler = registry.catcher(at: frame.cell, { UInt64($0) == exception.tag })
      else { continue }
      // `frameBytes` counts from the end of the frame's header.
      let top = framePointer + UInt(CallABI.frameHeaderBytes)
      guard top >= stackRange.lowerBound + UInt(handler.frameBytes) else { return nil }
      thrownException = nil
      put64(base, StateLayout.fp, UInt64(framePointer))
      registers.stackPointer = top - UInt(handler.frameBytes)
      registers[x: 0] = exception.payload0
      registers[x: 1] = exception.payload1
      return UnsafeRawPointer(pointer(handler.cell))
    }
    return nil
  }

  /// The same in an image with windows: searches from the cell at `cell`, which runs in `window`.
  func findHandler(
    from cell: UInt, in window: UnsafeMutableRawPointer
  ) -> WindowUnwinding.Target? {
    guard depth > 0, let exception = thrownException else { return nil }
    let unwinding = WindowUnwinding(
      registry: activations[depth - 1].image.takeUnretainedValue().registry,
      hostReturn: UInt(bitPattern: hostReturn))
    let target = unwinding.target(
      of: exception.tag, cell: cell, window: window,
      context: get64(base, StateLayout.context),
      memoryRecord: get64(base, StateLayout.memoryRecord))
    guard let target else { return nil }
    thrownException = nil
    put64(base, StateLayout.context, target.context)
    put64(base, StateLayout.memoryRecord, target.memoryRecord)
    put64(target.outgoing, StateLayout.x(0), exception.payload0)
    put64(target.outgoing, StateLayout.x(1), exception.payload1)
    return target
  }
}
