import Synchronization

/// A structure or a union. Records are equal if they are the same declaration.
public final class Record: Sendable {
  public struct Member: Sendable {
    /// Empty for an anonymous structure or union.
    public var name: String
    public var type: CType
    public var rules: PointerRules
    /// The width of a bit-field.
    public var bits: Int?
    /// What `_Alignas` or the attribute `aligned` asks for, in bytes.
    public var alignment: Int?
    /// Whether the attribute `packed` removes the padding before the member.
    public var isPacked = false

    public init(
      name: String, type: CType, rules: PointerRules = PointerRules(), bits: Int? = nil,
      alignment: Int? = nil
    ) {
      self.name = name
      self.type = type
      self.rules = rules
      self.bits = bits
      self.alignment = alignment
    }
  }

  /// The contents of a complete record.
  public struct Definition: Sendable {
    public var members: [Member]
    /// Whether the attribute `packed` removes all padding.
    public var isPacked: Bool
    /// What `_Alignas` or the attribute `aligned` asks for the whole record, in bytes.
    public var alignment: Int?
    /// The largest alignment of a member, in bytes, that `#pragma pack` allows.
    public var largestMemberAlignment: Int?

    public init(members: [Member], isPacked: Bool = false, alignment: Int? = nil) {
      self.members = members
      self.isPacked = isPacked
      self.alignment = alignment
    }
  }

  public enum Kind: String, Sendable {
    case structure = "struct"
    case union = "union"
  }

  public let kind: Kind
  /// Empty if the declaration gives none.
  public let tag: String
  private let contents: Mutex<Contents>

  private struct Contents: Sendable {
    var definition: Definition?
    /// The first `typedef` of a record without a tag, for messages.
    var alias: String?
    var layouts: [DataModel: Result<Layout, LayoutError>] = [:]
  }

  public init(_ kind: Kind, tag: String, _ definition: Definition? = nil) {
    self.kind = kind
    self.tag = tag
    contents = Mutex(Contents(definition: definition))
  }

  /// Nil if the record is incomplete.
  public var definition: Definition? { contents.withLock { $0.definition } }

  /// Completes the record. Later definitions are ignored.
  public func define(_ definition: Definition) {
    contents.withLock { if $0.definition == nil { $0.definition = definition } }
  }

  /// Takes the members away. Layouts that were asked for stay.
  func forgetMembers() {
    // Released outside of the lock, because members may refer to other records.
    let members = contents.withLock { contents in
      defer { contents.definition = nil }
      return contents.definition
    }
    _ = members
  }

  /// Gives a record without a tag a name for messages.
  public func setAlias(_ name: String) {
    contents.withLock { if $0.alias == nil { $0.alias = name } }
  }

  /// Whether the record has a tag or a `typedef`.
  public var isNamed: Bool { !tag.isEmpty || contents.withLock { $0.alias != nil } }

  /// "struct tm", or the `typedef` of a record without a tag.
  public var name: String {
    if !tag.isEmpty { return "\(kind.rawValue) \(tag)" }
    return contents.withLock { $0.alias } ?? "an unnamed \(kind.rawValue)"
  }

  /// The layout, computed once for each model.
  public func layout(_ model: DataModel) throws(LayoutError) -> Layout {
    if let known = contents.withLock({ $0.layouts[model] }) { return try known.get() }
    let made: Result<Layout, LayoutError>
    do throws(LayoutError) {
      made = .success(try Layout(self, model))
    } catch {
      made = .failure(error)
    }
    contents.withLock { $0.layouts[model] = made }
    return try made.get()
  }
}

extension Record: Hashable {
  public static func == (left: Record, right: Record) -> Bool { left === right }
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
