/// The record of a host function that guest code sees: x0 points to it when `call_indirect_host` runs.
///
/// The embedder allocates a larger record that begins with a `HostFunction`.
public struct HostFunction {
  /// Reads the arguments from where the calling convention puts them (x1…, f0…, and the stack from `sp`
  /// on; parameter 0, in x0, is the record). Writes results to x0…, f0…, and after the stack arguments.
  ///
  /// Returns 0; `threw` after storing an exception in `Machine.thrownException`; or any other value to
  /// stop the guest with a trap of kind `host`. It may run the guest on the same machine. It may change
  /// x28 and x29 only if the guest's code expects that.
  public typealias Invoke =
    @convention(c) (
      _ registers: UnsafeMutableRawPointer, _ function: UnsafeMutableRawPointer
    ) -> Int32

  public var invoke: Invoke
  /// The signature number that a call must have; see `CodeImage.hostSignatures`.
  public var signature: UInt32

  public init(signature: UInt32, invoke: @escaping Invoke) {
    self.invoke = invoke
    self.signature = signature
  }

  static let signatureOffset = 8

  /// The value that `invoke` returns to throw an exception.
  public static let threw: Int32 = 2
}
