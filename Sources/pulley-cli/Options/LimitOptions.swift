import ArgumentParser
import Pulley

/// How much a program may have of what it could exhaust.
struct LimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What the program's memories may hold together: bytes, or a number with K, M or G. Its tables "
        + "may then take as much again.", valueName: "size"))
  var maxMemory: ByteCount?

  @Option(
    help: ArgumentHelp(
      "What its tables may take, at eight bytes an element.", valueName: "size"))
  var maxTables: ByteCount?

  @Option(
    help: ArgumentHelp("What its instance may take besides those and stacks.", valueName: "size"))
  var maxInstances: ByteCount?

  @Option(
    help: ArgumentHelp(
      "What may be kept of its descriptors and directories.", valueName: "size"))
  var maxWasi: ByteCount?

  @Option(
    help: ArgumentHelp(
      "What the module, its code and compiling it may take.", valueName: "size"))
  var maxCompileMemory: ByteCount?

  @Flag(help: "Print on standard error the most that the program had of each resource.")
  var usage = false

  /// A limit that was asked for is also the engine's, for there is one program.
  func apply(to options: inout Engine.Options) {
    // A table of a module's C functions must fit, however small its memory.
    let tables = maxTables?.value ?? maxMemory.map { max($0.value, 1 << 20) }
    let wanted: [(Resource, Int?)] = [
      (.memory, maxMemory?.value), (.tables, tables), (.instances, maxInstances?.value),
      (.wasi, maxWasi?.value), (.compilation, maxCompileMemory?.value),
    ]
    for case (let resource, let size?) in wanted {
      options.limits[resource] = ResourceLimits.Limit(perGroup: size, perEngine: size)
    }
  }

  func report(_ engine: Engine) {
    guard usage else { return }
    let names: [(Resource, String)] = [
      (.memory, "memories"), (.tables, "tables"), (.instances, "instances"), (.stacks, "stacks"),
      (.wasi, "WASI"), (.compilation, "compilation"),
    ]
    for (resource, name) in names { printError("\(name): \(engine.peak(of: resource)) bytes") }
  }
}
