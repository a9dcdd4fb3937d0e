import PulleyText

/// A calling convention: where arguments are passed, and which registers a call preserves.
public enum CallConvention: UInt8, Sendable, CaseIterable {
  /// Pulley's own convention, as Wasmtime's `pulley64` has it.
  case systemV
  /// The same, but the callee pops its arguments off the stack, so that a tail call can replace them.
  case tail
  case fast
  /// The callee preserves all registers, and there are no results.
  case preserveAll
  /// Conventions of other compilers and machines. Functions can be read and printed, not compiled.
  case windowsFastcall, appleAarch64, probestack, winch
  /// For functions made from WebAssembly: as `tail`, but every call clobbers x28 and x29, which
  /// hold the base and bound of heap 0 where a function uses it.
  case wasm

  /// Whether functions of the convention may make tail calls.
  public var supportsTailCalls: Bool { self == .tail || self == .wasm }

  /// Whether `try_call` may call functions of the convention.
  public var supportsExceptions: Bool {
    switch self {
    case .tail, .systemV, .winch, .preserveAll, .appleAarch64, .wasm: true
    case .fast, .windowsFastcall, .probestack: false
    }
  }

  /// The types of the payloads that an exception passes to its handler.
  public var exceptionPayloadTypes: [Type] {
    switch self {
    case .tail, .systemV, .preserveAll, .appleAarch64: [.pointer, .pointer]
    // A reference to the exception.
    case .wasm: [.pointer]
    case .fast, .windowsFastcall, .probestack, .winch: []
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
  /// How the caller, or for results the callee, extends an integer narrower than a register.
  public enum Extension: UInt8, Sendable { case none, unsigned, signed }
  /// The meaning of a parameter to the calling convention.
  public enum Purpose: Hashable, Sendable {
    case normal
    /// The context, which holds heap records and globals. At most one parameter has this purpose.
    case vmctx
    case structReturn
    /// A structure of the given number of bytes, passed by value.
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

/// The parameters and results of a function, and the convention for calling it.
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

/// The name of a function, for the linker.
public enum ExternalName: Hashable, Sendable {
  /// `u<namespace>:<index>`
  case user(namespace: UInt32, index: UInt32)
  /// `%name`
  case named(String)
}

extension ExternalName: CustomStringConvertible {
  /// The name in messages.
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
  /// Calls of it may be disabled and enabled while the program runs.
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
