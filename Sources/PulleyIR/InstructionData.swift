/// A list of values in the function's pool.
public struct ValueList: Hashable, Sendable {
  public var start: UInt32
  public var count: UInt32
  /// The number of elements of the pool that belong to the list.
  var capacity: UInt32

  public init(start: UInt32 = 0, count: UInt32 = 0) {
    self.start = start
    self.count = count
    capacity = count
  }

  public static let empty = ValueList()
}

/// A block and the arguments for its parameters.
public struct BlockCall: Hashable, Sendable {
  public var block: Block
  public var arguments: ValueList

  public init(_ block: Block, _ arguments: ValueList = .empty) {
    self.block = block
    self.arguments = arguments
  }

  public static let none = BlockCall(Block.none)
}

/// An instruction: the operation, and the fields that its `Format` names.
public struct InstructionData: Sendable {
  public var operation: Operation
  /// The controlling type: of the result, or of the value stored, compared or extended from where
  /// there is no result of that type. (`icmp`: of the operands. `store`: of the value.)
  public var type: Type
  public var flags: MemoryFlags = []
  /// A condition, a trap code, a lane or an atomic operation. For an access to memory that is not an
  /// `atomicRmw`: its `accessTrap`.
  public var detail: UInt8 = 0
  /// A `FuncRef`, `SigRef`, `StackSlot`, `Heap`, `JumpTable`, `Constant` or `GlobalValue`. For a load
  /// or store that is not of a heap: its `AliasRegion`.
  public var entity: UInt32 = .max
  public var argument0 = Value.none
  public var argument1 = Value.none
  public var argument2 = Value.none
  public var list = ValueList.empty
  public var immediate: Int64 = 0
  public var destination = BlockCall.none
  public var otherwise = BlockCall.none

  public init(_ operation: Operation, _ type: Type = .invalid) {
    self.operation = operation
    self.type = type
  }

  public init(
    _ operation: Operation, _ type: Type, _ argument0: Value, _ argument1: Value = .none,
    _ argument2: Value = .none
  ) {
    self.operation = operation
    self.type = type
    self.argument0 = argument0
    self.argument1 = argument1
    self.argument2 = argument2
  }

  public var intCondition: IntCondition {
    get { IntCondition(rawValue: detail) ?? .equal }
    set { detail = newValue.rawValue }
  }
  public var floatCondition: FloatCondition {
    get { FloatCondition(rawValue: detail) ?? .equal }
    set { detail = newValue.rawValue }
  }
  public var atomicOperation: AtomicOperation {
    get { AtomicOperation(rawValue: detail) ?? .add }
    set { detail = newValue.rawValue }
  }
  public var trapCode: TrapCode {
    get { TrapCode(rawValue: detail) }
    set { detail = newValue.rawValue }
  }
  /// The trap code of an access to memory; 0 means `heapOutOfBounds`. An `atomicRmw`, which has no
  /// offset, keeps it in `immediate`.
  public var accessTrap: TrapCode {
    get {
      operation.format == .atomicRmw
        ? TrapCode(rawValue: UInt8(truncatingIfNeeded: immediate)) : trapCode
    }
    set {
      if operation.format == .atomicRmw {
        immediate = Int64(newValue.rawValue)
      } else {
        trapCode = newValue
      }
    }
  }
  public var function: FuncRef {
    get { FuncRef(number: entity) }
    set { entity = newValue.number }
  }
  public var signature: SigRef {
    get { SigRef(number: entity) }
    set { entity = newValue.number }
  }
  public var stackSlot: StackSlot {
    get { StackSlot(number: entity) }
    set { entity = newValue.number }
  }
  public var heap: Heap {
    get { Heap(number: entity) }
    set { entity = newValue.number }
  }
  public var globalValue: GlobalValue {
    get { GlobalValue(number: entity) }
    set { entity = newValue.number }
  }
  public var aliasRegion: AliasRegion {
    get { AliasRegion(number: entity) }
    set { entity = newValue.number }
  }
  public var exceptionTable: ExceptionTable {
    get { ExceptionTable(number: UInt32(truncatingIfNeeded: immediate)) }
    set { immediate = Int64(newValue.number) }
  }
  public var jumpTable: JumpTable {
    get { JumpTable(number: entity) }
    set { entity = newValue.number }
  }
  public var constant: Constant {
    get { Constant(number: entity) }
    set { entity = newValue.number }
  }
  /// The index of a lane, from the low end.
  public var lane: Int {
    get { Int(detail) }
    set { detail = UInt8(truncatingIfNeeded: newValue) }
  }

  /// The argument field of a number from 0 to 2.
  func argument(_ index: Int) -> Value {
    index == 0 ? argument0 : index == 1 ? argument1 : argument2
  }

  /// The number of argument fields in use; they are filled in order.
  @inlinable public var fixedArgumentCount: Int {
    argument0.isNone ? 0 : argument1.isNone ? 1 : argument2.isNone ? 2 : 3
  }
}

/// The targets of a `br_table`: the index selects an entry, or the default if it is too large.
public struct JumpTableData: Sendable {
  public var `default`: BlockCall
  public var entries: [BlockCall]

  public init(default: BlockCall, entries: [BlockCall]) {
    self.default = `default`
    self.entries = entries
  }
}

/// The destinations of a `try_call`: one block if the callee returns, others if an exception leaves it.
///
/// The results of the call are those of the signature, followed by the payloads of an exception
/// (`CallConvention.exceptionPayloadTypes`). The former may only be passed to `normal`, the latter
/// only to handlers. The text calls them `ret0`, … and `exn0`, ….
public struct ExceptionTableData: Sendable {
  /// A handler of the call, or the context of the handlers after it.
  public enum Item: Sendable {
    /// The handler of exceptions with one tag.
    case tag(UInt32, BlockCall)
    /// The handler of all exceptions.
    case `default`(BlockCall)
    /// The context for the items that follow. This library does not use it.
    case context(Value)

    /// The block that handles exceptions, and what it gets; nil for a context.
    @inlinable
    public var handler: BlockCall? {
      switch self {
      case .tag(_, let call), .default(let call): call
      case .context: nil
      }
    }
  }

  public var signature: SigRef
  public var normal: BlockCall
  /// In the order in which handlers are searched.
  public var items: [Item]

  public init(signature: SigRef, normal: BlockCall, items: [Item]) {
    self.signature = signature
    self.normal = normal
    self.items = items
  }

  /// The blocks that handle exceptions, in the order of the items.
  public var handlers: [BlockCall] {
    items.compactMap(\.handler)
  }
}

/// The bytes of a constant, such as a vector or a shuffle's mask.
public struct ConstantData: Hashable, Sendable {
  /// Bytes 0 to 7, the first in the low bits.
  public var low: UInt64
  /// Bytes 8 to 15.
  public var high: UInt64
  /// The number of bytes, at most 16. Bytes beyond it are zero.
  public var byteCount: UInt8 = 16

  public init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// A vector of `type` with the low bits of `lane` in every lane.
  public init(splat lane: UInt64, _ type: Type) {
    var bits = type.zeroExtend(Int64(bitPattern: lane))
    var width = type.laneBits
    while width > 0 && width < 64 {
      bits |= bits << UInt64(width)
      width *= 2
    }
    self.init(low: bits, high: bits)
  }

  /// Byte `index` of the 16.
  public subscript(index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: (index < 8 ? low : high) >> UInt64(8 * (index & 7)))
  }
}

/// A linear memory. The pointer to its record is at `recordOffset` in the context (the `vmctx`
/// parameter). The record holds the base address and, at `boundOffset`, the bound: the number of
/// bytes that may be accessed. Any call may change both.
public struct HeapData: Hashable, Sendable {
  public var recordOffset: Int32
  /// The type of an index: i32, which is extended with zeros, or i64.
  public var indexType: Type
  /// The bound is never less than this.
  public var minimumSize: UInt64
  /// Other threads may access the memory and raise its bound. Everything that happened before an
  /// atomic operation, in the sense of the memory model, must be visible after it.
  public var isShared: Bool

  public static let boundOffset: Int32 = 8

  public init(
    recordOffset: Int32, indexType: Type, minimumSize: UInt64 = 0, isShared: Bool = false
  ) {
    self.recordOffset = recordOffset
    self.indexType = indexType
    self.minimumSize = minimumSize
    self.isShared = isShared
  }
}

/// Memory in the frame of the function (`ss0 = explicit_slot 16, align = 8`).
public struct StackSlotData: Hashable, Sendable {
  public var bytes: UInt32
  public var logAlignment: UInt8
  /// A number that identifies the slot for tools.
  public var key: UInt64?

  public init(bytes: UInt32, logAlignment: UInt8 = 3, key: UInt64? = nil) {
    self.bytes = bytes
    self.logAlignment = logAlignment
    self.key = key
  }
}

/// How a global value is computed.
public enum GlobalValueData: Hashable, Sendable {
  /// The `vmctx` parameter.
  case vmctx
  /// Loaded from memory that never changes.
  case load(
    base: GlobalValue, offset: Int32, type: Type, flags: MemoryFlags, region: AliasRegion = .none)
  case sum(base: GlobalValue, offset: Int64, type: Type)
  /// The address of a symbol, which is near (in the same text) or far.
  case symbol(name: ExternalName, offset: Int64, isColocated: Bool, isThreadLocal: Bool)
}

/// A part of memory that accesses of other regions do not touch (`region0 = 5 "name"`).
public struct AliasRegionData: Hashable, Sendable {
  /// The number that the front end gives the region, unique in the function.
  public var userID: UInt32
  public var description: String

  public init(userID: UInt32, description: String) {
    self.userID = userID
    self.description = description
  }
}
