import CPulley
import Pulley
import PulleyWasm

/// What a `pulley_module_t` points to: a module and its descriptions as C reads them.
final class ModuleObject {
  let module: Module
  let format: pulley_format_t
  let name: CText
  let customSectionNames: [CText]
  let imports: [ExternObject]
  let exports: [ExternObject]

  init(_ module: Module, _ format: pulley_format_t) {
    self.module = module
    self.format = format
    name = CText(module.name)
    customSectionNames = module.customSections.map { CText($0.name) }
    imports = module.imports.map {
      ExternObject(module: $0.module, name: $0.name, type: $0.type)
    }
    exports = module.exports.map { ExternObject(module: "", name: $0.name, type: $0.type) }
  }
}

/// What a `pulley_extern_t` points to: an import or an export, owned by its module's object.
final class ExternObject {
  let module: CText
  let name: CText
  let description: CText
  let type: ExternalType
  /// For functions and tags.
  let function: FunctionTypeStorage?

  init(module: String, name: String, type: ExternalType) {
    self.module = CText(module)
    self.name = CText(name)
    self.type = type
    description = CText(type.description)
    switch type {
    case .function(let type), .tag(let type): function = FunctionTypeStorage(type)
    default: function = nil
    }
  }
}

/// The arrays that a `pulley_function_type_t` points to.
final class FunctionTypeStorage {
  private let types: UnsafeMutablePointer<pulley_type_t>
  let parameterCount: Int
  let resultCount: Int
  let hasVectors: Bool

  init(_ type: FunctionType) {
    parameterCount = type.parameters.count
    resultCount = type.results.count
    hasVectors = (type.parameters + type.results).contains(.v128)
    types = .allocate(capacity: max(parameterCount + resultCount, 1))
    for (index, type) in (type.parameters + type.results).enumerated() {
      (types + index).initialize(to: type.code)
    }
  }

  deinit {
    types.deallocate()
  }

  var parameters: UnsafePointer<pulley_type_t> { UnsafePointer(types) }
  var results: UnsafePointer<pulley_type_t> { UnsafePointer(types + parameterCount) }

  var description: pulley_function_type_t {
    pulley_function_type_t(
      parameters: parameters, parameter_count: parameterCount, results: results,
      result_count: resultCount)
  }
}
