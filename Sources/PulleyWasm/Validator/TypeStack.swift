/// A stack of types. Array's checks for shared storage would take longer than the operations.
struct TypeStack: ~Copyable {
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

  /// Takes off the top; the stack must not be empty.
  @inline(__always)
  mutating func pop() -> ValueType {
    precondition(count > 0)
    count -= 1
    return base[count]
  }

  /// Leaves only the lowest `newCount`, if there are more.
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
  private mutating func grow() {
    let larger = UnsafeMutablePointer<ValueType>.allocate(capacity: 2 * capacity)
    larger.update(from: base, count: count)
    base.deallocate()
    base = larger
    capacity *= 2
  }
}
