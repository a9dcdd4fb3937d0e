import Testing

@testable import pulley_cli

struct CommandLineTests {
  @Test func theParserPassesOnInvalidUTF8Unchanged() {
    var generator = SystemRandomNumberGenerator()
    // The last ones are the stand-ins' own code points, and beginnings of them.
    let pieces: [[UInt8]] = [
      [0x61], [0xFF], [0x80], [0xC3, 0xA4], [0xC3], [0xED, 0xA0, 0x80], [0xE2, 0x80, 0xAE], [0x3D],
      [0xCC, 0x81], [0xF0, 0x9F, 0x8E, 0x89], [0xF0, 0x9F], [0x2D], [0x3A], [0x0A], [0x1B],
      [0xF4, 0x8F, 0xBC, 0x80], [0xF4, 0x8F, 0xBF, 0xBF], [0xF4, 0x8F, 0xBC], [0xF4, 0x90, 0x80],
    ]
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 0...6, using: &generator)).flatMap { _ in
        pieces.randomElement(using: &generator) ?? []
      }
      let word = RawText(bytes: bytes)
      #expect(RawText(argument: word.argument) == word, "\(bytes)")
      #expect(RawText.shown(word.argument).unicodeScalars.allSatisfy { $0.value < 0x10FF00 })
      #expect(!RawText.shown(word.argument).unicodeScalars.contains("\n"))
    }
  }

  @Test func theParserSeesUnicodeArguments() {
    for text in ["", "add", "größe", "e\u{301}", "-5", "--dir=ü", "🎉"] {
      #expect(RawText(text).text == text)
      #expect(Array(RawText(text).argument.unicodeScalars) == Array(text.unicodeScalars))
    }
  }

  @Test(arguments: [
    ("run app.wasm", 2), ("run app.wasm --help", 2), ("run -- app.wasm", 3), ("run -- -- -x", 3),
    ("run --eager app.wasm --dir .", 3), ("run --dir . app.wasm --dir .", 4),
    ("run --dir=. app.wasm x", 3), ("run --count-dispatches app.wasm x", 3),
    ("run --stats app.wasm x", 3), ("run --stats=x app.wasm x", 3),
    ("run --stats-format json a b", 4),
    ("run --allow-clif --allow-precompiled a b", 4), ("run --env A --env B a b", 6),
    ("run --help app.wasm x", 3), ("run -h app.wasm x", 3), ("run - x", 2), ("run --dir - - x", 4),
    ("run", 1), ("run --dir", 2), ("run --dir x", 3), ("compile a.wasm x", 3), ("run a -- -- b", 2),
  ])
  func argumentsAfterTheFileAreTheGuests(_ line: String, _ start: Int) {
    #expect(RunCommand.guestStart(line.split(separator: " ").map { RawText(String($0)) }) == start)
  }

  /// Words that are simple, and words that only the parser may read.
  private static let words = [
    "--dir", "--env", "--invoke", "--eager", "--no-cache", ".", "a::b:ro", "A=1", "=", "", "--",
    "-",
    "--dir=.", "--invoke=f", "--cache", "--stats", "--timeout", "1s", "--help", "-h", "x.wasm",
  ]

  @Test func whatIsReadWithoutTheParserMeansTheSameToIt() throws {
    var generator = SystemRandomNumberGenerator()
    var simple = 0
    for _ in 0..<5000 {
      let words =
        ["run"]
        + (0..<Int.random(in: 0...6, using: &generator)).map { _ in
          Self.words.randomElement(using: &generator) ?? ""
        }
      let line = words.map { RawText($0) }
      guard let program = ProgramRun(words: line) else { continue }
      simple += 1
      let start = RunCommand.guestStart(line)
      let parsed = try #require(
        try RunCommand.parseAsRoot(line[1..<start].map(\.argument)) as? RunCommand, "\(words)"
      ).program
      #expect(program.file == parsed.file, "\(words)")
      #expect(program.arguments == Array(line[start...]), "\(words)")
      #expect(program.invoke == parsed.invoke, "\(words)")
      #expect(program.isEager == parsed.isEager, "\(words)")
      #expect(program.cache.isOff == parsed.cache.isOff, "\(words)")
      #expect(program.environment.map(\.entry) == parsed.environment.map(\.entry), "\(words)")
      #expect(
        program.directories.map { "\($0.preopen)" } == parsed.directories.map { "\($0.preopen)" },
        "\(words)")
      // What the simple options do not set.
      #expect(parsed.bindings?.isEmpty ?? true)
      #expect(parsed.hosts.isEmpty && parsed.libraries.isEmpty && parsed.listeners.isEmpty)
      #expect(parsed.timeout == nil && parsed.stackSize == nil && parsed.clock == nil)
      #expect(parsed.measuring?.stats == nil && parsed.measuring?.profile == nil)
      #expect(!parsed.countsDispatches && !parsed.allowsClif && !parsed.allowsArtifacts)
    }
    #expect(simple > 100)
  }

  @Test(arguments: [
    ("run a.wasm", true), ("run a.wasm --dir", true), ("run --dir . --eager a.wasm -x", true),
    ("run --env NO_SUCH_VARIABLE a.wasm", false), ("run --dir -x a.wasm", false),
    ("run --invoke f --invoke g a.wasm", false), ("run --eager", false), ("run -", false),
    ("run --timeout 1s a.wasm", false), ("validate a.wasm", false), ("run", false),
  ])
  func onlySimpleCommandLinesAreReadWithoutTheParser(_ line: String, _ isSimple: Bool) {
    let words = line.split(separator: " ").map { RawText(String($0)) }
    #expect((ProgramRun(words: words) != nil) == isSimple)
  }

  @Test func directoryOptionsAreSplitByBytes() throws {
    let grant = try #require(
      DirectoryGrant(
        argument: RawText(bytes: Array("h\u{FF}".utf8) + [0xFF] + Array("::/g:ro".utf8)).argument))
    #expect(grant.preopen.hostPath == Array("h\u{FF}".utf8) + [0xFF])
    #expect(grant.preopen.guestPath == Array("/g".utf8))
    #expect(grant.preopen.isReadOnly)
    // An accent may follow a colon.
    let accent = try #require(DirectoryGrant(argument: "a::\u{301}b"))
    #expect(accent.preopen.guestPath == Array("\u{301}b".utf8))
    #expect(DirectoryGrant(argument: "::x") == nil)
    #expect(DirectoryGrant(argument: "") == nil)
  }

  @Test func variableOptionsAreSplitByBytes() throws {
    let entry = try #require(EnvironmentEntry(argument: "NAME=\u{301}x"))
    #expect(entry.entry == RawText("NAME=\u{301}x"))
    #expect(EnvironmentEntry(argument: "=x") == nil)
    #expect(EnvironmentEntry(argument: "") == nil)
  }
}
