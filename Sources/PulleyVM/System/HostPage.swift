#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The unit in which the system maps memory.
public enum HostPage {
  /// In bytes.
  public static let size = Int(getpagesize())
}
