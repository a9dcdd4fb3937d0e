import PulleySpec

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes what the rows of the instruction set determine into the package at the current directory.
/// Files that are already right stay untouched, so that nothing is rebuilt for them.
func generate() throws(FileError) {
  guard read("Package.swift") != nil else {
    throw FileError(path: "Package.swift", problem: "not here: run me in the package's root")
  }
  for file in generatedFiles(for: operations) where read(file.path) != Array(file.content.utf8) {
    try write(file)
    print("wrote \(file.path)")
  }
}

struct FileError: Error {
  var path: String
  var problem: String
}

func read(_ path: String) -> [UInt8]? {
  guard let file = fopen(path, "rb") else { return nil }
  defer { fclose(file) }
  var content: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65536)
  while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
    content += chunk[..<count]
  }
  return content
}

func write(_ generated: GeneratedFile) throws(FileError) {
  guard let file = fopen(generated.path, "wb") else {
    throw FileError(path: generated.path, problem: "cannot be written")
  }
  let content = Array(generated.content.utf8)
  let written = fwrite(content, 1, content.count, file)
  guard fclose(file) == 0, written == content.count else {
    throw FileError(path: generated.path, problem: "was not written whole")
  }
}

do throws(FileError) {
  try generate()
} catch {
  print("pulley-gen: \(error.path): \(error.problem)")
  exit(1)
}
