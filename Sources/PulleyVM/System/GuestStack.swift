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
final class GuestStack {
  private let mapping: UnsafeMutableRawPointer
  private let mappingSize: Int
  /// The lowest usable address.
  let limit: UnsafeMutableRawPointer
  /// The address just above the stack.
  let top: UnsafeMutableRawPointer

  /// If `isLow`, the stack is below 4 GiB.
  init(size: Int, isLow: Bool = false) throws(MachineError) {
    let page = HostPage.size
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
    let memory =
      isLow
      ? LowMemory.map(bytes, PROT_READ | PROT_WRITE)
      : mmap(
        nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON | MAP_NORESERVE, -1, 0)
    guard let memory, memory != MAP_FAILED else { return nil }
    mprotect(memory, page, PROT_NONE)
    return (memory, bytes)
  }

  deinit { munmap(mapping, mappingSize) }
}
