/// Proposals that this implementation does not take yet, by the names people know.
enum WasmFeature: String {
  case legacyExceptions = "legacy exception handling"
  case memory64 = "memory64"
  case relaxedSIMD = "relaxed SIMD"
  case compactImports = "compact import section"
  case customPageSizes = "custom page sizes"
  case simd = "fixed-width SIMD"
  case stackSwitching = "stack switching"
  case threads = "threads (shared memory and atomics)"
  case wideArithmetic = "wide arithmetic"
  case components = "the component model"
}

extension ByteCursor {
  @inline(never)
  func unsupported(_ feature: WasmFeature, at offset: Int) -> WasmError {
    WasmError(.unsupported, "\(feature.rawValue) is not supported", at: offset)
  }
}
