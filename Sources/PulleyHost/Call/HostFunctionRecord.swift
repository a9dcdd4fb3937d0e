import PulleyVM

/// A host function, bound to one import of one instance.
///
/// The guest's code passes `pointer` in x0 at `call_indirect_host`. The memory there begins with the
/// machine's `HostFunction` and lives as long as this object, which the instance owns.
public final class HostFunctionRecord {
  /// The way in which calls are made.
  public enum Path: Sendable {
    /// A direct call if the signature allows it, otherwise libffi.
    case fastest
    /// Always libffi, for tests.
    case general
  }

  /// The data that the machine and the calls read.
  struct Body {
    var header: HostFunction
    var callee: UnsafeRawPointer
    let userData: UnsafeMutableRawPointer?
    let environment: UnsafeMutablePointer<HostEnvironment.Block>
    let arguments: UnsafePointer<ArgumentConversion>?
    let argumentCount: Int
    let interface: UnsafeMutableRawPointer
    let result: ResultConversion
    let owner: Unmanaged<HostFunctionRecord>
  }

  public let definition: HostDefinition
  /// Whether calls are made without libffi.
  public let isDirect: Bool
  private let environment: HostEnvironment
  private let plan: CallPlan
  let body: UnsafeMutablePointer<Body>

  /// Binds a definition to an import of type `type`. `signatureNumber` is the immediate of the importing
  /// module's `call_indirect_host`. Without `passesRecord`, x0 is an ordinary argument and calls take
  /// the general path. Throws if the signature does not accept the type.
  public init(
    _ definition: HostDefinition, type: GuestFunctionType, environment: HostEnvironment,
    signatureNumber: UInt32, path: Path = .fastest, passesRecord: Bool = true
  ) throws(HostTypeMismatch) {
    try definition.signature.check(against: type)
    guard
      let plan = CallPlan(
        signature: definition.signature, type: type, passesRecord: passesRecord)
    else {
      throw HostTypeMismatch(message: "libffi cannot call \(definition.signature) on this system")
    }
    self.definition = definition
    self.environment = environment
    self.plan = plan
    let direct = path == .fastest && passesRecord ? DirectCall.invoke(for: plan) : nil
    isDirect = direct != nil
    body = .allocate(capacity: 1)
    body.initialize(
      to: Body(
        header: HostFunction(signature: signatureNumber, invoke: direct ?? GeneralCall.invoke),
        callee: unsafeBitCast(definition.function, to: UnsafeRawPointer.self),
        userData: definition.userData, environment: environment.block,
        arguments: UnsafePointer(plan.arguments.baseAddress), argumentCount: plan.arguments.count,
        interface: UnsafeMutableRawPointer(plan.interface.cif), result: plan.result,
        owner: .passUnretained(self)))
  }

  deinit {
    body.deinitialize(count: 1)
    body.deallocate()
  }

  /// The address that the guest's code passes in x0.
  public var pointer: UnsafeMutablePointer<HostFunction> {
    UnsafeMutableRawPointer(body).assumingMemoryBound(to: HostFunction.self)
  }
}

extension UnsafeMutableRawPointer {
  /// The record at this address, which is x0 of a host call.
  @inline(__always)
  var record: UnsafeMutablePointer<HostFunctionRecord.Body> {
    assumingMemoryBound(to: HostFunctionRecord.Body.self)
  }
}
