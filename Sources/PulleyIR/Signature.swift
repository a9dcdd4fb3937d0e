import PulleyText

/// How a function receives arguments and what calls leave intact.
public enum CallConvention: UInt8, Sendable, CaseIterable {
  /// Pulley's own convention, as Wasmtime's `pulley64` has it.
  case systemV
  /// The same, but the callee takes its arguments off the stack, so that those of a tail call can
  /// replace them.
  case tail
  case fast
  /// All registers but the results' are preserved; there are no results.
  case preserveAll
  /// What other compilers and machines have; code can be read and printed, not compiled.
  case windowsFastcall, appleAarch64, probestack, winch
  /// For functions made from WebAssembly: as `tail`, but every call clobbers x28 and x29, which
  /// hold the base and bound of heap 0 where a function uses it.
  case wasm

  /// Whether functions of the convention may end with a call of another one.
  public var supportsTailCalls: Bool { self == .tail || self == .wasm }

  /// Whether `try_call` may call functions of the convention.
  public var supportsExceptions: Bool {
    switch self {
    case .tail, .systemV, .winch, .preserveAll, .appleAarch64: true
    case .fast, .windowsFastcall, .probestack, .wasm: false
    }
  }

  /// What an exception that leaves a callee of the convention brings to its handler.
  public var exceptionPayloadTypes: [Type] {
    switch self {
    case .tail, .systemV, .preserveAll, .appleAarch64: [.pointer, .pointer]
    case .fast, .windowsFastcall, .probestack, .winch, .wasm: []
    }
  }

  public var name: String {
    switch self {
    case .systemV: "system_v"
    case .tail: "tail"
    case .fast: "fast"
    case .preserveAll: "preserve_all"
    case .windowsFastcall: "windows_fastcall"
    case .appleAarch64: "apple_aarch64"
    case .probestack: "probestack"
    case .winch: "winch"
    case .wasm: "wasm"
    }
  }
}

/// A parameter or a result of a signature.
public struct ABIParameter: Hashable, Sendable {
  public enum Extension: UInt8, Sendable { case none, unsigned, signed }
  public enum Purpose: Hashable, Sendable {
    case normal
    /// The context that heap records and globals are found in; at most one parameter has it.
    case vmctx
    case structReturn
    /// A structure of so many bytes, passed by value.
    case structArgument(UInt32)
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
  /// For messages.
  public var description: String {
    switch self {
    case .user(let namespace, let index): "u\(namespace):\(index)"
    case .named(let name): "%\(VisibleText.name(name))"
    }
  }
}

/// A function called or addressed by name.
public struct ExternalFunction: Hashable, Sendable {
  public var name: ExternalName
  public var signature: SigRef
  /// Near (another Pulley function of the same text) or far (the host).
  public var isColocated: Bool
  /// Calls of it may be replaced by nothing and put back while the program runs.
  public var isPatchable: Bool

  public init(
    name: ExternalName, signature: SigRef, isColocated: Bool, isPatchable: Bool = false
  ) {
    self.name = name
    self.signature = signature
    self.isColocated = isColocated
    self.isPatchable = isPatchable
  }
}
