import ArgumentParser

/// The options of `pulley run` that most command lines have, and no others. The parser takes longer to
/// read a command line than many programs take to run, so simple ones are read without it.
enum SimpleOption: String {
  case invoke, dir, env, eager
  case noCache = "no-cache"
}

extension NameSpecification {
  /// The name of a simple option.
  static func long(_ option: SimpleOption) -> NameSpecification { .customLong(option.rawValue) }
}

extension ProgramRun {
  /// Reads `run [OPTION…] FILE [ARGUMENT…]`, in which each option is a `SimpleOption` and each value is a
  /// word that is valid and does not begin with `-`. Nil for every other command line, which only the
  /// parser reads, so that it alone decides about errors, and about options that are repeated.
  init?(words: [RawText]) {
    guard words.first == RawText("run") else { return nil }
    self.init(file: RawText(""), arguments: [])
    var rest = words.dropFirst()
    while let word = rest.popFirst() {
      guard let first = word.bytes.first else { return nil }
      guard first == UInt8(ascii: "-") else {
        file = word
        arguments = Array(rest)
        return
      }
      guard word.hasPrefix("--"),
        let option = SimpleOption(
          rawValue: String(decoding: word.bytes.dropFirst(2), as: UTF8.self))
      else { return nil }
      if option == .eager, !isEager {
        isEager = true
        continue
      }
      if option == .noCache, !cache.isOff {
        cache.isOff = true
        continue
      }
      guard let value = rest.popFirst(), !value.bytes.isEmpty, !value.hasPrefix("-"),
        read(option, value)
      else { return nil }
    }
    return nil
  }

  /// Whether the parser would accept the value.
  private mutating func read(_ option: SimpleOption, _ value: RawText) -> Bool {
    switch option {
    case .eager, .noCache: return false
    case .invoke:
      guard invoke == nil else { return false }
      invoke = value
    case .dir:
      guard let grant = DirectoryGrant(argument: value.argument) else { return false }
      directories.append(grant)
    case .env:
      guard let entry = EnvironmentEntry(argument: value.argument) else { return false }
      environment.append(entry)
    }
    return true
  }
}
