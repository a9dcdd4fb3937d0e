/// A map from numbers of the text to entities, which are numbered without gaps.
///
/// Small numbers are in an array, and all others in a dictionary.
struct NumberMap: Sendable {
  private var dense: [UInt32] = []
  private var sparse: [UInt32: UInt32] = [:]
  private var count = 0

  subscript(number: UInt32) -> UInt32? {
    let index = Int(number)
    if index < dense.count, dense[index] != .max { return dense[index] }
    return sparse.isEmpty ? nil : sparse[number]
  }

  mutating func set(_ number: UInt32, to own: UInt32) {
    count += 1
    let index = Int(number)
    guard index < 1024 + 4 * count else {
      sparse[number] = own
      return
    }
    if index >= dense.count {
      dense.append(
        contentsOf: repeatElement(UInt32.max, count: max(index + 1, 2 * dense.count) - dense.count))
    }
    dense[index] = own
  }

  mutating func removeAll() {
    dense.removeAll(keepingCapacity: true)
    sparse.removeAll(keepingCapacity: true)
    count = 0
  }
}
