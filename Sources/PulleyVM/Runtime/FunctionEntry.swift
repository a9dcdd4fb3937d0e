import CSupport

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The fixed address of a function. Guests use it as a code address, before and after the function is
/// predecoded.
public struct FunctionEntry {
  /// The function's threaded code, or a cell that predecodes it. The first field, because handlers load it.
  public internal(set) var code: UnsafeRawPointer
  public let image: Unmanaged<CodeImage>
  public let index: UInt32
  /// The values that calls pass, in images with windows. Known when the function is predecoded.
  var shape: CallShape
  /// Where a context of the image has the address of the record of memory 0, or 0.
  let memoryOffset: UInt32
  /// What `FunctionBody.heat` is, less what has been counted.
  var heat: UInt32 = 0
  static let heatOffset = 28
  /// The heat after it has been used up: how often there is a look for a continuation.
  static let laterHeat: UInt32 = 2000

  init(
    code: UnsafeRawPointer, image: Unmanaged<CodeImage>, index: UInt32,
    shape: CallShape = CallShape(), memoryOffset: UInt32 = 0
  ) {
    self.code = code
    self.image = image
    self.index = index
    self.shape = shape
    self.memoryOffset = memoryOffset
  }
}

extension UnsafeMutablePointer<FunctionEntry> {
  /// Other threads may count at the same time.
  func setHeat(_ heat: UInt32) {
    pulley_store_relaxed32(UInt(bitPattern: self) + UInt(FunctionEntry.heatOffset), heat)
  }

  private var word: UnsafeMutablePointer<UnsafeMutableRawPointer?> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
  }

  /// The code; everything written before it was published is visible.
  var publishedCode: UnsafeRawPointer {
    UnsafeRawPointer(pulley_load_acquire(word)) ?? SharedCells.predecode
  }

  func publish(_ code: UnsafeRawPointer) {
    pulley_store_release(word, UnsafeMutableRawPointer(mutating: code))
  }
}

/// Cells that are not part of a function.
enum SharedCells {
  private static let count = 9
  nonisolated(unsafe) private static let cells: UnsafeMutablePointer<UnsafeRawPointer> = {
    let cells = UnsafeMutablePointer<UnsafeRawPointer>.allocate(capacity: count)
    cells[0] = HandlerID.halt.address
    cells[1] = HandlerID.predecode.address
    cells[2] = HandlerID.trap.address
    UnsafeMutableRawPointer(cells + 3).storeBytes(
      of: UInt64(TrapKind.hostSignatureMismatch.rawValue), as: UInt64.self)
    cells[4] = HandlerID.trap.address
    UnsafeMutableRawPointer(cells + 5).storeBytes(
      of: UInt64(TrapKind.stackOverflow.rawValue), as: UInt64.self)
    cells[6] = cells[2]
    cells[7] = cells[3]
    cells[8] = HandlerID.return_from_instance.address
    return cells
  }()

  /// Whether a machine stopped at one of these cells, instead of in the function that it called.
  static func contains(_ address: UInt) -> Bool {
    address &- UInt(bitPattern: cells) < UInt(8 * count)
  }

  /// Returns from a function of another instance.
  nonisolated(unsafe) static let returnFromInstance = UnsafeRawPointer(cells + 8)
  /// Ends a run. Functions that the host calls return to it.
  nonisolated(unsafe) static let halt = UnsafeRawPointer(cells)
  /// Predecodes a function, then runs it.
  nonisolated(unsafe) static let predecode = UnsafeRawPointer(cells + 1)
  /// Traps. The code of entries that belong to no function.
  nonisolated(unsafe) static let noFunction = UnsafeRawPointer(cells + 2)
  /// Traps. Runs in place of a function that cannot be predecoded for lack of host stack.
  nonisolated(unsafe) static let noStack = UnsafeRawPointer(cells + 4)
  /// Traps. The code of entries that contain a `HostEntry`.
  nonisolated(unsafe) static let hostFunction = UnsafeRawPointer(cells + 6)

  /// A cell like `halt` below 4 GiB, so that all return addresses of guests with addresses of 32 bits
  /// are there; nil if there is no memory.
  nonisolated(unsafe) static let lowHalt: UnsafeRawPointer? = {
    let page = HostPage.size
    guard let memory = LowMemory.map(page, PROT_READ | PROT_WRITE) else { return nil }
    memory.storeBytes(of: HandlerID.halt.address, as: UnsafeRawPointer.self)
    mprotect(memory, page, PROT_READ)
    return UnsafeRawPointer(memory)
  }()
}

/// The code of an entry's function, which is predecoded if necessary. Nil if the guest that runs on the
/// machine of these registers is interrupted meanwhile. The code of an unavailable function is a cell
/// that traps. If too little of the host's stack is left, the work is done on another stack.
@inline(never)
func predecoded(_ address: UnsafeRawPointer, _ r: Registers) -> UnsafeRawPointer? {
  let entry = UnsafeMutableRawPointer(mutating: address)
    .assumingMemoryBound(to: FunctionEntry.self)
  let code = entry.publishedCode
  if code != SharedCells.predecode { return code }
  let image = entry.pointee.image.takeUnretainedValue()
  let interruption = Machine.machine(of: r).interruption
  var result: UnsafeRawPointer? = SharedCells.noStack
  // Waiting for the work takes stack, too.
  _ = HostStack.run(needing: HostStack.roomForObjects) {
    result = image.predecode(Int(entry.pointee.index), interruption)
  }
  Machine.machine(of: r).sampler?.spendOnCompiling()
  return result
}

/// The same; if the guest is interrupted, code that traps.
@inline(never)
func predecodeEntry(at address: UnsafeRawPointer, _ r: Registers) -> UnsafeRawPointer {
  if let code = predecoded(address, r) { return code }
  let entry = address.assumingMemoryBound(to: FunctionEntry.self)
  return entry.pointee.image.takeUnretainedValue()
    .interruptedCode(Int(entry.pointee.index))
}
