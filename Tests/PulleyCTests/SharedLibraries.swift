import Foundation
import PulleyTestProcesses

/// A shared library of a text in C, compiled by the system's compiler. Nil without a compiler.
func sharedLibrary(_ text: String) throws -> String? {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: UUID().uuidString, directoryHint: .isDirectory)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  let source = folder.appending(path: "library.c")
  let file = folder.appending(path: "library.so")
  try Data(text.utf8).write(to: source)
  let compiler = "/usr/bin/cc"
  guard FileManager.default.isExecutableFile(atPath: compiler) else { return nil }
  let result = try ChildProcess(
    compiler, ["-shared", "-fPIC", "-o", file.path, source.path, "-lm"])
  guard result.status == 0 else { throw CocoaError(.executableLoad) }
  return file.path
}
