import CSupport

/// A function's fixed address: what the guest holds as a code address, before and after the
/// function is prepared.
public struct FunctionEntry {
  /// The prepared code, or cells that prepare it. First, because handlers read it.
  public internal(set) var code: UnsafeRawPointer
  public let image: Unmanaged<CodeImage>
  public let index: UInt32

  init(code: UnsafeRawPointer, image: Unmanaged<CodeImage>, index: UInt32) {
    self.code = code
    self.image = image
    self.index = index
  }
}

extension UnsafeMutablePointer<FunctionEntry> {
  private var word: UnsafeMutablePointer<UnsafeMutableRawPointer?> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
  }

  /// The code, with all that was written before it was published.
  var publishedCode: UnsafeRawPointer {
    UnsafeRawPointer(pulley_load_acquire(word)) ?? SharedCells.prepare
  }

  func publish(_ code: UnsafeRawPointer) {
    pulley_store_release(word, UnsafeMutableRawPointer(mutating: code))
  }
}

/// Cells that belong to no function.
enum SharedCells {
  nonisolated(unsafe) private static let cells: UnsafeMutablePointer<UnsafeRawPointer> = {
    let cells = UnsafeMutablePointer<UnsafeRawPointer>.allocate(capacity: 6)
    cells[0] = Step.halt.handlerAddress
    cells[1] = Step.prepare.handlerAddress
    cells[2] = Step.trap.handlerAddress
    UnsafeMutableRawPointer(cells + 3).storeBytes(
      of: UInt64(TrapKind.hostSignatureMismatch.rawValue), as: UInt64.self)
    cells[4] = Step.trap.handlerAddress
    UnsafeMutableRawPointer(cells + 5).storeBytes(
      of: UInt64(TrapKind.stackOverflow.rawValue), as: UInt64.self)
    return cells
  }()

  /// Ends a run.
  nonisolated(unsafe) static let halt = UnsafeRawPointer(cells)
  /// Prepares a function.
  nonisolated(unsafe) static let prepare = UnsafeRawPointer(cells + 1)
  /// Traps: what stands where no function is, or is any more.
  nonisolated(unsafe) static let noFunction = UnsafeRawPointer(cells + 2)
  /// Traps: what runs in place of a function that there is no stack to prepare on.
  nonisolated(unsafe) static let noStack = UnsafeRawPointer(cells + 4)
}

/// Prepares the function of an entry, if need be, and returns its code; nil if the guest that runs on
/// the machine of these registers is interrupted meanwhile. What cannot be prepared has code too: a cell
/// that traps. Preparing may take more of the host's stack than is left: it is then done on another.
@inline(never)
func prepared(_ address: UnsafeRawPointer, _ r: Registers) -> UnsafeRawPointer? {
  let entry = UnsafeMutableRawPointer(mutating: address)
    .assumingMemoryBound(to: FunctionEntry.self)
  let code = entry.publishedCode
  if code != SharedCells.prepare { return code }
  let image = entry.pointee.image.takeUnretainedValue()
  let interruption = Machine.machine(of: r).interruption
  var result: UnsafeRawPointer? = SharedCells.noStack
  // To wait for the work takes some of the stack, too.
  _ = HostStack.run(needing: HostStack.roomForObjects) {
    result = image.prepare(Int(entry.pointee.index), interruption)
  }
  return result
}

/// The same; if the guest is interrupted, code that says so.
@inline(never)
func prepareEntry(at address: UnsafeRawPointer, _ r: Registers) -> UnsafeRawPointer {
  if let code = prepared(address, r) { return code }
  let entry = address.assumingMemoryBound(to: FunctionEntry.self)
  return entry.pointee.image.takeUnretainedValue()
    .interruptedCode(Int(entry.pointee.index))
}
