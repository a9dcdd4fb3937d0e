import PulleyISA

@testable import PulleyVM

/// A source that returns the given bytes of each function.
private final class Bodies: FunctionSource {
  let bodies: [[UInt8]]

  init(_ bodies: [[UInt8]]) { self.bodies = bodies }

  func body(of function: Int) throws(FunctionUnavailable) -> FunctionBody {
    FunctionBody(bytes: bodies[function])
  }
}

/// A machine and a memory in which trials run fused and unfused, from the same state.
final class TrialBench {
  /// How runs of a handler have ended.
  struct Ends {
    var fellThrough = false
    /// The parts that have branched.
    var branched: Set<Int> = []
    /// The parts that have trapped.
    var trapped: Set<Int> = []
  }

  /// How runs of each handler have ended, by its number.
  private(set) var ends: [UInt16: Ends] = [:]

  private let machine: Machine
  private let memory: UnsafeMutableRawBufferPointer
  private let registry = CodeRegistry()
  private let stackPointer: UInt64

  /// The bytes of `memory` before and after the guest's, which make accesses nearby harmless.
  private static let margin = 128
  /// The number of bytes that may be accessed from the start of the guest's memory.
  private static let readable = 512

  /// Words that may be compared with immediates, then bytes of all sorts, then words of 200 that serve
  /// as bounds.
  private static let initialMemory: [UInt8] = {
    let bytes: [UInt8] = [0, 1, 0xFF, 0x80, 0x7F, 3, 0, 0x40]
    return (0..<2 * margin + readable).map { index in
      let place = index - margin
      if place >= 0, place < 128 {
        let word = BoundaryValues.integers[place / 4]
        return UInt8(truncatingIfNeeded: word >> UInt64(8 * (place % 4)))
      }
      if place >= 256 { return place % 8 == 0 ? 200 : 0 }
      return index % 3 == 0 ? bytes[index / 3 % 8] : UInt8(truncatingIfNeeded: 37 &* index)
    }
  }()

  init() throws {
    machine = try Machine(stackSize: 4096)
    memory = .allocate(byteCount: Self.initialMemory.count, alignment: 64)
    stackPointer = machine.state[x: 30]
  }

  deinit { memory.deallocate() }

  /// The address of the guest's memory.
  var base: UInt64 { UInt64(UInt(bitPattern: memory.baseAddress)) + UInt64(Self.margin) }

  static let fused = PredecodingOptions()

  private static let unfused: PredecodingOptions = {
    var options = PredecodingOptions()
    options.fuses = false
    options.usesAccumulator = false
    return options
  }()

  // MARK: - Running

  /// A trial whose code is ready to run.
  struct Prepared {
    let trial: HandlerTrial
    fileprivate let fused: CodeImage
    /// The trial, then for each access the instructions before it.
    fileprivate let unfused: CodeImage
    fileprivate let accesses: [TrialAccess]
  }

  func prepare(_ trial: HandlerTrial) -> Prepared {
    let accesses = trial.instructions.indices.compactMap { TrialAccess(trial, part: $0) }
    return Prepared(
      trial: trial, fused: image([trial.bytes], Self.fused),
      unfused: image(
        [trial.bytes] + accesses.map { trial.instructions(before: $0.part) }, Self.unfused),
      accesses: accesses)
  }

  private func image(_ bodies: [[UInt8]], _ options: PredecodingOptions) -> CodeImage {
    CodeImage(
      functionCount: bodies.count, hostSignatures: [], registry: registry, source: Bodies(bodies),
      options: options)
  }

  /// Runs a trial fused and unfused: with the bound that `values` have, then with the least bound that
  /// allows each access, and with the greatest that does not. Returns what differs, or nil.
  func compare(_ prepared: Prepared, _ values: TrialValues) -> String? {
    guard let ends = accessEnds(prepared, values) else { return nil }
    if let difference = compareOnce(prepared, values) { return difference }
    for (access, end) in zip(prepared.accesses, ends) {
      guard access.isBoundedByX29, end <= UInt64(Self.readable) else { continue }
      for bound in [end - 1, end] {
        var values = values
        values[x: 29] = bound
        guard accessEnds(prepared, values) != nil else { continue }
        if let difference = compareOnce(prepared, values) { return difference }
      }
    }
    return nil
  }

  /// Runs up to each access. Returns where each access ends, counted from the guest's memory, as far
  /// as they are reached; nil if one would leave the memory of this bench.
  private func accessEnds(_ prepared: Prepared, _ values: TrialValues) -> [UInt64]? {
    var ends: [UInt64] = []
    for (index, access) in prepared.accesses.enumerated() {
      set(values)
      if machine.run(prepared.unfused.entry(index + 1)) != nil { return ends }
      guard let end = access.end(machine.state, base: base, readable: UInt64(Self.readable)) else {
        return nil
      }
      ends.append(end)
    }
    return ends
  }

  private func compareOnce(_ prepared: Prepared, _ values: TrialValues) -> String? {
    let expected = outcome(prepared.unfused, values)
    note(expected, prepared.trial)
    let outcome = outcome(prepared.fused, values)
    if outcome == expected { return nil }
    let trial = prepared.trial
    let registers = Set(
      zip(trial.shape.files, trial.registers).map { values.text($0, $1) })
    return """
      \(trial.shape.pattern.name) does not do what its parts do
        in: \(trial.text)
        with: \(registers.sorted().joined(separator: ", ")), \(values.text(.x, 29))
        fused, not unfused: \(difference(outcome, expected))
      """
  }

  /// The state after a run.
  private struct Outcome: Equatable {
    /// The registers as in `TrialValues`, then the memory.
    var words: [UInt64]
    var trap: TrapKind?
    /// The offset of the instruction that trapped.
    var offset: Int?
  }

  private func set(_ values: TrialValues) {
    memory.copyBytes(from: Self.initialMemory)
    if let word = values.memoryWord {
      for place in stride(from: Self.margin, to: Self.margin + 64, by: 4) {
        memory.storeBytes(of: word, toByteOffset: place, as: UInt32.self)
      }
    }
    values.words.withUnsafeBytes { words in
      UnsafeMutableRawBufferPointer(start: machine.state.base, count: words.count)
        .copyMemory(from: words)
    }
    machine.state[x: 30] = stackPointer
  }

  private func outcome(_ image: CodeImage, _ values: TrialValues) -> Outcome {
    set(values)
    let trap = machine.run(image.entry(0))
    let count = TrialValues.wordCount + memory.count / 8
    let words = [UInt64](unsafeUninitializedCapacity: count) { words, initialized in
      let bytes = UnsafeMutableRawBufferPointer(words)
      let size = 8 * TrialValues.wordCount
      bytes.copyMemory(from: UnsafeRawBufferPointer(start: machine.state.base, count: size))
      UnsafeMutableRawBufferPointer(rebasing: bytes[size...])
        .copyMemory(from: UnsafeRawBufferPointer(memory))
      initialized = count
    }
    return Outcome(words: words, trap: trap?.kind, offset: trap?.location?.offset)
  }

  private func note(_ outcome: Outcome, _ trial: HandlerTrial) {
    var ends = ends[trial.shape.pattern.handler.number] ?? Ends()
    if let offset = outcome.offset {
      if let part = trial.offsets.firstIndex(of: offset) { ends.trapped.insert(part) }
    } else if let part = trial.offsets.indices.first(where: { outcome.words[25] == 2 + $0 }) {
      ends.branched.insert(part)
    } else {
      ends.fellThrough = true
    }
    self.ends[trial.shape.pattern.handler.number] = ends
  }

  private func difference(_ one: Outcome, _ other: Outcome) -> String {
    var parts: [String] = []
    for index in one.words.indices where one.words[index] != other.words[index] {
      let name =
        switch index {
        case 0..<32: "x\(index)"
        case 32..<64: "f\(index - 32)"
        case 64..<128: "v\((index - 64) / 2)[\(index % 2)]"
        default: "memory[\(8 * (index - TrialValues.wordCount) - Self.margin)]"
        }
      let (one, other) = (one.words[index], other.words[index])
      parts.append("\(name) = 0x\(String(one, radix: 16)), not 0x\(String(other, radix: 16))")
    }
    if one.trap != other.trap || one.offset != other.offset {
      parts.append("\(trapText(one)), not \(trapText(other))")
    }
    return parts.joined(separator: "; ")
  }

  private func trapText(_ outcome: Outcome) -> String {
    guard let trap = outcome.trap else { return "no trap" }
    return "\(trap) at \(outcome.offset.map { "\($0)" } ?? "no instruction")"
  }
}
