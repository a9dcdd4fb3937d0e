import PulleyIR
import PulleySource
import PulleyText

/// A CLIF text, read and verified.
struct ClifSource {
  let text: SourceText
  var functions: [PulleyIR.Function]
  /// Whether addresses may have 32 bits: the text names targets, and all of them are `pulley32`.
  let hasNarrowAddresses: Bool

  init(_ bytes: [UInt8]) throws(PulleyError) {
    text = SourceText(bytes)
    let file = ClifReader.read(bytes)
    functions = file.functions.map(\.function)
    let targets = file.directives.filter { $0.words.first == "target" }
    hasNarrowAddresses =
      !targets.isEmpty
      && targets.allSatisfy { $0.words.dropFirst().first?.hasPrefix("pulley32") == true }
    var errors: [PulleyError] = []
    for error in file.errors {
      errors.append(Self.error(.malformed, error.message, at: UInt32(error.offset), in: text))
    }
    if errors.isEmpty { verify(&errors) }
    if let error = PulleyError(all: errors) { throw error }
  }

  private func verify(_ errors: inout [PulleyError]) {
    // On a target of 32 bits, the text may also use addresses of 64.
    var verifier = Verifier(addressBits: hasNarrowAddresses ? nil : 64)
    for function in functions {
      let found = verifier.verify(function).map { error in
        (offset: error.offset(in: function) ?? function.text?.offset ?? 0, message: error.message)
      }
      for (offset, message) in found.sorted(by: { $0.offset < $1.offset }) {
        errors.append(
          Self.error(.invalid, "\(message), in function \(function.name)", at: offset, in: text))
        if errors.count == PulleyError.mostListed { return }
      }
    }
  }

  /// An error at a place in the text.
  static func error(
    _ kind: PulleyError.Kind, _ message: String, at offset: UInt32, in text: SourceText
  ) -> PulleyError {
    var error = PulleyError(kind, VisibleText.line(message))
    error.locate(Int(offset), in: text)
    return error
  }

  func error(_ kind: PulleyError.Kind, _ message: String, at offset: UInt32) -> PulleyError {
    Self.error(kind, message, at: offset, in: text)
  }
}
