import PulleyVM

/// A function of a type that no C function has. Calling it traps.
public final class UncallableRecord {
  private struct Body {
    var header: HostFunction
    let owner: Unmanaged<UncallableRecord>
  }

  private let message: String
  private let body: UnsafeMutablePointer<Body>

  /// - Parameters:
  ///   - message: the message of the trap.
  ///   - signatureNumber: the immediate of the `call_indirect_host` that calls the function.
  public init(message: String, signatureNumber: UInt32) {
    self.message = message
    body = .allocate(capacity: 1)
    body.initialize(
      to: Body(
        header: HostFunction(signature: signatureNumber, invoke: Self.invoke),
        owner: .passUnretained(self)))
  }

  deinit {
    body.deinitialize(count: 1)
    body.deallocate()
  }

  public var pointer: UnsafeMutablePointer<HostFunction> {
    UnsafeMutableRawPointer(body).assumingMemoryBound(to: HostFunction.self)
  }

  private static let invoke: HostFunction.Invoke = { registers, function in
    let message = function.assumingMemoryBound(to: Body.self).pointee.owner
      ._withUnsafeGuaranteedRef { $0.message }
    Machine.machine(of: registers).hostError = HostTrap(message: message)
    return 1
  }
}
