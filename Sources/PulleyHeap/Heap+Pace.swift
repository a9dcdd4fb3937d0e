import CSupport

/// When a marking begins, and how much of a cycle is done in each allocation.
extension Heap {
  /// Does what is due before an allocation of a size.
  func doWork(for size: Int, keeping word: UInt) {
    switch state.pointee.phase {
    case .idle:
      guard state.pointee.sinceMarking >= state.pointee.threshold else { return }
      timed { beginMarking(keeping: word) }
      let used = state.pointee.liveBytes + state.pointee.sinceMarking
      let room = max(state.pointee.limit - state.pointee.charged, Pace.leastSlice)
      state.pointee.ratio = min(max(Pace.ratio, used / room * 2), Pace.mostRatio)
    case .marking:
      guard state.pointee.debt >= Pace.leastSlice else { return }
      // What follows an allocation of a large object may take about as long as clearing its memory.
      let work = min(state.pointee.debt, Pace.mostSlice + size)
      state.pointee.debt -= work
      timed { _ = mark(work) }
    case .sweeping:
      guard state.pointee.debt >= Pace.leastSlice else { return }
      state.pointee.debt = 0
      timed {
        sweep(state.pointee.sinceMarking >= state.pointee.threshold ? .max : Pace.sweepSlice)
      }
    }
  }

  /// Computes when the next marking begins: earlier if not much memory is left.
  func setPace() {
    let live = state.pointee.liveBytes
    let limit = state.pointee.limit
    let nearLimit = max((limit - live) / 2, limit / 32)
    state.pointee.threshold = min(max(Pace.leastCycle, live), max(nearLimit, Pace.leastSlice))
    state.pointee.ratio = Pace.ratio
  }

  func timed(_ work: () -> Void) {
    let start = pulley_now()
    work()
    let pause = pulley_now() - start
    state.pointee.longestPause = max(state.pointee.longestPause, pause)
    state.pointee.totalPause += pause
  }

  public var statistics: HeapStatistics {
    var unused = 0
    for sizeClass in 0..<SizeClass.count {
      let run = run(sizeClass)
      if run[0] < run[1] { unused += Int(run[1] - run[0]) }
    }
    return HeapStatistics(
      liveBytes: state.pointee.liveBytes, allocatedBytes: state.pointee.handedOut - unused,
      reservedBytes: state.pointee.charged, limit: state.pointee.limit,
      collections: state.pointee.collections,
      longestPause: state.pointee.longestPause, totalPause: state.pointee.totalPause)
  }
}

/// Figures of a heap. Objects count with the sizes of their cells.
public struct HeapStatistics: Sendable, Equatable {
  /// The bytes of the objects that the last collection has kept. If it was made in slices, these include
  /// all objects that were allocated meanwhile.
  public var liveBytes: Int
  /// The bytes of all objects that were ever allocated.
  public var allocatedBytes: Int
  /// The bytes that are taken from the system.
  public var reservedBytes: Int
  public var limit: Int
  /// How many markings have ended.
  public var collections: Int
  /// How long the longest interruption of an allocation or a full collection took, and all together, in
  /// nanoseconds.
  public var longestPause: Int64
  public var totalPause: Int64
}
