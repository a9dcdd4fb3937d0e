/// The types of a function's parameters and locals.
///
/// A few bytes can declare very many locals, so only the first ones have an element each. The
/// others are found by binary search in the declarations.
struct LocalTypes {
  private static let singleCount = 128

  private var single: ContiguousArray<ValueType> = []
  private var groups: ContiguousArray<(end: UInt32, type: ValueType)> = []
  /// The number of parameters and locals.
  private(set) var count: UInt32 = 0
  /// The number of parameters.
  var parameterCount: UInt32 = 0

  mutating func removeAll() {
    single.removeAll(keepingCapacity: true)
    groups.removeAll(keepingCapacity: true)
    count = 0
    parameterCount = 0
  }

  /// Adds locals. The total must not exceed `UInt32.max`.
  mutating func append(_ type: ValueType, count added: UInt32) {
    guard added > 0 else { return }
    count += added
    let room = Self.singleCount - single.count
    if room > 0 {
      single.append(contentsOf: repeatElement(type, count: min(Int(added), room)))
    }
    groups.append((end: count, type: type))
  }

  /// The type of a local; nil if the index is out of range.
  @inline(__always)
  func type(_ index: UInt32) -> ValueType? {
    if Int(index) < single.count { return single[Int(index)] }
    return search(index)
  }

  private func search(_ index: UInt32) -> ValueType? {
    guard index < count else { return nil }
    var low = 0
    var high = groups.count - 1
    while low < high {
      let middle = (low + high) / 2
      if index < groups[middle].end { high = middle } else { low = middle + 1 }
    }
    return groups[low].type
  }
}
