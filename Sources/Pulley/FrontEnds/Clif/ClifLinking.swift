import PulleyCodegen
import PulleyIR

/// Resolves the names that the functions of a text use: to functions of the text, or to imports.
///
/// Names become numbers: `u0:N` is function N of the text, `u1:N` is import N.
struct ClifLinking {
  static let functionNamespace: UInt32 = 0
  static let importNamespace = ExternalNamespace.hostSignature

  private(set) var source: ClifSource
  private(set) var exports: [ExportDescription] = []
  private(set) var imports: [ImportDescription] = []
  private var indices: [String: Int] = [:]
  private var importNumbers: [ImportDescription: UInt32] = [:]
  /// Whether the text is complete, so that it must have all functions that it declares as
  /// colocated.
  private let isWhole: Bool
  /// The colocated names that are missing and have been reported.
  private var missing: Set<ExternalName> = []

  /// - Parameter isWhole: whether the text must have all functions that it declares as colocated.
  static func link(
    _ source: ClifSource, isWhole: Bool = true
  ) throws(PulleyError) -> ClifLinking {
    var linking = ClifLinking(source: source, isWhole: isWhole)
    try linking.collectExports()
    var errors: [PulleyError] = []
    for index in linking.source.functions.indices where errors.count < PulleyError.mostListed {
      linking.resolveFunctions(index, &errors)
      linking.resolveSymbols(index, &errors)
    }
    if let error = PulleyError(all: errors) { throw error }
    return linking
  }

  private init(source: ClifSource, isWhole: Bool) {
    self.source = source
    self.isWhole = isWhole
  }

  private static func exportName(_ name: ExternalName) -> String {
    switch name {
    case .named(let name): name
    case .user: name.description
    }
  }

  private mutating func collectExports() throws(PulleyError) {
    var errors: [PulleyError] = []
    for (index, function) in source.functions.enumerated()
    where errors.count < PulleyError.mostListed {
      let name = Self.exportName(function.name)
      if indices.updateValue(index, forKey: name) != nil {
        errors.append(
          source.error(
            .invalid, "there are two functions named \(function.name)",
            at: function.text?.offset ?? 0))
      }
      exports.append(
        ExportDescription(name: name, type: .function(.clif(function.signature))))
    }
    if let error = PulleyError(all: errors) { throw error }
  }

  /// Resolves the functions that a function calls or takes the address of.
  private mutating func resolveFunctions(_ index: Int, _ errors: inout [PulleyError]) {
    let text = source.functions[index].text
    for external in source.functions[index].externals.keys {
      let data = source.functions[index].externals[external]
      let signature = source.functions[index].signatures[data.signature]
      let offset = text.flatMap { place(external.index, in: $0.functions) } ?? text?.offset ?? 0
      if let target = indices[Self.exportName(data.name)] {
        let actual = source.functions[target].signature
        if actual != signature {
          errors.append(
            source.error(
              .invalid,
              "\(data.name) is declared as \(signature.fullDescription), and is "
                + actual.fullDescription, at: offset))
        }
        source.functions[index].externals[external].isColocated = true
        source.functions[index].externals[external].name = .user(
          namespace: Self.functionNamespace, index: UInt32(target))
      } else if data.isColocated {
        reportMissing(data.name, at: offset, &errors)
      } else {
        let number = importNumber(data.name, signature)
        source.functions[index].externals[external].name = .user(
          namespace: Self.importNamespace, index: number)
      }
    }
  }

  /// Resolves the symbols whose addresses a function uses.
  private mutating func resolveSymbols(_ index: Int, _ errors: inout [PulleyError]) {
    let text = source.functions[index].text
    for global in source.functions[index].globalValues.keys {
      guard
        case .symbol(let name, let addend, let isColocated, let isThreadLocal) =
          source.functions[index].globalValues[global]
      else { continue }
      let offset = text.flatMap { place(global.index, in: $0.globalValues) } ?? 0
      if let target = indices[Self.exportName(name)] {
        guard addend == 0 else {
          errors.append(
            source.error(
              .link, "\(name) is a function of this text, so its symbol cannot have an offset",
              at: offset))
          continue
        }
        source.functions[index].globalValues[global] = .symbol(
          name: .user(namespace: Self.functionNamespace, index: UInt32(target)), offset: 0,
          isColocated: true, isThreadLocal: isThreadLocal)
      } else if isColocated {
        reportMissing(name, at: offset, &errors)
      } else {
        source.functions[index].globalValues[global] = .symbol(
          name: .user(namespace: Self.importNamespace, index: importNumber(name, nil)),
          offset: addend, isColocated: false, isThreadLocal: isThreadLocal)
      }
    }
  }

  private mutating func reportMissing(
    _ name: ExternalName, at offset: UInt32, _ errors: inout [PulleyError]
  ) {
    guard isWhole, missing.insert(name).inserted else { return }
    errors.append(
      source.error(
        .link, "\(name) is declared as colocated, but is not in this text", at: offset))
  }

  private func place(_ index: Int, in names: FunctionText.Names) -> UInt32? {
    names.offsets.indices.contains(index) ? names.offsets[index] : nil
  }

  /// - Parameter signature: nil for an address.
  private mutating func importNumber(_ name: ExternalName, _ signature: Signature?) -> UInt32 {
    let item = ImportDescription(
      name, signature.map { .function(.clif($0)) } ?? .address)
    if let known = importNumbers[item] { return known }
    let number = UInt32(imports.count)
    importNumbers[item] = number
    imports.append(item)
    return number
  }
}

extension ImportDescription {
  /// The import by which linkers look up a name of CLIF: `%name` is `name` in the module `env`,
  /// `u0:1` is `1` in the module `u0`.
  fileprivate init(_ name: ExternalName, _ type: ExternalType) {
    switch name {
    case .named(let name): self.init(module: "env", name: name, type: type)
    case .user(let namespace, let index):
      self.init(module: "u\(namespace)", name: String(index), type: type)
    }
  }
}

extension Signature {
  /// With the calling convention, which must also be the same.
  fileprivate var fullDescription: String { "\(self) \(convention.name)" }
}
