import CSupport
import Synchronization

/// A unit of code whose functions call one another by number: a module's.
///
/// Each function is prepared when it is first called. An image may be used by machines on several
/// threads; it must outlive every run of its code.
public final class CodeImage: @unchecked Sendable {
  public let functionCount: Int
  public let options: PreparationOptions

  let registry: CodeRegistry
  public let source: any FunctionSource
  private let entries: UnsafeMutablePointer<FunctionEntry>
  private let isInArena: Bool
  private let hostSignatureTable: UnsafeMutableBufferPointer<UInt32>
  /// The functions that are being prepared, by number.
  let preparations = Mutex<[Int: Preparation]>([:])
  private let prepared = Mutex(Prepared())

  private struct Prepared: ~Copyable {
    var arena = CodeArena()
    var blocks: [Range<UInt>] = []
    /// Not sorted: searched only for traps and backtraces.
    var functions: [PreparedFunction] = []
    /// Why functions have no code, by number.
    var failures: [Int: String] = [:]
    /// The cells that stand for the code of functions whose preparation may be tried again.
    var passingTraps: [Int: UnsafeMutablePointer<UInt64>] = [:]
    /// What runs in place of functions whose preparation was interrupted, by number.
    var interrupted: [Int: UInt] = [:]
  }

  private struct PreparedFunction {
    let range: Range<UInt>
    let function: Int
    let locations: [LocationEntry]
    var handlers: [PreparedHandler] = []
    var frameBytes: UInt32 = 0
  }

  /// Targets are offsets in the prepared code, calls in the bytecode.
  private struct PreparedHandler {
    let call: UInt32
    let tag: UInt32?
    let target: UInt32
  }

  /// An image of `functionCount` functions that `source` provides.
  ///
  /// `hostSignatures` says which signature each number that `call_indirect_host` may carry stands
  /// for; the numbers are the embedder's, as in `HostFunction.signature`.
  public init(
    functionCount: Int, hostSignatures: [UInt32], registry: CodeRegistry,
    source: any FunctionSource, options: PreparationOptions = PreparationOptions()
  ) {
    self.functionCount = functionCount
    self.registry = registry
    self.source = source
    self.options = options
    hostSignatureTable = .allocate(capacity: hostSignatures.count)
    _ = hostSignatureTable.initialize(from: hostSignatures)
    let arena = options.checksCallees ? EntryArena.allocate(max(functionCount, 1)) : nil
    isInArena = arena != nil
    entries = arena ?? .allocate(capacity: max(functionCount, 1))
    for index in 0..<functionCount {
      (entries + index).initialize(
        to: FunctionEntry(
          code: SharedCells.prepare, image: Unmanaged.passUnretained(self), index: UInt32(index)))
    }
  }

  deinit {
    registry.remove(prepared.withLock { $0.blocks })
    if isInArena {
      EntryArena.free(entries, max(functionCount, 1))
    } else {
      entries.deallocate()
    }
    hostSignatureTable.deallocate()
  }

  /// The entry of a function, which the guest holds as the function's address. It stays where it is
  /// as long as the image lives, and does not keep the image alive.
  public func entry(_ function: Int) -> UnsafeMutablePointer<FunctionEntry> {
    precondition(function >= 0 && function < functionCount, "no such function")
    return entries + function
  }

  public var hostSignatures: [UInt32] { Array(hostSignatureTable) }

  /// Prepares every function now, so that none is prepared while the guest runs.
  public func prepareAll() {
    let interruption = Interruption()
    for function in 0..<functionCount { _ = prepare(function, interruption) }
  }

  /// Why a function could not be prepared, if that was tried.
  public func failure(of function: Int) -> String? {
    prepared.withLock { $0.failures[function] }
  }

  // MARK: - Preparing

  /// What has become of a function.
  enum Outcome {
    case code(UnsafeRawPointer)
    /// It cannot be prepared this time: what runs in its place.
    case passing(UnsafeRawPointer)
    /// Nobody wanted it any more.
    case cancelled
  }

  /// Makes the function's code.
  func makeCode(_ function: Int, _ control: PreparationControl) -> Outcome {
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

  private func makeCode(
    _ function: Int, _ body: FunctionBody, _ control: PreparationControl
  ) throws(FunctionUnavailable) -> UnsafeRawPointer {
    if control.isCancelled { throw .cancelled }
    let work = CodeImage.workingBytes(body.bytes.count)
    guard Headroom.announce(work) else {
      throw FunctionUnavailable(
        message: "no memory for the code of function \(function)", kind: .outOfMemory)
    }
    defer { Headroom.withdraw(work) }
    let lowered: LoweredFunction
    do throws(BytecodeError) {
      lowered = try Lowering.lower(body, function: function, image: facts)
    } catch {
      throw FunctionUnavailable(message: error.description)
    }
    if control.isCancelled { throw .cancelled }
    let selection = Selection.select(lowered, options)
    let emission = Emission(lowered, selection, options)
    try source.willKeep(8 * emission.wordCount)
    let code = allocate(emission.wordCount)
    emission.write(to: code)
    var prepared = PreparedFunction(
      range: range(of: code, emission.wordCount), function: function,
      locations: emission.locations())
    prepared.frameBytes = body.frameBytes
    prepared.handlers = body.handlers.map { handler in
      PreparedHandler(
        call: handler.call, tag: handler.tag,
        target: UInt32(emission.cellOffset(ofInstruction: handler.target)))
    }
    record(prepared)
    for offset in emission.calls() {
      linkCall(UnsafeRawPointer(code) + offset)
    }
    return UnsafeRawPointer(code)
  }

  /// What preparing a function of so many bytes of bytecode takes at most.
  private static func workingBytes(_ count: Int) -> Int { (256 << 10) + 128 * count }

  /// What stands for the code of a function that has none.
  private func makeTrap(
    _ function: Int, _ reason: FunctionUnavailable
  ) -> UnsafeMutablePointer<UInt64> {
    prepared.withLock { $0.failures[function] = reason.message }
    return makeTrap(function, reason.kind)
  }

  private func makeTrap(_ function: Int, _ kind: TrapKind) -> UnsafeMutablePointer<UInt64> {
    let code = allocate(2)
    code[0] = bits(Step.trap.handlerAddress)
    code[1] = UInt64(kind.rawValue)
    record(
      PreparedFunction(
        range: range(of: code, 2), function: function,
        locations: [LocationEntry(cell: 0, source: 0, hasFrame: false)]))
    return code
  }

  /// What runs in place of a function that could not be prepared this time. It is not published, so
  /// that the next call tries again.
  private func passingTrap(
    _ function: Int, _ reason: FunctionUnavailable
  ) -> UnsafeMutablePointer<UInt64> {
    let known = prepared.withLock { prepared -> UInt in
      guard let code = prepared.passingTraps[function] else { return 0 }
      prepared.failures[function] = reason.message
      return UInt(bitPattern: code)
    }
    if known != 0 {
      let code = pointer(known).assumingMemoryBound(to: UInt64.self)
      code[1] = UInt64(reason.kind.rawValue)
      return code
    }
    let code = makeTrap(function, reason)
    let address = UInt(bitPattern: code)
    prepared.withLock {
      $0.passingTraps[function] = pointer(address).assumingMemoryBound(to: UInt64.self)
    }
    return code
  }

  /// What runs in place of a function whose preparation was interrupted: a cell that traps. It is not
  /// published, so that the next call prepares the function.
  func interruptedCode(_ function: Int) -> UnsafeRawPointer {
    if let known = prepared.withLock({ $0.interrupted[function] }) {
      return UnsafeRawPointer(pointer(known))
    }
    let code = UInt(bitPattern: makeTrap(function, TrapKind.interrupted))
    prepared.withLock { $0.interrupted[function] = code }
    return UnsafeRawPointer(pointer(code))
  }

  private var facts: Lowering.ImageFacts {
    Lowering.ImageFacts(
      functionCount: functionCount, entries: entries,
      hostSignatures: UnsafeBufferPointer(hostSignatureTable),
      checksCallees: options.checksCallees)
  }

  private func allocate(_ words: Int) -> UnsafeMutablePointer<UInt64> {
    let address = prepared.withLock { prepared in
      let (memory, newBlock) = prepared.arena.allocate(words)
      if let newBlock {
        prepared.blocks.append(newBlock)
        registry.add(newBlock, self)
      }
      return UInt(bitPattern: memory)
    }
    return pointer(address).assumingMemoryBound(to: UInt64.self)
  }

  private func range(of code: UnsafeMutablePointer<UInt64>, _ words: Int) -> Range<UInt> {
    let start = UInt(bitPattern: code)
    return start..<start + UInt(8 * words)
  }

  private func record(_ function: PreparedFunction) {
    prepared.withLock { $0.functions.append(function) }
  }

  // MARK: - Finding

  /// The handler of an exception that leaves the call at a location: the cell that it begins with,
  /// and how much of the stack its function takes.
  func handler(
    of tag: UInt32, at location: CodeLocation
  ) -> (cell: UnsafeRawPointer, frameBytes: UInt32)? {
    prepared.withLock { prepared in
      // What stands for an interrupted function is another of the same number, without handlers.
      guard
        let function = prepared.functions.first(where: {
          $0.function == location.function && !$0.handlers.isEmpty
        }),
        let handler = function.handlers.first(where: {
          Int($0.call) == location.offset && ($0.tag ?? tag) == tag
        }),
        let code = UnsafeRawPointer(bitPattern: function.range.lowerBound)
      else { return nil }
      return (code + Int(handler.target), function.frameBytes)
    }
  }

  /// Where the cell that `address` points into comes from.
  func locate(_ address: UInt) -> (location: CodeLocation, hasFrame: Bool)? {
    prepared.withLock { prepared in
      guard let function = prepared.functions.first(where: { $0.range.contains(address) }) else {
        return nil
      }
      let offset = UInt32(address - function.range.lowerBound)
      let locations = function.locations
      var low = 0
      var high = locations.count
      while low < high {
        let middle = (low + high) / 2
        if locations[middle].cell <= offset { low = middle + 1 } else { high = middle }
      }
      guard low > 0 else { return nil }
      let entry = locations[low - 1]
      let location = CodeLocation(image: self, function: function.function, offset: entry.source)
      return (location, entry.hasFrame)
    }
  }
}
