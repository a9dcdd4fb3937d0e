import Foundation

/// Writes `docs/clif.md` into the package at the current directory.
let root = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
guard FileManager.default.fileExists(atPath: root.appendingPathComponent("Package.swift").path)
else {
  print("pulley-gen-clif: run me in the package's root directory")
  exit(1)
}
let url = root.appendingPathComponent(ClifDocument.path)
let content = ClifDocument.content()
if (try? String(contentsOf: url, encoding: .utf8)) != content {
  try content.write(to: url, atomically: true, encoding: .utf8)
  print("wrote \(ClifDocument.path)")
}
