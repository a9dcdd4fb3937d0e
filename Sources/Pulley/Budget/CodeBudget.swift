import PulleyVM
import Synchronization

/// The memory of a module: the module, its code, and work on it. Any number of threads may use it.
final class CodeBudget: Sendable {
  /// Its limit per group is that of the module.
  let account: Account
  private let kept: Mutex<Charge>

  /// - Parameters:
  ///   - engine: the engine's account.
  ///   - limits: the engine's.
  init(_ engine: Account, _ limits: ResourceLimits) throws(PulleyError) {
    account = Account(parent: engine, groupLimits: limits)
    kept = Mutex(try Charge(0, of: .compilation, to: account, for: "a module"))
  }

  /// Charges `bytes`, an upper bound of the memory that some work takes, until `end`.
  func begin(_ bytes: Int, for what: @autoclosure () -> String) throws(PulleyError) {
    guard account.charge(bytes, of: .compilation) else {
      throw account.refusal(bytes, of: .compilation, what())
    }
    do throws(PulleyError) {
      try HostMemory.announce(bytes, for: what())
    } catch {
      account.giveBack(bytes, of: .compilation)
      throw error
    }
  }

  func end(_ bytes: Int) {
    HostMemory.withdraw(bytes)
    account.giveBack(bytes, of: .compilation)
  }

  /// Charges bytes that stay as long as the module lives.
  func keep(_ bytes: Int, for what: @autoclosure () -> String) throws(PulleyError) {
    guard kept.withLock({ $0.grow(by: bytes) }) else {
      throw account.refusal(bytes, of: .compilation, what())
    }
  }
}

/// The memory of the process, for work that grows with its input.
public enum HostMemory {
  /// Reserves `bytes`, an upper bound of the memory that some work takes, until `withdraw`.
  public static func announce(
    _ bytes: Int, for what: @autoclosure () -> String
  ) throws(PulleyError) {
    guard Headroom.announce(bytes) else { throw shortage(bytes, what()) }
  }

  public static func withdraw(_ bytes: Int) { Headroom.withdraw(bytes) }

  /// Throws if the process cannot allocate `bytes` now.
  public static func require(
    _ bytes: Int, for what: @autoclosure () -> String
  ) throws(PulleyError) {
    guard Headroom.isLeft(bytes) else { throw shortage(bytes, what()) }
  }

  /// Whether the process can allocate a few kilobytes. Takes almost no time.
  public static var allowsSmall: Bool { Headroom.allowsSmall() }

  private static func shortage(_ bytes: Int, _ what: String) -> PulleyError {
    PulleyError(
      .limit,
      "\(what) may take \(bytes) bytes, which the process cannot have besides a reserve of "
        + "\(Headroom.reserve)")
  }
}
