import PulleyIR
import PulleyISA

/// A place in the code that the linker fills in.
public struct Relocation: Hashable, Sendable {
  public enum Kind: UInt8, Hashable, Sendable {
    /// A `call` of, or a `jump` to, another function of the text: four bytes, relative to the
    /// instruction.
    case nearCall
    /// A `call_indirect_host`: one byte, the number of the signature, or 255 if that is larger; the
    /// code then has the number in x15.
    case hostCall
    /// An `xpcadd` that makes the address of a function: four bytes, relative to the instruction.
    case functionAddress
    /// An `xconst64` of the address that the linker knows a name by: eight bytes.
    case address
    /// An `xconst64` of the address of the record of a host function, which the call that follows
    /// passes in x0: eight bytes.
    case hostRecord
  }

  /// Of the instruction's first byte.
  public var offset: UInt32
  public var kind: Kind
  /// How far behind the instruction's first byte the bytes to fill in are.
  public var patchDistance: UInt8
  /// The namespace of the target's name; `.max` if it has a name in words.
  public var namespace: UInt32
  /// The target's number in its namespace, or the position of its name in `symbolNames`.
  public var target: UInt32
  /// What to add to the address.
  public var addend: Int64 = 0

  public init(
    offset: UInt32, kind: Kind, patchDistance: UInt8, namespace: UInt32, target: UInt32,
    addend: Int64 = 0
  ) {
    self.offset = offset
    self.kind = kind
    self.patchDistance = patchDistance
    self.namespace = namespace
    self.target = target
    self.addend = addend
  }
}

/// Where to go on when a call is left by an exception.
public struct ExceptionHandler: Hashable, Sendable {
  /// Of the call instruction's first byte.
  public var call: UInt32
  /// Which exceptions it handles; nil means all.
  public var tag: UInt32?
  /// Where the handler is. It finds the exception's payloads in x0 and x1, and `fp` and `sp` as the
  /// function has them outside of calls.
  public var target: UInt32

  public init(call: UInt32, tag: UInt32?, target: UInt32) {
    self.call = call
    self.tag = tag
    self.target = target
  }
}

/// A `call_indirect`, or an `xjump` to a function.
public struct IndirectCall: Hashable, Sendable {
  /// Of the instruction's first byte.
  public var offset: UInt32
  /// The function's number of the signature that the callee is taken to have.
  public var signature: UInt32

  public init(offset: UInt32, signature: UInt32) {
    self.offset = offset
    self.signature = signature
  }
}

/// Numbers of namespaces that names in finished functions may have.
public enum ExternalNamespace {
  /// The index is the number of the signature that a `call_indirect_host` names.
  public static let hostSignature: UInt32 = 1
}

/// An instruction whose trap means something that its operation does not say.
public struct TrapEntry: Hashable, Sendable {
  public var offset: UInt32
  public var code: TrapCode

  public init(offset: UInt32, code: TrapCode) {
    self.offset = offset
    self.code = code
  }
}

/// Where the code from `offset` to the next entry comes from.
public struct SourceEntry: Hashable, Sendable {
  public var offset: UInt32
  /// In the unit of whoever built the function.
  public var location: UInt32

  public init(offset: UInt32, location: UInt32) {
    self.offset = offset
    self.location = location
  }
}

/// What is worth counting in a compiled function.
public struct CompilationStatistics: Hashable, Sendable {
  /// Instructions in the code.
  public var instructions = 0
  public var allocation = AllocationStatistics()

  public init() {}
}

/// The machine code of one function and what a linker and a debugger must know about it.
public struct CompiledFunction: Sendable {
  public var code: [UInt8] = []
  /// In the order of the code.
  public var relocations: [Relocation] = []
  public var symbolNames: [String] = []
  /// Each `trap` operation, and each access that traps on a null address, in the order of the code.
  public var traps: [TrapEntry] = []
  /// Covers all instructions that may trap and all calls, or, if the compiler was told so, all that
  /// come from somewhere, in the order of the code.
  public var sourceLocations: [SourceEntry] = []
  /// Handlers of each call, in the order in which they are to be looked at; calls in the order of
  /// the code.
  public var handlers: [ExceptionHandler] = []
  /// In the order of the code. Not noted of functions of the `wasm` convention, whose callees are
  /// checked by what stands around the call.
  public var indirectCalls: [IndirectCall] = []
  /// Whether the code pushes a frame. If not, `fp` and `lr` are those of the caller throughout.
  public var hasFrame = false
  /// How many bytes of the stack the function takes below its caller's `sp`.
  public var frameBytes: UInt32 = 0
  public var statistics = CompilationStatistics()

  public init() {}
}

/// Why a function cannot be compiled.
public enum CodegenError: Error, Hashable, Sendable {
  /// There is no lowering of the operation for the type.
  case unsupported(operation: String, type: Type)
  /// Something in the preamble or the signature that cannot be compiled.
  case unsupportedFeature(String)
  /// The function's frame does not fit 32-bit offsets.
  case frameTooLarge
  /// Not what the verifier would let pass.
  case malformed(String)
  case allocation(AllocationError)
  /// Nobody wants the function any more.
  case cancelled
}

extension CodegenError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unsupported(let operation, let type):
      type == .invalid
        ? "\(operation) is not supported" : "\(operation) of type \(type) is not supported"
    case .unsupportedFeature(let what): "\(what) not supported"
    case .frameTooLarge: "the stack frame is too large"
    case .malformed(let what): "malformed function: \(what)"
    case .allocation(let error): "register allocation failed: \(error)"
    case .cancelled: "cancelled"
    }
  }
}
