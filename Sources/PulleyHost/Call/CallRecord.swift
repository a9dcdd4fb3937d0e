import PulleyVM

/// The data of a bound host function that the machine and the calls read.
///
/// A `HostFunctionRecord` owns it, with all that it refers to.
struct CallRecord {
  var header: HostFunction
  var callee: UnsafeRawPointer
  let userData: UnsafeMutableRawPointer?
  let environment: UnsafeMutablePointer<HostEnvironment.Block>
  let arguments: UnsafePointer<ArgumentConversion>?
  let argumentCount: Int
  let interface: UnsafeMutableRawPointer?
  let result: ResultConversion
  let definition: Unmanaged<HostDefinition>
  /// The `MarshallingPlan` of a function whose signature is not simple.
  let marshalling: UnsafeRawPointer?
}

extension UnsafeMutableRawPointer {
  /// The record at this address, which is x0 of a host call.
  @inline(__always)
  var record: UnsafeMutablePointer<CallRecord> { assumingMemoryBound(to: CallRecord.self) }
}
