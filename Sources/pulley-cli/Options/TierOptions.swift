import ArgumentParser
import Pulley

/// How functions are compiled when they are first called.
struct TierOptions: ParsableArguments {
  @Option(
    name: .customShort("O", allowingJoined: true),
    help: ArgumentHelp(
      "How functions of WebAssembly are compiled: quickly (0), quickly at first and those that run "
        + "often again with optimisation (1), or with optimisation (2).", valueName: "level"))
  var level = 1

  @Option(
    help: ArgumentHelp(
      "With -O1: optimise a function at once, on the thread that runs it, when it has run this often.",
      visibility: .hidden))
  var optimizeAfter: UInt32?

  func validate() throws {
    guard 0...2 ~= level else { throw ValidationError("-O takes 0, 1 or 2, not \(level)") }
  }

  func apply(to options: inout Engine.Options) {
    switch level {
    case 0: options.tiers = .first
    case 1: options.tiers = optimizeAfter == nil ? .background : .synchronous
    default: options.tiers = .second
    }
    options.heat = optimizeAfter
  }
}
