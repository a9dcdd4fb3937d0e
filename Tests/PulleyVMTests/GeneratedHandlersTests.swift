import Foundation
import Testing
import pulley_gen_vm

@Suite struct GeneratedHandlers {
  @Test(arguments: handlerFiles().map(\.path))
  func areCurrent(path: String) throws {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let onDisk = try String(contentsOf: package.appendingPathComponent(path), encoding: .utf8)
    let wanted = handlerFiles().first { $0.path == path }?.content
    #expect(onDisk == wanted, "run `swift run pulley-gen-vm`")
  }
}
