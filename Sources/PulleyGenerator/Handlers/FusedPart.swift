/// One instruction of a fused handler.
public struct FusedPart: Hashable, Sendable {
  /// The name of the template: that of the handler which executes the instruction alone.
  public let template: String
  /// The sources whose values are in an accumulator: at most one in each.
  public var accumulated: [String] = []

  public init(_ template: String) { self.template = template }

  /// The part's share of a handler's name.
  public var name: String { template + accumulated.map { "_\($0)" }.joined() }

  /// The same, with the source in an accumulator.
  func reading(_ source: String) -> FusedPart {
    var part = self
    part.accumulated.append(source)
    return part
  }

  /// With the value to store in the float accumulator, and the address in the accumulator.
  var v: FusedPart { reading("v") }
}

// The lists of fusions name a part by its template and, where an operand does not come from a
// register, by that operand: `"xadd32"`, `"xadd32".x`, `"fstore64le_mem".x.v`.

extension FusedPart: ExpressibleByStringInterpolation {
  public init(stringLiteral name: String) { self.init(name) }
}

extension String {
  /// With the first operand, or the address, in an accumulator.
  var x: FusedPart { FusedPart(self).reading("x") }
  /// With the second operand in an accumulator.
  var y: FusedPart { FusedPart(self).reading("y") }
  /// With the condition in an accumulator.
  var c: FusedPart { FusedPart(self).reading("c") }
  /// With the value to store in an accumulator.
  var v: FusedPart { FusedPart(self).reading("v") }
}

/// Each operation with its first operand in an accumulator, and with its second, unless predecoding swaps
/// its operands.
func eitherAccumulated(_ operations: [FusedPart]) -> [FusedPart] {
  operations.flatMap { part in
    [part.reading("x")]
      + (templatesByName[part.template]?.commutes == true ? [] : [part.reading("y")])
  }
}

func join(_ lists: [[FusedPart]]...) -> [[FusedPart]] { lists.flatMap { $0 } }

/// Every way to take one part of each list.
func product(_ choices: [FusedPart]...) -> [[FusedPart]] {
  choices.reduce([[]]) { sequences, choice in
    sequences.flatMap { sequence in choice.map { sequence + [$0] } }
  }
}
