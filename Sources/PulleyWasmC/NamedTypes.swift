import CWasm
import Pulley
import PulleyWasm

/// The object of a `wasm_importtype_t` or a `wasm_exporttype_t`.
final class NamedTypeObject {
  /// The name of the module, which is empty for an export, and the type's own. The program reads them as long as
  /// this object lives.
  private let names: UnsafeMutablePointer<wasm_name_t>
  let type: TypeObject

  /// Takes what the names contain.
  init(module: wasm_name_t, name: wasm_name_t, _ type: TypeObject) {
    names = .allocate(capacity: 2)
    names.initialize(to: module)
    (names + 1).initialize(to: name)
    self.type = type
  }

  deinit {
    names[0].free()
    names[1].free()
    names.deallocate()
  }

  var moduleName: UnsafePointer<wasm_name_t> { UnsafePointer(names) }
  var name: UnsafePointer<wasm_name_t> { UnsafePointer(names + 1) }
}

/// The imports or exports of a module.
///
/// A module may have a million, all of one type with a thousand parameters, so functions of one type share its object.
struct NamedTypeList {
  private(set) var objects: [NamedTypeObject] = []
  /// Whether there is memory for all of them.
  private let hasMemory: Bool
  private var functionTypes: [Storage: TypeObject] = [:]

  /// The memory of an object without what the name has beyond a few characters.
  private static let objectSize = 256

  /// The arrays of a type. The module keeps them, and has one pair of arrays for all functions of one type.
  private struct Storage: Hashable {
    let parameters: UnsafePointer<ValueType>?
    let results: UnsafePointer<ValueType>?

    init(_ type: FunctionType) {
      parameters = type.parameters.withUnsafeBufferPointer(\.baseAddress)
      results = type.results.withUnsafeBufferPointer(\.baseAddress)
    }
  }

  init(count: Int) {
    hasMemory = (try? HostMemory.require(Self.objectSize * count, for: "a list of types")) != nil
  }

  /// Adds an object, unless there is no memory for all.
  mutating func append(module: String = "", name: String, _ type: ExternalType) {
    guard hasMemory else { return }
    objects.append(
      NamedTypeObject(
        module: wasm_name_t(module), name: wasm_name_t(name), object(of: type)))
  }

  private mutating func object(of type: ExternalType) -> TypeObject {
    guard case .function(.wasm(let function)) = type else { return TypeObject(type) }
    let storage = Storage(function)
    if let known = functionTypes[storage] { return known }
    let new = TypeObject(function)
    functionTypes[storage] = new
    return new
  }
}

extension wasm_byte_vec_t {
  fileprivate init(_ text: String) { self.init(text.utf8.map { CChar(bitPattern: $0) }) }
}

@c @implementation
public func wasm_importtype_new(
  _ module: UnsafeMutablePointer<wasm_name_t>?, _ name: UnsafeMutablePointer<wasm_name_t>?,
  _ type: OpaquePointer?
) -> OpaquePointer? {
  newNamedType(module, name, type)
}

@c @implementation
public func wasm_exporttype_new(
  _ name: UnsafeMutablePointer<wasm_name_t>?, _ type: OpaquePointer?
) -> OpaquePointer? {
  newNamedType(nil, name, type)
}

private func newNamedType(
  _ module: UnsafeMutablePointer<wasm_name_t>?, _ name: UnsafeMutablePointer<wasm_name_t>?,
  _ type: OpaquePointer?
) -> OpaquePointer? {
  var (moduleName, ownName) = (
    module?.pointee.take() ?? wasm_name_t(), name?.pointee.take() ?? wasm_name_t()
  )
  let type = taken(type, TypeObject.self)
  let handle = newHandle { type.map { NamedTypeObject(module: moduleName, name: ownName, $0) } }
  if handle == nil {
    moduleName.free()
    ownName.free()
  }
  return handle
}

@c @implementation
public func wasm_importtype_module(_ type: OpaquePointer?) -> UnsafePointer<wasm_name_t>? {
  object(type, NamedTypeObject.self).map { $0.moduleName }
}

@c @implementation
public func wasm_importtype_name(_ type: OpaquePointer?) -> UnsafePointer<wasm_name_t>? {
  object(type, NamedTypeObject.self).map { $0.name }
}

@c @implementation
public func wasm_importtype_type(_ type: OpaquePointer?) -> OpaquePointer? {
  object(type, NamedTypeObject.self).map { lent($0.type) }
}

@c @implementation
public func wasm_importtype_copy(_ type: OpaquePointer?) -> OpaquePointer? { copied(type) }

@c @implementation
public func wasm_importtype_delete(_ type: OpaquePointer?) { delete(type) }

@c @implementation
public func wasm_exporttype_name(_ type: OpaquePointer?) -> UnsafePointer<wasm_name_t>? {
  object(type, NamedTypeObject.self).map { $0.name }
}

@c @implementation
public func wasm_exporttype_type(_ type: OpaquePointer?) -> OpaquePointer? {
  object(type, NamedTypeObject.self).map { lent($0.type) }
}

@c @implementation
public func wasm_exporttype_copy(_ type: OpaquePointer?) -> OpaquePointer? { copied(type) }

@c @implementation
public func wasm_exporttype_delete(_ type: OpaquePointer?) { delete(type) }
