import Testing

@testable import PulleyWat

struct SourceTextTests {
  @Test("a long line is cut before a whole character")
  func longLineIsCutBeforeAWholeCharacter() {
    for character in ["x", "ü", "€", "🦀"] {
      let text = SourceText(String(repeating: character, count: 300))
      for offset in 0...text.bytes.count {
        let lines = text.excerpt(at: offset).split(separator: "\n")
        #expect(lines.count == 2)
        // A caret inside a character splits this one and no other.
        let replaced = lines[0].unicodeScalars.count { $0 == "\u{FFFD}" }
        #expect(replaced <= (offset % character.utf8.count == 0 ? 0 : 6), "at \(offset)")
      }
    }
  }

  @Test("an excerpt of bytes that are no UTF-8 has its caret where the error is")
  func excerptOfBytesThatAreNoText() {
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
}
