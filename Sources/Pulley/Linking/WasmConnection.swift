import PulleyHost
import PulleyText
import PulleyWasm

/// A definition that fits an import. Functions come with the import's type, as an index of the module.
enum Connection {
  case host(HostDefinition, type: UInt32)
  case values(ValuesDefinition, type: UInt32)
  case function(Callable, Callable.WasmFunction, type: UInt32)
  /// A function that traps with this message when it is called.
  case trap(String, type: UInt32)
  case memory(Memory)
  case table(Table)
  case global(Global)
  case tag(Tag)
}

extension WasmInstantiation {
  /// The definition for an import; nil if there is none. Throws if it does not fit.
  ///
  /// All imports are checked before any is connected, so that an error can list all that are missing
  /// or do not fit.
  func connection(
    _ index: Int, _ item: ImportDescription, isLeftToTrap: Bool
  ) throws(PulleyError) -> Connection? {
    let item = wasm.module.imports[index]
    if isLeftToTrap, case .function(let type) = item.type {
      return .trap(
        "\(qualifiedName(item)) is called, and its import was left undefined", type: type)
    }
    let found: Linker.Definition?
    if let given {
      found = index < given.count ? given[index] : nil
    } else {
      found = try linker.find(module.imports[index])
    }
    guard let definition = found else { return nil }
    switch (item.type, definition) {
    case (.function(let type), .host(let host)):
      try check(host, item, type)
      return .host(host, type: type)
    case (.function(let type), .values(let values)):
      guard GuestFunctionType(values.type) == guestType(type) else {
        throw incompatible(item, "a host function of type \(CallableType.wasm(values.type))")
      }
      return .values(values, type: type)
    case (.function(let type), .function(let function)):
      guard let callee = function.wasm,
        module.engine.types.isSubtype(callee.typeNumber, of: wasm.typeNumbers[Int(type)])
      else { throw incompatible(item, function.type.description) }
      return .function(function, callee, type: type)
    case (.memory(let wanted), .memory(let memory)):
      let found = memory.currentType
      guard found.addressType == wanted.addressType, found.isShared == wanted.isShared,
        found.pageSizeLog2 == wanted.pageSizeLog2, found.limits.fit(wanted.limits)
      else { throw incompatible(item, ExternalType.memory(found).description) }
      return .memory(memory)
    case (.table(let wanted), .table(let table)):
      let found = table.state.currentType
      guard found.element == wasm.engineType(wanted).element,
        found.addressType == wanted.addressType, found.limits.fit(wanted.limits)
      else { throw incompatible(item, ExternalType.table(found).description) }
      return .table(table)
    case (.global(let wanted), .global(let global)):
      guard fits(global, wanted) else {
        throw incompatible(item, ExternalType.global(global.type).description)
      }
      return .global(global)
    case (.tag(let type), .tag(let tag)):
      guard tag.typeNumber == wasm.typeNumbers[Int(type)] else {
        throw incompatible(item, ExternalType.tag(tag.type).description)
      }
      return .tag(tag)
    default:
      throw incompatible(item, "a \(definition.kindName)")
    }
  }

  private func check(
    _ host: HostDefinition, _ item: Import, _ type: UInt32
  ) throws(PulleyError) {
    do {
      try host.check(against: guestType(type))
    } catch {
      throw PulleyError(
        RefusedImport(item.module, item.name, error.message),
        "incompatible import type: \(qualifiedName(item)): \(error.message)", offset: item.offset)
    }
  }

  private func guestType(_ index: UInt32) -> GuestFunctionType {
    GuestFunctionType(wasm.module.functionType(index) ?? FunctionType())
  }

  /// An immutable global may have a more special type than its import.
  private func fits(_ global: Global, _ wanted: GlobalType) -> Bool {
    let value = wasm.engineType(wanted).value
    return global.type.isMutable == wanted.isMutable
      && (global.type.value == value
        || !wanted.isMutable && module.engine.types.matches(global.type.value, value))
  }

  func qualifiedName(_ item: Import) -> String {
    VisibleText.qualifiedName(item.module, item.name)
  }

  private func incompatible(_ item: Import, _ found: String) -> PulleyError {
    PulleyError(
      RefusedImport(item.module, item.name, found),
      "incompatible import type: \(qualifiedName(item)) is \(found), and the "
        + "module asks for "
        + "\(ExternalType(item.type, of: wasm.module))", offset: item.offset)
  }
}

extension Limits {
  /// Whether an object of these limits can be imported where `wanted` is declared.
  fileprivate func fit(_ wanted: Limits) -> Bool {
    guard minimum >= wanted.minimum else { return false }
    guard let wantedMaximum = wanted.maximum else { return true }
    return maximum.map { $0 <= wantedMaximum } ?? false
  }
}
