import PulleyIR
import PulleyISA

/// A relocation: bytes of the code that the linker fills in.
public struct Relocation: Hashable, Sendable {
  public enum Kind: UInt8, Hashable, Sendable {
    /// A `call` or `jump` to another function of the text: four bytes, relative to the instruction.
    case nearCall
    /// A `call_indirect_host`: one byte, the number of the signature. If that is greater than 254, the
    /// byte is 255 and the code has the number in x15.
    case hostCall
    /// An `xpcadd` that makes the address of a function: four bytes, relative to the instruction.
    case functionAddress
    /// An `xconst64` of the address of a symbol: eight bytes.
    case address
    /// An `xconst64` of the address of the record of a host function, which the call that follows
    /// passes in x0: eight bytes.
    case hostRecord
    /// An `xconst32` of an address of 32 bits of a symbol: four bytes.
    case narrowAddress
  }

  /// The offset of the first byte of the instruction.
  public var offset: UInt32
  public var kind: Kind
  /// The distance from the first byte of the instruction to the bytes to fill in.
  public var patchDistance: UInt8
  /// The namespace of the target's name; `.max` if the name is text.
  public var namespace: UInt32
  /// The target's number in its namespace, or the position of its name in `symbolNames`.
  public var target: UInt32
  /// The addend.
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

/// A `call_indirect`, or an `xjump` to a function.
public struct IndirectCall: Hashable, Sendable {
  /// The offset of the first byte of the instruction.
  public var offset: UInt32
  /// The number, in the function, of the signature that the call assumes.
  public var signature: UInt32

  public init(offset: UInt32, signature: UInt32) {
    self.offset = offset
    self.signature = signature
  }
}

/// Namespaces of names in compiled functions.
public enum ExternalNamespace {
  /// The index is the number of the signature of a `call_indirect_host`.
  public static let hostSignature: UInt32 = 1
}

/// The trap code of an instruction whose opcode does not imply one.
public struct TrapEntry: Hashable, Sendable {
  public var offset: UInt32
  public var code: TrapCode

  public init(offset: UInt32, code: TrapCode) {
    self.offset = offset
    self.code = code
  }
}

/// The source location of the code from `offset` to the next entry.
public struct SourceEntry: Hashable, Sendable {
  public var offset: UInt32
  /// In the unit of the front end that built the function.
  public var location: UInt32

  public init(offset: UInt32, location: UInt32) {
    self.offset = offset
    self.location = location
  }
}

/// Statistics of a compiled function.
public struct CompilationStatistics: Hashable, Sendable {
  /// The number of instructions.
  public var instructions = 0
  public var allocation = AllocationStatistics()

  public init() {}
}

/// The bytecode of one function, with the facts that a linker and a debugger need. Offsets are in
/// bytes from the start of the code.
public struct CompiledFunction: Sendable {
  public var code: [UInt8] = []
  /// In the order of the code.
  public var relocations: [Relocation] = []
  public var symbolNames: [String] = []
  /// Each `trap` operation, and each access that traps on a null address, in the order of the code.
  public var traps: [TrapEntry] = []
  /// Covers all instructions that may trap and all calls, or all instructions with a source location
  /// if `FunctionCompiler` was told to record them. In the order of the code.
  public var sourceLocations: [SourceEntry] = []
  /// The handlers of calls, in the order of the code, and for each call in the order in which they are
  /// searched.
  public var handlers: [ExceptionHandler] = []
  /// In the order of the code. Empty for functions of the `wasm` convention, in which code before the
  /// call checks the callee.
  public var indirectCalls: [IndirectCall] = []
  /// Whether the code pushes a frame. If not, `fp` and `lr` are those of the caller.
  public var hasFrame = false
  /// The number of bytes of the stack that the function takes below the `sp` of its caller.
  public var frameBytes: UInt32 = 0
  public var statistics = CompilationStatistics()

  public init() {}
}

/// The reason why a function cannot be compiled.
public enum CodegenError: Error, Hashable, Sendable {
  /// There is no lowering of the operation for the type.
  case unsupported(operation: String, type: Type)
  /// A feature of the preamble or the signature is not supported.
  case unsupportedFeature(String)
  /// The frame is too large for 32-bit offsets.
  case frameTooLarge
  /// The function is not valid.
  case malformed(String)
  case allocation(AllocationError)
  /// The caller has cancelled the compilation.
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
