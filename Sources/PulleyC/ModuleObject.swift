import CPulley
import Pulley
import PulleyIR
import PulleyWasm
import Synchronization

/// The object of a `pulley_module_t`: a module and its descriptions in the form of C.
final class ModuleObject {
  let module: Module
  let name: CText
  let customSectionNames: DescriptionList<CText>
  let imports: DescriptionList<ExternObject>
  let exports: DescriptionList<ExternObject>

  init(_ module: Module) {
    self.module = module
    name = CText(module.name)
    let sections = module.customSections
    customSectionNames = DescriptionList(count: sections.count) { CText(sections[$0].name) }
    imports = DescriptionList(count: module.imports.count) { index in
      let item = module.imports[index]
      return ExternObject(
        module: item.module, name: item.name, type: item.type, proposal: item.proposedSignature)
    }
    exports = DescriptionList(count: module.exports.count) { index in
      let item = module.exports[index]
      return ExternObject(module: "", name: item.name, type: item.type)
    }
  }
}

/// Descriptions that are made on the first request and then kept, because a million exports may
/// have a type of a thousand parameters. Any number of threads may use the list.
final class DescriptionList<Element: AnyObject>: Sendable {
  let count: Int
  private let make: @Sendable (Int) -> Element
  private let made = Mutex<[Int: Pointer]>([:])

  // The element is immutable.
  private struct Pointer: @unchecked Sendable {
    let element: Unmanaged<Element>
  }

  init(count: Int, _ make: @escaping @Sendable (Int) -> Element) {
    self.count = count
    self.make = make
  }

  deinit {
    for pointer in made.withLock({ $0.values }) { pointer.element.release() }
  }

  /// Nil if there is no such element, or no memory for it.
  subscript(index: Int) -> Element? {
    guard index >= 0, index < count else { return nil }
    let pointer = made.withLock { made -> Pointer? in
      if let known = made[index] { return known }
      // Room for the longest name, a type of two thousand words, and the type's numbers.
      guard HostMemory.allowsSmall else { return nil }
      let new = Pointer(element: .passRetained(make(index)))
      made[index] = new
      return new
    }
    return pointer?.element.takeUnretainedValue()
  }
}

/// The object of a `pulley_extern_t`: an import or an export, owned by its module's object.
final class ExternObject {
  let module: CText
  let name: CText
  let description: CText
  let kind: pulley_extern_kind_t
  let type: ExternalType
  /// For imports of functions of WebAssembly.
  let proposedSignature: CText?
  /// For functions and tags.
  let function: FunctionTypeStorage?

  /// - Parameter proposal: the signature that a C function might have to be this import.
  init(module: String, name: String, type: ExternalType, proposal: String? = nil) {
    self.module = CText(module)
    self.name = CText(name)
    self.type = type
    description = CText(type.description)
    proposedSignature = proposal.map(CText.init)
    switch type {
    case .function(let type): function = FunctionTypeStorage(type)
    case .tag(let type): function = FunctionTypeStorage(.wasm(type))
    case .table, .memory, .global, .address: function = nil
    }
    kind =
      switch type {
      case .function: KindCode.function
      case .table: KindCode.table
      case .memory: KindCode.memory
      case .global: KindCode.global
      case .tag: KindCode.tag
      case .address: KindCode.address
      }
  }
}

/// The arrays that a `pulley_function_type_t` points to.
final class FunctionTypeStorage {
  private let types: UnsafeMutablePointer<pulley_type_t>
  let parameterCount: Int
  let resultCount: Int
  /// Whether there are values of two words.
  let hasWideValues: Bool

  convenience init(_ type: CallableType) {
    switch type {
    case .wasm(let type): self.init(type.parameters.map(\.code), type.results.map(\.code))
    case .clif(let signature):
      self.init(signature.parameters.map(\.type.code), signature.results.map(\.type.code))
    }
  }

  private init(_ parameters: [pulley_type_t], _ results: [pulley_type_t]) {
    parameterCount = parameters.count
    resultCount = results.count
    hasWideValues =
      parameters.contains(where: TypeCode.isWide) || results.contains(where: TypeCode.isWide)
    types = .allocate(capacity: max(parameterCount + resultCount, 1))
    for index in parameters.indices { (types + index).initialize(to: parameters[index]) }
    for index in results.indices {
      (types + parameterCount + index).initialize(to: results[index])
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
