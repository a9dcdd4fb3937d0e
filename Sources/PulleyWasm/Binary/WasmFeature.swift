/// Proposals that this implementation does not support, by their usual names.
enum WasmFeature: String {
  case compactImports = "compact import section"
  case stackSwitching = "stack switching"
  case sharedTypes = "shared types (shared-everything threads)"
  case components = "the component model"
}

extension ByteCursor {
  @inline(never)
  func unsupported(_ feature: WasmFeature, at offset: Int) -> WasmError {
    WasmError(.unsupported, "\(feature.rawValue) is not supported", at: offset)
  }
}
