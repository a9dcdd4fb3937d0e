import PulleyISA

@testable import Pulley

/// Changes artifacts and corrects their checksums, as an attacker would.
///
/// The same seed gives the same changes.
struct ArtifactForger {
  private var random: SmallRandom
  /// The sections, in their order.
  private var parts: [(name: String, content: [UInt8])] = []
  private let isClif: Bool

  init(_ artifact: [UInt8], seed: UInt64) throws {
    random = SmallRandom(seed: seed)
    let file = try ELFFile(artifact)
    for section in file.sections where section.name == ".text" || section.name.hasPrefix(".pulley")
    {
      parts.append((section.name, Array(file.bytes[section.range])))
    }
    isClif = try ArtifactFile(StableBytes(artifact)).descriptionSection == ArtifactFormat.clif
  }

  mutating func forge() -> [UInt8] {
    let inside = random.below(4)
    for _ in 0..<inside { changeContent() }
    var bytes = whole()
    if inside == 0 || random.below(4) == 0 {
      for _ in 0...random.below(3) { changeFile(&bytes) }
      sign(&bytes)
    }
    return bytes
  }

  /// The artifact with one section changed.
  mutating func replacing(_ section: String, _ change: (inout [UInt8]) -> Void) -> [UInt8] {
    for index in parts.indices where parts[index].name == section { change(&parts[index].content) }
    return whole()
  }

  // Contents

  private mutating func changeContent() {
    let index = random.below(parts.count)
    // The mark and the versions are wrong all too easily.
    if parts[index].name == ArtifactFormat.info, random.below(8) > 0 { return changeContent() }
    let count = parts[index].content.count
    guard count > 0 else {
      parts[index].content = (0..<random.below(40)).map { _ in random.byte() }
      return
    }
    let place = random.below(count)
    let isTable = parts[index].name != ".text" && parts[index].name != ArtifactFormat.module
    switch random.below(8) {
    case 0: parts[index].content[place] = random.byte()
    case 1: parts[index].content[place] ^= 1 << UInt8(random.below(8))
    case 2: parts[index].content.removeSubrange(place..<min(count, place + 1 + random.below(12)))
    case 3:
      let added = (0...random.below(12)).map { _ in random.byte() }
      parts[index].content.insert(contentsOf: added, at: place)
    case 4:
      // Whole entries.
      let first = place & ~7
      let entry = parts[index].content[first..<min(count, first + 8 * (1 + random.below(4)))]
      parts[index].content.insert(contentsOf: entry, at: min(count, random.below(count + 1) & ~7))
    case 5: parts[index].content.removeLast(min(count, 1 + random.below(16)))
    default:
      let aligned = isTable && random.below(2) == 0 ? place & ~3 : place
      var content = parts[index].content
      overwrite(&content, at: aligned)
      parts[index].content = content
    }
  }

  /// Writes a number that may be a count, an offset or a size too large or too small.
  private mutating func overwrite(_ bytes: inout [UInt8], at place: Int) {
    let size = [1, 2, 4, 4, 4, 8][random.below(6)]
    let numbers: [UInt64] = [
      0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
      0xFFFF_FFFE, 1 << 32, 1 << 62, 1 << 63, .max, .max - 7, UInt64(bytes.count),
      UInt64(bytes.count) - 1, UInt64(place), random.next(), random.next() & 0xFFFF,
      random.next() & 0xFF,
    ]
    var number = numbers[random.below(numbers.count)]
    for index in place..<min(bytes.count, place + size) {
      bytes[index] = UInt8(truncatingIfNeeded: number)
      number >>= 8
    }
  }

  // The file around them

  private func whole() -> [UInt8] {
    var file = ELFWriter()
    for part in parts where part.name != ArtifactFormat.info {
      let number = file.addSection(part.name, content: part.content, alignment: 4)
      if part.name == ".text" {
        file.addSymbol("one", section: number, offset: 0, size: 4)
        file.addSymbol("other", section: number, offset: 4, size: part.content.count)
      }
    }
    file.addSection(
      ArtifactFormat.info,
      content: signedInfo { name in
        parts.first { $0.name == name }?.content[...]
      })
    return file.finish()
  }

  private mutating func changeFile(_ bytes: inout [UInt8]) {
    let table = Int(truncatingIfNeeded: number(bytes, at: 40))
    let isTableThere = table > 0 && table <= bytes.count
    switch random.below(8) {
    case 0: overwrite(&bytes, at: 16 + random.below(48))
    case 1: overwrite(&bytes, at: random.below(bytes.count))
    case 2: bytes.removeLast(min(bytes.count - 64, random.below(80)))
    case 3 where isTableThere && bytes.count - table >= 192:
      // One section is where another is, in whole or in part.
      let sections = (bytes.count - table) / 64
      let (from, to) = (table + 64 * random.below(sections), table + 64 * random.below(sections))
      let (start, count) = [(24, 16), (24, 8), (32, 8), (0, 4), (0, 64)][random.below(5)]
      for index in start..<start + count { bytes[to + index] = bytes[from + index] }
    default:
      guard isTableThere, table < bytes.count else { return overwrite(&bytes, at: 40) }
      let place = table + (random.below(bytes.count - table) & ~3)
      overwrite(&bytes, at: min(place, bytes.count - 1))
    }
  }

  private func number(_ bytes: [UInt8], at place: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
  }

  // The checksum

  private func signedInfo(_ content: (String) -> ArraySlice<UInt8>?) -> [UInt8] {
    let info = Array((parts.first { $0.name == ArtifactFormat.info }?.content ?? []).dropLast(8))
    return info + sum(info, content)
  }

  private func sum(_ info: [UInt8], _ content: (String) -> ArraySlice<UInt8>?) -> [UInt8] {
    var checksum = Checksum()
    info.withUnsafeBytes { checksum.add($0) }
    let description = isClif ? ArtifactFormat.clif : ArtifactFormat.module
    for name in ArtifactFormat.codeSections + [description] {
      let bytes = content(name) ?? []
      Array(name.utf8).withUnsafeBytes { checksum.add($0) }
      bytes.withUnsafeBytes { checksum.add($0) }
    }
    return withUnsafeBytes(of: checksum.value.littleEndian) { Array($0) }
  }

  /// Puts the right checksum where a reader will look for it, if it finds the sections.
  private func sign(_ bytes: inout [UInt8]) {
    guard let file = try? ELFFile(bytes, readsSymbols: false),
      let info = file.section(named: ArtifactFormat.info), info.range.count > 8
    else { return }
    let place = info.range.upperBound - 8
    let right = sum(Array(bytes[info.range].dropLast(8))) { try? file.content(of: $0) }
    bytes.replaceSubrange(place..<place + 8, with: right)
  }
}

/// Small and the same everywhere.
struct SmallRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func below(_ bound: Int) -> Int { Int(next() >> 16) % bound }
  mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next() >> 20) }
}
