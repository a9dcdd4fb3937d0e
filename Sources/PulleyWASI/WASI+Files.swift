import CSupport
import Glibc

/// Operations on descriptors.
extension WASI {
  // Reading and writing

  func read(
    _ number: UInt32, _ buffers: [UnsafeMutableRawBufferPointer], at offset: UInt64? = nil
  ) throws(WASIErrno) -> Int {
    let descriptor = try file(number, offset == nil ? .read : [.read, .seek])
    if let source = descriptor.source {
      var total = 0
      for buffer in buffers {
        let count = min(buffer.count, source.count - descriptor.sourcePosition)
        buffer.copyBytes(
          from: source[descriptor.sourcePosition..<descriptor.sourcePosition + count])
        descriptor.sourcePosition += count
        total += count
      }
      return total
    }
    guard let offset else { return try readStream(descriptor, buffers) }
    var position = try Self.position(offset)
    return try inChunks(buffers) { chunk, _ throws(WASIErrno) in
      let count = try Self.withVectors(chunk) { vectors, count throws(WASIErrno) in
        try uninterrupted { preadv(descriptor.system, vectors, count, position) }
      }
      position += off_t(count)
      return count
    }
  }

  func write(
    _ number: UInt32, _ buffers: [UnsafeMutableRawBufferPointer], at offset: UInt64? = nil
  ) throws(WASIErrno) -> Int {
    let descriptor = try file(number, offset == nil ? .write : [.write, .seek])
    if let sink = descriptor.sink {
      for buffer in buffers { sink(UnsafeRawBufferPointer(buffer)) }
      return buffers.reduce(0) { $0 + $1.count }
    }
    guard let offset else { return try writeStream(descriptor, buffers) }
    var position = try Self.position(offset)
    return try inChunks(buffers) { chunk, _ throws(WASIErrno) in
      let count = try Self.withVectors(chunk) { vectors, count throws(WASIErrno) in
        try uninterrupted {
          withoutFileSizeSignal { pwritev(descriptor.system, vectors, count, position) }
        }
      }
      position += off_t(count)
      return count
    }
  }

  private func file(_ number: UInt32, _ rights: WASIRights) throws(WASIErrno) -> WASIDescriptor {
    let descriptor = try descriptors.require(number)
    if descriptor.kind == .directory { throw .isdir }
    // The system's error for a descriptor without this access mode.
    guard descriptor.rights.isSuperset(of: rights.intersection([.read, .write])) else {
      throw .badf
    }
    guard descriptor.rights.isSuperset(of: rights) else { throw .spipe }
    return descriptor
  }

  static func position(_ offset: UInt64) throws(WASIErrno) -> off_t {
    guard let position = off_t(exactly: offset) else { throw .inval }
    return position
  }

  static func withVectors<R, Failure: Error>(
    _ buffers: some Collection<UnsafeMutableRawBufferPointer>,
    _ body: (UnsafePointer<iovec>, Int32) throws(Failure) -> R
  ) throws(Failure) -> R {
    var vectors = buffers.map { iovec(iov_base: $0.baseAddress, iov_len: $0.count) }
    // The system wants an address even if the count is 0.
    vectors.append(iovec())
    return try vectors.withUnsafeBufferPointer { vectors throws(Failure) in
      try body(vectors.baseAddress!, Int32(buffers.count))
    }
  }

  static let fromCurrent: UInt32 = 1

  func seek(_ number: UInt32, _ offset: Int64, _ whence: UInt32) throws(WASIErrno) -> UInt64 {
    let descriptor = try descriptors.require(number)
    let origins = [SEEK_SET, SEEK_CUR, SEEK_END]
    guard origins.indices.contains(Int(whence)) else { throw .inval }
    guard descriptor.kind != .directory else { throw .badf }
    let isQuestion = offset == 0 && whence == Self.fromCurrent
    guard descriptor.rights.contains(isQuestion ? .tell : .seek) else { throw .spipe }
    let result = lseek(descriptor.system, off_t(offset), origins[Int(whence)])
    if result < 0 { throw .last }
    return UInt64(result)
  }

  // State

  func storeStatus(
    _ number: UInt32, _ memory: GuestMemory, _ result: UInt32
  ) throws(WASIErrno) {
    let descriptor = try descriptors.require(number)
    var flags: WASIDescriptorFlags =
      descriptor.sink == nil && descriptor.source == nil
      ? WASIDescriptorFlags(system: max(0, fcntl(descriptor.system, F_GETFL))) : []
    // The guest chooses whether it waits.
    if descriptor.isLent { flags.remove(.nonBlocking) }
    try memory.store(
      descriptor.type, flags.union(descriptor.ownFlags), descriptor.rights,
      inheriting: descriptor.inheriting, result)
  }

  func setFlags(_ number: UInt32, _ flags: UInt32) throws(WASIErrno) {
    let descriptor = try descriptors.require(number, .setFlags)
    guard flags < 32 else { throw .inval }
    let wanted = WASIDescriptorFlags(rawValue: UInt16(flags))
    // The system cannot change these flags of an open file.
    guard wanted.isDisjoint(with: [.dataSync, .readSync, .sync]) else { throw .notsup }
    if descriptor.isLent {
      descriptor.ownFlags = wanted
      return
    }
    let old = try checked(fcntl(descriptor.system, F_GETFL))
    let new = old & ~(O_APPEND | O_NONBLOCK) | wanted.system
    _ = try checked(fcntl(descriptor.system, F_SETFL, new))
  }

  func setRights(_ number: UInt32, _ base: UInt64, _ inheriting: UInt64) throws(WASIErrno) {
    let descriptor = try descriptors.require(number)
    let (base, inheriting) = (WASIRights(rawValue: base), WASIRights(rawValue: inheriting))
    // A guest can drop rights, but not add them.
    guard descriptor.rights.isSuperset(of: base),
      descriptor.inheriting.isSuperset(of: inheriting)
    else { throw .notcapable }
    descriptor.rights = base
    descriptor.inheriting = inheriting
  }

  func status(_ number: UInt32) throws(WASIErrno) -> stat {
    let descriptor = try descriptors.require(number, .stat)
    var status = stat()
    if descriptor.sink != nil || descriptor.source != nil { return status }
    _ = try checked(fstat(descriptor.system, &status))
    return status
  }

  func setSize(_ number: UInt32, _ size: UInt64) throws(WASIErrno) {
    let descriptor = try descriptors.require(number, .setSize)
    let count = try Self.position(size)
    _ = try uninterrupted { withoutFileSizeSignal { Int(ftruncate(descriptor.system, count)) } }
  }

  func allocate(_ number: UInt32, _ offset: UInt64, _ length: UInt64) throws(WASIErrno) {
    let descriptor = try descriptors.require(number, .allocate)
    let (start, count) = (try Self.position(offset), try Self.position(length))
    // In one call, because a partial allocation must not remain after a failure.
    _ = try uninterrupted {
      withoutFileSizeSignal { Int(pulley_allocate(descriptor.system, Int64(start), Int64(count))) }
    }
  }

  func advise(
    _ number: UInt32, _ offset: UInt64, _ length: UInt64, _ advice: UInt32
  ) throws(WASIErrno) {
    let descriptor = try descriptors.require(number, .advise)
    let kinds = [
      POSIX_FADV_NORMAL, POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM, POSIX_FADV_WILLNEED,
      POSIX_FADV_DONTNEED, POSIX_FADV_NOREUSE,
    ]
    guard kinds.indices.contains(Int(advice)) else { throw .inval }
    if descriptor.kind == .directory { return }
    let result = posix_fadvise(
      descriptor.system, try Self.position(offset), try Self.position(length),
      kinds[Int(advice)])
    if result != 0 { throw WASIErrno(system: result) }
  }

  func synchronize(_ number: UInt32, dataOnly: Bool) throws(WASIErrno) {
    let descriptor = try descriptors.require(number, dataOnly ? .dataSync : .sync)
    _ = try uninterrupted {
      Int(dataOnly ? fdatasync(descriptor.system) : fsync(descriptor.system))
    }
  }

  func setTimes(
    _ number: UInt32, _ access: UInt64, _ modification: UInt64, _ flags: UInt32
  ) throws(WASIErrno) {
    let descriptor = try descriptors.require(number, .setTimes)
    let times = try WASITimeFlags(rawValue: UInt16(truncatingIfNeeded: flags))
      .times(access, modification)
    _ = try checked(futimens(descriptor.system, times))
  }

  // Preopened directories and entries

  func preopenName(_ number: UInt32) throws(WASIErrno) -> [UInt8] {
    asksForDirectories = true
    guard let name = try descriptors.require(number).preopenName else { throw .badf }
    return name
  }

  /// Writes as many entries as fit, beginning with the entry number `cookie`; the last one may be
  /// truncated.
  func readDirectory(
    _ number: UInt32, into buffer: UnsafeMutableRawBufferPointer, from cookie: UInt64
  ) throws(WASIErrno) -> Int {
    let descriptor = try descriptors.directory(number)
    try descriptor.require(.readDirectory)
    let listing = try descriptor.listing(try positions())
    return try listing.read(descriptor.system, into: buffer, from: cookie) {
      () throws(WASIErrno) in try checkInterruption()
    }
  }
}
