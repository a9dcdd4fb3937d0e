import PulleyHost
import PulleyVM

/// The part of an instance that its group owns, with all that instances of WebAssembly and of CLIF
/// have in common.
class InstanceState: GroupMember {
  let module: Module
  /// The code that the instance runs.
  let image: CodeImage
  unowned(unsafe) var group: InstanceGroup
  let threads: ThreadGroup
  /// The state that the imported host functions share.
  let environment: HostEnvironment
  /// The embedder's pointer.
  var userData: UnsafeMutableRawPointer?
  var hostInfo: HostInfo?
  /// The handle that host functions borrow.
  private(set) lazy var borrowedHandle = Instance(borrowed: self)

  /// Whether `Instance.initialize` has called the guest's `_initialize`.
  var isInitialized = false

  private var machineStorage: Machine?
  private var stackCharge: Charge?
  private let charge: Charge
  /// Stops calls of this instance.
  private(set) var interruption: Interruption

  /// - Parameter charge: for the instance, apart from memories, tables and stacks.
  init(
    _ module: Module, image: CodeImage, group: InstanceGroup, interruption: Interruption,
    environment: HostEnvironment = HostEnvironment(), _ charge: consuming Charge
  ) {
    self.module = module
    self.image = image
    self.group = group
    threads = group.threads
    self.interruption = interruption
    self.environment = environment
    self.charge = charge
    group.add(self)
    environment.instance = Unmanaged.passUnretained(borrowedHandle).toOpaque()
  }

  // For the instances of each language to override

  /// - Parameter index: in the module's exports.
  func object(ofExport index: Int) -> ExportedObject? { nil }

  /// The memory that has the index 0, imported or not.
  var firstMemory: Memory? { nil }

  func endFunctionPointers() -> [AnyObject] {
    environment.endFunctionPointers()
    return [environment]
  }

  // The machine

  /// Nil before the first call.
  var existingMachine: Unmanaged<Machine>? { machineStorage.map(Unmanaged.passUnretained) }

  /// The machine that calls from the host run on.
  func machine() throws(PulleyError) -> Machine {
    if let machineStorage { return machineStorage }
    let charge = try chargeStack()
    let machine: Machine
    do throws(MachineError) {
      machine = try Machine(
        stackSize: module.engine.options.stackSize, hasLowStack: module.hasNarrowAddresses,
        hasWindows: image.options.hasWindows, interruption: interruption)
    } catch {
      throw PulleyError(error)
    }
    machine.sampler = module.engine.sampler
    machine.heap = group.existingHeap
    machine.owner = self
    machine.hostStackReserve = module.engine.options.hostStackReserve
    stackCharge = consume charge
    machineStorage = machine
    return machine
  }

  /// Lets the machine rest if no call is running, and so takes nothing of the group's budget for stacks.
  func rest(_ machine: Machine) {
    machine.rest()
    if machine.isResting { stackCharge = nil }
  }

  func wake(_ machine: Machine) throws(PulleyError) {
    let charge = try chargeStack()
    do throws(MachineError) {
      try machine.wake()
    } catch {
      throw PulleyError(error)
    }
    stackCharge = consume charge
  }

  private func chargeStack() throws(PulleyError) -> Charge {
    try Charge(
      module.engine.options.stackSize, of: .stacks, to: group.current.account,
      for: "a guest's stack")
  }

  /// Gives the instance its own interruption in place of the linker's, when it is complete.
  func becomeInterruptible() {
    interruption = module.engine.options.makeInterruption()
    machineStorage?.setInterruption(interruption)
  }
}

/// An object that an instance exports.
package enum ExportedObject {
  case function(Callable)
  case table(Table)
  case memory(Memory)
  case global(Global)
  case tag(Tag)
}

extension PulleyError {
  init(_ error: MachineError) {
    switch error {
    case .noStack(let bytes):
      self.init(.limit, "no memory for a guest's stack of \(bytes) bytes")
    }
  }
}
