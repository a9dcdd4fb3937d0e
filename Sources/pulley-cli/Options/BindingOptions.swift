import ArgumentParser
import Pulley
import PulleyText

/// The declarations and libraries from which a module gets its imports.
struct BindingOptions: ParsableArguments {
  @Option(
    name: .customLong("header"),
    help: ArgumentHelp(
      "Read declarations of C: prototypes, or the output of a preprocessor (cc -E).",
      valueName: "file"))
  var headers: [RawText] = []

  @Option(
    name: .customLong("library"),
    help: ArgumentHelp(
      "Bind imports from MODULE (env) to the declared functions of a shared library.",
      valueName: "[module=]file"))
  var libraries: [LibraryGrant] = []

  var isEmpty: Bool { headers.isEmpty && libraries.isEmpty }

  func apply(to linker: Linker) throws {
    for header in headers {
      let text = try FileBytes.read(header)
      let name = header == FileBytes.standardStream ? "standard input" : header.shown
      do throws(PulleyError) {
        try linker.declare(text, name: name)
      } catch {
        throw CommandError("--header: \(error.description)")
      }
    }
    for library in libraries {
      do throws(PulleyError) {
        try linker.bindLibrary(module: library.module, path: library.file.bytes)
      } catch {
        throw CommandError("--library: \(error.message)")
      }
    }
  }
}

/// A shared library for the imports from one module: [MODULE=]FILE.
struct LibraryGrant: ExpressibleByArgument {
  var module = "env"
  var file: RawText

  init?(argument: String) {
    let word = RawText(argument: argument)
    file = word
    // A `=` in the name of a file comes after a slash, as in ./a=b.so.
    let equals = word.bytes.firstIndex(of: UInt8(ascii: "="))
    let slash = word.bytes.firstIndex(of: UInt8(ascii: "/"))
    if let equals, equals < slash ?? word.bytes.count {
      guard let module = String(validating: word.bytes[..<equals], as: UTF8.self) else {
        return nil
      }
      self.module = module
      file = RawText(bytes: Array(word.bytes[(equals + 1)...]))
    }
    guard !file.bytes.isEmpty else { return nil }
  }
}
