import PulleyHost
import PulleyIR
import PulleyISA

/// How values of CLIF's types are passed. An i128 goes as its two halves, the low one first.
extension Type {
  var guestTypes: [GuestType] {
    switch self {
    case .i8: [.i8]
    case .i16: [.i16]
    case .i32: [.i32]
    case .i64: [.word]
    case .i128: [.word, .word]
    case .f32: [.f32]
    case .f64: [.f64]
    default: [.v128]
    }
  }

  /// How many words a value takes in `ClifFunction.call(slots:)`.
  public var slotCount: Int { bits > 64 ? 2 : 1 }
}

extension GuestFunctionType {
  init(_ signature: Signature) {
    self.init(
      parameters: signature.parameters.flatMap(\.type.guestTypes),
      results: signature.results.flatMap(\.type.guestTypes))
  }
}

extension CallABI {
  /// Where functions with a signature, not of the host's, have their values.
  init(_ signature: Signature) {
    let type = GuestFunctionType(signature)
    self.init(
      parameters: type.parameters.map(\.registerClass), results: type.results.map(\.registerClass),
      convention: signature.convention.supportsTailCalls ? .tail : .standard)
  }
}
