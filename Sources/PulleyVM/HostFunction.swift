/// A host function as the guest sees it: x0 points to one when `call_indirect_host` runs.
///
/// What the embedder needs to know beyond this follows in memory: it allocates a record that
/// begins with a `HostFunction`.
public struct HostFunction {
  /// Reads the arguments where the calling convention put them, parameter 0 (x0) being the
  /// function itself: x1…, f0…, and the stack from `sp` on. Writes results to x0…, f0…, and behind
  /// the stack arguments.
  ///
  /// Returns 0, or `threw`, having left an exception in `Machine.thrownException`, or anything else
  /// to stop the guest with a trap of kind `host`. It may run the guest
  /// on the same machine, and change x28 and x29 only as far as the guest's code expects it.
  public typealias Invoke =
    @convention(c) (
      _ registers: UnsafeMutableRawPointer, _ function: UnsafeMutableRawPointer
    ) -> Int32

  public var invoke: Invoke
  /// What the call must name, by `CodeImage.hostSignatures`.
  public var signature: UInt32

  public init(signature: UInt32, invoke: @escaping Invoke) {
    self.invoke = invoke
    self.signature = signature
  }

  static let signatureOffset = 8

  /// What `invoke` returns to throw an exception.
  public static let threw: Int32 = 2
}
