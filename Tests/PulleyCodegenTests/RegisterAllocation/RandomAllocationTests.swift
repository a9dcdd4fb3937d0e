import Foundation
import PulleyCodegen
import PulleyISA
import Testing

/// Allocations of random programs, verified by the checker. PULLEY_FUZZ=n makes n times as many.
@Suite struct RandomAllocation {
  private func check(
    _ shape: RandomProgramShape, programs: UInt64, effort: AllocationEffort = AllocationEffort()
  ) throws {
    let factor = ProcessInfo.processInfo.environment["PULLEY_FUZZ"].flatMap { UInt64($0) } ?? 1
    var allocator = RegisterAllocator(effort: effort)
    for seed in 0..<programs * factor {
      let problem = RandomProgram.make(shape, seed: seed)
      let result: AllocationResult
      do {
        result = try allocator.allocate(problem)
      } catch {
        Issue.record("seed \(seed): \(error)")
        return
      }
      let faults = AllocationChecker.faults(of: result, for: problem)
      if let fault = faults.first {
        Issue.record(
          "seed \(seed), \(faults.count) faults: \(fault)\n\(listing(of: problem, result))")
        return
      }
    }
  }

  @Test func smallRandomProgramsAreAllocatedWithFewRegisters() throws {
    try check(
      RandomProgramShape(environment: RandomProgramShape.tiny, size: 20, longLived: 3),
      programs: 500)
  }

  @Test func randomProgramsWithHighPressureAreAllocated() throws {
    try check(
      RandomProgramShape(environment: RandomProgramShape.tiny, size: 80, longLived: 30),
      programs: 50)
  }

  @Test func randomProgramsAreAllocatedWithPulleysRegisters() throws {
    try check(RandomProgramShape(size: 100, longLived: 40), programs: 40)
  }

  @Test func randomProgramsWithShuffledBlocksAreAllocated() throws {
    try check(
      RandomProgramShape(
        environment: RandomProgramShape.tiny, size: 50, longLived: 8, isShuffled: true),
      programs: 100)
  }

  @Test func randomProgramsWithManyCallsAreAllocated() throws {
    try check(
      RandomProgramShape(size: 60, longLived: 20, callPercentage: 40), programs: 50)
  }

  /// Each reduces the effort of one part of the allocator to the minimum.
  private static let parts: [@Sendable (inout AllocationEffort) -> Void] = [
    { ($0.livenessSteps, $0.livenessStepsPerInstruction, $0.nearBlocks) = (0, 0, 0) },
    { ($0.ranges, $0.rangesPerInstruction, $0.nearBlocks) = (0, 0, 0) },
    { ($0.evictions, $0.evictionsPerInstruction) = (0, 0) },
    { ($0.mergeSteps, $0.mergeStepsPerInstruction) = (0, 0) },
    { $0.fewBlocks = 0 },
  ]

  /// With the effort that the allocator spends on very large functions.
  @Test(arguments: [false, true])
  func randomProgramsAreAllocatedWithTheLeastEffort(isShuffled: Bool) throws {
    var effort = AllocationEffort()
    for reduce in Self.parts { reduce(&effort) }
    try check(
      RandomProgramShape(
        environment: RandomProgramShape.tiny, size: 60, longLived: 12, isShuffled: isShuffled),
      programs: 150, effort: effort)
    try check(
      RandomProgramShape(size: 150, longLived: 60, isShuffled: isShuffled), programs: 30,
      effort: effort)
    // Some bundles take the long path, others the short one.
    effort.livenessSteps = 40
    effort.ranges = 5
    effort.evictions = 200
    effort.mergeSteps = 200
    try check(
      RandomProgramShape(
        environment: RandomProgramShape.tiny, size: 60, longLived: 12, isShuffled: isShuffled),
      programs: 150, effort: effort)
  }

  /// With the least effort in one part only.
  @Test(arguments: [false, true])
  func randomProgramsAreAllocatedWithTheLeastEffortOfOnePart(isShuffled: Bool) throws {
    for reduce in Self.parts {
      var effort = AllocationEffort()
      reduce(&effort)
      try check(
        RandomProgramShape(
          environment: RandomProgramShape.tiny, size: 60, longLived: 12, isShuffled: isShuffled),
        programs: 40, effort: effort)
      try check(
        RandomProgramShape(size: 150, longLived: 60, isShuffled: isShuffled), programs: 6,
        effort: effort)
    }
  }

  @Test(arguments: [RegisterClass.x, .f, .v])
  func randomProgramsOfOneRegisterClassAreAllocated(_ registerClass: RegisterClass) throws {
    try check(
      RandomProgramShape(
        environment: RandomProgramShape.tiny, classes: [registerClass], size: 40, longLived: 10),
      programs: 60)
  }
}
