extension WasmModule {
  /// Checks that the function bodies are well-formed.
  ///
  /// This is used for modules that are known to be invalid, to find out whether they are malformed.
  func checkBodiesAreWellFormed() throws(WasmError) {
    var open: [BlockPart] = []
    for index in bodies.indices {
      do throws(WasmError) {
        try checkBodyIsWellFormed(index, &open)
      } catch {
        guard error.kind != .invalid else { continue }
        var error = error
        error.functionIndex = importedFunctionCount + index
        throw error
      }
    }
  }

  /// - Parameter open: scratch storage; the open blocks.
  private func checkBodyIsWellFormed(
    _ definedIndex: Int, _ open: inout [BlockPart]
  ) throws(WasmError) {
    var (_, reader) = try body(definedIndex)
    open.removeAll(keepingCapacity: true)
    open.append(.last)
    while let part = open.last {
      let op = try reader.next()
      switch op.code {
      case .block, .loop, .if, .try, .tryTable: open.append(BlockPart(opening: op.code))
      case .else, .catch, .catchAll:
        guard let next = part.next(op.code) else { throw WasmError.misplaced(op) }
        open[open.count - 1] = next
      case .delegate:
        guard part == .tried else { throw WasmError.misplaced(op) }
        open.removeLast()
      case .end: open.removeLast()
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
