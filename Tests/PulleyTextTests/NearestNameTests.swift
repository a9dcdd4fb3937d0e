import PulleyText
import Testing

@Suite("Nearest names")
struct NearestNameTests {
  @Test(arguments: [
    ("memcyp", "memcpy"), ("sqlite3_opne", "sqlite3_open"), ("strle", "strlen"),
    ("memcpy", nil), ("x", nil), ("", nil), ("zzzzzz", nil),
  ])
  func `a misspelled name has the nearest of the names and a far one has none`(
    wanted: String, nearest: String?
  ) {
    let names = ["strlen", "memcpy", "memmove", "sqlite3_open", "sqlite3_close"]
    #expect(NearestName.of(names, to: wanted) == nearest)
  }

  @Test func `of equally near names the first in the alphabet is found`() {
    #expect(NearestName.of(["cat", "bat", "hat"], to: "rat") == "bat")
  }

  @Test func `names of a thousand bytes are not compared`() {
    let long = String(repeating: "a", count: 1000)
    #expect(NearestName.of([long], to: long + "b") == nil)
  }
}
