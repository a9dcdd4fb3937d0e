import Synchronization

/// The objects of the host that a group of instances has, each by a number and with its type.
///
/// Numbers are positive numbers of 32 bits with a sign. No two handles of the process have the same one,
/// and a number that was released is not given again soon (see `HandleNumbers`), so tables can be merged
/// and stale numbers are recognised. Only the thread of the group uses its table.
public final class HandleTable {
  /// How many handles a table has at most, unless its owner chooses another limit.
  public static let defaultLimit = 1 << 20

  /// A period, such as a call of a callback, at whose end its temporary handles die.
  public struct Scope: Equatable, Sendable {
    fileprivate let identity: UInt64
  }

  private static let nextScope = Atomic<UInt64>(0)

  /// In memory of its own, where Swift does not check each access for exclusivity.
  private let storage: UnsafeMutablePointer<HandleStorage>
  /// The table that has taken over the handles of this one.
  private var successor: HandleTable?

  /// - Parameters:
  ///   - limit: how many handles the table may have.
  ///   - charge: called with a number of bytes before the table grows by them; false refuses. The bytes
  ///     stay in use as long as the table lives.
  public init(
    limit: Int = HandleTable.defaultLimit, charge: @escaping (Int) -> Bool = { _ in true }
  ) {
    storage = .allocate(capacity: 1)
    storage.initialize(to: HandleStorage(limit: limit, charge: charge))
  }

  deinit {
    end()
    storage.deinitialize(count: 1)
    storage.deallocate()
  }

  /// Runs the finalizers. The table must not be used after that.
  ///
  /// - Parameter kept: what the objects may use. It is kept until all finalizers have run.
  public func end(keeping kept: AnyObject? = nil) {
    if successor == nil { storage.pointee.end(keeping: kept) }
  }

  /// How many handles the table has.
  public var count: Int { successor?.count ?? storage.pointee.entries.count }

  /// The object of a handle.
  ///
  /// - Parameter type: the type that the object must have: "struct sqlite3".
  public func object(
    _ number: UInt64, type: String
  ) throws(HandleError) -> UnsafeMutableRawPointer {
    guard let short = UInt32(exactly: number), let entry = storage.pointee.entries[short] else {
      if let successor { return try successor.object(number, type: type) }
      throw storage.pointee.refusal(number, expected: type)
    }
    guard storage.pointee.typeNames[Int(entry.object.type)] == type else {
      throw .otherType(
        number, expected: type, found: storage.pointee.typeNames[Int(entry.object.type)])
    }
    return entry.object.address
  }

  /// The number of an object; the same one as long as the object is not released.
  ///
  /// - Parameter finalizer: to be called with the object when the table dies, unless it is released
  ///   before. Finalizers run in the reverse order in which objects got theirs.
  public func number(
    for object: UnsafeMutableRawPointer, type: String, finalizer: HandleFinalizer? = nil
  ) throws(HandleError) -> UInt32 {
    if let successor {
      return try successor.number(for: object, type: type, finalizer: finalizer)
    }
    let type = storage.pointee.index(ofType: type)
    return try storage.pointee.number(
      for: HandleStorage.Object(address: object, type: type), finalizer: finalizer)
  }

  /// The number of an object that the guest may use only until the scope ends, unless the table has the
  /// object already or `number(for:)` asks for it before.
  public func temporaryNumber(
    for object: UnsafeMutableRawPointer, type: String, in scope: Scope
  ) throws(HandleError) -> UInt32 {
    if let successor {
      return try successor.temporaryNumber(for: object, type: type, in: scope)
    }
    let type = storage.pointee.index(ofType: type)
    return try storage.pointee.temporaryNumber(
      for: HandleStorage.Object(address: object, type: type), in: scope)
  }

  /// Ends a handle and all others of the same object and type, without a call of the finalizer. Numbers
  /// that are not handles are ignored.
  public func release(_ number: UInt64) {
    if let successor { return successor.release(number) }
    if let number = UInt32(exactly: number) { storage.pointee.release(number) }
  }

  public func beginScope() -> Scope {
    Scope(identity: Self.nextScope.add(1, ordering: .relaxed).oldValue)
  }

  /// Ends the handles that are temporary in the scope.
  public func endScope(_ scope: Scope) {
    if let successor { return successor.endScope(scope) }
    storage.pointee.endScope(scope)
  }

  /// Takes over all handles of another table. Their numbers stay valid, in both tables, which are one
  /// from now on.
  public func merge(_ other: HandleTable) {
    if let successor { return successor.merge(other) }
    if let successor = other.successor { return merge(successor) }
    guard other !== self else { return }
    storage.pointee.take(other.storage.pointee)
    other.storage.pointee = HandleStorage(limit: 0, charge: { _ in false })
    other.successor = self
  }
}
