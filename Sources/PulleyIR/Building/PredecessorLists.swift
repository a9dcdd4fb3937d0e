/// A branch to a block: which instruction, and which of its destinations (0 and 1 for
/// `destination` and `otherwise`, or an entry of the jump table, the default last).
struct Predecessor: Sendable {
  var inst: Inst
  var slot: UInt32
}

/// The branches to each block, in the order in which they were made. The lists are linked lists in one
/// table, so that a block needs no separate allocation.
struct PredecessorLists: Sendable {
  /// An index of the table, or none.
  typealias Link = UInt32

  private struct Element: Sendable {
    var predecessor: Predecessor
    var next: Link
  }

  private struct List: Sendable {
    var first = Link.max
    var last = Link.max
    var count: UInt32 = 0
  }

  private var elements: [Element] = []
  private var lists: [List] = []

  mutating func removeAll() {
    elements.removeAll(keepingCapacity: true)
    lists.removeAll(keepingCapacity: true)
  }

  mutating func addBlock() { lists.append(List()) }

  mutating func add(_ predecessor: Predecessor, to block: Block) {
    let link = Link(elements.count)
    elements.append(Element(predecessor: predecessor, next: .max))
    if lists[block.index].count == 0 {
      lists[block.index].first = link
    } else {
      elements[Int(lists[block.index].last)].next = link
    }
    lists[block.index].last = link
    lists[block.index].count += 1
  }

  mutating func clear(_ block: Block) { lists[block.index] = List() }

  func count(of block: Block) -> Int { Int(lists[block.index].count) }

  /// Of a block that has one.
  func first(of block: Block) -> Predecessor {
    elements[Int(lists[block.index].first)].predecessor
  }

  func firstLink(of block: Block) -> Link { lists[block.index].first }
  func link(after link: Link) -> Link { elements[Int(link)].next }

  subscript(link: Link) -> Predecessor? {
    link == .max ? nil : elements[Int(link)].predecessor
  }
}
