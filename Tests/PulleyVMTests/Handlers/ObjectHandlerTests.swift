import PulleyGenerator
import PulleyISA
import Testing

@testable import PulleyHeap
@testable import PulleyVM

#if DEBUG
  /// Each handler of an instruction of objects runs here, in each form.
  @Suite struct ObjectHandlers {
    /// Whether the handler executes an instruction of objects.
    static func isOfObjects(_ number: Int) -> Bool {
      opcodes.contains { handlerNames[number].hasPrefix($0.mnemonic) }
    }

    private static let opcodes = Opcode.allCases.filter(\.usesHeap)

    @Test func everyHandlerOfObjectsDoesWhatItsInstructionSays() throws {
      let bench = try ObjectBench()
      for opcode in Self.opcodes {
        let trials = bench.world.trials(opcode)
        #expect(!trials.isEmpty)
        for trial in trials { bench.check(trial) }
      }
      let ofObjects = handlerNames.indices.filter(Self.isOfObjects)
      let idle = ofObjects.filter { !bench.trace.handlers.contains(UInt16($0)) }
        .map { handlerNames[$0] }
      #expect(idle == [], "these handlers never ran")
    }
  }

  /// A machine with a heap.
  final class ObjectBench {
    let world = ObjectWorld()
    let trace: HandlerTrace
    private let machine: Machine
    private let instance = WindowInstance()

    init() throws {
      machine = try Machine(stackSize: 1 << 16, hasWindows: true)
      trace = HandlerTrace(machine)
      machine.heap = world.heap
    }

    /// Runs a trial with its operands in the accumulators in all ways, cell by cell and at full speed.
    func check(_ trial: ObjectTrial) {
      for accumulated in trial.accumulations {
        var options = PredecodingOptions()
        for usesAccumulator in [false, true] {
          options.usesAccumulator = usesAccumulator
          let image = WindowBench.image([trial.function(accumulated: accumulated)], options)
          for isTraced in [false, true] {
            world.reset()
            instance.reset(trial.numbers, seed: 1)
            if trial.isMarking { world.heap.beginMarking(keeping: 0) }
            put64(machine.passedRegisters, StateLayout.x(0), instance.context)
            let trap =
              isTraced ? trace.runInWindow(image.entry(0)) : machine.run(image.entry(0))?.kind
            let difference = difference(trial, trap)
            #expect(difference == nil, "\(trial), operands \(accumulated) in the accumulators")
            if trial.isMarking { world.heap.collect() }
          }
        }
      }
    }

    /// How the outcome differs from the expected one, or nil.
    private func difference(_ trial: ObjectTrial, _ trap: TrapKind?) -> String? {
      if case .trap(let expected) = trial.expected {
        return trap == expected ? nil : "\(String(describing: trap)), not \(expected)"
      }
      if let trap { return "\(trap)" }
      let context = instance.context
      let result = WindowInstance.offset(ObjectTrial.resultNumber)
      switch trial.expected {
      case .trap: return nil
      case .object(let shape, let length):
        let object = world.bytes(context, Int(result), 8)
        let words = (0..<shape.size / 8).map { world.bytes(object, 8 * $0, 8) }
        let expected =
          [UInt64(UInt(bitPattern: shape.address))]
          + (1..<shape.size / 8).map { $0 == 1 ? length : 0 }
        return words == expected ? nil : "\(words), not \(expected)"
      case .value(let expected):
        var actual: [UInt64] = []
        if trial.opcode.mnemonic.contains("store") {
          let (object, offset, count) = world.place(trial)
          actual = stride(from: 0, to: count, by: 8).map {
            world.bytes(object, offset + $0, min(count, 8))
          }
        } else {
          actual = expected.indices.map { world.bytes(context, Int(result) + 8 * $0, 8) }
        }
        return actual == expected ? nil : "\(actual), not \(expected)"
      }
    }
  }
#endif
