import PulleyCodegen
import PulleyIR

/// An import of which code uses an address of 32 bits, and what the code adds to it.
struct NarrowReference: Hashable, Comparable {
  /// The number of the import.
  let number: Int
  let addend: Int64

  static func < (a: NarrowReference, b: NarrowReference) -> Bool {
    (a.number, a.addend) < (b.number, b.addend)
  }

  /// The references of functions whose names are resolved.
  static func all(in functions: [PulleyIR.Function]) -> [NarrowReference] {
    var found: Set<NarrowReference> = []
    for function in functions {
      for data in function.instructions.elements where data.type == .i32 {
        switch data.operation {
        case .func_addr: found.insert(function.externals[data.function].name, 0)
        case .symbol_value:
          if case .symbol(let name, let addend, _, _) = function.globalValues[data.globalValue] {
            found.insert(name, addend)
          }
        default: break
        }
      }
    }
    return found.sorted()
  }

  /// The references of compiled functions.
  static func all(in functions: [CompiledFunction]) -> [NarrowReference] {
    var found: Set<NarrowReference> = []
    for function in functions {
      for relocation in function.relocations where relocation.kind == .narrowAddress {
        found.insert(
          NarrowReference(number: Int(relocation.target), addend: relocation.addend))
      }
    }
    return found.sorted()
  }
}

extension Set<NarrowReference> {
  fileprivate mutating func insert(_ name: ExternalName, _ addend: Int64) {
    guard case .user(ClifLinking.importNamespace, let number) = name else { return }
    insert(NarrowReference(number: Int(number), addend: addend))
  }
}
