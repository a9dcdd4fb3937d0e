import PulleyISA

@testable import PulleyVM

#if DEBUG
  /// Runs functions cell by cell and notes which handlers run.
  final class HandlerTrace {
    private(set) var handlers: Set<UInt16> = []
    private let machine: Machine
    private let stackPointer: UInt64

    /// The handlers at each address: handlers with the same statements share one.
    private static let handlersByAddress: [UInt: [UInt16]] = Dictionary(
      grouping: 0..<UInt16(HandlerID.total), by: { UInt(bitPattern: HandlerID(number: $0).address) }
    )

    init(_ machine: Machine) {
      self.machine = machine
      stackPointer = machine.state[x: 30]
    }

    /// Does what `Machine.run` does. Returns the kind of the trap, if there is one.
    func run(_ entry: UnsafeMutablePointer<FunctionEntry>) -> TrapKind? {
      let state = machine.state
      state[x: 30] = stackPointer
      put64(state.base, StateLayout.lr, bits(SharedCells.halt))
      return run(entry, state.base, UInt(state[x: 28]), UInt(state[x: 29]))
    }

    /// The same in a machine with windows.
    func runInWindow(_ entry: UnsafeMutablePointer<FunctionEntry>) -> TrapKind? {
      let window = machine.passedRegisters
      let (base, length) = enterContext(
        get64(window, StateLayout.x(0)), memoryOffset: entry.pointee.memoryOffset,
        machine.state.base)
      link(window, machine.state.base, SharedCells.halt)
      // A call of the host moves it.
      defer {
        put64(machine.state.base, StateLayout.windowTop, bits(UnsafeRawPointer(window)))
      }
      return run(entry, window, base, length)
    }

    private func run(
      _ entry: UnsafeMutablePointer<FunctionEntry>, _ registers: Registers, _ base: UInt,
      _ length: UInt
    ) -> TrapKind? {
      let state = machine.state.base
      _ = next(
        entry.pointee.code, registers, bits(UnsafeRawPointer(entry)), 0, base, length,
        FloatAccumulator())
      var result = keepRunning
      while result == keepRunning {
        let cell = state.load(fromByteOffset: StateLayout.pendingCell, as: Cell.self)
        let handler = handler(at: cell)
        handlers.formUnion(Self.handlersByAddress[unsafeBitCast(handler, to: UInt.self)] ?? [])
        result = handler(
          cell, state.load(fromByteOffset: StateLayout.pendingRegisters, as: Registers.self),
          get64(state, StateLayout.pendingAccumulator), get64(state, StateLayout.pendingScratch),
          UInt(get64(state, StateLayout.pendingMemoryBase)),
          UInt(get64(state, StateLayout.pendingMemoryLength)),
          FloatAccumulator(bits: getV(state, StateLayout.pendingFloat, as: SIMD2<UInt64>.self)))
      }
      machine.state[x: 30] = stackPointer
      return TrapKind(rawValue: UInt8(truncatingIfNeeded: result))
    }
  }
#endif
