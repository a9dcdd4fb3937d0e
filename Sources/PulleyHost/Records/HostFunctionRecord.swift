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

  public let definition: HostDefinition
  /// Whether calls are made without libffi.
  public let isDirect: Bool
  private let environment: HostEnvironment
  /// Exactly one of the two plans exists.
  private let plan: CallPlan?
  private let marshalling: MarshallingPlan?
  let body: UnsafeMutablePointer<CallRecord>

  /// Binds a definition to an import of type `type`. `signatureNumber` is the immediate of the importing
  /// module's `call_indirect_host`. Without `passesRecord`, x0 is an ordinary argument and calls take
  /// the general path. Throws if the signature does not accept the type.
  public convenience init(
    _ definition: HostDefinition, type: GuestFunctionType, environment: HostEnvironment,
    signatureNumber: UInt32, path: Path = .fastest, passesRecord: Bool = true
  ) throws(HostTypeMismatch) {
    guard definition.signature.isSimple(for: type) else {
      try self.init(
        marshalling: definition, type: type, environment: environment,
        signatureNumber: signatureNumber)
      return
    }
    try definition.signature.check(against: type, definition.declaration)
    guard
      let plan = CallPlan(
        signature: definition.signature, type: type, passesRecord: passesRecord)
    else {
      throw HostTypeMismatch(message: "libffi cannot call \(definition.signature) on this system")
    }
    let direct = path == .fastest && passesRecord ? DirectCall.invoke(for: plan) : nil
    self.init(
      definition, plan, nil, environment, isDirect: direct != nil,
      HostFunction(signature: signatureNumber, invoke: direct ?? GeneralCall.invoke))
  }

  /// Binds a function whose signature is not simple.
  private convenience init(
    marshalling definition: HostDefinition, type: GuestFunctionType, environment: HostEnvironment,
    signatureNumber: UInt32
  ) throws(HostTypeMismatch) {
    let plan = try MarshallingPlan(definition, type: type)
    self.init(
      definition, nil, plan, environment, isDirect: false,
      HostFunction(signature: signatureNumber, invoke: MarshalledCall.invoke))
  }

  private init(
    _ definition: HostDefinition, _ plan: CallPlan?, _ marshalling: MarshallingPlan?,
    _ environment: HostEnvironment, isDirect: Bool, _ header: HostFunction
  ) {
    self.definition = definition
    self.environment = environment
    self.plan = plan
    self.marshalling = marshalling
    self.isDirect = isDirect
    body = .allocate(capacity: 1)
    body.initialize(
      to: CallRecord(
        header: header, callee: unsafeBitCast(definition.function, to: UnsafeRawPointer.self),
        userData: definition.userData, environment: environment.block,
        arguments: (plan?.arguments.baseAddress).map { UnsafePointer($0) },
        argumentCount: plan?.arguments.count ?? 0,
        interface: (plan?.interface ?? marshalling?.interface).map {
          UnsafeMutableRawPointer($0.cif)
        },
        result: plan?.result ?? marshalling?.result.simple ?? .nothing,
        definition: .passUnretained(definition),
        marshalling: marshalling.map { UnsafeRawPointer(Unmanaged.passUnretained($0).toOpaque()) }))
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

extension HostDefinition {
  /// Throws if the function cannot be bound to an import of the type.
  public func check(against type: GuestFunctionType) throws(HostTypeMismatch) {
    try signature.check(against: type, declaration)
    if !signature.isSimple { _ = try MarshallingPlan(self, type: type) }
  }
}
