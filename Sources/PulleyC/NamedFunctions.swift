import CPulley
import Pulley

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The functions that `pulley_run` has last called through a handle of an instance, by their names. Making
/// the object of a function takes longer than a hundred calls of it.
///
/// There are few places, and a name has only one of them, which its hash selects. So the memory is bounded,
/// whatever the names are, and names that share a place only make one another's calls slower.
final class NamedFunctions {
  private struct Entry {
    var name: CText
    var function: FunctionObject
  }

  private static var count: Int { 16 }
  /// Longer names are not kept.
  private static var longest: Int { 255 }
  @exclusivity(unchecked)
  private var entries: [Entry?] = Array(repeating: nil, count: count)

  /// The hash of a name, and its length without the NUL.
  private static func hash(_ name: UnsafePointer<CChar>) -> (place: Int, length: Int) {
    var (hash, length): (UInt32, Int) = (0, 0)
    while name[length] != 0 {
      hash = (hash ^ UInt32(UInt8(bitPattern: name[length]))) &* 0x0100_0193
      length &+= 1
    }
    return (Int(hash >> 16) & (count - 1), length)
  }

  func find(_ name: UnsafePointer<CChar>) -> FunctionObject? {
    let (place, length) = Self.hash(name)
    guard let entry = entries[place], entry.name.count == length,
      memcmp(entry.name.pointer, name, length) == 0
    else { return nil }
    return entry.function
  }

  func add(_ function: FunctionObject, _ name: UnsafePointer<CChar>) {
    let (place, length) = Self.hash(name)
    guard length <= Self.longest else { return }
    entries[place] = Entry(name: CText(text(name)), function: function)
  }
}
