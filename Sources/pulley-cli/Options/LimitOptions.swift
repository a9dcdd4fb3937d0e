import ArgumentParser
import Pulley

/// The options that limit the program's resources.
struct LimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Limit the size of all memories of the program: bytes, or a number with K, M or G. The same "
        + "limit holds for its tables.", valueName: "size"))
  var maxMemory: ByteCount?

  @Option(
    help: ArgumentHelp(
      "Limit the size of its tables, at eight bytes for each element.", valueName: "size"))
  var maxTables: ByteCount?

  @Option(
    help: ArgumentHelp(
      "Limit the size of its instance without memories, tables and stacks.", valueName: "size"))
  var maxInstances: ByteCount?

  @Option(
    help: ArgumentHelp(
      "Limit the size of the state of its descriptors and directories.", valueName: "size"))
  var maxWasi: ByteCount?

  @Option(
    help: ArgumentHelp(
      "Limit the size of the module, its code and the memory for compilation.", valueName: "size"))
  var maxCompileMemory: ByteCount?

  @Option(
    help: ArgumentHelp(
      "Limit the size of the heap of its structures, arrays and exceptions.", valueName: "size"))
  var maxHeap: ByteCount?

  @Flag(help: "Print on standard error what the heap takes and what its collector has done.")
  var gcStats = false

  @Flag(help: "Collect the heap at each allocation, to find errors.")
  var gcStress = false

  @Flag(
    help:
      "Print on standard error the peak of each resource, and how many functions came from the cache."
  )
  var usage = false

  /// Sets each limit for the group and for the engine, which has only this program.
  func apply(to options: inout Engine.Options) {
    // Room for the table of a module's C functions, even if its memory is small.
    let tables = maxTables?.value ?? maxMemory.map { max($0.value, 1 << 20) }
    let wanted: [(Resource, Int?)] = [
      (.memory, maxMemory?.value), (.tables, tables), (.instances, maxInstances?.value),
      (.wasi, maxWasi?.value), (.compilation, maxCompileMemory?.value),
      (.objects, maxHeap?.value),
    ]
    for case (let resource, let size?) in wanted {
      options.limits[resource] = ResourceLimits.Limit(perGroup: size, perEngine: size)
    }
    if gcStress { options.collectsAtEachAllocation = true }
  }

  func report(_ instance: Instance) {
    guard gcStats else { return }
    let usage = instance.heapUsage
    printError(
      "heap: \(usage.liveBytes) bytes live, \(usage.allocatedBytes) allocated, "
        + "\(usage.reservedBytes) of \(usage.limit) reserved")
    printError(
      "collections: \(usage.collections), longest pause \(usage.longestPause / 1000) us, "
        + "together \(usage.totalPause / 1000) us")
  }

  func report(_ module: Module) {
    guard usage, let counts = module.cacheCounts else { return }
    printError("functions: \(counts.loaded) from the cache, \(counts.compiled) compiled")
  }

  func report(_ engine: Engine) {
    guard usage else { return }
    let names: [(Resource, String)] = [
      (.memory, "memories"), (.tables, "tables"), (.instances, "instances"), (.stacks, "stacks"),
      (.wasi, "WASI"), (.compilation, "compilation"), (.objects, "heap"),
    ]
    for (resource, name) in names { printError("\(name): \(engine.peak(of: resource)) bytes") }
  }
}
