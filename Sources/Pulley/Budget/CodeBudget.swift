import PulleyVM
import Synchronization

/// What a module takes: itself, its code, and what is at work on it. Used by any number of threads.
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

  /// Before work that takes at most so many bytes, until `end`.
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

  /// Counts bytes that stay as long as the module lives.
  func keep(_ bytes: Int, for what: @autoclosure () -> String) throws(PulleyError) {
    guard kept.withLock({ $0.grow(by: bytes) }) else {
      throw account.refusal(bytes, of: .compilation, what())
    }
  }
}

/// Memory of the process's, for work in proportion to what somebody supplies.
public enum HostMemory {
  /// Asks for what a piece of work takes at most, until `withdraw`.
  public static func announce(
    _ bytes: Int, for what: @autoclosure () -> String
  ) throws(PulleyError) {
    guard Headroom.announce(bytes) else { throw shortage(bytes, what()) }
  }

  public static func withdraw(_ bytes: Int) { Headroom.withdraw(bytes) }

  /// An error if `bytes` cannot be had now.
  public static func require(
    _ bytes: Int, for what: @autoclosure () -> String
  ) throws(PulleyError) {
    guard Headroom.isLeft(bytes) else { throw shortage(bytes, what()) }
  }

  /// Whether something of a few kilobytes can be had. Costs next to nothing.
  public static var allowsSmall: Bool { Headroom.allowsSmall() }

  private static func shortage(_ bytes: Int, _ what: String) -> PulleyError {
    PulleyError(
      .limit,
      "\(what) may take \(bytes) bytes, which the process cannot have besides a reserve of "
        + "\(Headroom.reserve)")
  }
}
