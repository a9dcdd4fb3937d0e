import PulleyHost
import PulleyIR
import PulleyISA

/// How values of CLIF's types are passed.
extension Type {
  var guestType: GuestType {
    switch self {
    case .i8: .i8
    case .i16: .i16
    case .i32: .i32
    case .i64: .word
    case .i128: .i128
    case .f32: .f32
    case .f64: .f64
    default: .v128
    }
  }
}

extension GuestFunctionType {
  init(_ signature: Signature) {
    self.init(
      parameters: signature.parameters.map(\.type.guestType),
      results: signature.results.map(\.type.guestType))
  }

  /// The type as a host function sees it. A host signature without i128 takes an i128 as two
  /// halves, the low one first.
  init(_ signature: Signature, for host: HostSignature) {
    self.init(signature)
    guard !host.parameters.contains(.i128) else { return }
    parameters = parameters.flatMap { $0 == .i128 ? [.word, .word] : [$0] }
  }
}

extension CallABI {
  /// The places of parameters and results in calls of guest functions with a signature.
  init(_ signature: Signature) {
    self = GuestFunctionType(signature).abi(
      convention: signature.convention.supportsTailCalls ? .tail : .standard)
  }
}

extension HostSignature {
  /// The signature of a C function, derived from the signature by which CLIF calls it; nil if C has
  /// no such function.
  init?(_ signature: Signature) {
    guard signature.results.count <= 1,
      signature.parameters.count <= Self.maximumParameterCount
    else { return nil }
    self.init(
      result: signature.results.first.map(HostType.init) ?? .void, context: [],
      parameters: signature.parameters.map(HostType.init))
  }
}

extension HostType {
  /// An integer is signed if the parameter is sign-extended. Integers without an extension count as
  /// unsigned: most of them are truth values and bytes.
  fileprivate init(_ parameter: ABIParameter) {
    let isSigned = parameter.extension == .signed
    switch parameter.type {
    case .i8: self = isSigned ? .i8 : .u8
    case .i16: self = isSigned ? .i16 : .u16
    case .i32: self = isSigned ? .i32 : .u32
    case .i64: self = .i64
    case .i128: self = .i128
    case .f32: self = .f32
    case .f64: self = .f64
    default: self = .v128
    }
  }
}
