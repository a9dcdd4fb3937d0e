import PulleyVM

/// A pointer that the embedder attaches to an object, and the finalizer that is called with it when the
/// object ends, or when other host info replaces it.
package final class HostInfo: @unchecked Sendable {
  package let pointer: UnsafeMutableRawPointer?
  private let finalizer: HostStack.Callback?

  package init(_ pointer: UnsafeMutableRawPointer?, finalizer: HostStack.Callback?) {
    self.pointer = pointer
    self.finalizer = finalizer
  }

  deinit {
    if let finalizer { HostStack.callHost(finalizer, pointer) }
  }
}

// Host info belongs to the object, and not to the handle by which the embedder has reached it.

extension Instance {
  package var hostInfo: HostInfo? {
    get { state.hostInfo }
    set { state.hostInfo = newValue }
  }
}

extension Table {
  package var hostInfo: HostInfo? {
    get { state.hostInfo }
    set { state.hostInfo = newValue }
  }
}

extension Global {
  package var hostInfo: HostInfo? {
    get { state.hostInfo }
    set { state.hostInfo = newValue }
  }
}

extension Callable {
  /// Of a function that takes values, that of its definition; of any other, that which the instance has
  /// that defines or imports it. Functions in CLIF have none.
  package var hostInfo: HostInfo? {
    get {
      guard let wasm else { return nil }
      return switch wasm.state.origin(ofFunction: wasm.index) {
      case .guest(let owner, let index): owner.functionInfos[index]
      case .values(let definition, _): definition.hostInfo
      case .host, .trap: wasm.state.functionInfos[wasm.index]
      }
    }
    set {
      guard let wasm else { return }
      switch wasm.state.origin(ofFunction: wasm.index) {
      case .guest(let owner, let index): owner.functionInfos[index] = newValue
      case .values(let definition, _): definition.hostInfo = newValue
      case .host, .trap: wasm.state.functionInfos[wasm.index] = newValue
      }
    }
  }
}
