/// The memory of the instance that calls a WASI function, with checked access.
struct GuestMemory {
  let memory: Memory

  init?(_ instance: UnsafeMutableRawPointer?) {
    guard let instance else { return nil }
    let handle = Unmanaged<Instance>.fromOpaque(instance).takeUnretainedValue()
    guard let memory = try? handle.memory(named: nil) else { return nil }
    self.memory = memory
  }

  func require(
    _ address: UInt32, _ count: UInt32
  ) throws(WASIErrno) -> UnsafeMutableRawBufferPointer {
    guard memory.contains(UInt64(address), UInt64(count)) else { throw .fault }
    return UnsafeMutableRawBufferPointer(start: memory.base + Int(address), count: Int(count))
  }

  func load<T: FixedWidthInteger & BitwiseCopyable>(
    _ address: UInt32, as type: T.Type
  ) throws(WASIErrno) -> T {
    try require(address, UInt32(MemoryLayout<T>.size)).loadUnaligned(as: T.self)
  }

  func store<T: FixedWidthInteger & BitwiseCopyable>(
    _ value: T, _ address: UInt32
  ) throws(WASIErrno) {
    try require(address, UInt32(MemoryLayout<T>.size)).storeBytes(of: value, as: T.self)
  }

  /// Writes NUL-terminated strings one behind another, and where each begins.
  func store(_ strings: [String], pointers: UInt32, buffer: UInt32) throws(WASIErrno) {
    var next = UInt64(buffer)
    for (index, string) in strings.enumerated() {
      let text = Array(string.utf8) + [0]
      let pointer = UInt64(pointers) + UInt64(index * 4)
      guard pointer <= UInt64(UInt32.max), next + UInt64(text.count) <= UInt64(UInt32.max) else {
        throw .fault
      }
      try store(UInt32(next), UInt32(pointer))
      try require(UInt32(next), UInt32(text.count)).copyBytes(from: text)
      next += UInt64(text.count)
    }
  }

  /// A path, which may have no NUL in it.
  func path(_ address: UInt32, _ length: UInt32) throws(WASIErrno) -> [UInt8] {
    // Longer ones are no system's.
    guard length <= 4096 else { throw .nametoolong }
    let bytes = Array(try require(address, length))
    guard !bytes.contains(0) else { throw .inval }
    return bytes
  }

  /// Checks that all elements of an array are there.
  func requireArray(_ address: UInt32, _ count: UInt32, of size: UInt64) throws(WASIErrno) {
    guard memory.contains(UInt64(address), UInt64(count) * size) else { throw .fault }
  }

  /// The buffers that a list of (address, length) pairs names.
  func buffers(
    _ list: UInt32, _ count: UInt32
  ) throws(WASIErrno) -> [UnsafeMutableRawBufferPointer] {
    try requireArray(list, count, of: 8)
    // As many as the operating system takes at once; the rest is for the next call.
    let count = min(count, 1024)
    var buffers: [UnsafeMutableRawBufferPointer] = []
    var total: UInt64 = 0
    for index in 0..<count {
      let entry = list + index * 8
      let address = try load(entry, as: UInt32.self)
      let length = try load(entry + 4, as: UInt32.self)
      total += UInt64(length)
      guard total <= UInt64(Int32.max) else { throw .inval }
      buffers.append(try require(address, length))
    }
    return buffers
  }
}
