import Glibc

/// A stack of types. It is not an array because checks for shared storage would take longer than
/// the operations.
struct TypeStack: ~Copyable {
  typealias Slice = ContiguousArray<ValueType>.SubSequence

  private var base: UnsafeMutablePointer<ValueType>
  private var capacity = 256
  private(set) var count = 0

  init() {
    base = .allocate(capacity: capacity)
  }

  deinit {
    base.deallocate()
  }

  @inline(__always)
  mutating func push(_ type: ValueType) {
    if count == capacity { grow() }
    base[count] = type
    count += 1
  }

  /// Pops a type. The stack must not be empty.
  @inline(__always)
  mutating func pop() -> ValueType {
    precondition(count > 0)
    count -= 1
    return base[count]
  }

  /// Pops types until there are at most `newCount`.
  @inline(__always)
  mutating func truncate(to newCount: Int) {
    precondition(newCount >= 0)
    count = min(count, newCount)
  }

  @inline(__always)
  subscript(position: Int) -> ValueType {
    get {
      precondition(position >= 0 && position < count)
      return base[position]
    }
    set {
      precondition(position >= 0 && position < count)
      base[position] = newValue
    }
  }

  @inline(never)
  private mutating func grow(for additional: Int = 1) {
    let size = max(2 * capacity, count + additional)
    let larger = UnsafeMutablePointer<ValueType>.allocate(capacity: size)
    larger.update(from: base, count: count)
    base.deallocate()
    base = larger
    capacity = size
  }

  /// Pushes several types.
  mutating func push(contentsOf types: Slice) {
    if capacity - count < types.count { grow(for: types.count) }
    types.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      (base + count).update(from: start, count: source.count)
    }
    count += types.count
  }

  /// Whether the types on top of the stack are exactly these.
  func endsWith(_ types: Slice) -> Bool {
    guard types.count <= count else { return false }
    return types.withUnsafeBytes { wanted in
      guard let start = wanted.baseAddress else { return true }
      return memcmp(base + (count - types.count), start, wanted.count) == 0
    }
  }
}
