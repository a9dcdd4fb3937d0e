import PulleyISA
import PulleyVM

/// How guests of one instance call C functions by their address with one signature.
///
/// What the linker gave the guest under a name is called as it was registered; any other address is
/// taken to be that of a C function of just the signature's types. The guest is trusted in that.
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
  ///   - registered: functions that the guest may have the addresses of.
  ///   - poppedBytes: how much of the stack a callee takes away.
  public init(
    type: GuestFunctionType, registered: [HostDefinition], poppedBytes: UInt32,
    environment: HostEnvironment
  ) {
    func record(_ definition: HostDefinition) -> HostFunctionRecord? {
      try? HostFunctionRecord(
        definition, type: type, environment: environment, signatureNumber: 0, passesRecord: false)
    }
    var known: [UInt: HostFunctionRecord] = [:]
    for definition in registered where known[definition.address] == nil {
      known[definition.address] = record(definition)
    }
    self.known = known
    self.type = type
    self.poppedBytes = UInt64(poppedBytes)
    unknown = HostSignature(type).flatMap { signature in
      record(
        HostDefinition(
          name: "a C function called by its address", signature: signature,
          function: { /* replaced at each call */  }))
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

extension HostSignature {
  /// The signature of C functions that take and give what the guest does; nil if C has none.
  public init?(_ type: GuestFunctionType) {
    guard type.results.count <= 1, type.parameters.count <= Self.maximumParameterCount else {
      return nil
    }
    self.init(
      result: type.results.first.map(HostType.init) ?? .void, context: [],
      parameters: type.parameters.map(HostType.init))
  }
}

extension HostType {
  fileprivate init(_ guest: GuestType) {
    switch guest {
    case .i8: self = .i8
    case .i16: self = .i16
    case .i32: self = .i32
    case .i64, .word: self = .i64
    case .f32: self = .f32
    case .f64: self = .f64
    case .v128: self = .v128
    case .funcref, .externref: self = .hostPointer
    }
  }
}
