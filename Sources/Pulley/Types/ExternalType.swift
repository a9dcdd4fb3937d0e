import PulleyHost
import PulleyIR
import PulleyISA
import PulleyText
import PulleyWasm

/// The type of a function that the host can call, in its source language.
public enum CallableType: Hashable, Sendable {
  case wasm(FunctionType)
  case clif(Signature)

  public var parameterCount: Int {
    switch self {
    case .wasm(let type): type.parameters.count
    case .clif(let signature): signature.parameters.count
    }
  }

  /// The type of a parameter, for messages.
  public func parameterText(_ index: Int) -> String {
    switch self {
    case .wasm(let type): type.parameters[index].description
    case .clif(let signature): signature.parameters[index].type.description
    }
  }

  var guestType: GuestFunctionType {
    switch self {
    case .wasm(let type): GuestFunctionType(type)
    case .clif(let signature): GuestFunctionType(signature)
    }
  }

  /// The locations of arguments and results, by the type's `guestType`. WebAssembly functions take the
  /// context of their instance before their parameters.
  func abi(_ guestType: GuestFunctionType) -> CallABI {
    switch self {
    case .wasm: guestType.abi(leading: [.x])
    case .clif(let signature): CallABI(signature)
    }
  }
}

extension CallableType: CustomStringConvertible {
  /// In the words of the language's text format.
  public var description: String {
    switch self {
    case .wasm(let type): type.isEmpty ? "(func)" : "(func \(type.text))"
    case .clif(let signature): signature.description
    }
  }
}

/// The type of an import or export.
public enum ExternalType: Hashable, Sendable {
  case function(CallableType)
  case table(TableType)
  case memory(MemoryType)
  case global(GlobalType)
  case tag(FunctionType)
  /// A function or data of which a module in CLIF only uses the address.
  case address

  /// What the module calls by an index of a structure or array type is called a `struct` or an `array` here.
  init(_ type: ImportType, of module: WasmModule) {
    switch type {
    case .function(let index):
      self = .function(.wasm(module.functionType(index) ?? FunctionType()))
    case .table(let type): self = .table(type)
    case .memory(let type): self = .memory(type)
    case .global(let type): self = .global(type)
    case .tag(let index): self = .tag(module.functionType(index) ?? FunctionType())
    }
    self = named(by: module)
  }

  init(_ export: Export, of module: WasmModule) {
    let index = Int(export.index)
    switch export.kind {
    case .function: self = .function(.wasm(module.type(ofFunction: index) ?? FunctionType()))
    case .table: self = .table(module.tables[index])
    case .memory: self = .memory(module.memories[index])
    case .global: self = .global(module.globals[index])
    case .tag: self = .tag(module.functionType(module.tags[index]) ?? FunctionType())
    }
    self = named(by: module)
  }

  private func named(by module: WasmModule) -> ExternalType {
    guard module.definesObjects else { return self }
    switch self {
    case .function(let type): return .function(type.named(by: module))
    case .table(var type):
      type.element = type.element.named(by: module)
      return .table(type)
    case .global(var type):
      type.value = type.value.named(by: module)
      return .global(type)
    case .tag(let type): return .tag(type.named(by: module))
    case .memory, .address: return self
    }
  }
}

extension CallableType {
  /// The type without indices of structure and array types, which have no meaning outside of the module.
  func named(by module: WasmModule) -> CallableType {
    guard case .wasm(let type) = self else { return self }
    return .wasm(type.named(by: module))
  }
}

extension FunctionType {
  fileprivate func named(by module: WasmModule) -> FunctionType {
    FunctionType(
      parameters: parameters.map { $0.named(by: module) },
      results: results.map { $0.named(by: module) })
  }
}

extension ValueType {
  fileprivate func named(by module: WasmModule) -> ValueType {
    guard isReference, let index = heapType.typeIndex, Int(index) < module.types.count else {
      return self
    }
    switch module.types[Int(index)].composite {
    case .function: return self
    case .structure: return .ref(nullable: isNullable, HeapType(.struct))
    case .array: return .ref(nullable: isNullable, HeapType(.array))
    }
  }
}

extension ExternalType: CustomStringConvertible {
  /// In the words of the language's text format.
  public var description: String {
    switch self {
    case .function(let type): type.description
    case .table(let type): "(table \(type.limits.text) \(type.element))"
    case .memory(let type):
      "(memory \(type.limits.text)\(type.isShared ? " shared" : ""))"
    case .global(let type):
      type.isMutable ? "(global (mut \(type.value)))" : "(global \(type.value))"
    case .tag(let type): type.isEmpty ? "(tag)" : "(tag \(type.text))"
    case .address: "address"
    }
  }
}

extension FunctionType {
  fileprivate var isEmpty: Bool { parameters.isEmpty && results.isEmpty }

  fileprivate var text: String {
    let parts = [("param", parameters), ("result", results)]
    return parts.filter { !$0.1.isEmpty }
      .map { word, types in "(\(word) \(types.map(\.description).joined(separator: " ")))" }
      .joined(separator: " ")
  }
}

extension Limits {
  fileprivate var text: String { maximum.map { "\(minimum) \($0)" } ?? "\(minimum)" }
}

/// An import of a module.
public struct ImportDescription: Hashable, Sendable {
  public let module: String
  public let name: String
  public let type: ExternalType
}

extension ImportDescription: CustomStringConvertible {
  /// For messages.
  public var description: String {
    type == .address ? qualifiedName : "\(qualifiedName) \(type)"
  }

  var qualifiedName: String { VisibleText.qualifiedName(module, name) }
}

extension VisibleText {
  /// The two names of an import.
  static func qualifiedName(_ module: String, _ name: String) -> String {
    "\(VisibleText.name(module)).\(VisibleText.name(name))"
  }
}

/// An export of a module.
public struct ExportDescription: Hashable, Sendable {
  public let name: String
  public let type: ExternalType
}

extension GuestFunctionType {
  init(_ type: FunctionType) {
    self.init(
      parameters: type.parameters.map(GuestType.init), results: type.results.map(GuestType.init),
      convention: .window)
  }
}

extension GuestType {
  init(_ type: ValueType) {
    switch type.kind {
    case .i32: self = .i32
    case .i64: self = .i64
    case .f32: self = .f32
    case .f64: self = .f64
    case .v128: self = .v128
    case .reference:
      switch type.heapType.abstract {
      case .extern, .noextern: self = .externref
      case .func, .nofunc: self = .funcref
      // Or a reference to an object, but only the engine knows which. No C function takes either.
      case nil: self = .funcref
      default: self = .object
      }
    }
  }
}
