import PulleyWasm

/// An object of the host that guests can have as an `externref`. It lives as long as the embedder or a group
/// of instances has it.
package final class HostReference: @unchecked Sendable {
  /// What belongs to the object, rather than to one reference to it. The objects of one thread only may
  /// be in it.
  struct Content: @unchecked Sendable {
    /// The embedder's object that this one wraps.
    var wrapped: AnyObject?
    var hostInfo: HostInfo?
  }

  fileprivate let object: HostObject

  fileprivate init(_ object: HostObject) { self.object = object }

  /// A new object.
  ///
  /// - Parameter wrapped: what the object keeps until `unwrap`.
  package convenience init(wrapping wrapped: AnyObject? = nil) {
    self.init(.new())
    object.content.withLock { $0 = Content(wrapped: wrapped) }
  }

  /// The object that a guest refers to; nil if the value is null or not a reference to such an object.
  package convenience init?(_ value: GuestValue) {
    guard case .externref(let address) = value, let object = HostObject.find(address),
      object.content.withLock({ $0 != nil })
    else { return nil }
    self.init(object)
  }

  /// What guests get. It is valid as long as the object lives.
  package var value: GuestValue { .externref(object.address) }

  package var wrapped: AnyObject? { object.content.withLock { $0?.wrapped } }

  package var hostInfo: HostInfo? {
    get { object.content.withLock { $0?.hostInfo } }
    set {
      // A finalizer may use the object, so the old info ends after the lock.
      let old = object.content.withLock { content in
        let old = content?.hostInfo
        content?.hostInfo = newValue
        return old
      }
      withExtendedLifetime(old) {}
    }
  }

  package func isSame(as other: HostReference) -> Bool { object === other.object }

  /// Releases what the object wraps, which may be what keeps the guests that have the object.
  package func unwrap() {
    let old = object.content.withLock { content in
      let old = content?.wrapped
      content?.wrapped = nil
      return old
    }
    withExtendedLifetime(old) {}
  }
}

/// A reference that keeps no object.
package struct WeakHostReference {
  private weak var object: HostObject?

  package init(_ reference: HostReference) { object = reference.object }

  /// Nil if neither the embedder nor a guest has the object any more.
  package var reference: HostReference? { object.map { HostReference($0) } }
}

extension Instance {
  /// Keeps the function or the object that a value refers to as long as the instance's group. A host
  /// function does so for its results before it releases them.
  package func keep(_ value: GuestValue) throws(PulleyError) {
    try state.group.adopt(value)
  }
}
