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
  for name in instructionsWithoutHandler {
    print("pulley-gen: \(name) has no handler; add a template to PulleyGenerator/Handlers")
  }
} catch {
  print("pulley-gen: \(error)")
  exit(1)
}
