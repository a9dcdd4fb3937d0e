import FoundationEssentials

/// A WebAssembly test script in JSON, as wast2json makes it, split or with its files inside.
struct SuiteScript: Decodable {
  var commands: [Command]
  /// File names and base64 contents of a bundle.
  var files: [String: String]?

  struct Command: Decodable {
    var type: String
    var line: Int
    var name: String?
    var filename: String?
    var module_type: String?
    var binary_filename: String?
    var `as`: String?
    var action: Action?
    var expected: [Constant]?
    var text: String?
    var instance: String?
    var module: String?
  }

  struct Action: Decodable {
    var type: String
    var module: String?
    var field: String
    var args: [Constant]?
  }

  struct Constant: Decodable {
    var type: String
    var lane_type: String?
    var value: Word?
    var values: [Constant]?

    /// Decimal digits, or the lanes of a vector.
    enum Word: Decodable {
      case single(String)
      case lanes([String])

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
          self = .single(text)
        } else {
          self = .lanes(try container.decode([String].self))
        }
      }
    }
  }

  init(contentsOf path: String) throws(CommandError) {
    let bytes = try FileBytes.read(path)
    do {
      self = try JSONDecoder().decode(SuiteScript.self, from: Data(bytes))
    } catch {
      throw CommandError("\(path): no suite script: \(error)")
    }
  }
}
