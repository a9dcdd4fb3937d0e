extension ModuleParser {
  /// Concatenates the sections.
  func assemble() -> EncodedModule {
    var module = EncodedModule()
    customs.append(.first, to: &module)
    for kind in SectionKind.allCases {
      customs.append(.before(kind), to: &module)
      if kind == .code, !body.hints.bytes.isEmpty {
        var contents: [UInt8] = []
        contents.append(u32: body.hints.count)
        module.appendCustom(Array("metadata.code.branch_hint".utf8), contents + body.hints.bytes)
      }
      let section = sections[kind.rawValue]
      switch kind {
      case .dataCount:
        if usesDataCount {
          var count = Section()
          count.count = Int(spaces[IndexKind.data.rawValue].count)
          module.append(kind, count)
        }
      case .start:
        if section.count > 0 { module.append(kind, section, hasCount: false) }
      default:
        if section.count > 0 { module.append(kind, section) }
      }
      customs.append(.after(kind), to: &module)
    }
    // An explicit name section replaces the one made of identifiers.
    let names = nameSection()
    if !names.isEmpty, !customs.contains("name") {
      module.appendCustom(Array("name".utf8), names)
    }
    customs.append(.last, to: &module)
    return module
  }

  private func nameSection() -> [UInt8] {
    var names: [UInt8] = []
    if let moduleName {
      var contents: [UInt8] = []
      contents.append(counted: moduleName)
      names.append(0)
      names.append(counted: contents)
    }
    func append(_ kind: IndexKind) {
      names.append(subsection: kind.nameSubsection, spaces[kind.rawValue].nameMap)
    }
    append(.function)
    names.append(subsection: 2, body.allLocalNames)
    names.append(subsection: 3, body.allLabelNames)
    for kind in [IndexKind.type, .table, .memory, .global, .element, .data] { append(kind) }
    names.append(subsection: 10, types.fieldNameMap)
    append(.tag)
    return names
  }
}
