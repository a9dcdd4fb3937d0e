import PulleyGenerator

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

do throws(FileError) {
  try GeneratedFile.write(generatedFiles())
} catch {
  print("pulley-gen: \(error)")
  exit(1)
}
