import PulleyText
import Testing

struct VisibleTextTests {
  @Test func visibleNamesAreNotChanged() {
    for name in ["", "add", "env.puts", "größe", "計算", "🎉", "a b", "it's", "~!@#$%^&*()"] {
      #expect(VisibleText.name(name) == name)
      #expect(VisibleText.name(Array(name.utf8)) == name)
      #expect(VisibleText.lines(name) == name)
      #expect(VisibleText.quoted(name) == "\"\(name)\"")
    }
  }

  @Test(
    arguments: [
      (0x00, "\\u{0}"), (0x07, "\\u{7}"), (0x09, "\\u{9}"), (0x0A, "\\u{a}"), (0x0D, "\\u{d}"),
      (0x1B, "\\u{1b}"), (0x7F, "\\u{7f}"), (0x80, "\\u{80}"), (0x85, "\\u{85}"), (0x9B, "\\u{9b}"),
      (0xAD, "\\u{ad}"), (0x061C, "\\u{61c}"), (0x200B, "\\u{200b}"), (0x200E, "\\u{200e}"),
      (0x200F, "\\u{200f}"), (0x2028, "\\u{2028}"), (0x2029, "\\u{2029}"), (0x202A, "\\u{202a}"),
      (0x202E, "\\u{202e}"), (0x2066, "\\u{2066}"), (0x2069, "\\u{2069}"), (0x3164, "\\u{3164}"),
      (0xE000, "\\u{e000}"), (0xFEFF, "\\u{feff}"), (0xFFFE, "\\u{fffe}"), (0xE0041, "\\u{e0041}"),
      (0x10FFFF, "\\u{10ffff}"),
    ] as [(UInt32, String)])
  func invisibleCharactersAreShownAsNumbers(_ value: UInt32, _ shown: String) throws {
    let scalar = try #require(Unicode.Scalar(value))
    let name = "a\(scalar)b"
    #expect(!VisibleText.isVisible(scalar))
    #expect(VisibleText.name(name) == "a\(shown)b")
    #expect(VisibleText.name(Array(name.utf8)) == "a\(shown)b")
    #expect(VisibleText.quoted(name) == "\"a\(shown)b\"")
  }

  @Test func everyControlCharacterIsShownAsANumber() throws {
    for value in Array(UInt32(0)..<0x20) + Array(0x7F..<0xA0) {
      let name = String(try #require(Unicode.Scalar(value)))
      #expect(VisibleText.name(name).utf8.allSatisfy { 0x20..<0x7F ~= $0 })
    }
  }

  @Test func differentNamesAreShownDifferently() {
    #expect(VisibleText.name("a\u{1B}b") != VisibleText.name("a\\u{1b}b"))
    #expect(VisibleText.name("a\\b") == "a\\\\b")
    #expect(VisibleText.quoted("a\"b") == "\"a\\\"b\"")
    #expect(VisibleText.quoted("a\\\"b") != VisibleText.quoted("a\"b"))
    #expect(VisibleText.name([0xFF] as [UInt8]) != VisibleText.name("\\xff"))
  }

  @Test(
    arguments: [
      ([0x61, 0xFF, 0x62], "a\\xffb"), ([0xC3], "\\xc3"), ([0xC3, 0x28], "\\xc3("),
      ([0xE2, 0x80], "\\xe2\\x80"), ([0xED, 0xA0, 0x80], "\\xed\\xa0\\x80"),
      ([0xC0, 0x80], "\\xc0\\x80"), ([0x07, 0x80, 0xC3, 0xA4], "\\u{7}\\x80ä"),
      ([0xF0, 0x9F, 0x8E, 0x89, 0xF0], "🎉\\xf0"),
    ] as [([UInt8], String)])
  func bytesThatAreNotUTF8AreShownAsNumbers(_ bytes: [UInt8], _ shown: String) {
    #expect(VisibleText.name(bytes) == shown)
    #expect(VisibleText.quoted(bytes) == "\"\(shown)\"")
  }

  @Test func messagesKeepTheirLineBreaksAndBackslashes() {
    #expect(VisibleText.lines("one\n\ttwo\\") == "one\n\ttwo\\")
    #expect(VisibleText.lines("a\u{1B}[1mb\r\n\u{202E}") == "a\\u{1b}[1mb\\u{d}\n\\u{202e}")
    #expect(VisibleText.line("one\n\ttwo\\") == "one\\u{a}\\u{9}two\\")
    let name = VisibleText.name("\u{1B}\\")
    #expect(VisibleText.line(name) == name)
    #expect(VisibleText.lines(name) == name)
  }
}
