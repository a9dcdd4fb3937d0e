import PulleyText

/// The names that a linker defines, for messages about imports that have no definition.
struct KnownNames {
  /// In the order of the alphabet, so that messages do not vary.
  private let names: [(module: String, name: String)]
  /// How many names will still be compared. Each comparison takes a few microseconds.
  private var budget = 100_000

  init(_ names: [(module: String, name: String)]) {
    self.names = names.sorted { $0 < $1 }
  }

  /// The error for an import that has no definition. It tells where the name is, or which name may be
  /// meant.
  mutating func missing(_ item: ImportDescription) -> PulleyError {
    let reason = "not defined\(suggestion(for: item))"
    return PulleyError(item.refused(reason), "unknown import: \(item) is \(reason)")
  }

  private mutating func suggestion(for item: ImportDescription) -> String {
    guard budget >= names.count else { return "" }
    budget -= names.count
    var nearest = NearestName(to: item.name)
    var nearestModule = NearestName(to: item.module)
    var elsewhere: String?
    var isModuleKnown = false
    for (module, name) in names {
      if module == item.module {
        isModuleKnown = true
        nearest.consider(name)
      } else {
        nearestModule.consider(module)
        if name == item.name { elsewhere = elsewhere ?? module }
      }
    }
    if let name = nearest.name {
      return "; did you mean \(VisibleText.qualifiedName(item.module, name))?"
    }
    if let elsewhere {
      return "; the linker has \(VisibleText.qualifiedName(elsewhere, item.name))"
    }
    if !isModuleKnown, let module = nearestModule.name {
      return "; did you mean the module \(VisibleText.name(module))?"
    }
    return ""
  }
}
