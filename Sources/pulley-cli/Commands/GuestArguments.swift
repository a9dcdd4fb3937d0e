import ArgumentParser

/// Separates the guest's arguments before the parser reads the command line. They may be untrusted,
/// and must never become options of this command.
extension RunCommand {
  /// The index of the first word after the file's name. The number of words if there is none, or if
  /// the command is not `run`.
  static func guestStart(_ words: [RawText]) -> Int {
    guard words.first == RawText("run") else { return words.count }
    // Lazy, because reflection takes longer than the rest of the function.
    lazy var flags = Self.flags
    var position = 1
    while position < words.count {
      let word = words[position]
      position += 1
      if word == RawText("--") { return min(position + 1, words.count) }
      guard word.hasPrefix("-"), word != FileBytes.standardStream else { return position }
      let isAlone =
        !word.hasPrefix("--") || word.bytes.contains(UInt8(ascii: "=")) || flags.contains(word)
      if !isAlone { position += 1 }
    }
    return words.count
  }

  /// The options without a value, named like their properties.
  private static var flags: Set<RawText> {
    let own = ["--help", "--help-hidden", "--version"].map { RawText($0) }
    return Set(own + optionalValues.keys + flags(of: RunCommand()))
  }

  /// The options whose value may be left out, and what it is then. They take only a value after `=`, so
  /// that the word after them can be the file to run.
  private static let optionalValues = MeasuringOptions.optionalValues.merging(
    CacheOptions.optionalValues, uniquingKeysWith: { first, _ in first })

  /// The words with the default value for each of these options that has none.
  static func withValues(_ words: ArraySlice<RawText>) -> [RawText] {
    words.map { word in
      guard let value = optionalValues[word] else { return word }
      return RawText(bytes: word.bytes + Array("=".utf8) + value.bytes)
    }
  }

  private static func flags(of options: any ParsableArguments) -> [RawText] {
    var flags: [RawText] = []
    for property in Mirror(reflecting: options).children {
      if let group = type(of: property.value) as? any GroupOfOptions.Type {
        flags += Self.flags(of: group.options)
      } else if property.value is Flag<Bool> {
        var name = "--"
        for character in property.label?.drop(while: { $0 == "_" }) ?? "" {
          name += character.isUppercase ? "-\(character.lowercased())" : String(character)
        }
        flags.append(RawText(name))
      }
    }
    return flags
  }

  /// The guest's first argument if it has the name of an option of this command, which is probably
  /// a mistake.
  static func misplacedOption(in arguments: [RawText]) -> String? {
    guard let first = arguments.first?.argument, first.hasPrefix("--"), first != "--" else {
      return nil
    }
    let name = first.prefix { $0 != "=" }
    let isOption = helpMessage().split { $0 == " " || $0 == "\n" || $0 == "," }.contains(name)
    return isOption ? String(name) : nil
  }
}

/// The type of a property that is a group of options.
private protocol GroupOfOptions {
  static var options: any ParsableArguments { get }
}

extension OptionGroup: GroupOfOptions {
  fileprivate static var options: any ParsableArguments { Value() }
}
