import CWasm
import Pulley
import PulleyC
import PulleyVM
import PulleyWasm

extension Reference {
  /// The external that an instance exports.
  convenience init?(_ store: Store, export index: Int, of instance: Instance) {
    if case .function(.wasm(let type)) = instance.module.exports[index].type {
      self.init(store, .function(FunctionObject(store, type, export: index, of: instance)))
      return
    }
    switch instance.object(ofExport: index) {
    case .function(let function)?: self.init(store, .function(FunctionObject(store, function)))
    case .table(let table)?: self.init(store, .table(table))
    case .memory(let memory)?: self.init(store, .memory(memory))
    case .global(let global)?: self.init(store, .global(global))
    case .tag(let tag)?: self.init(store, .tag(tag))
    case nil: return nil
    }
  }

  /// The external as an import; nil if it is none.
  fileprivate var imported: Linker.Definition? {
    switch target {
    case .function(let function): function.imported
    case .table(let table): .table(table)
    case .memory(let memory): .memory(memory)
    case .global(let global): .global(global)
    case .tag(let tag): .tag(tag)
    case .instance, .module, .trap, .foreign: nil
    }
  }

  fileprivate var externalType: ExternalType? {
    switch target {
    case .function(let function): .function(.wasm(function.type))
    case .table(let table): .table(table.currentType)
    case .memory(let memory): .memory(memory.currentType)
    case .global(let global): .global(global.type)
    case .tag(let tag): .tag(tag.type)
    case .instance, .module, .trap, .foreign: nil
    }
  }
}

// Externals

@c @implementation
public func wasm_extern_kind(_ handle: OpaquePointer?) -> wasm_externkind_t {
  switch object(handle, Reference.self)?.target {
  case .global: ExternKind.global
  case .table: ExternKind.table
  case .memory: ExternKind.memory
  case .tag: ExternKind.tag
  case .function, .instance, .module, .trap, .foreign, nil: ExternKind.function
  }
}

@c @implementation
public func wasm_extern_type(_ handle: OpaquePointer?) -> OpaquePointer? {
  newHandle { object(handle, Reference.self)?.externalType.map { TypeObject($0) } }
}

// Instances

@c @implementation
public func wasm_instance_new(
  _ storeHandle: OpaquePointer?, _ moduleHandle: OpaquePointer?,
  _ imports: UnsafePointer<wasm_extern_vec_t>?, _ trap: UnsafeMutablePointer<OpaquePointer?>?
) -> OpaquePointer? {
  trap?.pointee = nil
  guard let store = object(storeHandle, Store.self),
    case .module(let module)? = object(moduleHandle, Reference.self)?.target
  else { return nil }
  do throws(PulleyError) {
    let given = try HostStack.make { () throws(PulleyError) in
      try definitions(imports, of: module.module)
    }
    // The start function and host functions run on this thread.
    let instance = try store.linker.instantiate(module.module, imports: given)
    if let handle = newHandle({ Reference(store, .instance(instance)) }) { return handle }
    throw PulleyError(.limit, "no memory for an instance")
  } catch {
    trap?.pointee = newTrap(error, store)
    return nil
  }
}

/// What the program gives for the imports of a module.
private func definitions(
  _ imports: UnsafePointer<wasm_extern_vec_t>?, of module: Module
) throws(PulleyError) -> [Linker.Definition] {
  var definitions: [Linker.Definition] = []
  let elements = imports?.pointee.elements
  for (index, item) in module.imports.enumerated() {
    guard let elements, index < elements.count else {
      throw PulleyError(
        .link, "\(module.imports.count) imports are needed, and \(elements?.count ?? 0) are given")
    }
    guard let definition = object(elements[index], Reference.self)?.imported else {
      throw PulleyError(.link, "import \(index + 1), \(item), is NULL or not an external")
    }
    definitions.append(definition)
  }
  return definitions
}

/// The memory of an external, in bytes.
private let externalSize = 1024

@c @implementation
public func wasm_instance_exports(
  _ handle: OpaquePointer?, _ out: UnsafeMutablePointer<wasm_extern_vec_t>?
) {
  out?.pointee = wasm_extern_vec_t()
  doWithRoom {
    guard let reference = object(handle, Reference.self),
      case .instance(let instance) = reference.target,
      (try? HostMemory.require(
        externalSize * instance.module.exports.count, for: "an instance's exports")) != nil
    else { return }
    out?.pointee = wasm_extern_vec_t(
      owning: instance.module.exports.indices.compactMap { index in
        Reference(reference.store, export: index, of: instance)
      })
  }
}
