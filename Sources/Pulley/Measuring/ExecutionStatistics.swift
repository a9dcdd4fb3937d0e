import PulleyVM

/// What an instance has executed, of an engine that counts dispatches.
///
/// A handler executes an instruction of the bytecode, or several if it is fused. The instructions are
/// those that threaded code contains: jumps to jumps and no-operations are gone before it runs.
public struct ExecutionStatistics: Sendable {
  public struct Handler: Sendable {
    public let name: String
    /// The numbers in `handlers` of what a fused handler does one after another; otherwise empty.
    public let parts: [Int]
    /// How many instructions it executes.
    public let instructions: Int
    /// How many cells with this handler were executed.
    public fileprivate(set) var count: UInt64 = 0
  }

  /// Cells that were executed one after another, with no branch to or from anything between.
  public struct Run: Sendable {
    public let count: UInt64
    /// The numbers of the handlers in `handlers`.
    public let handlers: [Int]
  }

  /// Runs that follow one another in the code, each reached only from the branch at the end of the one before
  /// it. A fused handler may execute the end of one and the beginning of the next.
  public struct Trace: Sendable {
    /// How often each run was executed.
    public fileprivate(set) var counts: [UInt64]
    /// Per run the numbers of the handlers in `handlers`.
    public let handlers: [[Int]]
  }

  /// Handlers for single instructions that were executed one after another in a run, in one cell or in
  /// several.
  public struct Sequence: Sendable {
    public let count: UInt64
    public let handlers: [Int]
    public let instructions: UInt64
  }

  /// All handlers that were executed, most frequent first, and then the other parts of fused ones.
  public private(set) var handlers: [Handler] = []
  /// All runs, those with most executed instructions first. Equal runs are one.
  public private(set) var runs: [Run] = []
  /// All runs, in traces. Equal traces are one.
  public private(set) var traces: [Trace] = []
  public private(set) var instructions: UInt64 = 0
  public private(set) var cells: UInt64 = 0
  /// How many of the instructions were executed by handlers for several instructions.
  public private(set) var fusedInstructions: UInt64 = 0

  /// The longest sequences that are counted.
  public static let longestSequence = 6

  init(_ counts: [RunCount]) {
    var merged: [[UInt16]: UInt64] = [:]
    for run in counts { merged[run.handlers.map(\.number), default: 0] &+= run.count }
    var frequencies: [UInt16: UInt64] = [:]
    for (handlers, count) in merged {
      for handler in handlers { frequencies[handler, default: 0] &+= count }
    }
    let places = addHandlers(frequencies)
    for handler in handlers {
      let instructions = handler.count &* UInt64(handler.instructions)
      cells &+= handler.count
      self.instructions &+= instructions
      if handler.instructions > 1 { fusedInstructions &+= instructions }
    }
    runs = merged.map { run, count in
      Run(count: count, handlers: run.map { places[$0] ?? 0 })
    }
    sortRuns()
    addTraces(counts, places)
  }

  private mutating func addTraces(_ counts: [RunCount], _ places: [UInt16: Int]) {
    var merged: [[[Int]]: Int] = [:]
    var runs: [[Int]] = []
    var executions: [UInt64] = []
    for (index, run) in counts.enumerated() {
      runs.append(run.handlers.map { places[$0.number] ?? 0 })
      executions.append(run.count)
      let next = index + 1
      if next < counts.count, counts[next].continues, counts[next].function == run.function {
        continue
      }
      if let place = merged[runs] {
        for (index, count) in executions.enumerated() { traces[place].counts[index] &+= count }
      } else {
        merged[runs] = traces.count
        traces.append(Trace(counts: executions, handlers: runs))
      }
      runs = []
      executions = []
    }
  }

  /// Returns the place of each handler by its number.
  private mutating func addHandlers(_ frequencies: [UInt16: UInt64]) -> [UInt16: Int] {
    var descriptions = frequencies.keys.map { HandlerDescription(number: $0) }
    descriptions.sort { one, other in
      let counts = (frequencies[one.number] ?? 0, frequencies[other.number] ?? 0)
      return counts.0 == counts.1 ? one.number < other.number : counts.0 > counts.1
    }
    var places: [UInt16: Int] = [:]
    for (place, handler) in descriptions.enumerated() { places[handler.number] = place }
    for part in descriptions.flatMap(\.parts) where places[part.number] == nil {
      places[part.number] = descriptions.count
      descriptions.append(part)
    }
    handlers = descriptions.map { handler in
      let parts = handler.parts
      return Handler(
        name: handler.name, parts: parts.count > 1 ? parts.map { places[$0.number] ?? 0 } : [],
        instructions: handler.instructions, count: frequencies[handler.number] ?? 0)
    }
    return places
  }

  private mutating func sortRuns() {
    let weights = runs.map { run in
      run.count &* UInt64(run.handlers.reduce(0) { $0 + handlers[$1].instructions })
    }
    runs = runs.indices.sorted { one, other in
      weights[one] == weights[other]
        ? runs[one].handlers.lexicographicallyPrecedes(runs[other].handlers)
        : weights[one] > weights[other]
    }.map { runs[$0] }
  }

  /// The most frequent sequences of `length` handlers, at most `limit` of them.
  public func sequences(ofLength length: Int, limit: Int) -> [Sequence] {
    precondition((2...Self.longestSequence).contains(length), "no such sequences are counted")
    let mask = UInt128.max >> UInt128(128 - 16 * length)
    var counts: [UInt128: UInt64] = [:]
    for run in runs {
      // The numbers of the last handlers, 16 bits each.
      var window: UInt128 = 0
      for (index, handler) in singles(of: run).enumerated() {
        window = (window << 16 | UInt128(handler)) & mask
        if index + 1 >= length { counts[window, default: 0] &+= run.count }
      }
    }
    let best = counts.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
    return best.prefix(limit).map { window, count in
      let parts = (0..<length).reversed().map {
        Int(truncatingIfNeeded: window >> UInt128(16 * $0) & 0xFFFF)
      }
      let instructions = parts.reduce(0) { $0 + handlers[$1].instructions }
      return Sequence(count: count, handlers: parts, instructions: count &* UInt64(instructions))
    }
  }

  /// The handlers of a run with the parts of fused ones in their place.
  private func singles(of run: Run) -> [Int] {
    run.handlers.flatMap { handlers[$0].parts.isEmpty ? [$0] : handlers[$0].parts }
  }
}

extension Instance {
  /// What the code of this instance, and of other instances with the same code, has executed. Empty
  /// unless the engine counts dispatches.
  public var executionStatistics: ExecutionStatistics {
    ExecutionStatistics(state.image.runCounts())
  }
}
