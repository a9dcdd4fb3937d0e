import CPulley
import Pulley

/// The object of a `pulley_error_t`: immutable, with its texts as C strings.
final class ErrorObject {
  let status: pulley_status_t
  let message: CText
  let description: CText
  let offset: Int?
  let line: Int
  let column: Int
  let trap: pulley_trap_code_t
  let trapNumber: UInt32
  let frames: [Frame]
  let imports: DescriptionList<Import>
  /// The error in the form of the engine.
  let error: PulleyError

  struct Frame {
    let name: CText
    let module: CText
    let index: UInt32
    let offset: Int?
  }

  /// An import for which the failed instantiation had no definition that fits.
  final class Import {
    let module: CText
    let name: CText
    let reason: CText

    init(_ refused: RefusedImport) {
      module = CText(refused.module)
      name = CText(refused.name)
      reason = CText(refused.reason)
    }
  }

  init(_ failure: Failure) {
    let cause = failure.cause
    error =
      cause
      ?? PulleyError(PulleyError.Kind(rawValue: failure.status) ?? .internal, failure.message)
    status = failure.status
    message = CText(ErrorObject.oneLine(failure.message))
    offset = failure.offset ?? cause?.offset
    line = cause?.line ?? 0
    column = cause?.column ?? 0
    trap = cause?.trap?.rawValue ?? TrapCode.none
    trapNumber = UInt32(cause?.trapNumber ?? 0)
    frames = (cause?.backtrace ?? []).map { frame in
      Frame(
        name: CText(frame.functionName), module: CText(frame.moduleName),
        index: UInt32(clamping: frame.functionIndex), offset: frame.moduleOffset)
    }
    let refused = cause?.refusedImports ?? []
    imports = DescriptionList(count: refused.count) { Import(refused[$0]) }
    description = CText(
      ErrorObject.describe(failure, offset: offset, line: line, column: column))
  }

  private static func oneLine(_ text: String) -> String {
    guard text.utf8.contains(10) else { return text }
    return String(text.map { $0.isNewline ? " " : $0 })
  }

  private static func describe(_ failure: Failure, offset: Int?, line: Int, column: Int) -> String {
    var text = failure.message
    if line > 0 {
      text += " (line \(line), column \(column))"
      if let excerpt = failure.cause?.excerpt { text += "\n\(excerpt)" }
    } else if let offset {
      let unit = failure.status == Status.signature ? "character" : "byte"
      text += " (\(unit) \(offset))"
    }
    for other in failure.cause?.others ?? [] { text += "\n\(other.description)" }
    return text + (failure.cause?.backtraceText ?? "")
  }

  func frame(_ index: Int) -> Frame? {
    frames.indices.contains(index) ? frames[index] : nil
  }
}
