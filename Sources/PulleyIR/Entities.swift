/// The number of an element of a table. The type of the entity says which table.
public protocol Entity: Hashable, Sendable, CustomStringConvertible {
  /// The prefix of the number in the text format.
  static var prefix: String { get }
  var number: UInt32 { get }
  init(number: UInt32)
}

extension Entity {
  /// No entity. An optional would double the size of the elements of a table.
  @inlinable public static var none: Self { Self(number: .max) }
  @inlinable public var isNone: Bool { number == .max }
  @inlinable public var index: Int { Int(number) }
  public var description: String { "\(Self.prefix)\(number)" }
}

/// An SSA value: a block parameter or the result of an instruction.
public struct Value: Entity {
  public static let prefix = "v"
  public let number: UInt32
  @inlinable public init(number: UInt32) { self.number = number }
}

/// An instruction, which the layout of the function places in a block.
public struct Inst: Entity {
  public static let prefix = "inst"
  public let number: UInt32
  @inlinable public init(number: UInt32) { self.number = number }
}

/// A basic block.
public struct Block: Entity {
  public static let prefix = "block"
  public let number: UInt32
  @inlinable public init(number: UInt32) { self.number = number }
}

/// A function that this function calls directly.
public struct FuncRef: Entity {
  public static let prefix = "fn"
  public let number: UInt32
  @inlinable public init(number: UInt32) { self.number = number }
}

/// A signature used by a call.
public struct SigRef: Entity {
  public static let prefix = "sig"
  public let number: UInt32
  @inlinable public init(number: UInt32) { self.number = number }
}

/// A part of the function's own stack frame.
public struct StackSlot: Entity {
  public static let prefix = "ss"
  public let number: UInt32
  @inlinable public init(number: UInt32) { self.number = number }
}

/// A linear memory whose accesses are checked against a bound.
public struct Heap: Entity {
  public static let prefix = "heap"
  public let number: UInt32
  @inlinable public init(number: UInt32) { self.number = number }
}

/// A value that does not change during a function: the context, the address of a symbol, or a value
/// computed from these.
public struct GlobalValue: Entity {
  public static let prefix = "gv"
  public let number: UInt32
  @inlinable public init(number: UInt32) { self.number = number }
}

/// A part of memory that is only accessed by instructions with this region.
public struct AliasRegion: Entity {
  public static let prefix = "region"
  public let number: UInt32
  @inlinable public init(number: UInt32) { self.number = number }
}

/// The destinations of a `try_call`.
public struct ExceptionTable: Entity {
  public static let prefix = "extable"
  public let number: UInt32
  @inlinable public init(number: UInt32) { self.number = number }
}

/// The targets of a `br_table`.
public struct JumpTable: Entity {
  public static let prefix = "jt"
  public let number: UInt32
  @inlinable public init(number: UInt32) { self.number = number }
}

/// A vector constant.
public struct Constant: Entity {
  public static let prefix = "const"
  public let number: UInt32
  @inlinable public init(number: UInt32) { self.number = number }
}

/// A table that owns its elements and gives each one a key.
public struct PrimaryMap<Key: Entity, Element: Sendable>: Sendable {
  public var elements: [Element] = []

  public init() {}

  @inlinable public var count: Int { elements.count }

  /// A type of its own: the runtime would have to make a generic one of the standard library in each
  /// process.
  public struct Keys: RandomAccessCollection, Sendable {
    public let startIndex = 0
    public let endIndex: Int

    @inlinable public subscript(position: Int) -> Key { Key(number: UInt32(position)) }
  }

  public var keys: Keys { Keys(endIndex: elements.count) }

  @discardableResult
  public mutating func append(_ element: Element) -> Key {
    elements.append(element)
    return Key(number: UInt32(elements.count - 1))
  }

  public func contains(_ key: Key) -> Bool { key.index < elements.count }

  public mutating func removeAll() { elements.removeAll(keepingCapacity: true) }

  public mutating func reserveCapacity(_ count: Int) { elements.reserveCapacity(count) }

  @inlinable public subscript(key: Key) -> Element {
    get { elements[key.index] }
    _modify { yield &elements[key.index] }
  }
}
