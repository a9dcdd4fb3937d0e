import ClifReference
import Foundation
import PulleyGenerator
import Testing

private let files = generatedFiles() + [ClifDocument.file()]

@Suite struct GeneratedFiles {
  private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test(arguments: files.map(\.path))
  func theCheckedInFileIsWhatTheGeneratorWrites(path: String) throws {
    let onDisk = try String(
      contentsOf: Self.package.appendingPathComponent(path), encoding: .utf8)
    let wanted = files.first { $0.path == path }?.content
    #expect(onDisk == wanted, "run `make generate`")
  }

  @Test func everyInstructionHasAHandler() {
    #expect(instructionsWithoutHandler == [])
  }

  /// tools/fusions.py writes it, from counts of programs.
  private static let discovered =
    "Sources/PulleyGenerator/Handlers/Generated/DiscoveredFusions.swift"

  @Test func everyFileInAGeneratedFolderComesFromTheGenerator() throws {
    let sources = Self.package.appendingPathComponent("Sources")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: sources.path)
      .filter { $0.contains("/Generated/") && $0.hasSuffix(".swift") }
    #expect(!paths.isEmpty)
    #expect(Set(paths.map { "Sources/\($0)" }).subtracting(files.map(\.path)) == [Self.discovered])
  }
}
