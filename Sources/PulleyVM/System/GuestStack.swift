#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The reason why a machine could not be created.
public enum MachineError: Error, Hashable, Sendable {
  /// The operating system has no memory for a stack of `bytes` bytes.
  case noStack(bytes: Int)
}

/// The memory of a guest's stack. The system provides pages on first use.
///
/// The guest's instructions check the limit. A guard page below it is a second line of defence.
struct GuestStack: ~Copyable {
  private let mapping: UnsafeMutableRawPointer
  private let mappingSize: Int
  /// The lowest usable address.
  let limit: UnsafeMutableRawPointer
  /// The address just above the stack.
  let top: UnsafeMutableRawPointer

  /// If `isLow`, the stack is below 4 GiB.
  init(size: Int, isLow: Bool = false) throws(MachineError) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    guard Headroom.isLeft(max(size, 0)),
      let (memory, bytes) = GuestStack.map(size, page: page, isLow: isLow)
    else { throw .noStack(bytes: size) }
    mapping = memory
    mappingSize = bytes
    limit = memory + page
    top = memory + bytes
  }

  private static func map(
    _ size: Int, page: Int, isLow: Bool
  ) -> (UnsafeMutableRawPointer, Int)? {
    guard size >= 0, size <= Int.max - 2 * page else { return nil }
    let bytes = max(page, (size + page - 1) / page * page) + page
    guard let memory = isLow ? mapLow(bytes) : map(bytes, near: nil) else { return nil }
    mprotect(memory, page, PROT_NONE)
    return (memory, bytes)
  }

  private static func map(
    _ bytes: Int, near place: UnsafeMutableRawPointer?
  ) -> UnsafeMutableRawPointer? {
    let memory = mmap(
      place, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0)
    return memory == MAP_FAILED ? nil : memory
  }

  /// Maps memory below 4 GiB. The system uses the requested address if it is free.
  private static func mapLow(_ bytes: Int) -> UnsafeMutableRawPointer? {
    let (first, end, step) = (1 << 28, 1 << 32, 1 << 26)
    guard bytes <= end - first else { return nil }
    for place in stride(from: first, through: end - bytes, by: step) {
      guard let memory = map(bytes, near: UnsafeMutableRawPointer(bitPattern: place)) else {
        return nil
      }
      if UInt(bitPattern: memory) <= UInt(end - bytes) { return memory }
      munmap(memory, bytes)
    }
    return nil
  }

  deinit { munmap(mapping, mappingSize) }
}
