import PulleyWasm
import Synchronization

/// A kind of exception: its identity, and the types of its payload. Any thread may use it.
public final class Tag: Sendable {
  public let type: FunctionType
  public let engine: Engine
  /// The engine's number of the type.
  let typeNumber: UInt32
  private let attached = Mutex<HostInfo?>(nil)
  package var hostInfo: HostInfo? {
    get { attached.withLock { $0 } }
    set {
      // A finalizer may use the tag, so the old info ends after the lock.
      let old = attached.withLock { info in
        let old = info
        info = newValue
        return old
      }
      withExtendedLifetime(old) {}
    }
  }

  init(engine: Engine, type: FunctionType, typeNumber: UInt32) {
    self.engine = engine
    self.type = type
    self.typeNumber = typeNumber
  }

  /// A tag of the host, to be imported.
  ///
  /// - Parameter payload: none of them refers to a type of a module.
  public convenience init(engine: Engine, payload: [ValueType]) throws(PulleyError) {
    guard payload.allSatisfy({ !$0.isReference || $0.heapType.typeIndex == nil }) else {
      throw PulleyError(.argument, "a tag of the host's cannot have a type that a module defines")
    }
    let type = FunctionType(parameters: payload)
    self.init(engine: engine, type: type, typeNumber: try engine.number(of: type))
  }
}
