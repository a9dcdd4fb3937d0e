/// A number that names one item of one table. The type says which table.
public protocol Entity: Hashable, Sendable, CustomStringConvertible {
  /// What the text format puts before the number.
  static var prefix: String { get }
  var number: UInt32 { get }
  init(number: UInt32)
}

extension Entity {
  /// Stands for "no entity" where an optional would double the size of a table's element.
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

/// An instruction, placed in a block by the function's layout.
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

/// A value that is the same throughout a function: the context, an address of the linker's, or what
/// is found from these.
public struct GlobalValue: Entity {
  public static let prefix = "gv"
  public let number: UInt32
  @inlinable public init(number: UInt32) { self.number = number }
}

/// A part of memory that no access to another region touches.
public struct AliasRegion: Entity {
  public static let prefix = "region"
  public let number: UInt32
  @inlinable public init(number: UInt32) { self.number = number }
}

/// Where a `try_call` goes on.
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

/// The table that owns its elements and gives each one its key.
public struct PrimaryMap<Key: Entity, Element: Sendable>: Sendable {
  public var elements: [Element] = []

  public init() {}

  @inlinable public var count: Int { elements.count }

  /// The key that the next `append` will give.
  public var nextKey: Key { Key(number: UInt32(elements.count)) }

  public var keys: LazyMapSequence<Range<UInt32>, Key> {
    (0..<UInt32(elements.count)).lazy.map { Key(number: $0) }
  }

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
