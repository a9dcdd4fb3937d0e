import ArgumentParser
import Glibc
import Pulley
import PulleyWASI

/// A directory that `pulley run` gives to its program: HOST[::GUEST][:ro].
struct DirectoryGrant: ExpressibleByArgument {
  var preopen: WASI.Preopen

  init?(argument: String) {
    let word = RawText(argument: argument)
    let isReadOnly = word.hasSuffix(":ro")
    let text = word.bytes.dropLast(isReadOnly ? 3 : 0)
    var host = text
    var guest = text
    if let colons = text.indices.first(where: { text[$0...].starts(with: "::".utf8) }) {
      host = text[..<colons]
      guest = text[(colons + 2)...]
    }
    guard !host.isEmpty, !guest.isEmpty else { return nil }
    preopen = WASI.Preopen(
      hostPath: Array(host), guestPath: Array(guest), isReadOnly: isReadOnly)
  }
}

/// An entry of the program's environment: NAME=VALUE, or a NAME that has the value it has here.
struct EnvironmentEntry: ExpressibleByArgument {
  var entry: RawText

  init?(argument: String) {
    let word = RawText(argument: argument)
    let equals = UInt8(ascii: "=")
    guard let first = word.bytes.first, first != equals else { return nil }
    if word.bytes.contains(equals) {
      entry = word
    } else {
      guard let value = word.withCString({ getenv($0) }) else { return nil }
      entry = RawText(bytes: word.bytes + [equals] + RawText(cString: value).bytes)
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

/// How much stack a guest gets: as much as the library lets C have.
struct StackSize: ExpressibleByArgument {
  var value: Int

  init?(argument: String) {
    guard let count = ByteCount(argument: argument),
      Engine.Options.stackSizes.contains(count.value)
    else { return nil }
    value = count.value
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
