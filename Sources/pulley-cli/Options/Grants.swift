import ArgumentParser
import Glibc
import Pulley
import PulleyWASI

/// A directory that `pulley run` grants to the program: HOST[::GUEST][:ro].
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

/// A variable of the program's environment: NAME=VALUE, or NAME with the value of this process.
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

/// A number of bytes, with an optional suffix K, M or G, which are powers of 1024.
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

/// The size of the guest's stack, in the library's range.
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
  /// A message about the option that would grant the access.
  var hint: String {
    switch self {
    case .outside: "\(message); --dir HOST[::GUEST] grants another one"
    case .readOnly: "\(message); --dir without :ro allows it"
    case .noDirectories: "\(message); --dir . grants the current one"
    }
  }
}
