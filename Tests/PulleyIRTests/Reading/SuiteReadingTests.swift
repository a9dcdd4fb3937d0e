import PulleyIR
import Testing

@Suite struct SuiteReading {
  @Test(
    .enabled(
      if: !SharedSuites.clifFiles("parser").isEmpty, "needs the suites, see SharedSuites"),
    arguments: SharedSuites.clifFolders)
  func everyFileOfTheSuitesIsRead(of folder: String) throws {
    let files = SharedSuites.clifFiles(folder)
    try #require(!files.isEmpty)
    for (path, text) in files {
      let file = ClifReader.read(text)
      #expect(file.errors == [], "\(path)")
      #expect(!file.functions.isEmpty, "\(path)")
      for function in file.functions {
        for comment in function.comments {
          #expect(throws: Never.self, "\(path):\(comment.line)") {
            try ClifRunCommand.parse(comment.text, of: function.function.signature)
          }
        }
      }
    }
  }
}
