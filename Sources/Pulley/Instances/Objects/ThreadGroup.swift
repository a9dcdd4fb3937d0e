import Synchronization

/// Objects that only one thread at a time may use: linked instances, and all that they share.
///
/// It can be larger than an `InstanceGroup`, which keeps its members alive together: a memory that
/// two instances import keeps neither of them, but the two must not run at the same time.
///
/// Embedders with several threads lock a group by its number before they use its objects. So any
/// thread may read the number, even while the thread that uses the group joins it to another.
final class ThreadGroup: @unchecked Sendable {
  private static let made = Atomic<UInt64>(0)

  private let ownNumber = ThreadGroup.made.add(1, ordering: .relaxed).newValue
  /// The group that this one was joined to.
  private let successor = AtomicLazyReference<ThreadGroup>()
  /// How many groups have become this one. Only the thread that uses the group reads it.
  private var size = 1

  /// The number of the whole group, which no other group of the process ever has. Not 0.
  var number: UInt64 { current.ownNumber }

  private var current: ThreadGroup {
    var group = self
    while let next = group.successor.load() { group = next }
    return group
  }

  /// Makes one group of two. The thread must be the one that uses both.
  func join(_ other: ThreadGroup) {
    let (own, theirs) = (current, other.current)
    guard own !== theirs else { return }
    // The smaller one joins the larger, so that chains of groups stay short.
    let (into, from) = own.size >= theirs.size ? (own, theirs) : (theirs, own)
    into.size += from.size
    _ = from.successor.storeIfNil(into)
  }
}

extension Instance {
  public var threadGroup: UInt64 { state.threads.number }
}

extension Callable {
  public var threadGroup: UInt64 { state.threads.number }
}

extension Memory {
  /// Nil for a shared memory, which belongs to no thread.
  public var threadGroup: UInt64? { threads?.number }
}

extension Table {
  public var threadGroup: UInt64 { group.threads.number }
}

extension Global {
  public var threadGroup: UInt64 { group.threads.number }
}
