/// One instruction of a fused handler.
public struct FusedPart: Hashable, Sendable {
  /// The name of the template: that of the handler which executes the instruction alone.
  public let template: String
  /// The source whose value is in the accumulator, if one is.
  public var accumulated: String?
  /// The source that is the result of the part before, which passes it in a machine register.
  public var taken: String?

  public init(_ template: String) { self.template = template }

  /// The part's share of a handler's name.
  public var name: String {
    template + (accumulated.map { "_\($0)" } ?? "") + (taken.map { "_takes_\($0)" } ?? "")
  }

  /// The same, with the source taken from the part before.
  func taking(_ source: String) -> FusedPart {
    var part = self
    part.taken = source
    return part
  }

  /// The same, with the source in the accumulator.
  func reading(_ source: String) -> FusedPart {
    var part = self
    part.accumulated = source
    return part
  }
}

// The lists of fusions name a part by its template and, where an operand does not come from a
// register, by that operand: `"xadd32"`, `"xadd32".x`, `"vaddi32x4".taking("x")`.

extension FusedPart: ExpressibleByStringInterpolation {
  public init(stringLiteral name: String) { self.init(name) }
}

extension String {
  /// With the first operand, or the address, in the accumulator.
  var x: FusedPart { FusedPart(self).reading("x") }
  /// With the second operand in the accumulator.
  var y: FusedPart { FusedPart(self).reading("y") }
  /// With the value to store in the accumulator.
  var v: FusedPart { FusedPart(self).reading("v") }

  func taking(_ source: String) -> FusedPart { FusedPart(self).taking(source) }
}

/// Every part taking each of these sources from the part before it.
func parts(_ parts: [FusedPart], taking sources: [String]) -> [FusedPart] {
  parts.flatMap { part in sources.map { part.taking($0) } }
}

func join(_ lists: [[FusedPart]]...) -> [[FusedPart]] { lists.flatMap { $0 } }

/// Every way to take one part of each list.
func product(_ choices: [FusedPart]...) -> [[FusedPart]] {
  choices.reduce([[]]) { sequences, choice in
    sequences.flatMap { sequence in choice.map { sequence + [$0] } }
  }
}
