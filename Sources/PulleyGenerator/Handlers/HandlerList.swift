/// A handler: what a cell does, or a part of a fused cell.
struct HandlerEntry {
  var name: String
  /// Several if the handler is fused; none if it is written by hand.
  var parts: [Template]
}

private let baseTemplates =
  controlRows + windowRows + integerRows + memoryRows + floatRows + branchRows + vectorRows
  + vectorFloatRows
  + atomicRows + objectRows

/// The templates that read an operand from an accumulator, or one from each.
let accumulatorTemplates = baseTemplates.flatMap { base in
  base.accumulatorVariants.flatMap { variant in
    [variant.template] + variant.template.accumulatorVariants.map(\.template)
  }
}

/// The templates of handlers for one instruction.
let templates = baseTemplates + accumulatorTemplates

let templatesByName = Dictionary(uniqueKeysWithValues: templates.map { ($0.name, $0) })

/// A handler that executes two to six instructions in one dispatch.
public struct Fusion: Sendable {
  public let name: String
  public let parts: [FusedPart]
  let templates: [Template]

  init(_ parts: [FusedPart]) {
    name = parts.map(\.name).joined(separator: "__")
    self.parts = parts
    templates = parts.map(\.resolved)
  }
}

/// All fused handlers.
public let fusions: [Fusion] = fusedSequences.map(Fusion.init)

extension FusedPart {
  /// The template with the part's inputs.
  fileprivate var resolved: Template {
    guard let resolved = templatesByName[name] else {
      preconditionFailure("there is no handler \(name)")
    }
    return resolved
  }
}

/// All handlers in the order of their numbers.
let handlerList: [HandlerEntry] =
  specialHandlers.map { HandlerEntry(name: $0.name, parts: []) }
  + templates.map { HandlerEntry(name: $0.name, parts: [$0]) }
  + fusions.map { HandlerEntry(name: $0.name, parts: $0.templates) }

/// The names of all handlers in the order of their numbers.
public let handlerNames: [String] = handlerList.map(\.name)

private let numbers = Dictionary(
  uniqueKeysWithValues: handlerNames.enumerated().map { ($1, $0) })

/// The number of the handler with this name.
func handlerNumber(_ name: String) -> Int {
  guard let number = numbers[name] else { preconditionFailure("there is no handler \(name)") }
  return number
}

/// The handlers without a body of their own, and those whose body they share: a load of an integer
/// and one of a float's bits are the same. (LLVM would make one jump to the other.)
let handlerAliases: [String: String] = {
  var names: [[String]: String] = [:]
  var aliases: [String: String] = [:]
  for handler in handlerList where !handler.parts.isEmpty {
    let body = statements(handler.parts)
    if let other = names[body] { aliases[handler.name] = other } else { names[body] = handler.name }
  }
  return aliases
}()
