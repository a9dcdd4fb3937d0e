import CSupport
import Synchronization

/// The stack of the host's thread that is running: where it ends, and what to do when too little of it
/// is left.
///
/// What a thread knows of its stacks it keeps in variables of its own (`pulley_host_stack`). The
/// bounds are the system's, asked for once a thread, or what the host has told of a stack that it made
/// itself. A stack of which neither is known is taken to reach a little below the first call that came
/// from there.
public enum HostStack {
  /// What must be left of the stack when the guest is entered, for host functions that it calls,
  /// unless the embedder wants something else.
  public static let defaultReserve = 128 << 10

  /// What the library itself may need to enter the guest, and to say why it cannot.
  static let least: UInt = 8 << 10

  /// How far below the first call an unknown stack is taken to reach.
  static let assumedSize: UInt = 32 << 10

  // What tasks of the library take at most, as measured on painted stacks, doubled and more. Code that
  // is not optimised takes several times as much.
  #if DEBUG
    private static let scale = 8
  #else
    private static let scale = 1
  #endif
  /// For compiling functions and modules, and all else whose input is long.
  public static let roomToCompile = scale * (128 << 10)
  /// For making objects, and for errors with their texts.
  public static let roomForObjects = scale * (32 << 10)
  /// For what belongs to the thread that asks for it: the system's functions, which may wait and call
  /// the host's.
  public static let roomForSystem = scale * (16 << 10)
  /// What threads of the library's own have.
  public static let ownThreadSize = scale * (512 << 10)

  /// A stack as far as it is known.
  struct Bounds {
    var low: UInt
    var high: UInt
    /// From where on nobody needs to look again whether the bounds still hold.
    var usable: UInt = 0
    /// Whether the bounds are guessed.
    var isAssumed = false

    /// The lowest address from which a guest may be entered, if `reserve` bytes should be left then. A
    /// stack that is not twice as large keeps half of itself.
    func floor(reserve: Int) -> UInt {
      let half = (high - low) / 2
      return low + max(min(UInt(clamping: reserve), half), min(HostStack.least, high - low))
    }
  }

  /// How far below what was used a stack that grows is taken to be usable without looking again.
  private static let strideOfGrowth: UInt = 64 << 10

  /// The next value of `pulley_host_stack.epoch` that no thread has had.
  private static let nextEpoch = Atomic<UInt64>(1)

  private static func renewEpoch(_ stack: UnsafeMutablePointer<pulley_host_stack>) {
    stack.pointee.epoch = nextEpoch.add(1, ordering: .relaxed).oldValue
  }

  /// Of what this thread knows of its stacks.
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
      // The limit of a stack that grows may be lowered, but what has been used stays.
      let usable = max(here - min(here, strideOfGrowth), stack.pointee.own_low)
      stack.pointee.own_usable = min(stack.pointee.own_usable, usable)
      return Bounds(
        low: stack.pointee.own_low, high: stack.pointee.own_high,
        usable: stack.pointee.own_usable)
    }
    return assumedBounds(around: here, stack)
  }

  /// Makes `low..<low + size` the stack that this thread is told to be on; nothing if `size` is 0.
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

  /// While the guest runs on an unknown stack, a call from a little below the last one is taken to come
  /// from deeper on the same stack. Any other call begins on a stack of its own.
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

  /// Takes the stack to begin at `here`. Where pages below cannot be read, it ends above them.
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
    // Later calls may come from a little further up.
    stack.pointee.assumed_high = here + page
    stack.pointee.assumption += 1
    stack.pointee.assumed_runs = 0
  }

  /// Notes a run on an unknown stack that begins at `here`; the result is for `leaveAssumed`.
  static func enterAssumed(_ here: UInt) -> UInt64 {
    guard let stack = pulley_host_stack() else { return 0 }
    stack.pointee.assumed_last = here
    stack.pointee.assumed_runs += 1
    return stack.pointee.assumption
  }

  /// The run has ended, maybe on another thread or after other assumptions than it began under.
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

  /// Runs `body` here if `bytes` of the stack are left, else on a thread of the library's own, for
  /// which this one waits. False, and nothing is run, if there can be no such thread.
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
    /// What is to be called when the work is done.
    var calls: [(function: Callback, argument: UnsafeMutableRawPointer?)] = []
  }

  /// A function of the embedder's that wants to be told something.
  public typealias Callback = @convention(c) (UnsafeMutableRawPointer?) -> Void

  /// Calls a function of the embedder's on the thread that called the library: at once, or, if that
  /// thread waits for this one, when this one is done.
  public static func callHost(_ function: Callback, _ argument: UnsafeMutableRawPointer?) {
    guard let work = pulley_host_stack()?.pointee.work else { return function(argument) }
    work.assumingMemoryBound(to: Work.self).pointee.calls.append((function, argument))
  }
}
