import CWasm
import Pulley
import PulleyWasm

/// The object of a `wasm_externtype_t`, and of the types of functions, globals, tables and memories, which are the
/// same objects under other names.
final class TypeObject {
  enum Content {
    case function(
      parameters: UnsafeMutablePointer<wasm_valtype_vec_t>,
      results: UnsafeMutablePointer<wasm_valtype_vec_t>)
    case global(content: OpaquePointer, mutability: wasm_mutability_t)
    case table(element: OpaquePointer, UnsafeMutablePointer<wasm_limits_t>)
    case memory(UnsafeMutablePointer<wasm_limits_t>)
    case tag
  }

  /// The program reads what it points to as long as this object lives.
  let content: Content

  private init(_ content: Content) { self.content = content }

  /// Takes what the vectors contain.
  convenience init(parameters: wasm_valtype_vec_t, results: wasm_valtype_vec_t) {
    self.init(.function(parameters: Self.kept(parameters), results: Self.kept(results)))
  }

  convenience init(content: OpaquePointer, mutability: wasm_mutability_t) {
    self.init(.global(content: content, mutability: mutability))
  }

  convenience init(element: OpaquePointer, _ limits: wasm_limits_t) {
    self.init(.table(element: element, Self.kept(limits)))
  }

  convenience init(_ limits: wasm_limits_t) { self.init(.memory(Self.kept(limits))) }

  private static func kept<T>(_ value: T) -> UnsafeMutablePointer<T> {
    let place = UnsafeMutablePointer<T>.allocate(capacity: 1)
    place.initialize(to: value)
    return place
  }

  deinit {
    switch content {
    case .function(let parameters, let results):
      for vector in [parameters, results] {
        vector.pointee.free()
        vector.deallocate()
      }
    case .table(_, let limits), .memory(let limits): limits.deallocate()
    case .global, .tag: break
    }
  }

  var kind: wasm_externkind_t {
    switch content {
    case .function: ExternKind.function
    case .global: ExternKind.global
    case .table: ExternKind.table
    case .memory: ExternKind.memory
    case .tag: ExternKind.tag
    }
  }
}

/// Kinds of externals as C has them.
enum ExternKind {
  static let function = wasm_externkind_t(WASM_EXTERN_FUNC.rawValue)
  static let global = wasm_externkind_t(WASM_EXTERN_GLOBAL.rawValue)
  static let table = wasm_externkind_t(WASM_EXTERN_TABLE.rawValue)
  static let memory = wasm_externkind_t(WASM_EXTERN_MEMORY.rawValue)
  static let tag = wasm_externkind_t(WASM_EXTERN_TAG.rawValue)
}

// Between the engine's types and those of C

extension TypeObject {
  convenience init(_ type: ExternalType) {
    switch type {
    case .function(.wasm(let type)): self.init(type)
    case .global(let type): self.init(type)
    case .table(let type): self.init(type)
    case .memory(let type): self.init(type)
    // Only modules in CLIF have the other kinds, and no such module gets here.
    case .tag, .function(.clif), .address: self.init(.tag)
    }
  }

  convenience init(_ type: FunctionType) {
    self.init(parameters: .init(type.parameters), results: .init(type.results))
  }

  convenience init(_ type: GlobalType) {
    self.init(
      content: ValueTypes.object(type.value.cKind),
      mutability: wasm_mutability_t((type.isMutable ? WASM_VAR : WASM_CONST).rawValue))
  }

  convenience init(_ type: TableType) {
    self.init(element: ValueTypes.object(type.element.cKind), wasm_limits_t(type.limits))
  }

  convenience init(_ type: MemoryType) { self.init(wasm_limits_t(type.limits)) }

  /// Nil if it is of another kind, or has values that cannot be passed.
  var functionType: FunctionType? {
    guard case .function(let parameters, let results) = content,
      let parameters = parameters.pointee.types, let results = results.pointee.types,
      max(parameters.count, results.count) <= ValuesDefinition.mostValues
    else { return nil }
    return FunctionType(parameters: parameters, results: results)
  }

  var globalType: GlobalType? {
    guard case .global(let content, let mutability) = content,
      let type = KindCode.type(ValueTypes.kind(content))
    else { return nil }
    return GlobalType(value: type, isMutable: mutability != WASM_CONST.rawValue)
  }

  var tableType: TableType? {
    guard case .table(let element, let limits) = content,
      let type = KindCode.type(ValueTypes.kind(element)), type.isReference,
      let limits = Limits(limits.pointee)
    else { return nil }
    return TableType(element: type, limits: limits)
  }

  var memoryType: MemoryType? {
    guard case .memory(let limits) = content, let limits = Limits(limits.pointee) else {
      return nil
    }
    return MemoryType(limits: limits)
  }
}

extension wasm_limits_t {
  init(_ limits: Limits) {
    self.init(
      min: UInt32(clamping: limits.minimum),
      max: limits.maximum.map { UInt32(clamping: $0) } ?? wasm_limits_max_default)
  }
}

extension Limits {
  /// Nil if the maximum is less than the minimum.
  init?(_ limits: wasm_limits_t) {
    guard limits.min <= limits.max else { return nil }
    self.init(
      minimum: UInt64(limits.min),
      maximum: limits.max == wasm_limits_max_default ? nil : UInt64(limits.max))
  }
}

/// The same type under another name; nil if it is of another kind.
private func cast(_ type: OpaquePointer?, to kind: wasm_externkind_t) -> OpaquePointer? {
  object(type, TypeObject.self)?.kind == kind ? type : nil
}

// Functions

@c @implementation
public func wasm_functype_new(
  _ params: UnsafeMutablePointer<wasm_valtype_vec_t>?,
  _ results: UnsafeMutablePointer<wasm_valtype_vec_t>?
) -> OpaquePointer? {
  var (parameters, returned) = (
    params?.pointee.take() ?? .init(), results?.pointee.take() ?? .init()
  )
  let type = newHandle { TypeObject(parameters: parameters, results: returned) }
  if type == nil {
    parameters.free()
    returned.free()
  }
  return type
}

@c @implementation
public func wasm_functype_params(_ type: OpaquePointer?) -> UnsafePointer<wasm_valtype_vec_t>? {
  guard case .function(let parameters, _)? = object(type, TypeObject.self)?.content else {
    return nil
  }
  return UnsafePointer(parameters)
}

@c @implementation
public func wasm_functype_results(_ type: OpaquePointer?) -> UnsafePointer<wasm_valtype_vec_t>? {
  guard case .function(_, let results)? = object(type, TypeObject.self)?.content else { return nil }
  return UnsafePointer(results)
}

// Globals

@c @implementation
public func wasm_globaltype_new(
  _ content: OpaquePointer?, _ mutability: wasm_mutability_t
) -> OpaquePointer? {
  newHandle { content.map { TypeObject(content: $0, mutability: mutability) } }
}

@c @implementation
public func wasm_globaltype_content(_ type: OpaquePointer?) -> OpaquePointer? {
  guard case .global(let content, _)? = object(type, TypeObject.self)?.content else { return nil }
  return content
}

@c @implementation
public func wasm_globaltype_mutability(_ type: OpaquePointer?) -> wasm_mutability_t {
  guard case .global(_, let mutability)? = object(type, TypeObject.self)?.content else { return 0 }
  return mutability
}

// Tables

@c @implementation
public func wasm_tabletype_new(
  _ element: OpaquePointer?, _ limits: UnsafePointer<wasm_limits_t>?
) -> OpaquePointer? {
  newHandle { () -> TypeObject? in
    guard let element, let limits else { return nil }
    return TypeObject(element: element, limits.pointee)
  }
}

@c @implementation
public func wasm_tabletype_element(_ type: OpaquePointer?) -> OpaquePointer? {
  guard case .table(let element, _)? = object(type, TypeObject.self)?.content else { return nil }
  return element
}

@c @implementation
public func wasm_tabletype_limits(_ type: OpaquePointer?) -> UnsafePointer<wasm_limits_t>? {
  guard case .table(_, let limits)? = object(type, TypeObject.self)?.content else { return nil }
  return UnsafePointer(limits)
}

// Memories

@c @implementation
public func wasm_memorytype_new(_ limits: UnsafePointer<wasm_limits_t>?) -> OpaquePointer? {
  newHandle { limits.map { TypeObject($0.pointee) } }
}

@c @implementation
public func wasm_memorytype_limits(_ type: OpaquePointer?) -> UnsafePointer<wasm_limits_t>? {
  guard case .memory(let limits)? = object(type, TypeObject.self)?.content else { return nil }
  return UnsafePointer(limits)
}

// Any kind

@c @implementation
public func wasm_externtype_kind(_ type: OpaquePointer?) -> wasm_externkind_t {
  object(type, TypeObject.self)?.kind ?? ExternKind.function
}

@c @implementation
public func wasm_functype_as_externtype(_ type: OpaquePointer?) -> OpaquePointer? {
  type
}

@c @implementation
public func wasm_globaltype_as_externtype(_ type: OpaquePointer?) -> OpaquePointer? {
  type
}

@c @implementation
public func wasm_tabletype_as_externtype(_ type: OpaquePointer?) -> OpaquePointer? {
  type
}

@c @implementation
public func wasm_memorytype_as_externtype(_ type: OpaquePointer?) -> OpaquePointer? {
  type
}

@c @implementation
public func wasm_externtype_as_functype(_ type: OpaquePointer?) -> OpaquePointer? {
  cast(type, to: ExternKind.function)
}

@c @implementation
public func wasm_externtype_as_globaltype(_ type: OpaquePointer?) -> OpaquePointer? {
  cast(type, to: ExternKind.global)
}

@c @implementation
public func wasm_externtype_as_tabletype(_ type: OpaquePointer?) -> OpaquePointer? {
  cast(type, to: ExternKind.table)
}

@c @implementation
public func wasm_externtype_as_memorytype(_ type: OpaquePointer?) -> OpaquePointer? {
  cast(type, to: ExternKind.memory)
}

@c @implementation
public func wasm_functype_as_externtype_const(_ type: OpaquePointer?) -> OpaquePointer? {
  type
}

@c @implementation
public func wasm_globaltype_as_externtype_const(_ type: OpaquePointer?) -> OpaquePointer? {
  type
}

@c @implementation
public func wasm_tabletype_as_externtype_const(_ type: OpaquePointer?) -> OpaquePointer? {
  type
}

@c @implementation
public func wasm_memorytype_as_externtype_const(_ type: OpaquePointer?) -> OpaquePointer? {
  type
}

@c @implementation
public func wasm_externtype_as_functype_const(_ type: OpaquePointer?) -> OpaquePointer? {
  cast(type, to: ExternKind.function)
}

@c @implementation
public func wasm_externtype_as_globaltype_const(_ type: OpaquePointer?) -> OpaquePointer? {
  cast(type, to: ExternKind.global)
}

@c @implementation
public func wasm_externtype_as_tabletype_const(_ type: OpaquePointer?) -> OpaquePointer? {
  cast(type, to: ExternKind.table)
}

@c @implementation
public func wasm_externtype_as_memorytype_const(_ type: OpaquePointer?) -> OpaquePointer? {
  cast(type, to: ExternKind.memory)
}

@c @implementation
public func wasm_functype_copy(_ type: OpaquePointer?) -> OpaquePointer? {
  copied(type)
}

@c @implementation
public func wasm_functype_delete(_ type: OpaquePointer?) {
  delete(type)
}

@c @implementation
public func wasm_globaltype_copy(_ type: OpaquePointer?) -> OpaquePointer? {
  copied(type)
}

@c @implementation
public func wasm_globaltype_delete(_ type: OpaquePointer?) {
  delete(type)
}

@c @implementation
public func wasm_tabletype_copy(_ type: OpaquePointer?) -> OpaquePointer? {
  copied(type)
}

@c @implementation
public func wasm_tabletype_delete(_ type: OpaquePointer?) {
  delete(type)
}

@c @implementation
public func wasm_memorytype_copy(_ type: OpaquePointer?) -> OpaquePointer? {
  copied(type)
}

@c @implementation
public func wasm_memorytype_delete(_ type: OpaquePointer?) {
  delete(type)
}

@c @implementation
public func wasm_externtype_copy(_ type: OpaquePointer?) -> OpaquePointer? {
  copied(type)
}

@c @implementation
public func wasm_externtype_delete(_ type: OpaquePointer?) {
  delete(type)
}
