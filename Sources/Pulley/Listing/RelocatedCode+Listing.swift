import PulleyISA

extension RelocatedCode {
  /// The function that contains an address.
  func function(at address: Int) -> Int? {
    let next = ranges.partitioningIndex { $0.lowerBound > address }
    guard next > 0, ranges[next - 1].contains(address) else { return nil }
    return next - 1
  }

  /// - Parameter location: maps a byte of the source to a location.
  func instructions(
    of function: Int, location: (Int) -> Int?
  ) -> [FunctionListing.Instruction] {
    let range = ranges[function]
    var targets = calls.entries(in: range)
    var lines: [FunctionListing.Instruction] = []
    var address = range.lowerBound
    while address < range.upperBound,
      let instruction = try? Decoder.decode(text.bytes.bytes, at: address)
    {
      let source = sourceOffset(function: function, offset: address - range.lowerBound)
        .flatMap(location)
      var line = FunctionListing.Instruction(
        address: address, location: source,
        text: Disassembler.text(instruction, at: UInt64(address)))
      if let target = targets.first, Int(target.offset) == address {
        line.target = Int(target.value)
        targets.removeFirst()
      }
      lines.append(line)
      let next = address + instruction.lengthWithTable
      for entry in stride(from: address + instruction.length, to: next, by: 4) {
        guard let distance = try? Decoder.branchTableEntry(text.bytes.bytes, at: entry) else {
          break
        }
        lines.append(
          FunctionListing.Instruction(
            address: entry, location: source,
            text: Disassembler.branchTableEntryText(distance, at: UInt64(entry))))
      }
      address = next
    }
    return lines
  }
}

/// The address map of an artifact, which covers only the instructions that backtraces can show.
public struct ArtifactAddressMap: Sendable {
  private let sources: PairTable

  public init(_ artifact: [UInt8]) throws(PulleyError) {
    sources = try ArtifactFile(StableBytes(artifact)).relocatedCode().sources
  }

  /// The byte of the source for the code that starts exactly at an address.
  public func location(startingAt address: Int) -> Int? {
    let index = sources.partitioningIndex { Int($0.offset) >= address }
    guard index < sources.count, Int(sources[index].offset) == address,
      sources[index].value != .max
    else { return nil }
    return Int(sources[index].value)
  }
}
