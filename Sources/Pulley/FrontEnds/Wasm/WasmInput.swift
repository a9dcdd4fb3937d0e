import PulleySource
import PulleyText
import PulleyWasm
import PulleyWat

/// A module of WebAssembly as the embedder has passed it, text or binary. Maps offsets in the
/// binary form back to the text.
struct WasmInput {
  /// The binary form.
  let bytes: StableBytes
  private let text: (source: SourceText, encoded: EncodedModule)?

  init(_ bytes: StableBytes) { self.init(bytes, nil) }

  private init(_ bytes: StableBytes, _ text: (source: SourceText, encoded: EncodedModule)?) {
    self.bytes = bytes
    self.text = text
  }

  /// Encodes a text. Bytes of the binary format stay as they are.
  init(_ bytes: [UInt8], isText: Bool) throws(PulleyError) {
    guard isText else {
      self.init(StableBytes(bytes))
      return
    }
    let source = SourceText(bytes)
    do throws(TextError) {
      let encoded = try TextModule.encode(source)
      self.init(StableBytes(encoded.bytes), (source, encoded))
    } catch {
      throw PulleyError(error, in: source)
    }
  }

  /// Decodes and validates the module.
  ///
  /// - Parameters:
  ///   - isKnownValid: whether the same module has been valid before.
  ///   - threads: how many threads may validate it.
  func load(isKnownValid: Bool = false, threads: Int = 1) throws(PulleyError) -> ValidatedModule {
    let bytes = ModuleBytes(bytes.all, of: bytes)
    do throws(WasmError) {
      let module = try WasmModule.load(
        bytes, isKnownValid: isKnownValid,
        threads: threads > 1 ? { runOnThreads(threads, $0) } : nil)
      // Branch hints in a text must be right. In a binary module they are in a custom section,
      // which cannot make it invalid.
      if text != nil { try BranchHints.check(module.module) }
      return module
    } catch {
      // An invalid module may still be decoded, and then has names.
      let module = error.functionIndex == nil ? nil : try? ModuleDecoder.decode(bytes)
      throw locate(PulleyError(error, names: module?.readNames()))
    }
  }

  /// The same error with its place in the text, if the module was a text.
  func locate(_ error: PulleyError) -> PulleyError {
    guard let (source, encoded) = text, let offset = error.offset,
      let textOffset = encoded.textOffset(ofBinaryOffset: offset)
    else { return error }
    var error = error
    error.locate(textOffset, in: source)
    return error
  }
}

extension PulleyError {
  init(_ error: WasmError, names: ModuleNames?) {
    let kind: Kind =
      switch error.kind {
      case .malformed: .malformed
      case .invalid: .invalid
      case .unsupported: .unsupported
      case .limit: .limit
      }
    var place = ""
    if let index = error.functionIndex {
      place = " in function \(index)"
      if let name = names?.function(index) { place += " (\(VisibleText.name(name)))" }
    }
    self.init(kind, error.message + place, offset: error.offset)
  }

  init(_ error: TextError, in source: SourceText) {
    self.init(.malformed, VisibleText.line(error.message))
    locate(error.offset, in: source)
  }

  mutating func locate(_ textOffset: Int, in source: SourceText) {
    let position = source.position(ofOffset: textOffset)
    offset = textOffset
    line = position.line
    column = position.column
    excerpt = source.excerpt(at: textOffset)
  }
}
