import PulleyISA
import PulleyVM

/// How guests of one instance call C functions by their address with one signature.
///
/// What was registered under a name is called as it was registered; any other address is taken to be
/// that of a C function of just the signature's types. The guest is trusted in that.
public final class ForeignCallRecord {
  struct Body {
    var header: HostFunction
    let owner: Unmanaged<ForeignCallRecord>
  }

  private let known: [UInt: HostFunctionRecord]
  /// Nil if no C function has the signature.
  private let unknown: HostFunctionRecord?
  private let type: GuestFunctionType
  private let poppedBytes: UInt64
  private let body: UnsafeMutablePointer<Body>

  /// - Parameters:
  ///   - type: what the guest passes and receives.
  ///   - signature: of the C functions that are not registered; nil if C has none of the type.
  ///   - registered: functions that the guest may have the addresses of, each with the guest's type as
  ///     its signature sees it.
  ///   - poppedBytes: how much of the stack a callee takes away.
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
          function: { /* replaced at each call */  }), type)
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
  /// Where the function is.
  public var address: UInt { UInt(bitPattern: unsafeBitCast(function, to: UnsafeRawPointer.self)) }
}
