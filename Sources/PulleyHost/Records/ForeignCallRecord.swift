import PulleyISA
import PulleyVM

/// Calls of C functions by their address, from one instance of a trusted guest and with one signature.
///
/// A registered function is called with the signature of its registration. Any other address is assumed
/// to be a C function of exactly the call's types, because CLIF is trusted code.
public final class ForeignCallRecord {
  struct Body {
    var header: HostFunction
    let owner: Unmanaged<ForeignCallRecord>
  }

  private let known: [UInt: HostFunctionRecord]
  /// For addresses that are not registered; nil if no C function has the type.
  private let unknown: HostFunctionRecord?
  private let type: GuestFunctionType
  private let poppedBytes: UInt64
  private let body: UnsafeMutablePointer<Body>

  /// - Parameters:
  ///   - type: the guest's type of the call.
  ///   - signature: the signature of C functions that are not registered; nil if C has no such type.
  ///   - registered: functions whose addresses the guest may have, each with the guest's type for its
  ///     signature.
  ///   - poppedBytes: the size of the stack arguments that the callee removes.
  public init(
    type: GuestFunctionType, signature: HostSignature?,
    registered: [(definition: HostDefinition, type: GuestFunctionType)], poppedBytes: UInt32,
    environment: HostEnvironment
  ) {
    func record(_ definition: HostDefinition, _ type: GuestFunctionType) -> HostFunctionRecord? {
      try? HostFunctionRecord(
        definition, type: type, environment: environment, signatureNumber: 0, passesRecord: false)
    }
    var known: [UInt: HostFunctionRecord] = [:]
    for (definition, type) in registered where known[definition.address] == nil {
      known[definition.address] = record(definition, type)
    }
    self.known = known
    self.type = type
    self.poppedBytes = UInt64(poppedBytes)
    unknown = signature.flatMap { signature in
      record(
        HostDefinition(
          name: "a C function called by its address", signature: signature,
          function: { /* each call replaces it */  }), type)
    }
    body = .allocate(capacity: 1)
    body.initialize(
      to: Body(
        header: HostFunction(signature: 0, invoke: Self.invoke), owner: .passUnretained(self)))
  }

  deinit {
    body.deinitialize(count: 1)
    body.deallocate()
  }

  public var pointer: UnsafeMutablePointer<HostFunction> {
    UnsafeMutableRawPointer(body).assumingMemoryBound(to: HostFunction.self)
  }

  private static let invoke: HostFunction.Invoke = { registers, function in
    function.assumingMemoryBound(to: Body.self).pointee.owner._withUnsafeGuaranteedRef {
      $0.call(registers)
    }
  }

  private func call(_ registers: UnsafeMutableRawPointer) -> Int32 {
    let address = registers.load(fromByteOffset: StateLayout.foreignFunction, as: UInt.self)
    guard let record = known[address] ?? unknown,
      let callee = UnsafeRawPointer(bitPattern: address)
    else {
      Machine.machine(of: registers).hostError = HostTrap(
        message: "no C function has the type \(type), by which the guest calls one")
      return 1
    }
    var body = record.body.pointee
    body.callee = callee
    let status = withUnsafeMutablePointer(to: &body) { GeneralCall.invoke(registers, $0) }
    guard status == 0, poppedBytes > 0 else { return status }
    let sp = registers.load(fromByteOffset: StateLayout.sp, as: UInt64.self)
    registers.storeBytes(of: sp &+ poppedBytes, toByteOffset: StateLayout.sp, as: UInt64.self)
    return 0
  }
}

extension HostDefinition {
  /// The address of the C function.
  public var address: UInt { UInt(bitPattern: unsafeBitCast(function, to: UnsafeRawPointer.self)) }
}
