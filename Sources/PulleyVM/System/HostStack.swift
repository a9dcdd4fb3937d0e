import CSupport
import Synchronization

/// The stack of the current host thread: its bounds, and what to do when too little of it is left.
///
/// A thread keeps what it knows about its stacks in thread-local storage (`pulley_host_stack`). The
/// bounds come from the system, once per thread, or from the host for a stack that it allocated. An
/// unknown stack is assumed to reach a little below the first call from it.
public enum HostStack {
  /// How many bytes of stack must be left when the guest is entered, for host functions that it calls,
  /// unless the embedder chooses another value.
  public static let defaultReserve = 128 << 10

  /// How many bytes the library needs to enter the guest, or to report that it cannot.
  static let least: UInt = 8 << 10

  /// How far below the first call an unknown stack is assumed to reach.
  static let assumedSize: UInt = 32 << 10

  // At least twice what tasks of the library use, as measured on painted stacks. Code without
  // optimisation uses several times as much.
  #if DEBUG
    private static let scale = 8
  #else
    private static let scale = 1
  #endif
  /// For compiling functions and modules, and other tasks with large inputs.
  public static let roomToCompile = scale * (128 << 10)
  /// For creating objects, and for errors with messages.
  public static let roomForObjects = scale * (32 << 10)
  /// For work that must stay on the calling thread: system calls, which may wait, and calls of host
  /// functions.
  public static let roomForSystem = scale * (16 << 10)
  /// The stack size of the library's own threads.
  public static let ownThreadSize = scale * (512 << 10)

  /// The known bounds of a stack.
  struct Bounds {
    var low: UInt
    var high: UInt
    /// Above this address the bounds need not be checked again.
    var usable: UInt = 0
    /// Whether the bounds are guessed.
    var isAssumed = false

    /// The lowest address from which a guest may be entered with `reserve` bytes left. A stack smaller
    /// than twice the reserve keeps half of its size.
    func floor(reserve: Int) -> UInt {
      let half = (high - low) / 2
      return low + max(min(UInt(clamping: reserve), half), min(HostStack.least, high - low))
    }
  }

  /// How far below its lowest used address a growing stack is assumed usable without another check.
  private static let strideOfGrowth: UInt = 64 << 10

  /// The next value of `pulley_host_stack.epoch` that no thread has had.
  private static let nextEpoch = Atomic<UInt64>(1)

  private static func renewEpoch(_ stack: UnsafeMutablePointer<pulley_host_stack>) {
    stack.pointee.epoch = nextEpoch.add(1, ordering: .relaxed).oldValue
  }

  /// Changes whenever what this thread knows about its stacks changes.
  static var epoch: UInt64 { pulley_host_stack()?.pointee.epoch ?? 0 }

  // MARK: - Bounds

  /// The stack that `here` is on.
  @inline(never)
  static func bounds(around here: UInt) -> Bounds {
    guard let stack = pulley_host_stack() else { return Bounds(low: here, high: here) }
    if here &- stack.pointee.told_low < stack.pointee.told_high &- stack.pointee.told_low {
      return Bounds(low: stack.pointee.told_low, high: stack.pointee.told_high)
    }
    if stack.pointee.epoch == 0 { renewEpoch(stack) }
    if stack.pointee.own_high == 0
      || stack.pointee.own_grows && stack.pointee.own_limit != pulley_stack_limit()
    {
      _ = pulley_ask_for_own_stack(stack)
    }
    if here &- stack.pointee.own_low < stack.pointee.own_high &- stack.pointee.own_low {
      // The limit of a growing stack may be lowered, but used pages stay.
      let usable = max(here - min(here, strideOfGrowth), stack.pointee.own_low)
      stack.pointee.own_usable = min(stack.pointee.own_usable, usable)
      return Bounds(
        low: stack.pointee.own_low, high: stack.pointee.own_high,
        usable: stack.pointee.own_usable)
    }
    return assumedBounds(around: here, stack)
  }

  /// Records that this thread runs on the stack `low..<low + size`; if `size` is 0, on its own stack.
  public static func setBounds(low: UInt, size: UInt) {
    guard let stack = pulley_host_stack() else { return }
    let high = size == 0 ? 0 : low + size
    let newLow = size == 0 ? 0 : low
    guard stack.pointee.told_low != newLow || stack.pointee.told_high != high else { return }
    stack.pointee.told_low = newLow
    stack.pointee.told_high = high
    renewEpoch(stack)
  }

  // MARK: - Unknown stacks

  /// While the guest runs on an unknown stack, a call from a little below the last one is assumed to come
  /// from the same stack. Any other call is assumed to begin on a new stack.
  private static func assumedBounds(
    around here: UInt, _ stack: UnsafeMutablePointer<pulley_host_stack>
  ) -> Bounds {
    let (low, high) = (stack.pointee.assumed_low, stack.pointee.assumed_high)
    let isInside = here &- low < high &- low
    let isDeeper =
      stack.pointee.assumed_runs > 0 && here < stack.pointee.assumed_last
      && stack.pointee.assumed_last - here < assumedSize
    if !isDeeper, !isInside || stack.pointee.assumed_runs == 0 && here < low + (high - low) / 2 {
      assume(here, stack)
    }
    return Bounds(
      low: stack.pointee.assumed_low, high: stack.pointee.assumed_high, isAssumed: true)
  }

  /// Assumes that the stack begins at `here`, and that it ends above the first unreadable page.
  private static func assume(_ here: UInt, _ stack: UnsafeMutablePointer<pulley_host_stack>) {
    let page: UInt = 4096
    var low = here &- assumedSize
    var probe = here & ~(page - 1)
    while probe > low {
      guard pulley_can_read(probe - page) else {
        low = probe
        break
      }
      probe -= page
    }
    stack.pointee.assumed_low = low
    // Later calls may come from slightly higher addresses.
    stack.pointee.assumed_high = here + page
    stack.pointee.assumption += 1
    stack.pointee.assumed_runs = 0
  }

  /// Records a run that begins at `here` on an unknown stack; the result is for `leaveAssumed`.
  static func enterAssumed(_ here: UInt) -> UInt64 {
    guard let stack = pulley_host_stack() else { return 0 }
    stack.pointee.assumed_last = here
    stack.pointee.assumed_runs += 1
    return stack.pointee.assumption
  }

  /// Ends the record of a run, which may have begun on another thread or under another assumption.
  static func leaveAssumed(_ assumption: UInt64) {
    guard let stack = pulley_host_stack(), stack.pointee.assumption == assumption,
      stack.pointee.assumed_runs > 0
    else { return }
    stack.pointee.assumed_runs -= 1
  }

  // MARK: - Room

  /// Whether `bytes` are left below the caller.
  public static func hasRoom(_ bytes: Int) -> Bool {
    let here = pulley_frame_address()
    if let stack = pulley_host_stack(), here < stack.pointee.own_high,
      here >= stack.pointee.own_usable, here - stack.pointee.own_usable >= UInt(bytes)
    {
      return true
    }
    let low = bounds(around: here).low
    return here >= low && here - low >= UInt(bytes)
  }

  /// Runs `body` here if `bytes` of the stack are left, else on a new thread while this one waits.
  /// False, and `body` does not run, if no thread can be created.
  public static func run(needing bytes: Int, _ body: () -> Void) -> Bool {
    if hasRoom(bytes) {
      body()
      return true
    }
    return runElsewhere(body)
  }

  @inline(never)
  private static func runElsewhere(_ body: () -> Void) -> Bool {
    withoutActuallyEscaping(body) { body in
      var work = Work(body: body)
      let isDone = withUnsafeMutablePointer(to: &work) { work in
        pulley_run_on_thread(
          ownThreadSize,
          { argument in
            pulley_host_stack()?.pointee.work = argument
            argument?.assumingMemoryBound(to: Work.self).pointee.body()
            return nil
          }, work)
      }
      for call in work.calls { callHost(call.function, call.argument) }
      return isDone
    }
  }

  private struct Work {
    let body: () -> Void
    /// The calls to make when the work is done.
    var calls: [(function: Callback, argument: UnsafeMutableRawPointer?)] = []
  }

  /// A callback of the embedder's.
  public typealias Callback = @convention(c) (UnsafeMutableRawPointer?) -> Void

  /// Calls a callback on the thread that called the library: now, or, if that thread waits for this one,
  /// when this one is done.
  public static func callHost(_ function: Callback, _ argument: UnsafeMutableRawPointer?) {
    guard let work = pulley_host_stack()?.pointee.work else { return function(argument) }
    work.assumingMemoryBound(to: Work.self).pointee.calls.append((function, argument))
  }
}
