import Foundation

/// Writes the handlers into the package at the current directory. Files that are already right
/// stay untouched, so that nothing is rebuilt for them.
let root = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
guard FileManager.default.fileExists(atPath: root.appendingPathComponent("Package.swift").path)
else {
  print("pulley-gen-vm: run me in the package's root directory")
  exit(1)
}

for file in handlerFiles() {
  let url = root.appendingPathComponent(file.path)
  if let old = try? String(contentsOf: url, encoding: .utf8), old == file.content { continue }
  try FileManager.default.createDirectory(
    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
  try file.content.write(to: url, atomically: true, encoding: .utf8)
  print("wrote \(file.path)")
}
