import PulleyVM

/// A host function as one import of one instance sees it: what the guest's code calls.
///
/// Its `pointer` goes to x0 at `call_indirect_host`. The memory behind it begins as the machine's
/// `HostFunction` and lives as long as this object, which the instance owns.
public final class HostFunctionRecord {
  /// How calls are made.
  public enum Path: Sendable {
    /// A direct call if the signature allows one, else libffi.
    case fastest
    /// Always libffi: the reference that direct calls are tested against.
    case general
  }

  /// What the machine and the calls read.
  struct Body {
    var header: HostFunction
    var callee: UnsafeRawPointer
    let userData: UnsafeMutableRawPointer?
    let environment: UnsafeMutablePointer<HostEnvironment.Block>
    let steps: UnsafePointer<ArgumentStep>?
    let stepCount: Int
    let interface: UnsafeMutableRawPointer
    let result: ResultStep
    let owner: Unmanaged<HostFunctionRecord>
  }

  public let definition: HostDefinition
  /// Whether calls are made without libffi.
  public let isDirect: Bool
  private let environment: HostEnvironment
  private let plan: CallPlan
  let body: UnsafeMutablePointer<Body>

  /// Binds a definition to an import of type `type`. `signatureNumber` is what the importing
  /// module's `call_indirect_host` asks for. Without `passesRecord`, x0 is an argument like others,
  /// and calls always take the general path.
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
        steps: UnsafePointer(plan.steps.baseAddress), stepCount: plan.steps.count,
        interface: UnsafeMutableRawPointer(plan.interface.cif), result: plan.result,
        owner: .passUnretained(self)))
  }

  deinit {
    body.deinitialize(count: 1)
    body.deallocate()
  }

  /// The record's address, as the guest's code has it.
  public var pointer: UnsafeMutablePointer<HostFunction> {
    UnsafeMutableRawPointer(body).assumingMemoryBound(to: HostFunction.self)
  }
}

extension UnsafeMutableRawPointer {
  /// The record that this, x0 of a host call, is the address of.
  @inline(__always)
  var record: UnsafeMutablePointer<HostFunctionRecord.Body> {
    assumingMemoryBound(to: HostFunctionRecord.Body.self)
  }
}
