import PulleyCodegen
import PulleyIR
import PulleyISA

extension CompiledFunction {
  /// The memory that the function takes, in bytes.
  var byteCount: Int {
    256 + code.count + relocations.count * MemoryLayout<Relocation>.stride
      + traps.count * MemoryLayout<TrapEntry>.stride
      + sourceLocations.count * MemoryLayout<SourceEntry>.stride
      + handlers.count * MemoryLayout<ExceptionHandler>.stride
      + indirectCalls.count * MemoryLayout<IndirectCall>.stride
  }

  func trapCode(at offset: Int) -> TrapCode? {
    let index = traps.partitioningIndex { Int($0.offset) >= offset }
    guard index < traps.count, Int(traps[index].offset) == offset else { return nil }
    return traps[index].code
  }

  /// The byte of the source that the code at an offset comes from.
  func sourceOffset(at offset: Int) -> Int? {
    let index = sourceLocations.partitioningIndex { Int($0.offset) > offset }
    guard index > 0 else { return nil }
    let location = sourceLocations[index - 1].location
    return location == .max ? nil : Int(location)
  }
}
