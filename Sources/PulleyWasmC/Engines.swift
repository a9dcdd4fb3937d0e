import CWasm
import Pulley
import PulleyC

/// The object of a `wasm_config_t`. The API has no functions that change one.
final class ConfigObject {
  let options = Engine.Options()
}

/// The object of a `wasm_store_t`: what the program's objects of one thread share.
final class Store {
  let engine: Engine
  let linker: Linker
  /// For failures when too little is left of the stack to describe them.
  let trapWithoutRoom = TrapObject([])
  private var wrappers: [WeakHostReference] = []
  /// How many wrappers there may be before those that have ended are removed.
  private var wrapperLimit = 16

  init(_ engine: Engine) {
    self.engine = engine
    linker = Linker(engine: engine)
  }

  /// A reference by which guests have an object of the API as an `externref`.
  func wrap(_ object: Reference) -> HostReference {
    if wrappers.count >= wrapperLimit {
      wrappers.removeAll { $0.reference == nil }
      wrapperLimit = max(16, 2 * wrappers.count)
    }
    let reference = HostReference(wrapping: object)
    wrappers.append(WeakHostReference(reference))
    return reference
  }

  /// Releases what guests have as references. A guest that has a reference to its own instance would keep
  /// itself for ever.
  func end() {
    for wrapper in wrappers { wrapper.reference?.unwrap() }
    wrappers = []
  }
}

@c @implementation
public func wasm_config_new() -> OpaquePointer? { newHandle { ConfigObject() } }

@c @implementation
public func wasm_config_delete(_ config: OpaquePointer?) { delete(config) }

@c @implementation
public func wasm_engine_new() -> OpaquePointer? { newHandle { Engine() } }

@c @implementation
public func wasm_engine_new_with_config(_ config: OpaquePointer?) -> OpaquePointer? {
  let config = taken(config, ConfigObject.self)
  return newHandle { Engine(config?.options ?? Engine.Options()) }
}

@c @implementation
public func wasm_engine_delete(_ engine: OpaquePointer?) { delete(engine) }

@c @implementation
public func wasm_store_new(_ engine: OpaquePointer?) -> OpaquePointer? {
  newHandle { object(engine, Engine.self).map(Store.init) }
}

@c @implementation
public func wasm_store_delete(_ store: OpaquePointer?) {
  guard let object = taken(store, Store.self) else { return }
  doWithRoom { object.end() }
}
