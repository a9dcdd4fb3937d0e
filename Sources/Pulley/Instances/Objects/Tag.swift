import PulleyWasm

/// A kind of exception: its identity, and the types of its payload.
public final class Tag: Sendable {
  public let type: FunctionType
  /// The engine's number of the type.
  let typeNumber: UInt32

  init(type: FunctionType, typeNumber: UInt32) {
    self.type = type
    self.typeNumber = typeNumber
  }
}
