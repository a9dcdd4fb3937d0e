/// What knows the references that are not in objects of the heap.
public protocol HeapRoots: AnyObject {
  /// Visits all of them. It may not use the heap otherwise.
  func visitRoots(_ visitor: inout RootVisitor)
}

/// What wants to know which external words of the host are reached.
///
/// A marking reports the words that were reachable when it began, some of them several times. Words that
/// the host hands to the guest during the marking may be missing: the observer must count them as reached
/// itself.
public protocol HeapObserver: AnyObject {
  /// A marking begins; what the one before has reported is no longer needed. It may not use the heap.
  func markingWillBegin()
  /// The word may be one of the guest's that is no external reference at all. It may not use the heap.
  func reached(external word: UInt)
  /// The last marking has reported everything. `Heap.acknowledgeFinishedCycle` calls this, so that it may
  /// use the heap and run any code.
  func markingDidEnd()
}

/// Takes the roots at the beginning of a marking.
public struct RootVisitor {
  var marker: Marker

  /// A reference. Unlike an ambiguous word, it must be null, an i31 or an object of the heap.
  public mutating func visit(object word: UInt) { marker.mark(word) }

  /// An external reference.
  public mutating func visit(external word: UInt) { marker.mark(external: word) }

  public mutating func visit(objects words: UnsafeBufferPointer<UInt>) {
    for word in words { marker.mark(word) }
  }

  public mutating func visit(externals words: UnsafeBufferPointer<UInt>) {
    for word in words { marker.mark(external: word) }
  }

  /// A word of any kind: if it is an address in an object, the object is kept.
  public mutating func visit(ambiguous word: UInt) { marker.mark(ambiguous: word) }

  /// All aligned words in a range of memory, each of any kind.
  public mutating func scan(conservatively bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    var place = (UInt(bitPattern: base) &+ 7) & ~7
    let end = UInt(bitPattern: base) &+ UInt(bitPattern: bytes.count)
    while place < end, end &- place >= 8 {
      marker.mark(ambiguous: pointer(place).load(as: UInt.self))
      place &+= 8
    }
  }
}
