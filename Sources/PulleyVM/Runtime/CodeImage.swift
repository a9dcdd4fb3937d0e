import CSupport
import Synchronization

/// The code of one module: functions that call one another by number.
///
/// Each function is predecoded on its first call. Machines on several threads may use an image; it must
/// outlive every run of its code.
public final class CodeImage: @unchecked Sendable {
  public let functionCount: Int
  public let options: PredecodingOptions

  let registry: CodeRegistry
  public let source: any FunctionSource
  private let entries: UnsafeMutablePointer<FunctionEntry>
  /// The arena of the entries, if they are in one.
  private let entryArena: EntryArena?
  private let hostSignatureTable: UnsafeMutableBufferPointer<UInt32>
  /// The functions that are being predecoded, by number.
  let predecodings = Mutex<[Int: PredecodingJob]>([:])
  private let storage = Mutex(Storage())

  private struct Storage: ~Copyable {
    var arena = CodeArena()
    var blocks: [Range<UInt>] = []
    /// In the order of their ranges. Only traps, backtraces and statistics read it.
    var functions: [PredecodedCode] = []
    /// Per unavailable function the reason.
    var failures: [Int: String] = [:]
    /// Per function that is unavailable for now the cell that traps.
    var passingTraps: [Int: UnsafeMutablePointer<UInt64>] = [:]
    /// Per function whose predecoding was interrupted the address of the cell that traps.
    var interrupted: [Int: UInt] = [:]
    /// What `request` has returned true for.
    var requests: Set<Request> = []
    /// Per function of the first tier the places of its locals.
    var localPlaces: [Int: [Int32]] = [:]
    var continuations: [Request: Continuation] = [:]
  }

  /// A function, or a loop of it.
  private struct Request: Hashable {
    var function: Int
    var loop: UInt32?
  }

  private struct PredecodedCode {
    let range: Range<UInt>
    let function: Int
    let locations: [LocationEntry]
    var handlers: [PredecodedHandler] = []
    var frameBytes: UInt32 = 0
    /// The place of its outgoing area in its window.
    var outgoing: UInt32 = 0
    var counted: CountedFunction?
    var variant = CodeVariant.final

    /// What the cell that `address`, an address in its range, points into was made from.
    func location(at address: UInt) -> LocationEntry? {
      let offset = UInt32(address - range.lowerBound)
      var low = 0
      var high = locations.count
      while low < high {
        let middle = (low + high) / 2
        if locations[middle].cell <= offset { low = middle + 1 } else { high = middle }
      }
      return low > 0 ? locations[low - 1] : nil
    }

    func catcher(at address: UInt, _ isTag: (UInt32) -> Bool) -> Catcher? {
      guard !handlers.isEmpty, let call = location(at: address)?.source else { return nil }
      // Handlers are in the order of their calls.
      var low = 0
      var high = handlers.count
      while low < high {
        let middle = (low + high) / 2
        if Int(handlers[middle].call) < call { low = middle + 1 } else { high = middle }
      }
      while low < handlers.count, Int(handlers[low].call) == call {
        let handler = handlers[low]
        low += 1
        if let tag = handler.tag, !isTag(tag) { continue }
        return Catcher(
          cell: range.lowerBound + UInt(handler.target), frameBytes: frameBytes, outgoing: outgoing)
      }
      return nil
    }
  }

  /// `call` is an offset in the bytecode, `target` an offset in the threaded code.
  private struct PredecodedHandler {
    let call: UInt32
    let tag: UInt32?
    let target: UInt32
  }

  /// Where a function continues when an exception leaves a call.
  struct Catcher: Sendable {
    /// The address of the handler's first cell.
    let cell: UInt
    /// How many bytes of stack the function uses, if it has no windows.
    let frameBytes: UInt32
    /// The place of the outgoing area in its window.
    let outgoing: UInt32
  }

  /// An image of `functionCount` functions that `source` provides.
  ///
  /// `hostSignatures` maps each operand of `call_indirect_host` to a signature number of the embedder's,
  /// as in `HostFunction.signature`.
  public init(
    functionCount: Int, hostSignatures: [UInt32], registry: CodeRegistry,
    source: any FunctionSource, options: PredecodingOptions = PredecodingOptions()
  ) {
    self.functionCount = functionCount
    self.registry = registry
    self.source = source
    self.options = options
    hostSignatureTable = .allocate(capacity: hostSignatures.count)
    _ = hostSignatureTable.initialize(from: hostSignatures)
    let arena = options.isLow ? EntryArena.low : EntryArena.anywhere
    let memory = options.checksCallees ? arena.allocate(max(functionCount, 1)) : nil
    entryArena = memory == nil ? nil : arena
    entries = memory ?? .allocate(capacity: max(functionCount, 1))
    for index in 0..<functionCount {
      (entries + index).initialize(
        to: FunctionEntry(
          code: SharedCells.predecode, image: Unmanaged.passUnretained(self), index: UInt32(index),
          shape: CallShape(isThunk: index >= options.contextualCount),
          memoryOffset: options.memoryOffset))
    }
  }

  deinit {
    registry.remove(storage.withLock { $0.blocks })
    if let entryArena {
      entryArena.free(entries, max(functionCount, 1))
    } else {
      entries.deallocate()
    }
    hostSignatureTable.deallocate()
  }

  /// The entry of a function, which guests use as the function's address. It is valid as long as the
  /// image lives, and does not keep the image alive.
  public func entry(_ function: Int) -> UnsafeMutablePointer<FunctionEntry> {
    precondition(function >= 0 && function < functionCount, "no such function")
    return entries + function
  }

  /// Whether the functions have the addresses that the options ask for. If not, there are no more such
  /// addresses in the process, and nothing may run the image.
  public var hasAddresses: Bool { entryArena != nil || !options.checksCallees }

  public var hostSignatures: [UInt32] { Array(hostSignatureTable) }

  /// Predecodes every function now instead of on its first call.
  public func predecodeAll() {
    let interruption = Interruption()
    for function in 0..<functionCount { _ = predecode(function, interruption) }
  }

  /// The reason why a function is unavailable; nil if it is available or was never called.
  public func failure(of function: Int) -> String? {
    storage.withLock { $0.failures[function] }
  }

  // MARK: - Predecoding

  /// The outcome of predecoding a function.
  enum Outcome {
    case code(UnsafeRawPointer)
    /// The function is unavailable this time; the code traps.
    case passing(UnsafeRawPointer)
    /// No caller waits for it.
    case cancelled
  }

  /// Compiles and predecodes the function.
  func makeCode(_ function: Int, _ control: PredecodingControl) -> Outcome {
    do throws(FunctionUnavailable) {
      let body = try source.body(of: function, control)
      return .code(try makeCode(function, body, control))
    } catch {
      switch error.kind {
      case .interrupted: return .cancelled
      case .functionUnavailable: return .code(UnsafeRawPointer(makeTrap(function, error)))
      default: return .passing(UnsafeRawPointer(passingTrap(function, error)))
      }
    }
  }

  /// Gives a function that has been predecoded other code, which calls from now on run. Nothing changes if
  /// that code is unavailable.
  public func replace(_ function: Int, _ control: PredecodingControl = PredecodingControl()) {
    do throws(FunctionUnavailable) {
      let (body, _) = try source.replacement(of: function, loop: nil, control)
      entry(function).publish(try makeCode(function, body, control, replaces: .final))
    } catch {}
  }

  /// Makes code for calls of a function of the first tier that are in a loop. Nothing changes if that code
  /// is unavailable.
  public func replace(
    _ function: Int, loop: UInt32, _ control: PredecodingControl = PredecodingControl()
  ) {
    do throws(FunctionUnavailable) {
      let places = storage.withLock { $0.localPlaces[function] } ?? []
      let (body, locals) = try source.replacement(of: function, loop: loop, control)
      guard places.count == locals.count else { return }
      let code = try makeCode(function, body, control, replaces: .continuation(loop: loop))
      let continuation = Continuation(
        code: code, moves: zip(places, locals).map { ($0, $1.place) })
      storage.withLock { $0.continuations[Request(function: function, loop: loop)] = continuation }
    } catch {}
  }

  /// Whether a function or a loop of it asks for the first time.
  func request(_ function: Int, _ loop: UInt32?) -> Bool {
    storage.withLock { $0.requests.insert(Request(function: function, loop: loop)).inserted }
  }

  func continuation(of function: Int, _ loop: UInt32) -> Continuation? {
    storage.withLock { $0.continuations[Request(function: function, loop: loop)] }
  }

  private func makeCode(
    _ function: Int, _ body: FunctionBody, _ control: PredecodingControl,
    replaces variant: CodeVariant? = nil
  ) throws(FunctionUnavailable) -> UnsafeRawPointer {
    if control.isCancelled { throw .cancelled }
    let work = CodeImage.workingBytes(body.bytes.count)
    guard Headroom.announce(work) else {
      throw FunctionUnavailable(
        message: "no memory for the code of function \(function)", kind: .outOfMemory)
    }
    defer { Headroom.withdraw(work) }
    let predecoded: PredecodedFunction
    do throws(BytecodeError) {
      predecoded = try Predecoder.predecode(body, function: function, image: facts)
    } catch {
      throw FunctionUnavailable(message: error.description)
    }
    if control.isCancelled { throw .cancelled }
    let selection = Selection.select(predecoded, options, isQuick: body.provisional != nil)
    let heat = body.provisional.flatMap { facts in
      facts.heat == 0
        ? nil
        : Emission.Heat(
          entry: UInt64(UInt(bitPattern: entries + function)),
          loops: predecoded.localPlaces.isEmpty ? [] : facts.loops)
    }
    let emission = Emission(predecoded, selection, options, heat)
    try source.willKeep(8 * emission.wordCount)
    let memory =
      options.isLow ? allocateLow(emission.wordCount) : allocate(emission.wordCount)
    guard let code = memory else {
      throw FunctionUnavailable(
        message: "no memory below 4 GiB for the code of function \(function)", kind: .outOfMemory)
    }
    emission.write(to: code, options.usesProcessor ? handlers : portableHandlers)
    var result = PredecodedCode(
      range: range(of: code, emission.wordCount), function: function,
      locations: emission.locations())
    result.frameBytes = body.frameBytes
    result.outgoing = predecoded.outgoing
    result.variant = variant ?? (body.provisional == nil ? .final : .provisional)
    // In the order of the code, and those of one call in the order in which they are tried.
    result.handlers = body.handlers.enumerated().sorted {
      ($0.element.call, $0.offset) < ($1.element.call, $1.offset)
    }.map { _, handler in
      PredecodedHandler(
        call: handler.call, tag: handler.tag,
        target: UInt32(emission.cellOffset(ofInstruction: handler.target)))
    }
    if options.countsDispatches { result.counted = emission.countedFunction() }
    record(result)
    if let facts = body.provisional {
      (entries + function).setHeat(facts.heat)
      if !predecoded.localPlaces.isEmpty {
        storage.withLock { $0.localPlaces[function] = predecoded.localPlaces }
      }
    }
    if let window = predecoded.window, variant == nil {
      entries[function].shape = CallShape(window, isThunk: function >= options.contextualCount)
    }
    for offset in emission.calls() {
      bindCall(UnsafeRawPointer(code) + offset)
    }
    return UnsafeRawPointer(code)
  }

  /// An upper bound of the memory for predecoding a function with `count` bytes of bytecode.
  private static func workingBytes(_ count: Int) -> Int { (256 << 10) + 128 * count }

  /// The code of an unavailable function.
  private func makeTrap(
    _ function: Int, _ reason: FunctionUnavailable
  ) -> UnsafeMutablePointer<UInt64> {
    storage.withLock { $0.failures[function] = reason.message }
    return makeTrap(function, reason.kind)
  }

  private func makeTrap(_ function: Int, _ kind: TrapKind) -> UnsafeMutablePointer<UInt64> {
    let code = allocate(2)
    code[0] = bits(HandlerID.trap.address)
    code[1] = UInt64(kind.rawValue)
    record(
      PredecodedCode(
        range: range(of: code, 2), function: function,
        locations: [LocationEntry(cell: 0, source: 0, hasFrame: false)]))
    return code
  }

  /// The code of a function that is unavailable this time. It is not published, so that the next call
  /// tries again.
  private func passingTrap(
    _ function: Int, _ reason: FunctionUnavailable
  ) -> UnsafeMutablePointer<UInt64> {
    let known = storage.withLock { storage -> UInt in
      guard let code = storage.passingTraps[function] else { return 0 }
      storage.failures[function] = reason.message
      return UInt(bitPattern: code)
    }
    if known != 0 {
      let code = pointer(known).assumingMemoryBound(to: UInt64.self)
      code[1] = UInt64(reason.kind.rawValue)
      return code
    }
    let code = makeTrap(function, reason)
    let address = UInt(bitPattern: code)
    storage.withLock {
      $0.passingTraps[function] = pointer(address).assumingMemoryBound(to: UInt64.self)
    }
    return code
  }

  /// A cell that traps, for a function whose predecoding was interrupted. It is not published, so that
  /// the next call predecodes the function.
  func interruptedCode(_ function: Int) -> UnsafeRawPointer {
    if let known = storage.withLock({ $0.interrupted[function] }) {
      return UnsafeRawPointer(pointer(known))
    }
    let code = UInt(bitPattern: makeTrap(function, TrapKind.interrupted))
    storage.withLock { $0.interrupted[function] = code }
    return UnsafeRawPointer(pointer(code))
  }

  private var facts: Predecoder.ImageFacts {
    let entries = entries
    return Predecoder.ImageFacts(
      functionCount: functionCount, entryAddress: { UInt64(UInt(bitPattern: entries + $0)) },
      hostSignatures: UnsafeBufferPointer(hostSignatureTable),
      checksCallees: options.checksCallees, hasWindows: options.hasWindows)
  }

  private func allocate(_ words: Int) -> UnsafeMutablePointer<UInt64> {
    let address = storage.withLock { storage in
      take(storage.arena.allocate(words), &storage)
    }
    return pointer(address).assumingMemoryBound(to: UInt64.self)
  }

  /// Memory below 4 GiB; nil if there is none.
  private func allocateLow(_ words: Int) -> UnsafeMutablePointer<UInt64>? {
    let address = storage.withLock { storage in
      storage.arena.allocateLow(words).map { take($0, &storage) }
    }
    return address.map { pointer($0).assumingMemoryBound(to: UInt64.self) }
  }

  /// The address of memory for code, whose block becomes known.
  private func take(_ allocation: CodeArena.Allocation, _ storage: inout Storage) -> UInt {
    if let newBlock = allocation.newBlock {
      storage.blocks.append(newBlock)
      registry.add(newBlock, self)
    }
    return UInt(bitPattern: allocation.memory)
  }

  private func range(of code: UnsafeMutablePointer<UInt64>, _ words: Int) -> Range<UInt> {
    let start = UInt(bitPattern: code)
    return start..<start + UInt(8 * words)
  }

  private func record(_ function: PredecodedCode) {
    storage.withLock { storage in
      let index = Self.position(function.range.lowerBound, in: storage.functions)
      storage.functions.insert(function, at: index)
    }
  }

  /// The functions whose runs of cells are counted, with their code.
  func countedFunctions() -> [(function: Int, code: UnsafeRawPointer, counted: CountedFunction)] {
    storage.withLock { $0.functions }.compactMap { code in
      guard let counted = code.counted else { return nil }
      return (code.function, UnsafeRawPointer(pointer(code.range.lowerBound)), counted)
    }
  }

  // MARK: - Locations

  /// How many functions begin at or below `address`.
  private static func position(_ address: UInt, in functions: [PredecodedCode]) -> Int {
    var low = 0
    var high = functions.count
    while low < high {
      let middle = (low + high) / 2
      if functions[middle].range.lowerBound <= address { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The handler of an exception that leaves the call in the cell that `address` points into.
  /// `isTag` tells for the tag of a handler whether it is that of the exception.
  func catcher(at address: UInt, _ isTag: (UInt32) -> Bool) -> Catcher? {
    storage.withLock { storage in
      let index = Self.position(address, in: storage.functions) - 1
      guard index >= 0, storage.functions[index].range.contains(address) else { return nil }
      return storage.functions[index].catcher(at: address, isTag)
    }
  }

  /// The bytecode location of the cell that `address` points into.
  func locate(_ address: UInt) -> (location: CodeLocation, hasFrame: Bool)? {
    storage.withLock { storage in
      let index = Self.position(address, in: storage.functions) - 1
      guard index >= 0, storage.functions[index].range.contains(address),
        let entry = storage.functions[index].location(at: address)
      else { return nil }
      let location = CodeLocation(
        image: self, function: storage.functions[index].function, offset: entry.source,
        variant: storage.functions[index].variant)
      return (location, entry.hasFrame)
    }
  }
}
