import CFFI
import Synchronization

/// What a function pointer for C leads to. It is never freed, so that a call at any time and on any
/// thread can read it.
///
/// Only a thread whose number is in `thread` or `home` reads more than the atomic words and the plan's result.
struct CallbackTarget: ~Copyable {
  /// The thread that may call; 0 if none may, `anyThread` if the embedder promises that each call comes on
  /// the thread that uses the instance.
  let thread = Atomic<UInt>(0)
  /// The thread that uses the instance, as far as host calls with callbacks tell; 0 if the target has no
  /// meaning.
  let home = Atomic<UInt>(0)
  /// Calls on another thread, or when none was allowed.
  let strayCalls = Atomic<Int>(0)
  /// The size of a structure that calls return in memory.
  let resultBytes = Atomic<Int>(0)
  /// Constant while the target has a meaning, and kept after that for closures, which use its
  /// `interface`.
  private(set) var plan: CallbackPlan?
  /// What calls read of `plan`. Valid as long as `plan` is there.
  private(set) var body: UnsafeMutablePointer<CallbackPlan.Body>
  var environment: UnsafeMutablePointer<HostEnvironment.Block>?
  var function: (any GuestFunction)?

  static let anyThread: UInt = 1

  /// Stray calls of all targets, to know when to look for them.
  static let allStrayCalls = Atomic<Int>(0)

  private init(_ plan: CallbackPlan) {
    self.plan = plan
    body = plan.body
    resultBytes.store(plan.returnedBytes, ordering: .relaxed)
  }

  static func make(_ plan: CallbackPlan) -> UnsafeMutablePointer<CallbackTarget> {
    let target = UnsafeMutablePointer<CallbackTarget>.allocate(capacity: 1)
    target.initialize(to: CallbackTarget(plan))
    return target
  }

  /// Gives the target its next meaning, while no thread may call.
  mutating func prepare(_ plan: CallbackPlan) {
    self.plan = plan
    body = plan.body
    resultBytes.store(plan.returnedBytes, ordering: .relaxed)
    strayCalls.store(0, ordering: .relaxed)
  }

  /// Releases the plan, when the target has lost its meaning.
  mutating func forgetPlan() { plan = nil }

  /// Notes a call that is not allowed.
  func noteStrayCall() {
    strayCalls.add(1, ordering: .relaxed)
    Self.allStrayCalls.add(1, ordering: .relaxed)
  }

  func takeStrayCalls() -> Bool { strayCalls.exchange(0, ordering: .relaxed) > 0 }
}
