extension WasmModule {
  /// Checks that the function bodies are well-formed.
  ///
  /// This is used for modules that are known to be invalid, to find out whether they are malformed.
  func checkBodiesAreWellFormed() throws(WasmError) {
    var openIfs: [Bool] = []
    for index in bodies.indices {
      do throws(WasmError) {
        try checkBodyIsWellFormed(index, &openIfs)
      } catch {
        guard error.kind != .invalid else { continue }
        var error = error
        error.functionIndex = importedFunctionCount + index
        throw error
      }
    }
  }

  /// - Parameter openIfs: scratch storage; for each open block, whether an `else` may follow.
  private func checkBodyIsWellFormed(
    _ definedIndex: Int, _ openIfs: inout [Bool]
  ) throws(WasmError) {
    var (_, reader) = try body(definedIndex)
    openIfs.removeAll(keepingCapacity: true)
    openIfs.append(false)
    while let mayHaveElse = openIfs.last {
      let op = try reader.next()
      switch op.code {
      case .block, .loop, .tryTable: openIfs.append(false)
      case .if: openIfs.append(true)
      case .else:
        guard mayHaveElse else {
          throw WasmError(
            .malformed, "END opcode expected: else without if", at: Int(op.offset))
        }
        openIfs[openIfs.count - 1] = false
      case .end: openIfs.removeLast()
      case .memoryInit, .dataDrop, .arrayNewData, .arrayInitData:
        guard dataCount != nil else {
          throw WasmError(
            .malformed, "data count section required", at: Int(op.offset))
        }
      default: break
      }
    }
    guard reader.isAtEnd else {
      throw WasmError(.malformed, "section size mismatch", at: reader.offset)
    }
  }
}
