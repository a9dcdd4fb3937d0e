import PulleyHost
import PulleyVM
import PulleyWasm

/// The functions that a guest has passed to host calls by index in its table, so that passing one
/// again costs a lookup.
///
/// A function belongs to the instance's group, as its table does, and the cache's functions do not
/// keep the group alive.
struct GuestFunctionCache {
  private struct Entry {
    let function: Callable
    let type: GuestFunctionType
  }

  /// By the word of the table's element.
  private var entries: [UInt: Entry] = [:]
  /// The table of the guest's function pointers; nil if the instance has none.
  private let table: TableState?

  /// A module can have a million functions, and each entry takes some hundred bytes.
  private static let capacity = 256

  init(_ state: WasmInstanceState) {
    table = Self.functionTable(of: state)
  }

  /// The table that linkers of C programs export, or else the first one.
  private static func functionTable(of state: WasmInstanceState) -> TableState? {
    let name = ExactName("__indirect_function_table")
    let exported = state.wasm.module.exports.first {
      $0.kind == .table && ExactName($0.name) == name
    }
    let index = exported.map { Int($0.index) } ?? 0
    guard state.tables.indices.contains(index),
      state.tables[index].referents == .functions
    else { return nil }
    return state.tables[index]
  }

  mutating func function(
    at index: UInt64, type: GuestFunctionType
  ) throws(HostTrap) -> Callable {
    guard let table else {
      throw HostTrap(
        message: "function pointer \(index) refers to nothing, because the instance has no table "
          + "of functions")
    }
    guard index < table.count else {
      throw HostTrap(
        message: "function pointer \(index) is outside the table of \(table.count) functions")
    }
    let word = table.record.pointee.elements[Int(index)]
    guard word != 0 else {
      throw HostTrap(message: "function pointer \(index) refers to an empty element of the table")
    }
    let entry: Entry
    if let known = entries[word] {
      entry = known
    } else {
      entry = try Self.make(word)
      if entries.count == Self.capacity { entries.removeAll(keepingCapacity: true) }
      entries[word] = entry
    }
    guard entry.type == type else {
      throw HostTrap(
        message: "function pointer \(index) refers to a function of type \(entry.type), "
          + "not \(type)")
    }
    return entry.function
  }

  private static func make(_ word: UInt) throws(HostTrap) -> Entry {
    do throws(PulleyError) {
      return try HostStack.make { () throws(PulleyError) in
        let (state, index) = try ReferenceOwners.owner(of: word)
        let function = Callable(state, index: index, isBorrowed: true)
        return Entry(function: function, type: function.type.guestType)
      }
    } catch {
      throw HostTrap(error)
    }
  }
}

extension HostTrap {
  convenience init(_ error: PulleyError) { self.init(message: error.message, cause: error) }
}
