import CWasm
import Pulley
import PulleyC
import PulleyVM

/// A function that ends what the program has given to an object.
public typealias Finalizer = HostStack.Callback

/// The object of a `wasm_ref_t` and of each special kind of reference, which are one handle under several names.
///
/// Two references may be to one object of the engine, which has the identity and the host info.
final class Reference {
  enum Target {
    case instance(Instance)
    case function(FunctionObject)
    case global(Global)
    case table(Table)
    case memory(Memory)
    case tag(Tag)
    case module(ModuleObject)
    case trap(TrapObject)
    case foreign(HostReference)
  }

  /// What a reference can be cast to.
  enum Kind {
    case instance, function, global, table, memory, module, trap, foreign, external
  }

  let store: Store
  let target: Target
  /// By which guests have the object as an `externref`, once they have had it.
  private var wrapper: HostReference?

  init(_ store: Store, _ target: Target) {
    self.store = store
    self.target = target
  }

  /// The object as an `externref`, which is valid as long as this reference.
  var hostReference: HostReference {
    if case .foreign(let reference) = target { return reference }
    if let wrapper { return wrapper }
    // A second reference to the object, because this one keeps the wrapper.
    let new = store.wrap(Reference(store, target))
    wrapper = new
    return new
  }

  /// A reference to the object that guests have as an `externref`.
  convenience init(_ store: Store, held reference: HostReference) {
    if let known = reference.wrapped as? Reference {
      self.init(known.store, known.target)
      wrapper = reference
    } else {
      self.init(store, .foreign(reference))
    }
  }

  func isOf(_ kind: Kind) -> Bool {
    switch target {
    case .instance: kind == .instance
    case .function: kind == .function || kind == .external
    case .global: kind == .global || kind == .external
    case .table: kind == .table || kind == .external
    case .memory: kind == .memory || kind == .external
    case .tag: kind == .external
    case .module: kind == .module
    case .trap: kind == .trap
    case .foreign: kind == .foreign
    }
  }

  func isSame(as other: Reference) -> Bool {
    switch (target, other.target) {
    case (.instance(let a), .instance(let b)): a.isSame(as: b)
    case (.function(let a), .function(let b)): a.isSame(as: b)
    case (.global(let a), .global(let b)): a.isSame(as: b)
    case (.table(let a), .table(let b)): a.isSame(as: b)
    case (.memory(let a), .memory(let b)): a === b
    case (.tag(let a), .tag(let b)): a === b
    case (.module(let a), .module(let b)): a === b
    case (.trap(let a), .trap(let b)): a === b
    case (.foreign(let a), .foreign(let b)): a.isSame(as: b)
    case (.instance, _), (.function, _), (.global, _), (.table, _), (.memory, _), (.tag, _),
      (.module, _), (.trap, _), (.foreign, _):
      false
    }
  }

  var hostInfo: HostInfo? {
    get {
      switch target {
      case .instance(let instance): instance.hostInfo
      case .function(let function): function.hostInfo
      case .global(let global): global.hostInfo
      case .table(let table): table.hostInfo
      case .memory(let memory): memory.hostInfo
      case .tag(let tag): tag.hostInfo
      case .module(let module): module.hostInfo
      case .trap(let trap): trap.hostInfo
      case .foreign(let reference): reference.hostInfo
      }
    }
    set {
      switch target {
      case .instance(let instance): instance.hostInfo = newValue
      case .function(let function): function.hostInfo = newValue
      case .global(let global): global.hostInfo = newValue
      case .table(let table): table.hostInfo = newValue
      case .memory(let memory): memory.hostInfo = newValue
      case .tag(let tag): tag.hostInfo = newValue
      case .module(let module): module.hostInfo = newValue
      case .trap(let trap): trap.hostInfo = newValue
      case .foreign(let reference): reference.hostInfo = newValue
      }
    }
  }
}

func same(_ a: OpaquePointer?, _ b: OpaquePointer?) -> Bool {
  guard let first = object(a, Reference.self), let second = object(b, Reference.self) else {
    return a == b
  }
  return first === second || first.isSame(as: second)
}

/// The same handle; nil if the object is of another kind.
func cast(_ handle: OpaquePointer?, to kind: Reference.Kind) -> OpaquePointer? {
  guard let reference = object(handle, Reference.self), reference.isOf(kind) else { return nil }
  return handle
}

func hostInfo(_ handle: OpaquePointer?) -> UnsafeMutableRawPointer? {
  object(handle, Reference.self)?.hostInfo?.pointer
}

func setHostInfo(
  _ handle: OpaquePointer?, _ pointer: UnsafeMutableRawPointer?, _ finalizer: Finalizer?
) {
  guard let reference = object(handle, Reference.self) else { return }
  doWithRoom {
    // The finalizer of the old info may ask for the new one, so it runs when that is in place.
    let old = reference.hostInfo
    reference.hostInfo =
      pointer == nil && finalizer == nil ? nil : HostInfo(pointer, finalizer: finalizer)
    withExtendedLifetime(old) {}
  }
}

@c @implementation
public func wasm_foreign_new(_ store: OpaquePointer?) -> OpaquePointer? {
  newHandle { object(store, Store.self).map { Reference($0, .foreign(HostReference())) } }
}
