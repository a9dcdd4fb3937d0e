import PulleySource
import Testing

@testable import PulleySource

@Suite struct SourceTextTests {
  @Test func aLongLineIsCutBeforeAWholeCharacter() {
    for character in ["x", "ü", "€", "🦀"] {
      let text = SourceText(String(repeating: character, count: 300))
      for offset in 0...text.bytes.count {
        let lines = text.excerpt(at: offset).split(separator: "\n")
        #expect(lines.count == 2)
        // A caret inside a character splits only this character.
        let replaced = lines[0].unicodeScalars.count { $0 == "\u{FFFD}" }
        #expect(replaced <= (offset % character.utf8.count == 0 ? 0 : 6), "at \(offset)")
      }
    }
  }

  @Test func anExcerptOfBytesThatAreNoUTF8HasItsCaretWhereTheErrorIs() {
    for byte: UInt8 in [0x80, 0xBF, 0xC3, 0xE2, 0xF0, 0xFF] {
      for count in [1, 2, 3, 4, 69, 70, 71, 72, 140, 300] {
        let text = SourceText(Array("(".utf8) + Array(repeating: byte, count: count))
        for offset in 0...text.bytes.count {
          let lines = text.excerpt(at: offset).split(separator: "\n")
          #expect(lines.count == 2)
          #expect(lines[1].unicodeScalars.count <= 75, "at \(offset)")
        }
      }
    }
  }

  @Test func sourceTextFindsPositionsAndExcerpts() {
    let source = SourceText("a\r\nb ß c\n\tx y\rz")
    let bytes = source.bytes
    func position(_ byte: Character) -> String {
      "\(source.position(ofOffset: bytes.firstIndex(of: byte.asciiValue!)!))"
    }
    #expect(position("a") == "1:1")
    #expect(position("c") == "2:5")
    #expect(position("y") == "3:4")
    #expect(position("z") == "4:1")
    #expect("\(source.position(ofOffset: 99))" == "4:2")
    #expect(source.excerpt(at: bytes.firstIndex(of: 0x63)!) == "b ß c\n    ^")
    #expect(source.excerpt(at: bytes.firstIndex(of: 0x79)!) == "\tx y\n\t  ^")
    #expect(SourceText("").excerpt(at: 0) == "\n^")
    let long = SourceText(String(repeating: "ß", count: 300))
    let lines = long.excerpt(at: 300).split(separator: "\n")
    #expect(lines[0].hasPrefix("…ß") && lines[0].hasSuffix("ß…"))
    #expect(lines[1].count == 37)
  }
}
