import PulleyISA
import PulleyVM

/// A host function that reads its arguments from an array of words and stores its results there, bound
/// to one import of one instance. It takes values of every type and gives any number of results.
public final class ValuesRecord {
  /// Is called with the words of the arguments, and stores those of the results in the same place.
  /// Narrow values are in the low bits, with zeros above; vectors have two words, the low one first.
  /// Returns nil, or the reason of the trap.
  public typealias Handler = (UnsafeMutablePointer<UInt64>) -> HostTrap?

  private struct Body {
    var header: HostFunction
    let owner: Unmanaged<ValuesRecord>
  }

  /// Where the guest has put an argument, or expects a result.
  private struct Place {
    let isOnStack: Bool
    /// In bytes, from the register pointer or from the guest's stack pointer.
    let offset: Int
    /// The bits of a word that belong to the value.
    let mask: UInt64
    let wordCount: Int

    init(_ location: ABILocation, _ type: GuestType) {
      switch location {
      case .x(let number): (isOnStack, offset) = (false, StateLayout.x(Int(number)))
      case .f(let number): (isOnStack, offset) = (false, StateLayout.f(Int(number)))
      case .v(let number): (isOnStack, offset) = (false, StateLayout.v(Int(number)))
      case .stack(let bytes): (isOnStack, offset) = (true, Int(bytes))
      }
      mask = type == .i32 || type == .f32 ? 0xFFFF_FFFF : .max
      wordCount = type == .v128 ? 2 : 1
    }
  }

  private let environment: HostEnvironment
  private let handler: Handler
  private let parameters: [Place]
  private let results: [Place]
  private let wordCount: Int
  private let body: UnsafeMutablePointer<Body>

  /// - Parameters:
  ///   - type: the import's type: values of WebAssembly.
  ///   - signatureNumber: the immediate of the `call_indirect_host` that calls the function.
  public init(
    type: GuestFunctionType, environment: HostEnvironment, signatureNumber: UInt32,
    handler: @escaping Handler
  ) {
    self.environment = environment
    self.handler = handler
    let abi = type.abi(leading: [.x])
    parameters = zip(abi.parameters.dropFirst(), type.parameters).map { Place($0, $1) }
    results = zip(abi.results, type.results).map { Place($0, $1) }
    wordCount = max(
      parameters.reduce(0) { $0 + $1.wordCount }, results.reduce(0) { $0 + $1.wordCount })
    body = .allocate(capacity: 1)
    body.initialize(
      to: Body(
        header: HostFunction(signature: signatureNumber, invoke: Self.invoke),
        owner: .passUnretained(self)))
  }

  deinit {
    body.deinitialize(count: 1)
    body.deallocate()
  }

  public var pointer: UnsafeMutablePointer<HostFunction> {
    UnsafeMutableRawPointer(body).assumingMemoryBound(to: HostFunction.self)
  }

  private static let invoke: HostFunction.Invoke = { registers, function in
    function.assumingMemoryBound(to: Body.self).pointee.owner
      ._withUnsafeGuaranteedRef { $0.call(registers) }
  }

  private func call(_ registers: UnsafeMutableRawPointer) -> Int32 {
    environment.block.pointee.caller = registers
    // With a constant capacity, the compiler puts the words on the stack.
    if wordCount <= 16 {
      return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 16) {
        call(registers, $0.baseAddress.unsafelyUnwrapped)
      }
    }
    return callWithMany(registers)
  }

  @inline(never)
  private func callWithMany(_ registers: UnsafeMutableRawPointer) -> Int32 {
    let words = UnsafeMutablePointer<UInt64>.allocate(capacity: wordCount)
    defer { words.deallocate() }
    return call(registers, words)
  }

  @inline(__always)
  private func call(
    _ registers: UnsafeMutableRawPointer, _ words: UnsafeMutablePointer<UInt64>
  ) -> Int32 {
    let stack = registers.load(
      fromByteOffset: StateLayout.sp, as: UnsafeMutableRawPointer.self)
    var next = words
    for place in parameters {
      let base = place.isOnStack ? stack : registers
      for word in 0..<place.wordCount {
        next[word] =
          base.load(fromByteOffset: place.offset + 8 * word, as: UInt64.self) & place.mask
      }
      next += place.wordCount
    }
    if let trap = handler(words) { environment.requestTrap(trap) }
    if environment.hasPendingTrap { return environment.raisePending(registers) }
    next = words
    for place in results {
      let base = place.isOnStack ? stack : registers
      for word in 0..<place.wordCount {
        base.storeBytes(
          of: next[word] & place.mask, toByteOffset: place.offset + 8 * word, as: UInt64.self)
      }
      next += place.wordCount
    }
    return 0
  }
}
