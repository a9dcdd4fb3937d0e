import Pulley

/// An address in the guest's memory.
///
/// Guests pass addresses in 32 bits, but a memory with 64-bit addresses may be larger, and so may a
/// structure that begins below. All sums of addresses and sizes are computed here, in 64 bits; one
/// that overflows is outside of every memory.
struct GuestAddress {
  let value: UInt64

  init(_ value: UInt32) { self.value = UInt64(value) }

  private init(unchecked value: UInt64) { self.value = value }

  static func + (address: GuestAddress, offset: UInt64) -> GuestAddress {
    let (sum, overflow) = address.value.addingReportingOverflow(offset)
    return GuestAddress(unchecked: overflow ? .max : sum)
  }

  /// The address of an element of an array.
  func element(_ index: UInt32, of size: UInt64) -> GuestAddress {
    let (offset, overflow) = UInt64(index).multipliedReportingOverflow(by: size)
    return overflow ? GuestAddress(unchecked: .max) : self + offset
  }
}

/// Checked access to the memory of the instance that calls a WASI function.
struct GuestMemory {
  let memory: Memory

  init(_ memory: Memory) { self.memory = memory }

  init?(_ instance: UnsafeMutableRawPointer?) {
    guard let instance else { return nil }
    guard let memory = callingInstance(instance).firstMemory else { return nil }
    self.memory = memory
  }

  func require(
    _ address: GuestAddress, _ count: UInt64
  ) throws(WASIErrno) -> UnsafeMutableRawBufferPointer {
    // Read again for each access, because a function that receives output may call the guest, which
    // may grow its memory.
    let bytes = memory.bytes
    let size = UInt64(bytes.count)
    guard address.value <= size, count <= size - address.value, let base = bytes.baseAddress else {
      throw .fault
    }
    return UnsafeMutableRawBufferPointer(start: base + Int(address.value), count: Int(count))
  }

  func require(
    _ address: UInt32, _ count: UInt32
  ) throws(WASIErrno) -> UnsafeMutableRawBufferPointer {
    try require(GuestAddress(address), UInt64(count))
  }

  /// Checks that the whole array is in the memory.
  func requireArray(_ address: UInt32, _ count: UInt32, of size: UInt64) throws(WASIErrno) {
    _ = try require(GuestAddress(address), UInt64(count) * size)
  }

  func load<T: FixedWidthInteger & BitwiseCopyable>(
    _ address: GuestAddress, as type: T.Type
  ) throws(WASIErrno) -> T {
    try require(address, UInt64(MemoryLayout<T>.size)).loadUnaligned(as: T.self)
  }

  func store<T: FixedWidthInteger & BitwiseCopyable>(
    _ value: T, _ address: GuestAddress
  ) throws(WASIErrno) {
    try require(address, UInt64(MemoryLayout<T>.size)).storeBytes(of: value, as: T.self)
  }

  func store<T: FixedWidthInteger & BitwiseCopyable>(
    _ value: T, _ address: UInt32
  ) throws(WASIErrno) {
    try store(value, GuestAddress(address))
  }

  /// Writes NUL-terminated strings one after another, and the address of each.
  func store(_ strings: [[UInt8]], pointers: UInt32, buffer: UInt32) throws(WASIErrno) {
    var next = GuestAddress(buffer)
    for (index, string) in strings.enumerated() {
      let text = string + [0]
      let target = try require(next, UInt64(text.count))
      // Addresses of strings have 32 bits.
      guard let address = UInt32(exactly: next.value) else { throw .fault }
      try store(address, GuestAddress(pointers).element(UInt32(index), of: 4))
      target.copyBytes(from: text)
      next = next + UInt64(text.count)
    }
  }

  /// Reads a path, which must not contain NUL.
  func path(_ address: UInt32, _ length: UInt32) throws(WASIErrno) -> [UInt8] {
    guard length <= PathResolution.longestPath else { throw .nametoolong }
    let bytes = Array(try require(address, length))
    guard !bytes.contains(0) else { throw .inval }
    return bytes
  }

  /// Reads a list of (address, length) pairs and returns the buffers that they name.
  func buffers(
    _ list: UInt32, _ count: UInt32
  ) throws(WASIErrno) -> [UnsafeMutableRawBufferPointer] {
    try requireArray(list, count, of: 8)
    // The limit of the operating system for one call (IOV_MAX). The guest passes the rest again.
    let count = min(count, 1024)
    var buffers: [UnsafeMutableRawBufferPointer] = []
    var total: UInt64 = 0
    for index in 0..<count {
      let entry = GuestAddress(list).element(index, of: 8)
      let address = try load(entry, as: UInt32.self)
      let length = try load(entry + 4, as: UInt32.self)
      total += UInt64(length)
      guard total <= UInt64(Int32.max) else { throw .inval }
      buffers.append(try require(address, length))
    }
    return buffers
  }
}
