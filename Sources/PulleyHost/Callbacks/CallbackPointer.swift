import CFFI
import Synchronization

/// A C function pointer that calls a handler. It is never freed, because C may keep it; after
/// `retire`, calls return zero.
///
/// On x86-64 it is one of the library's thunks. Elsewhere it is a closure of libffi's.
struct CallbackPointer {
  /// The address for C.
  let address: UnsafeRawPointer
  let target: UnsafeMutablePointer<CallbackTarget>
  fileprivate let storage: Storage

  fileprivate enum Storage {
    case thunk(Int)
    case closure(UnsafeMutablePointer<ffi_closure>)
  }

  /// The ways to make a function pointer.
  enum Path {
    /// A thunk where there are thunks, otherwise a closure.
    case native
    /// Always a closure of libffi's, for tests.
    case closure
  }

  /// Nil if no function pointer is left.
  static func make(_ plan: CallbackPlan, path: Path = .native) -> CallbackPointer? {
    CallbackPool.shared.withLock { pool in
      path == .native && PULLEY_THUNK_COUNT > 0
        ? pool.takeThunk(for: plan) : pool.takeClosure(for: plan)
    }
  }

  /// Ends the pointer's meaning. The caller must have deactivated the target. The same address gets a
  /// new meaning as late as possible.
  func retire() {
    // Otherwise each thunk would keep the types of an instance that may be long dead.
    if case .thunk = storage { target.pointee.forgetPlan() }
    CallbackPool.shared.withLock { pool in
      switch storage {
      case .thunk: pool.thunks.append(self)
      case .closure: pool.closures.append(self)
      }
    }
  }
}

/// The function pointers of the process that have no meaning at present, in the order in which they lost
/// it.
private struct CallbackPool: Sendable {
  static let shared = Mutex(CallbackPool())

  fileprivate var thunks = Queue()
  fileprivate var closures = Queue()
  private var thunksMade = 0

  fileprivate struct Queue: @unchecked Sendable {
    private var elements: [CallbackPointer] = []
    private var first = 0

    var count: Int { elements.count - first }

    mutating func append(_ pointer: CallbackPointer) { elements.append(pointer) }

    mutating func popFirst() -> CallbackPointer? {
      guard first < elements.count else { return nil }
      defer {
        first += 1
        if first > 64, first > elements.count / 2 {
          elements.removeFirst(first)
          first = 0
        }
      }
      return elements[first]
    }
  }

  /// Closures take memory, so that fewer of them wait before one is used again.
  private static let idleClosures = 256

  mutating func takeThunk(for plan: CallbackPlan) -> CallbackPointer? {
    guard thunksMade < PULLEY_THUNK_COUNT else {
      guard let pointer = thunks.popFirst() else { return nil }
      pointer.target.pointee.prepare(plan)
      return pointer
    }
    guard let address = pulley_thunk(thunksMade), let entry = pulley_thunk_target(thunksMade)
    else { return nil }
    let target = CallbackTarget.make(plan)
    entry.pointee = pulley_thunk_target(
      handler: CallbackCall.thunkHandler, context: UnsafeMutableRawPointer(target))
    defer { thunksMade += 1 }
    return CallbackPointer(address: address, target: target, storage: .thunk(thunksMade))
  }

  mutating func takeClosure(for plan: CallbackPlan) -> CallbackPointer? {
    guard let interface = plan.interface else { return nil }
    if closures.count > Self.idleClosures, let pointer = closures.popFirst(),
      case .closure(let closure) = pointer.storage
    {
      pointer.target.pointee.prepare(plan)
      return set(closure, interface, pointer) ? pointer : nil
    }
    var code: UnsafeRawPointer?
    guard let closure = pulley_ffi_closure_new(&code), let code else { return nil }
    let pointer = CallbackPointer(
      address: code, target: CallbackTarget.make(plan), storage: .closure(closure))
    return set(closure, interface, pointer) ? pointer : nil
  }

  private func set(
    _ closure: UnsafeMutablePointer<ffi_closure>, _ interface: CallInterface,
    _ pointer: CallbackPointer
  ) -> Bool {
    pulley_ffi_closure_set(
      closure, interface.cif, CallbackCall.closureHandler, UnsafeMutableRawPointer(pointer.target),
      pointer.address) == FFI_OK
  }
}
