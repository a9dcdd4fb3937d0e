/// What the texts so far have declared.
struct Scope: Sendable {
  /// An ordinary name: of a type, a function, an object or an enumerator.
  struct Entity: Sendable {
    enum Kind: Sendable {
      case type(TypeUse)
      case function(FunctionDeclaration)
      case object(TypeUse)
      case enumerator(IntegerConstant)
    }

    var kind: Kind
    var place: Place
    var measure = TypeUse.Measure()

    /// For messages: "a type".
    var noun: String {
      switch kind {
      case .type: "a type"
      case .function: "a function"
      case .object: "an object"
      case .enumerator: "an enumerator"
      }
    }
  }

  /// A name after `struct`, `union` or `enum`.
  struct Tag: Sendable {
    var keyword: String
    var type: CType
    var place: Place
    /// False until the enumerators are known. Records tell themselves whether they are complete.
    var isCompleteEnumeration = false
  }

  var names: [String: Entity] = [:]
  var tags: [String: Tag] = [:]
  var functionNames: [String] = []
  var files = FileNames()
  /// The measures of complete records.
  var measures: [Record: TypeUse.Measure] = [:]
  /// Unions whose values are passed as their first member is.
  var transparentUnions: [Record: CType] = [:]
  /// Records without a tag that were found to be equal to earlier ones.
  var earlier: [Record: Record] = [:]
  /// Records whose members stay unknown, because of the attribute `pulley_opaque`.
  var opaque: Set<Record> = []
  /// The members of the records that expressions used, by name.
  var members: [Record: [String: FoundMember]] = [:]
  /// The functions that declarations name as finalizers.
  var finalizers: Set<String> = []
  let owner: RecordOwner

  init(owner: RecordOwner = RecordOwner()) { self.owner = owner }
}

/// A member of a record, or of an anonymous member of the record.
struct FoundMember: Sendable {
  var type: CType
  /// Nil if the record has no layout in one of the models.
  var offset: PerModel<Int>?
}

extension Scope {
  /// A member by its name.
  mutating func member(_ name: String, of record: Record) -> FoundMember? {
    guard let definition = record.definition else { return nil }
    if members[record] == nil {
      var found: [String: FoundMember] = [:]
      Self.collect(definition, record, PerModel { _ in 0 }, into: &found)
      members[record] = found
    }
    return members[record]?[name]
  }

  /// Adds the members of a record at an offset. Anonymous members are not nested deeply.
  private static func collect(
    _ definition: Record.Definition, _ record: Record, _ base: PerModel<Int>?,
    into found: inout [String: FoundMember]
  ) {
    let layouts = try? (record.layout(.host), record.layout(.guest32), record.layout(.guest64))
    for (index, member) in definition.members.enumerated() {
      var offset: PerModel<Int>?
      if let base, let (host, guest32, guest64) = layouts {
        offset = PerModel { model in
          let layout = model == .host ? host : model == .guest32 ? guest32 : guest64
          return base[model] + layout.offsets[index]
        }
      }
      if !member.name.isEmpty {
        found[member.name] = FoundMember(type: member.type, offset: offset)
      } else if case .record(let inner) = member.type, let definition = inner.definition {
        collect(definition, inner, offset, into: &found)
      }
    }
  }

  /// A type that is part of another, with its measure.
  func use(of type: CType, isConst: Bool = false) -> TypeUse {
    var use = TypeUse(type, isConst: isConst)
    use.measure = measure(type)
    return use
  }

  /// The measure of a type in which a record counts as one part.
  private func partMeasure(_ type: CType) -> TypeUse.Measure {
    if case .record = type { TypeUse.Measure() } else { measure(type) }
  }

  /// Walks over a type. The type was measured when it was made, so that this is limited.
  private func measure(_ type: CType) -> TypeUse.Measure {
    var result: TypeUse.Measure
    switch type {
    case .pointer(let pointer):
      result = partMeasure(pointer.pointee)
      result.scalars = 1
    case .array(let element, _):
      result = measure(element)
    case .function(let function):
      result = partMeasure(function.result)
      for parameter in function.parameters {
        let own = partMeasure(parameter.type)
        result.depth = max(result.depth, own.depth)
        result.parts += own.parts
      }
    case .record(let record):
      return measures[record] ?? TypeUse.Measure()
    case .void, .integer, .floating, .unsupported:
      return TypeUse.Measure()
    }
    result.depth += 1
    result.parts += 1
    return result
  }
}
