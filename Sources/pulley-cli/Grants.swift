import ArgumentParser
import Glibc
import Pulley

/// A directory that `pulley run` gives to its program: HOST[::GUEST][:ro].
struct DirectoryGrant: ExpressibleByArgument {
  var preopen: WASI.Preopen

  init?(argument: String) {
    var text = argument[...]
    let isReadOnly = text.hasSuffix(":ro")
    if isReadOnly { text = text.dropLast(3) }
    var host = text
    var guest = text
    if let colons = Self.firstDoubleColon(text) {
      host = text[..<colons]
      guest = text[text.index(colons, offsetBy: 2)...]
    }
    guard !host.isEmpty, !guest.isEmpty else { return nil }
    preopen = WASI.Preopen(
      hostPath: String(host), guestPath: String(guest), isReadOnly: isReadOnly)
  }

  private static func firstDoubleColon(_ text: Substring) -> String.Index? {
    text.indices.first { text[$0...].hasPrefix("::") }
  }
}

/// An entry of the program's environment: NAME=VALUE, or a NAME that has the value it has here.
struct EnvironmentEntry: ExpressibleByArgument {
  var text: String

  init?(argument: String) {
    guard let first = argument.first, first != "=" else { return nil }
    if argument.contains("=") {
      text = argument
    } else {
      guard let value = getenv(argument) else { return nil }
      text = "\(argument)=\(String(cString: value))"
    }
  }
}

/// A number of bytes, also with K, M or G behind it, which are powers of 1024.
struct ByteCount: ExpressibleByArgument {
  var value: Int

  init?(argument: String) {
    var digits = argument[...]
    if digits.hasSuffix("iB") { digits = digits.dropLast(2) }
    let units: [Character: Int] = ["K": 10, "M": 20, "G": 30]
    var shift = 0
    if let last = digits.last, let unit = units[Character(last.uppercased())] {
      shift = unit
      digits = digits.dropLast()
    }
    guard let number = Int(digits), number >= 0, number <= Int.max >> shift else { return nil }
    value = number << shift
  }
}

extension WASI.Denial {
  /// What the person at the shell can do about it.
  var hint: String {
    switch self {
    case .outside: "\(message); --dir HOST[::GUEST] gives it another"
    case .readOnly: "\(message); --dir without :ro lets it"
    case .noDirectories: "\(message); --dir . gives it the current one"
    }
  }
}
