/// The bytes of a module, held once and shared by everything that reads from them later.
///
/// The storage has a fixed address for as long as the object lives; readers keep the object and
/// work with the address.
public final class ModuleBytes: @unchecked Sendable {
  // Never written after initialisation, hence safe to share between threads.
  private let storage: UnsafeMutablePointer<UInt8>

  /// How many bytes there are.
  public let count: Int

  /// Copies the bytes.
  public init(_ bytes: UnsafeRawBufferPointer) {
    count = bytes.count
    storage = .allocate(capacity: max(bytes.count, 1))
    if let source = bytes.baseAddress {
      UnsafeMutableRawPointer(storage).copyMemory(from: source, byteCount: bytes.count)
    }
  }

  /// Copies the bytes.
  public init(_ bytes: [UInt8]) {
    count = bytes.count
    storage = .allocate(capacity: max(bytes.count, 1))
    bytes.withUnsafeBufferPointer { source in
      if let address = source.baseAddress { storage.update(from: address, count: source.count) }
    }
  }

  deinit {
    storage.deallocate()
  }

  /// The address of the first byte.
  @inline(__always)
  var base: UnsafePointer<UInt8> { UnsafePointer(storage) }

  /// Gives access to some of the bytes for the duration of a call.
  ///
  /// The part of `range` that lies outside the module is ignored.
  public func withBytes<Result, Failure: Error>(
    in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let part = range.clamped(to: 0..<count)
    return try body(UnsafeRawBufferPointer(start: storage + part.lowerBound, count: part.count))
  }
}
