@testable import PulleyDeclarations

/// Assertions in C that a compiler has the layouts of declarations.
struct LayoutAssertions {
  private(set) var text = ""
  /// The number of types with a size.
  private(set) var types = 0
  private(set) var members = 0
  /// Types without a layout, which are not compared.
  private(set) var withoutLayout: [String] = []

  init(of declarations: Declarations, _ model: DataModel) {
    for name in declarations.typeNames.sorted() {
      guard let type = declarations.type(named: name) else { continue }
      add(name, type, alignment: declarations.alignment(of: name), model)
    }
  }

  private mutating func add(_ name: String, _ type: CType, alignment: Int?, _ model: DataModel) {
    switch type {
    case .void, .function, .array(_, count: nil): return
    case .record(let record) where record.definition == nil: return
    default: break
    }
    guard let extent = try? type.extent(model) else {
      withoutLayout.append(name)
      return
    }
    types += 1
    require("sizeof(\(name)) == \(extent.size)")
    require("_Alignof(\(name)) == \(max(extent.alignment, alignment ?? 1))")
    if case .record(let record) = type { addMembers(of: record, in: name, at: 0, model) }
  }

  private mutating func addMembers(
    of record: Record, in name: String, at base: Int, _ model: DataModel
  ) {
    guard let layout = try? record.layout(model), let definition = record.definition else { return }
    for (member, offset) in zip(definition.members, layout.offsets) {
      if member.name.isEmpty {
        guard case .record(let inner) = member.type else { continue }
        addMembers(of: inner, in: name, at: base + offset, model)
      } else {
        members += 1
        require("__builtin_offsetof(\(name), \(member.name)) == \(base + offset)")
      }
    }
  }

  private mutating func require(_ condition: String) {
    text += "_Static_assert(\(condition), \"\(condition)\");\n"
  }
}

extension Declarations {
  /// What the attribute `aligned` of a `typedef` asks for.
  fileprivate func alignment(of name: String) -> Int? {
    guard case .type(let use)? = scope.names[name]?.kind else { return nil }
    return use.alignment
  }
}
