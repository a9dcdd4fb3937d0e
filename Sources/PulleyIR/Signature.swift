/// How a function receives arguments and what calls leave intact.
public enum CallConvention: UInt8, Sendable, CaseIterable {
  /// Pulley's own convention, as Wasmtime's `pulley64` has it.
  case systemV
  /// The same, but the callee takes its arguments off the stack, so that those of a tail call can
  /// replace them.
  case tail
  case fast
  /// For functions made from WebAssembly: as `tail`, but every call clobbers x28 and x29, which
  /// hold the base and bound of heap 0 where a function uses it.
  case wasm

  /// Whether functions of the convention may end with a call of another one.
  public var supportsTailCalls: Bool { self == .tail || self == .wasm }

  public var name: String {
    switch self {
    case .systemV: "system_v"
    case .tail: "tail"
    case .fast: "fast"
    case .wasm: "wasm"
    }
  }
}

/// A parameter or a result of a signature.
public struct ABIParameter: Hashable, Sendable {
  public enum Extension: UInt8, Sendable { case none, unsigned, signed }
  public enum Purpose: UInt8, Sendable {
    case normal
    /// The context that heap records and globals are found in; at most one parameter has it.
    case vmctx
    case structReturn
  }

  public var type: Type
  public var `extension`: Extension
  public var purpose: Purpose

  public init(_ type: Type, extension: Extension = .none, purpose: Purpose = .normal) {
    self.type = type
    self.extension = `extension`
    self.purpose = purpose
  }
}

public struct Signature: Hashable, Sendable {
  public var parameters: [ABIParameter]
  public var results: [ABIParameter]
  public var convention: CallConvention

  public init(
    parameters: [ABIParameter] = [], results: [ABIParameter] = [],
    convention: CallConvention = .fast
  ) {
    self.parameters = parameters
    self.results = results
    self.convention = convention
  }
}

/// The name of a function as the one who links it knows it.
public enum ExternalName: Hashable, Sendable {
  /// `u<namespace>:<index>`
  case user(namespace: UInt32, index: UInt32)
  /// `%name`
  case named(String)
}

extension ExternalName: CustomStringConvertible {
  public var description: String {
    switch self {
    case .user(let namespace, let index): "u\(namespace):\(index)"
    case .named(let name): "%\(name)"
    }
  }
}

/// A function called or addressed by name.
public struct ExternalFunction: Hashable, Sendable {
  public var name: ExternalName
  public var signature: SigRef
  /// Near (another Pulley function of the same text) or far (the host).
  public var isColocated: Bool

  public init(name: ExternalName, signature: SigRef, isColocated: Bool) {
    self.name = name
    self.signature = signature
    self.isColocated = isColocated
  }
}
