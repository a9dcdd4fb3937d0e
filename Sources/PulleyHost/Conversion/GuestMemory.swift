import PulleyVM

/// Why data cannot be passed: the continuation of a sentence that begins with the argument.
struct MarshallingFailure: Error {
  let text: String
  /// Counts from 0; nil for the argument that is being converted.
  var argument: Int?

  init(_ text: String, argument: Int? = nil) {
    self.text = text
    self.argument = argument
  }
}

extension MarshallingFailure {
  static var null: MarshallingFailure {
    MarshallingFailure("is NULL, which the function does not accept")
  }
}

/// The first memory of a calling instance, with all checks that the addresses of a guest need.
struct GuestMemory {
  let environment: UnsafeMutablePointer<HostEnvironment.Block>

  /// The memory's size in bytes; 0 without a memory.
  @inline(__always)
  var size: UInt64 { environment.pointee.memory?.pointee.bound ?? 0 }

  /// The host's address of `count` bytes. Valid until the memory grows.
  @inline(__always)
  func pointer(
    _ address: UInt64, count: UInt64, alignment: UInt64 = 1
  ) throws(MarshallingFailure) -> UnsafeMutableRawPointer {
    guard let memory = environment.pointee.memory, let base = memory.pointee.base,
      address <= memory.pointee.bound, count <= memory.pointee.bound - address
    else { throw outOfBounds(address, count) }
    guard address & (alignment - 1) == 0 else {
      throw MarshallingFailure("is the address \(address), which is not a multiple of \(alignment)")
    }
    return base + Int(address)
  }

  /// "1 byte", "2 bytes".
  static func bytes(_ count: UInt64) -> String { count == 1 ? "1 byte" : "\(count) bytes" }

  @inline(never)
  private func outOfBounds(_ address: UInt64, _ count: UInt64) -> MarshallingFailure {
    guard environment.pointee.memory != nil else {
      return MarshallingFailure("is an address, but the instance has no memory")
    }
    return MarshallingFailure(
      "is out of bounds: it needs \(Self.bytes(count)) at \(address) of the memory of \(size) bytes"
    )
  }

  /// The host's address of a NUL-terminated string, and its length without the NUL.
  func string(
    _ address: UInt64, maximum: Int = .max
  ) throws(MarshallingFailure) -> (pointer: UnsafeMutableRawPointer, length: Int) {
    let start = try pointer(address, count: 1)
    let available = Int(size - address)
    guard let end = memchr(start, 0, available > maximum ? maximum + 1 : available) else {
      guard available <= maximum else {
        throw MarshallingFailure("is a string of more than \(maximum) bytes")
      }
      throw MarshallingFailure(
        "is a string without NUL, at \(address) of the memory of \(size) bytes")
    }
    return (start, UnsafeRawPointer(end) - UnsafeRawPointer(start))
  }

  /// Keeps the memory from moving, because C has addresses in it, until `unpin`.
  func pin() {
    guard let memory = environment.pointee.memory, !memory.pointee.isFixed else { return }
    UnsafeMutablePointer(mutating: memory).pointee.pins += 1
  }

  func unpin() {
    guard let memory = environment.pointee.memory, !memory.pointee.isFixed else { return }
    UnsafeMutablePointer(mutating: memory).pointee.pins -= 1
  }

  /// The guest's address for a pointer into its memory, or to the end of it; nil for any other pointer.
  @inline(__always)
  func address(of pointer: UnsafeRawPointer) -> UInt64? {
    guard let memory = environment.pointee.memory, let base = memory.pointee.base,
      pointer >= UnsafeRawPointer(base)
    else { return nil }
    let distance = UInt64(pointer - UnsafeRawPointer(base))
    return distance <= memory.pointee.bound ? distance : nil
  }
}

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif
