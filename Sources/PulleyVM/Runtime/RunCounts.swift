import CSupport

/// A run of cells without branches, and how often it was executed.
public struct RunCount: Sendable {
  public let function: Int
  public let count: UInt64
  /// The handlers of its cells, in order.
  public let handlers: [HandlerDescription]
  /// Whether it is reached only from the branch at the end of the run before it.
  public let continues: Bool
}

extension CodeImage {
  /// The executed runs of all functions, of an image whose options count them. While a thread runs the
  /// image, the counts are not all of the same moment.
  public func runCounts() -> [RunCount] {
    let functions = countedFunctions()
    var bound = BoundCalls()
    let runs = functions.map { bound.runs(of: $0.counted, at: $0.code) }
    var result: [RunCount] = []
    for (function, runs) in zip(functions, runs) {
      func add(_ count: UInt64, _ handlers: [HandlerDescription], _ continues: Bool = false) {
        guard count > 0, !handlers.isEmpty else { return }
        result.append(
          RunCount(
            function: function.function, count: count, handlers: handlers, continues: continues))
      }
      let entry = function.counted.cells.prefix(function.counted.skippedCells)
        .map { HandlerDescription($0.handler) }
      let skips = entry.isEmpty ? 0 : bound.pushes[function.function] ?? 0
      for (index, run) in runs.enumerated() {
        let skipped = index == 0 ? min(skips, run.count) : run.count
        let continues = function.counted.continues(run: index)
        add(run.count - skipped, entry + run.handlers, continues)
        add(skipped, run.handlers, continues)
      }
    }
    return result
  }

  /// How many cells were executed, of an image whose options count them.
  public var dispatchCount: UInt64 {
    runCounts().reduce(0) { $0 &+ $1.count &* UInt64($1.handlers.count) }
  }
}

/// Reads the cells of calls, whose handlers are not those with which the functions were laid out.
private struct BoundCalls {
  /// Per function how many calls have pushed its frame.
  private(set) var pushes: [Int: UInt64] = [:]

  /// Bound calls by the address of the handler, and whether they push the callee's frame.
  private let known: [UnsafeRawPointer: (handler: HandlerID, pushes: Bool)] = {
    var handlers: [UnsafeRawPointer: (HandlerID, Bool)] = [:]
    func add(_ family: HandlerFamily, pushes: Bool) {
      for index in 0..<family.count { handlers[family[index].address] = (family[index], pushes) }
    }
    add(.calls, pushes: false)
    add(.calls_entry, pushes: false)
    for family in HandlerFamily.callsAndPushes { add(family, pushes: true) }
    return handlers
  }()

  mutating func runs(
    of function: CountedFunction, at code: UnsafeRawPointer
  ) -> [(count: UInt64, handlers: [HandlerDescription])] {
    (0..<function.runCount).map { run in
      let count = pulley_load_relaxed64(
        UInt(bitPattern: code) + UInt(function.counter(ofRun: run)))
      let handlers = function.cells(ofRun: run).map { planned in
        let place = code + Int(planned.offset)
        guard HandlerFamily.calls_unbound.index(of: planned.handler) != nil,
          let call = known[cell(place, 0)]
        else { return HandlerDescription(planned.handler) }
        if call.pushes { pushes[Int(entryPointer(at: place).pointee.index), default: 0] &+= count }
        return HandlerDescription(call.handler)
      }
      return (count, handlers)
    }
  }
}
