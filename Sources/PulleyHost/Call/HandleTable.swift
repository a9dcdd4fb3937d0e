import PulleyVM
import Synchronization

/// The function that ends the life of objects of the host, such as `fclose`.
public final class HandleFinalizer: Sendable {
  public typealias Function = HostStack.Callback

  /// The function's name in C.
  public let name: String
  let function: Function
  /// The library that has the function.
  private let library: (any AnyObject & Sendable)?

  public init(name: String, function: Function, library: (any AnyObject & Sendable)? = nil) {
    self.name = name
    self.function = function
    self.library = library
  }

  private struct Call {
    let finalizer: HandleFinalizer
    let object: UnsafeMutableRawPointer
  }

  /// Calls the function, now or when the library's work on this thread is done.
  func callHost(_ object: UnsafeMutableRawPointer) {
    let call = UnsafeMutablePointer<Call>.allocate(capacity: 1)
    call.initialize(to: Call(finalizer: self, object: object))
    HostStack.callHost(
      { argument in
        guard let call = argument?.assumingMemoryBound(to: Call.self) else { return }
        let made = call.move()
        call.deallocate()
        made.finalizer.function(made.object)
      }, call)
  }
}

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

  private struct Object: Hashable {
    let address: UnsafeMutableRawPointer
    let type: UInt32
  }

  private struct Temporary {
    let scope: Scope
    let number: UInt32
  }

  private struct Finalization {
    let order: UInt64
    let finalizer: HandleFinalizer
  }

  private static let nextScope = Atomic<UInt64>(0)

  private let limit: Int
  private let charge: (Int) -> Bool
  private var chargedBytes = 0

  private var entries = HandleEntries()
  /// The number of each object.
  private var numbers: [Object: UInt32] = [:]
  /// Further numbers of objects that were in both of two merged tables.
  private var aliases: [Object: [UInt32]] = [:]
  private var finalizations: [UInt32: Finalization] = [:]
  private var nextOrder: UInt64 = 0
  private var temporaries: [Temporary] = []
  /// Whether scopes of merged tables alternate in `temporaries`.
  private var mixesScopes = false

  private var typeNames: [String] = []
  private var typeIndices: [String: UInt32] = [:]
  private var lastType: (name: String, index: UInt32)?

  /// The numbers that are left in the newest block.
  private var free: Range<UInt32> = 0..<0
  /// How many handles have numbers of each block.
  private var blocks: [UInt32: Int] = [:]

  /// The table that has taken over the handles of this one.
  private var successor: HandleTable?

  /// - Parameters:
  ///   - limit: how many handles the table may have.
  ///   - charge: called with a number of bytes before the table grows by them; false refuses. The bytes
  ///     stay in use as long as the table lives.
  public init(
    limit: Int = HandleTable.defaultLimit, charge: @escaping (Int) -> Bool = { _ in true }
  ) {
    self.limit = limit
    self.charge = charge
  }

  deinit {
    for (number, finalization) in finalizations.sorted(by: { $0.value.order > $1.value.order }) {
      guard let entry = entries[number] else { continue }
      finalization.finalizer.callHost(entry.object)
    }
    giveBack(Array(blocks.keys))
  }

  /// How many handles the table has.
  public var count: Int { successor?.count ?? entries.count }

  // MARK: - Objects and numbers

  /// The object of a handle.
  ///
  /// - Parameter type: the type that the object must have: "struct sqlite3".
  public func object(
    _ number: UInt64, type: String
  ) throws(HandleError) -> UnsafeMutableRawPointer {
    guard let entry = UInt32(exactly: number).flatMap({ entries[$0] }) else {
      if let successor { return try successor.object(number, type: type) }
      throw refusal(number, expected: type)
    }
    let found = typeNames[Int(entry.type)]
    guard found == type else { throw .otherType(number, expected: type, found: found) }
    return entry.object
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
    let object = Object(address: object, type: index(ofType: type))
    let number: UInt32
    if let known = numbers[object] {
      number = known
      entries.makePermanent(known)
    } else {
      number = try add(object, isTemporary: false)
    }
    if let finalizer, finalizations[number] == nil {
      finalizations[number] = Finalization(order: nextOrder, finalizer: finalizer)
      nextOrder += 1
    }
    return number
  }

  /// The number of an object that the guest may use only until the scope ends, unless the table has the
  /// object already or `number(for:)` asks for it before.
  public func temporaryNumber(
    for object: UnsafeMutableRawPointer, type: String, in scope: Scope
  ) throws(HandleError) -> UInt32 {
    if let successor {
      return try successor.temporaryNumber(for: object, type: type, in: scope)
    }
    let object = Object(address: object, type: index(ofType: type))
    if let known = numbers[object] { return known }
    let number = try add(object, isTemporary: true)
    temporaries.append(Temporary(scope: scope, number: number))
    return number
  }

  /// Ends a handle and all others of the same object and type, without a call of the finalizer. Numbers
  /// that are no handles are ignored.
  public func release(_ number: UInt64) {
    guard let number = UInt32(exactly: number), let entry = entries[number] else {
      successor?.release(number)
      return
    }
    let object = Object(address: entry.object, type: entry.type)
    for alias in aliases.removeValue(forKey: object) ?? [] { forget(alias) }
    if let main = numbers.removeValue(forKey: object) { forget(main) }
  }

  // MARK: - Scopes

  public func beginScope() -> Scope {
    Scope(identity: Self.nextScope.add(1, ordering: .relaxed).oldValue)
  }

  /// Ends the handles that are temporary in the scope.
  public func endScope(_ scope: Scope) {
    if let successor { return successor.endScope(scope) }
    while let last = temporaries.last, last.scope == scope {
      temporaries.removeLast()
      end(last)
    }
    guard mixesScopes else { return }
    for temporary in temporaries where temporary.scope == scope { end(temporary) }
    temporaries.removeAll { $0.scope == scope }
    mixesScopes = !temporaries.isEmpty
  }

  private func end(_ temporary: Temporary) {
    guard let entry = entries[temporary.number], entry.isTemporary else { return }
    let object = Object(address: entry.object, type: entry.type)
    if numbers[object] == temporary.number {
      numbers[object] = aliases[object]?.popLast()
    } else {
      aliases[object]?.removeAll { $0 == temporary.number }
    }
    if aliases[object]?.isEmpty == true { aliases[object] = nil }
    forget(temporary.number)
  }

  // MARK: - Merging

  /// Takes over all handles of another table. Their numbers stay valid, in both tables, which are one
  /// from now on.
  public func merge(_ other: HandleTable) {
    if let successor { return successor.merge(other) }
    if let successor = other.successor { return merge(successor) }
    guard other !== self else { return }
    reserve(entries.count + other.entries.count)
    for entry in other.entries.living {
      let type = index(ofType: other.typeNames[Int(entry.type)])
      entries.insert(
        HandleEntries.Entry(
          number: entry.number, type: type, object: entry.object, isTemporary: entry.isTemporary))
      let object = Object(address: entry.object, type: type)
      if numbers[object] == nil {
        numbers[object] = entry.number
      } else {
        aliases[object, default: []].append(entry.number)
      }
    }
    for (number, finalization) in other.finalizations {
      finalizations[number] = Finalization(
        order: finalization.order + nextOrder, finalizer: finalization.finalizer)
    }
    nextOrder += other.nextOrder
    // No number is given any more from the other's newest block.
    blocks.merge(other.blocks.filter { $0.value > 0 }) { $0 + $1 }
    giveBack(other.blocks.keys.filter { other.blocks[$0] == 0 })
    mixesScopes =
      mixesScopes || other.mixesScopes || !temporaries.isEmpty && !other.temporaries.isEmpty
    temporaries += other.temporaries
    other.becomePart(of: self)
  }

  private func becomePart(of successor: HandleTable) {
    self.successor = successor
    entries = HandleEntries()
    numbers = [:]
    aliases = [:]
    finalizations = [:]
    blocks = [:]
    temporaries = []
    free = 0..<0
  }

  /// Makes room without asking, for handles that another table was charged for.
  private func reserve(_ count: Int) {
    guard let capacity = entries.capacity(for: count) else { return }
    entries.grow(to: capacity)
    chargedBytes = max(chargedBytes, HandleEntries.bytesPerSlot * capacity)
  }

  // MARK: - Entries

  private func add(_ object: Object, isTemporary: Bool) throws(HandleError) -> UInt32 {
    let type = typeNames[Int(object.type)]
    guard entries.count < limit else { throw .tooMany(limit: limit, type: type) }
    if let capacity = entries.capacity(for: entries.count + 1) {
      let bytes = HandleEntries.bytesPerSlot * capacity
      guard bytes <= chargedBytes || charge(bytes - chargedBytes) else {
        throw .outOfMemory(type: type)
      }
      chargedBytes = max(chargedBytes, bytes)
      entries.grow(to: capacity)
    }
    if free.isEmpty {
      guard let block = HandleNumbers.shared.withLock({ $0.lease() }) else {
        throw .outOfNumbers(type: type)
      }
      free = HandleNumbers.numbers(of: block)
    }
    let number = free.removeFirst()
    blocks[HandleNumbers.block(of: number), default: 0] += 1
    entries.insert(
      HandleEntries.Entry(
        number: number, type: object.type, object: object.address, isTemporary: isTemporary))
    numbers[object] = number
    return number
  }

  /// Removes an entry that the maps from objects to numbers do not have any more.
  private func forget(_ number: UInt32) {
    entries.remove(number)
    finalizations[number] = nil
    let block = HandleNumbers.block(of: number)
    guard let living = blocks[block] else { return }
    blocks[block] = living - 1
    // The newest block stays leased while it has free numbers.
    if living == 1, free.isEmpty || HandleNumbers.block(of: free.lowerBound) != block {
      blocks[block] = nil
      giveBack([block])
    }
  }

  private func giveBack(_ blocks: [UInt32]) {
    guard !blocks.isEmpty else { return }
    HandleNumbers.shared.withLock { numbers in
      for block in blocks { numbers.giveBack(block) }
    }
  }

  private func index(ofType name: String) -> UInt32 {
    if let lastType, lastType.name == name { return lastType.index }
    let index: UInt32
    if let known = typeIndices[name] {
      index = known
    } else {
      index = UInt32(typeNames.count)
      typeNames.append(name)
      typeIndices[name] = index
    }
    lastType = (name, index)
    return index
  }

  private func refusal(_ number: UInt64, expected: String) -> HandleError {
    guard let short = UInt32(exactly: number), short != 0,
      HandleNumbers.shared.withLock({ $0.mayHaveGiven(short) })
    else { return .unknown(number, expected: expected) }
    if free.contains(short) { return .unknown(number, expected: expected) }
    return blocks[HandleNumbers.block(of: short)] != nil
      ? .released(number, expected: expected) : .foreignOrReleased(number, expected: expected)
  }
}
