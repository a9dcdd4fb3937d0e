import Glibc
import Pulley
import PulleyIR
import PulleyScript
import PulleyText

/// A module in CLIF that the command runs.
struct ClifProgram {
  let module: Module

  /// Nil if the module is WebAssembly.
  init?(_ module: Module) {
    guard module.language == .clif else { return nil }
    self.module = module
  }

  /// Links with the definitions of `linker`, and with C functions of the process by their names.
  func instantiate(_ linker: Linker) throws(PulleyError) -> Instance {
    linker.resolver = { dlsym(nil, $0) }
    return try linker.instantiate(module)
  }

  /// Calls a function with arguments of the command line. Returns its results as text.
  func call(
    _ word: RawText, _ arguments: [RawText], in instance: Instance
  ) throws(PulleyError) -> [String] {
    let name = RawText(bytes: Array(word.bytes.dropFirst(word.hasPrefix("%") ? 1 : 0)))
    guard let export = module.exports.first(where: { RawText($0.name) == name }),
      case .function(.clif(let signature)) = export.type
    else {
      throw PulleyError(
        .notFound, "there is no function named \(name.quoted). \(offer)")
    }
    let parameters = signature.parameters
    guard arguments.count == parameters.count else {
      throw PulleyError(
        .argument,
        "%\(name.shown)\(signature) takes \(parameters.count) arguments, "
          + "not \(arguments.count)")
    }
    var values: [ClifValue] = []
    for (argument, parameter) in zip(arguments, parameters) {
      guard
        let value = argument.text.flatMap({ ClifValue(argument: $0, type: parameter.type) })
      else {
        throw PulleyError(.argument, "\(argument.quoted) is not a value of type \(parameter.type)")
      }
      values.append(value)
    }
    return try instance.function(named: export.name).call(clif: values).map(\.text)
  }

  /// Calls `main`. Returns its result as an exit code if it is an integer, otherwise 0.
  func start(_ instance: Instance) throws(PulleyError) -> Int32 {
    guard let main = module.exports.first(where: { $0.name == "main" }),
      case .function(let type) = main.type, type.parameterCount == 0
    else {
      throw PulleyError(
        .notFound,
        "there is no %main() to run; name a function with --invoke. \(offer)")
    }
    let results = try instance.function(named: "main").call(clif: [])
    guard let first = results.first, first.type.isInteger else { return 0 }
    return Int32(truncatingIfNeeded: first.bits) & 0xFF
  }

  private var offer: String {
    let names = module.exports.prefix(20).map { "%\(VisibleText.name($0.name))" }
    let more = module.exports.count > names.count ? ", …" : ""
    return names.isEmpty
      ? "The text has no functions" : "There are \(names.joined(separator: ", "))\(more)"
  }
}

extension ClifValue {
  /// Reads an argument of the command line: a value of CLIF, a decimal float, or a vector as lanes
  /// separated by commas, lane 0 first.
  fileprivate init?(argument text: String, type: Type) {
    var text = text
    if type.isVector && !text.hasPrefix("[") {
      let lanes = text.split(separator: ",", omittingEmptySubsequences: false)
      if lanes.count > 1 { text = "[\(lanes.joined(separator: " "))]" }
    }
    if let value = ClifValue(text, type: type) {
      self = value
    } else if type == .f32, let value = Float(text) {
      self.init(type: type, bits: UInt128(value.bitPattern))
    } else if type == .f64, let value = Double(text) {
      self.init(type: type, bits: UInt128(value.bitPattern))
    } else {
      return nil
    }
  }

  /// The value as the command prints it.
  fileprivate var text: String {
    switch type {
    case .f32: GuestValue.f32(UInt32(truncatingIfNeeded: bits)).text
    case .f64: GuestValue.f64(UInt64(truncatingIfNeeded: bits)).text
    default: description
    }
  }
}
