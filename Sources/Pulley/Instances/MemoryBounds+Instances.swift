import PulleyWasm

extension MemoryBounds {
  /// An instance without its memories, tables and stacks.
  static func instance(of wasm: WasmFrontEnd) -> Int {
    let module = wasm.module
    let small =
      module.globals.count + module.tags.count + module.tables.count + module.memories.count
    return 4096 + wasm.layout.size + 1024 * module.importedFunctionCount + 160 * small
      + module.elementSegments.count + module.dataSegments.count
  }

  static func instantiating(_ wasm: WasmFrontEnd) -> Int { constant / 4 + 2 * instance(of: wasm) }

  static func instance(of clif: ClifFrontEnd) -> Int {
    4096 + 1024 * clif.imports.count + 64 * clif.exports.count
  }
}
