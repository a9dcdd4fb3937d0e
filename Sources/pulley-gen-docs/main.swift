import ClifReference
import PulleyGenerator

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

do throws(FileError) {
  try GeneratedFile.write([ClifDocument.file()])
} catch {
  print("pulley-gen-docs: \(error)")
  exit(1)
}
