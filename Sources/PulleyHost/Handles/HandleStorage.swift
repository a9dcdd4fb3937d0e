/// The contents of a table of handles.
struct HandleStorage {
  typealias Object = HandleEntries.Object
  typealias Scope = HandleTable.Scope

  private struct Temporary {
    let scope: Scope
    let number: UInt32
  }

  private struct Finalization {
    let order: UInt64
    let finalizer: HandleFinalizer
  }

  private let limit: Int
  private let charge: (Int) -> Bool
  private var chargedBytes = 0

  private(set) var entries = HandleEntries()
  /// Further numbers of objects that were in both of two merged tables.
  private var aliases: [Object: [UInt32]] = [:]
  private var finalizations: [UInt32: Finalization] = [:]
  private var nextOrder: UInt64 = 0
  private var temporaries: [Temporary] = []
  /// Whether scopes of merged tables alternate in `temporaries`.
  private var mixesScopes = false

  private(set) var typeNames: [String] = []
  private var typeIndices: [String: UInt32] = [:]

  /// The numbers that are left in the newest block.
  private var free: Range<UInt32> = 0..<0
  /// How many handles have numbers of the newest block.
  private var livingInNewest = 0
  /// How many handles, at least one, have numbers of each other block.
  private var living: [UInt32: Int] = [:]

  init(limit: Int, charge: @escaping (Int) -> Bool) {
    self.limit = limit
    self.charge = charge
  }

  // MARK: - Objects and numbers

  /// The index of a type's name, which the names' order makes.
  mutating func index(ofType name: String) -> UInt32 {
    // Groups have few types, whose names mostly share their storage with the one asked for.
    for index in typeNames.indices.prefix(4) where typeNames[index] == name {
      return UInt32(index)
    }
    if let known = typeIndices[name] { return known }
    let index = UInt32(typeNames.count)
    typeNames.append(name)
    typeIndices[name] = index
    return index
  }

  mutating func number(
    for object: Object, finalizer: HandleFinalizer?
  ) throws(HandleError) -> UInt32 {
    let number: UInt32
    if let known = entries.number(of: object) {
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

  mutating func temporaryNumber(
    for object: Object, in scope: Scope
  ) throws(HandleError) -> UInt32 {
    if let known = entries.number(of: object) { return known }
    let number = try add(object, isTemporary: true)
    temporaries.append(Temporary(scope: scope, number: number))
    return number
  }

  private mutating func add(
    _ object: Object, isTemporary: Bool
  ) throws(HandleError) -> UInt32 {
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
      leaveNewestBlock()
      free = HandleNumbers.numbers(of: block)
    }
    let number = free.lowerBound
    free = number + 1..<free.upperBound
    livingInNewest += 1
    entries.insert(HandleEntries.Entry(number: number, object: object, isTemporary: isTemporary))
    entries.setMain(number)
    return number
  }

  mutating func release(_ number: UInt32) {
    guard let object = entries[number]?.object else { return }
    if !aliases.isEmpty {
      for alias in aliases.removeValue(forKey: object) ?? [] { forget(alias) }
    }
    guard let main = entries.number(of: object) else { return }
    entries.removeMain(of: object)
    forget(main)
  }

  /// Removes an entry that is not the main one of its object any more.
  private mutating func forget(_ number: UInt32) {
    entries.remove(number)
    if !finalizations.isEmpty { finalizations[number] = nil }
    let block = HandleNumbers.block(of: number)
    if block == newestBlock {
      livingInNewest -= 1
    } else if let others = living[block] {
      living[block] = others > 1 ? others - 1 : nil
      if others == 1 { giveBack([block]) }
    }
  }

  // MARK: - Scopes

  mutating func endScope(_ scope: Scope) {
    while let last = temporaries.last, last.scope == scope {
      temporaries.removeLast()
      end(last)
    }
    guard mixesScopes else { return }
    for temporary in temporaries where temporary.scope == scope { end(temporary) }
    temporaries.removeAll { $0.scope == scope }
    mixesScopes = !temporaries.isEmpty
  }

  private mutating func end(_ temporary: Temporary) {
    guard let entry = entries[temporary.number], entry.isTemporary else { return }
    let object = entry.object
    var others = aliases.isEmpty ? [] : aliases[object] ?? []
    if entries.number(of: object) == temporary.number {
      entries.removeMain(of: object)
      if let next = others.popLast() { entries.setMain(next) }
    } else {
      others.removeAll { $0 == temporary.number }
    }
    if !aliases.isEmpty { aliases[object] = others.isEmpty ? nil : others }
    forget(temporary.number)
  }

  // MARK: - Merging

  /// Takes over all handles of another table, which must be emptied without giving numbers back.
  mutating func take(_ other: HandleStorage) {
    if let capacity = entries.capacity(for: entries.count + other.entries.count) {
      entries.grow(to: capacity)
    }
    // Both tables were charged for their handles.
    chargedBytes += other.chargedBytes
    for entry in other.entries.living {
      let object = Object(
        address: entry.object.address,
        type: index(ofType: other.typeNames[Int(entry.object.type)]))
      let isKnown = entries.number(of: object) != nil
      entries.insert(
        HandleEntries.Entry(number: entry.number, object: object, isTemporary: entry.isTemporary))
      if isKnown {
        aliases[object, default: []].append(entry.number)
      } else {
        entries.setMain(entry.number)
      }
    }
    for (number, finalization) in other.finalizations {
      finalizations[number] = Finalization(
        order: finalization.order + nextOrder, finalizer: finalization.finalizer)
    }
    nextOrder += other.nextOrder
    var rest = other
    rest.leaveNewestBlock()
    living.merge(rest.living) { $0 + $1 }
    mixesScopes =
      mixesScopes || other.mixesScopes || !temporaries.isEmpty && !other.temporaries.isEmpty
    temporaries += other.temporaries
  }

  /// Runs the finalizers, the newest first, and returns all numbers.
  mutating func end(keeping kept: AnyObject?) {
    // Of merged tables, both may have had an object.
    var ended: Set<Object> = []
    for (number, finalization) in finalizations.sorted(by: { $0.value.order > $1.value.order }) {
      guard let object = entries[number]?.object, ended.insert(object).inserted else { continue }
      finalization.finalizer.callHost(object.address, keeping: kept)
    }
    finalizations = [:]
    leaveNewestBlock()
    giveBack(Array(living.keys))
    living = [:]
  }

  // MARK: - Blocks of numbers

  private var newestBlock: UInt32? {
    // The range's end is 0 before the first block.
    free.upperBound == 0 ? nil : HandleNumbers.block(of: free.upperBound - 1)
  }

  private mutating func leaveNewestBlock() {
    if let newestBlock {
      if livingInNewest > 0 {
        living[newestBlock] = livingInNewest
      } else {
        giveBack([newestBlock])
      }
    }
    livingInNewest = 0
    free = 0..<0
  }

  private func giveBack(_ blocks: [UInt32]) {
    guard !blocks.isEmpty else { return }
    HandleNumbers.shared.withLock { numbers in
      for block in blocks { numbers.giveBack(block) }
    }
  }

  /// Why a number is not a handle.
  func refusal(_ number: UInt64, expected: String) -> HandleError {
    guard let short = UInt32(exactly: number), short != 0, !free.contains(short),
      HandleNumbers.shared.withLock({ $0.mayHaveGiven(short) })
    else { return .unknown(number, expected: expected) }
    let block = HandleNumbers.block(of: short)
    return block == newestBlock || living[block] != nil
      ? .released(number, expected: expected) : .foreignOrReleased(number, expected: expected)
  }
}
