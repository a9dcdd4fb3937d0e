import PulleySource

/// Rules for functions and structures of well-known libraries, whose headers do not tell them.
///
/// The table is in C. A declaration with the name and the shape of one in the table gets the rules
/// that it does not have itself.
enum KnownDeclarations {
  private static let table: Result<Scope, DeclarationError> = Result {
    () throws(DeclarationError) -> Scope in
    var scope = Scope()
    for (name, text) in KnownText.all {
      var reader = DeclarationReader(
        SourceText(text, name: name), scope, usesKnownDeclarations: false)
      try reader.readAll()
      scope = reader.finish()
    }
    return scope
  }

  private static let scope: Scope? = try? table.get()

  static func addRules(to function: inout FunctionDeclaration) {
    guard case .function(let known)? = scope?.names[function.name]?.kind,
      function.type.hasShape(of: known.type)
    else { return }
    function.type.addRules(of: known.type)
    function.resultRules.add(known.resultRules)
    function.format = function.format ?? known.format
  }

  static func function(named name: String) -> FunctionDeclaration? {
    guard case .function(let known)? = scope?.names[name]?.kind else { return nil }
    return known
  }

  /// Adds rules to the members that have the names of those of a known structure.
  static func addRules(to members: inout [Record.Member], ofTag tag: String) {
    guard !tag.isEmpty, case .record(let record)? = scope?.tags[tag]?.type,
      let known = record.definition
    else { return }
    let names = members.map(\.name)
    for member in known.members where !member.name.isEmpty {
      guard let index = names.firstIndex(of: member.name),
        let rules = member.rules.renamed(known.members.map(\.name), names)
      else { continue }
      members[index].rules.add(rules)
    }
  }
}

extension PointerRules {
  /// The rules of a member for a structure whose members are in another order. Nil if a member that
  /// counts is missing.
  fileprivate func renamed(_ old: [String], _ new: [String]) -> PointerRules? {
    func position(_ old: [String], _ position: Int) -> Int? { new.firstIndex(of: old[position]) }
    func renamed(_ count: Count) -> Count? {
      switch count {
      case .constant: count
      case .parameter(let first): position(old, first).map { .parameter(position: $0) }
      case .product(let first, let second):
        if let first = position(old, first), let second = position(old, second) {
          .product(first, second)
        } else {
          nil
        }
      case .strings: nil
      }
    }
    var rules = self
    switch extent {
    case .one: return rules
    case .elements(let count):
      guard let count = renamed(count) else { return nil }
      rules.extent = .elements(count)
    case .bytes(let count):
      guard let count = renamed(count) else { return nil }
      rules.extent = .bytes(count)
    }
    return rules
  }
}

extension FunctionType {
  /// Whether the parameters are pointers, integers, floats or records where those of the other are.
  fileprivate func hasShape(of other: FunctionType) -> Bool {
    parameters.count == other.parameters.count && isVariadic == other.isVariadic
      && zip(parameters, other.parameters).allSatisfy { $0.type.shape == $1.type.shape }
  }
}

extension CType {
  fileprivate enum Shape { case void, integer, floating, pointer, record, other }

  fileprivate var shape: Shape {
    switch self {
    case .void: .void
    case .integer: .integer
    case .floating: .floating
    case .pointer: .pointer
    case .record: .record
    case .array, .function, .unsupported: .other
    }
  }
}
