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
      let registers = state.base
      state[x: 30] = stackPointer
      put64(registers, StateLayout.lr, bits(SharedCells.halt))
      var cell = entry.pointee.code
      put64(registers, StateLayout.pendingAccumulator, bits(UnsafeRawPointer(entry)))
      put64(registers, StateLayout.pendingScratch, 0)
      put64(registers, StateLayout.pendingMemoryBase, state[x: 28])
      put64(registers, StateLayout.pendingMemoryLength, state[x: 29])
      var result = keepRunning
      while result == keepRunning {
        let handler = handler(at: cell)
        handlers.formUnion(Self.handlersByAddress[unsafeBitCast(handler, to: UInt.self)] ?? [])
        result = handler(
          cell, registers, get64(registers, StateLayout.pendingAccumulator),
          get64(registers, StateLayout.pendingScratch),
          UInt(get64(registers, StateLayout.pendingMemoryBase)),
          UInt(get64(registers, StateLayout.pendingMemoryLength)),
          FloatAccumulator(bits: getV(registers, StateLayout.pendingFloat, as: SIMD2<UInt64>.self)))
        cell = registers.load(fromByteOffset: StateLayout.pendingCell, as: Cell.self)
      }
      state[x: 30] = stackPointer
      return TrapKind(rawValue: UInt8(truncatingIfNeeded: result))
    }
  }
#endif
