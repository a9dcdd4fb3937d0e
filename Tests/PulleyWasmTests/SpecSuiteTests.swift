import PulleyWasm
import Testing

/// The results of the commands of a group.
private struct Tally {
  var accepted = 0
  var refused = 0
  /// Commands of an old version of the specification that later versions overrule.
  var superseded = 0
  /// Modules that need features which this implementation refuses by name.
  var unsupported: [String] = []
  var failures: [String] = []
  var differentKind: [String] = []
}

/// Old scripts call malformed what later versions can read and merely find invalid: 64-bit limits
/// and offsets, and indices where there used to be a zero byte.
private func isReadByLaterVersions(_ command: SpecSuite.Command, _ error: WasmError) -> Bool {
  error.kind == .invalid && ["integer too large", "zero flag expected"].contains(command.text)
}

private func run(_ group: String) throws -> Tally {
  let superseded = try SpecSuite.superseded(group)
  var tally = Tally()
  for command in try SpecSuite.commands(group) {
    let place = "\(command.file):\(command.line)"
    let expected: WasmError.Kind?
    switch command.type {
    case "assert_invalid": expected = .invalid
    case "assert_malformed": expected = .malformed
    default: expected = nil
    }
    do throws(WasmError) {
      _ = try WasmModule.load(ModuleBytes(command.bytes))
      if expected == nil {
        tally.accepted += 1
      } else if superseded.contains(place) {
        tally.superseded += 1
      } else {
        tally.failures.append("\(place): accepted, but the script says \(command.text)")
      }
    } catch {
      guard let expected else {
        if error.kind == .unsupported {
          tally.unsupported.append("\(place): \(error)")
          continue
        }
        tally.failures.append("\(place): \(error)")
        continue
      }
      tally.refused += 1
      if error.kind == expected { continue }
      if group == "wasm-1.0" && isReadByLaterVersions(command, error) {
        tally.superseded += 1
      } else {
        tally.differentKind.append("\(place): \(error), but the script says \(command.text)")
      }
    }
  }
  print(
    "\(group): \(tally.accepted) accepted, \(tally.refused) refused,",
    "\(tally.superseded) superseded, \(tally.unsupported.count) unsupported,",
    "\(tally.failures.count) failed")
  for line in tally.unsupported { print("  unsupported: \(line)") }
  for line in tally.failures { print("  failed: \(line)") }
  for line in tally.differentKind { print("  different kind: \(line)") }
  return tally
}

@Suite(.enabled(if: SpecSuite.root != nil, "no suites at PULLEY_SHARED"))
struct SpecSuiteTests {
  @Test(arguments: [
    ("core", 1201, 1919), ("wasm-1.0", 876, 1625), ("bulk-memory", 181, 273),
    ("reference-types", 18, 26), ("function-references", 20, 34), ("multi-memory", 120, 4),
    ("tail-call", 6, 29), ("exceptions", 14, 16), ("gc", 139, 88), ("custom-sections", 9, 0),
  ])
  func modulesOfTheSpecificationSuitesAreAcceptedOrRefusedAsTheScriptsSay(
    _ group: String, accepted: Int, refused: Int
  ) throws {
    let tally = try run(group)
    #expect(tally.failures == [])
    #expect(tally.differentKind == [])
    #expect(tally.unsupported.count == (0))
    #expect(tally.accepted == accepted)
    #expect(tally.refused == refused)
  }
}
