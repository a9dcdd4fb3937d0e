import Foundation
import Testing

@testable import PulleyDeclarations

/// The system's headers, as the preprocessors of this machine give them.
@Suite("System headers", .enabled(if: Compiler.cc != nil, "there is no C compiler"))
struct SystemHeaderTests {
  private static let names = [
    "math.h", "stdlib.h", "string.h", "time.h", "stdio.h", "stdint.h", "stddef.h", "inttypes.h",
    "ctype.h", "wchar.h", "errno.h", "fcntl.h", "unistd.h", "signal.h", "pthread.h", "locale.h",
    "sys/stat.h", "sys/types.h", "sys/socket.h", "netinet/in.h", "dirent.h", "poll.h", "complex.h",
    "zlib.h", "sqlite3.h",
  ]

  private static let includes =
    names.map { "#if __has_include(<\($0)>)\n#include <\($0)>\n#endif\n" }.joined()

  private static let options: [[String]] = [[], ["-D_GNU_SOURCE"], ["-D_GNU_SOURCE", "-O2"]]

  private func read(_ text: String) throws -> Declarations {
    var declarations = Declarations()
    try declarations.read(text, name: "all.i")
    return declarations
  }

  @Test(arguments: [Compiler.cc, Compiler.clang].compactMap(\.self), options)
  func `all headers together are read and have the layouts of the compiler on the host`(
    compiler: Compiler, options: [String]
  ) throws {
    let text = try compiler.preprocessed(Self.includes, options)
    let declarations = try read(text)
    #expect(declarations.functionNames.count > 500)
    let assertions = LayoutAssertions(of: declarations, .host)
    #expect(assertions.types > 150)
    #expect(assertions.members > 200)
    #expect(try compiler.errors(in: text + assertions.text) == [])
  }

  @Test(arguments: [Compiler.cc, Compiler.clang].compactMap(\.self), names)
  func `each header is read alone`(compiler: Compiler, name: String) throws {
    let include = "#if __has_include(<\(name)>)\n#include <\(name)>\n#endif\n"
    #expect(throws: Never.self) { try read(compiler.preprocessed(include)) }
  }

  /// The preprocessor's output for the host, with the types by name that wasi-libc gives them.
  private static func forGuest(_ text: String) -> String {
    var text = text
    for (type, names) in [
      ("long long", StandardTypes.signed64), ("unsigned long long", StandardTypes.unsigned64),
    ] {
      let list = names.joined(separator: "|")
      text = text.replacingOccurrences(
        of: "typedef [^;{}()]*\\b(\(list))\\s*;", with: "typedef \(type) $1;",
        options: .regularExpression)
    }
    return text.replacingOccurrences(of: "__float128", with: "long double")
  }

  @Test(
    .enabled(if: Compiler.clang32 != nil, "there is no clang for wasm32"),
    arguments: [DataModel.guest32, .guest64])
  func `all headers together have the layouts of clang in guests`(model: DataModel) throws {
    let clang = try #require(Compiler.clang)
    let guest = try #require(model == .guest32 ? Compiler.clang32 : Compiler.clang64)
    let text = try clang.preprocessed(Self.includes, ["-D_GNU_SOURCE"])
    let assertions = LayoutAssertions(of: try read(text), model)
    #expect(assertions.types > 150)
    #expect(assertions.members > 200)
    #expect(try guest.errors(in: Self.forGuest(text) + assertions.text) == [])
  }
}
