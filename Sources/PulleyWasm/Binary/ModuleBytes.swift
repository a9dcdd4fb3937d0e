/// The bytes of a module, shared by everything that reads them.
///
/// The storage keeps its address while the object exists. Readers retain the object and use the
/// address.
public final class ModuleBytes: @unchecked Sendable {
  // The bytes do not change after decoding, so threads can share them.
  private var storage: UnsafeMutablePointer<UInt8>
  /// What the storage belongs to; nil if it belongs to this object.
  private let owner: AnyObject?
  private var capacity: Int

  /// The number of bytes.
  public private(set) var count: Int

  /// No bytes yet.
  init() {
    count = 0
    capacity = 0
    owner = nil
    storage = .allocate(capacity: 1)
  }

  /// Copies the bytes.
  public init(_ bytes: UnsafeRawBufferPointer) {
    count = bytes.count
    capacity = count
    owner = nil
    storage = .allocate(capacity: max(bytes.count, 1))
    if let source = bytes.baseAddress {
      UnsafeMutableRawPointer(storage).copyMemory(from: source, byteCount: bytes.count)
    }
  }

  /// Copies the bytes.
  public init(_ bytes: [UInt8]) {
    count = bytes.count
    capacity = count
    owner = nil
    storage = .allocate(capacity: max(bytes.count, 1))
    bytes.withUnsafeBufferPointer { source in
      if let address = source.baseAddress { storage.update(from: address, count: source.count) }
    }
  }

  /// Uses the bytes of `owner` without copying them. They must not change while it lives.
  public init(_ bytes: UnsafeRawBufferPointer, of owner: AnyObject) {
    count = bytes.count
    capacity = count
    self.owner = owner
    // Only `append` writes, which nothing calls for bytes of another object.
    storage =
      UnsafeMutableRawPointer(mutating: bytes.baseAddress)?
      .assumingMemoryBound(to: UInt8.self) ?? .allocate(capacity: 0)
  }

  deinit {
    if owner == nil { storage.deallocate() }
  }

  /// Appends bytes, for a decoder that receives a module in parts. There must be no reader, and no other owner.
  func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    if count + bytes.count > capacity {
      capacity = max(2 * capacity, count + bytes.count)
      let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
      larger.update(from: storage, count: count)
      storage.deallocate()
      storage = larger
    }
    UnsafeMutableRawPointer(storage + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  /// The address of the first byte.
  @inline(__always)
  var base: UnsafePointer<UInt8> { UnsafePointer(storage) }

  /// Calls a closure with some of the bytes.
  ///
  /// The part of `range` that is outside the module is ignored.
  public func withBytes<Result, Failure: Error>(
    in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let part = range.clamped(to: 0..<count)
    return try body(UnsafeRawBufferPointer(start: storage + part.lowerBound, count: part.count))
  }
}
