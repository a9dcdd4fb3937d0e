import Foundation
import PulleySpec
import Testing

@Suite struct GeneratedFiles {
  @Test(arguments: generatedFiles(for: operations).map(\.path))
  func areCurrent(path: String) throws {
    let onDisk = try String(
      contentsOfFile: SharedSuites.packageDirectory + "/" + path, encoding: .utf8)
    let wanted = generatedFiles(for: operations).first { $0.path == path }?.content
    #expect(onDisk == wanted, "run `swift run pulley-gen`")
  }
}
