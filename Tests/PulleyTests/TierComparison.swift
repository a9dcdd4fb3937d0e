import Testing

@testable import Pulley

/// Compares what calls give in each tier, and when functions change theirs in the middle.
enum TierComparison {
  static let all: [(tiers: Tiers, heat: UInt32?)] =
    [(.second, nil), (.first, nil), (.background, nil), (.background, 1)]
    + [1, 2, 3, 7, 50].map { (.synchronous, $0) }

  static func instance(
    _ text: String, _ tiers: Tiers, _ heat: UInt32?
  ) throws -> Instance {
    var options = Engine.Options()
    options.tiers = tiers
    options.heat = heat
    let engine = Engine(options)
    let module = try Module(engine: engine, bytes: Array(text.utf8))
    return try Linker(engine: engine).instantiate(module)
  }

  /// What calls give: results, or the reason, the message and the backtrace of a trap.
  private static func outcomes(
    _ text: String, _ name: String, _ arguments: [GuestValue], _ tiers: Tiers, _ heat: UInt32?
  ) throws -> [String] {
    let function = try instance(text, tiers, heat).function(named: name)
    return (0..<4).map { _ in
      do throws(PulleyError) {
        return "\(try function.call(arguments))"
      } catch {
        let frames = error.backtrace.map { "\($0.functionName)@\($0.moduleOffset ?? -1)" }
        return "\(error.trap.map { "\($0)" } ?? "") \(error.message) \(frames)"
      }
    }
  }

  static func expectSame(
    _ text: String, _ name: String, _ arguments: [GuestValue],
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let expected = try outcomes(text, name, arguments, .second, nil)
    for (tiers, heat) in all {
      let actual = try outcomes(text, name, arguments, tiers, heat)
      #expect(actual == expected, "\(tiers) \(heat ?? 0)", sourceLocation: location)
    }
  }
}
