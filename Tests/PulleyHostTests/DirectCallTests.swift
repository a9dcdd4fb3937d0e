import Testing

@testable import PulleyHost

/// The arguments of the last calls of the functions below.
nonisolated(unsafe) private var received: [UInt64] = []

private func note(_ values: UInt64...) { received = values }
private func bits(_ value: some BinaryInteger) -> UInt64 { UInt64(truncatingIfNeeded: value) }
private func bits(_ value: Float) -> UInt64 { UInt64(value.bitPattern) }
private func bits(_ value: Double) -> UInt64 { value.bitPattern }
private func bits(_ value: Bool) -> UInt64 { value ? 1 : 0 }

/// A function, its signature, and the type of the import that it provides.
private struct Candidate {
  let signature: String
  let function: UnsafeRawPointer
  let type: GuestFunctionType

  init<F>(_ signature: String, _ function: F, _ parameters: [GuestType], _ result: GuestType?) {
    self.signature = signature
    self.function = unsafeBitCast(function, to: UnsafeRawPointer.self)
    type = GuestFunctionType(parameters: parameters, results: result.map { [$0] } ?? [])
  }
}

@Suite(.serialized) struct DirectCalls {
  private static func candidates() -> [Candidate] {
    typealias I = Int32
    typealias L = Int64
    typealias F = Float
    typealias D = Double
    let v0: @convention(c) () -> Void = { note() }
    let i1: @convention(c) (I) -> I = {
      note(bits($0)); return ~$0
    }
    let u2: @convention(c) (UInt32, L) -> UInt32 = {
      note(bits($0), bits($1)); return $0 &+ 1
    }
    let l3: @convention(c) (L, I, L) -> L = {
      note(bits($0), bits($1), bits($2))
      return $0 ^ $2
    }
    let i4: @convention(c) (I, I, I, I) -> Void = { note(bits($0), bits($1), bits($2), bits($3)) }
    let i5: @convention(c) (I, L, I, L, I) -> I = {
      note(bits($0), bits($1), bits($2), bits($3), bits($4))
      return $4
    }
    let i6: @convention(c) (L, L, L, L, L, I) -> L = {
      note(bits($0), bits($1), bits($2), bits($3), bits($4), bits($5))
      return $0 &- $4
    }
    let narrow: @convention(c) (Int8, UInt8, Int16, UInt16, Bool, I) -> Int16 = {
      note(bits($0), bits($1), bits($2), bits($3), bits($4), bits($5))
      return $2
    }
    let u8: @convention(c) (I) -> UInt8 = {
      note(bits($0)); return UInt8(truncatingIfNeeded: $0)
    }
    let i8: @convention(c) (L) -> Int8 = {
      note(bits($0)); return Int8(truncatingIfNeeded: $0)
    }
    let d1: @convention(c) (D) -> D = {
      note(bits($0)); return -$0
    }
    let d2: @convention(c) (D, D) -> D = {
      note(bits($0), bits($1)); return $1
    }
    let d3: @convention(c) (D, D, D) -> D = {
      note(bits($0), bits($1), bits($2)); return $2
    }
    let f3: @convention(c) (F, D, F) -> F = {
      note(bits($0), bits($1), bits($2)); return $0
    }
    let toInt: @convention(c) (D, F) -> L = {
      note(bits($0), bits($1)); return L($1.bitPattern)
    }
    let few: @convention(c) (D, I, F, L, D, D) -> D = {
      note(bits($0), bits($1), bits($2), bits($3), bits($4), bits($5))
      return $4
    }
    let fewInt: @convention(c) (F, F, I) -> UInt16 = {
      note(bits($0), bits($1), bits($2))
      return UInt16(truncatingIfNeeded: $2)
    }
    let all: @convention(c) (I, D, I, D, I, D, I, D, I, D, L, F, F, F) -> F = {
      note(
        bits($0), bits($1), bits($2), bits($3), bits($4), bits($5), bits($6), bits($7), bits($8),
        bits($9), bits($10), bits($11), bits($12), bits($13))
      return $12
    }
    let allInt: @convention(c) (D, D, D, D, D, I, I, I) -> Int8 = {
      note(bits($0), bits($1), bits($2), bits($3), bits($4), bits($5), bits($6), bits($7))
      return Int8(truncatingIfNeeded: $7)
    }
    let mixedNarrow: @convention(c) (D, UInt8, D, Int16, Int) -> UInt = {
      note(bits($0), bits($1), bits($2), bits($3), bits($4))
      return UInt(bitPattern: $4)
    }
    let mixedToFloat: @convention(c) (UInt8, F, Bool) -> F = {
      note(bits($0), bits($1), bits($2))
      return $1
    }
    let six: [GuestType] = [.i32, .i32, .i32, .i32, .i32, .i32]
    return [
      Candidate("void()", v0, [], nil),
      Candidate("i32(i32)", i1, [.i32], .i32),
      Candidate("u32(u32, i64)", u2, [.i32, .i64], .i32),
      Candidate("i64(i64, i32, i64)", l3, [.i64, .i32, .i64], .i64),
      Candidate("void(i32, i32, i32, i32)", i4, [.i32, .i32, .i32, .i32], nil),
      Candidate("i32(i32, i64, i32, i64, i32)", i5, [.i32, .i64, .i32, .i64, .i32], .i32),
      Candidate(
        "i64(i64, i64, i64, i64, i64, i32)", i6, [.i64, .i64, .i64, .i64, .i64, .i32], .i64),
      Candidate("i16(i8, u8, i16, u16, bool, i32)", narrow, six, .i32),
      Candidate("u8(i32)", u8, [.i32], .i32),
      Candidate("i8(i64)", i8, [.i64], .i32),
      Candidate("f64(f64)", d1, [.f64], .f64),
      Candidate("f64(f64, f64)", d2, [.f64, .f64], .f64),
      Candidate("f64(f64, f64, f64)", d3, [.f64, .f64, .f64], .f64),
      Candidate("f32(f32, f64, f32)", f3, [.f32, .f64, .f32], .f32),
      Candidate("i64(f64, f32)", toInt, [.f64, .f32], .i64),
      Candidate(
        "f64(f64, i32, f32, i64, f64, f64)", few, [.f64, .i32, .f32, .i64, .f64, .f64], .f64),
      Candidate("u16(f32, f32, i32)", fewInt, [.f32, .f32, .i32], .i32),
      Candidate(
        "f32(i32, f64, i32, f64, i32, f64, i32, f64, i32, f64, i64, f32, f32, f32)", all,
        [.i32, .f64, .i32, .f64, .i32, .f64, .i32, .f64, .i32, .f64, .i64, .f32, .f32, .f32], .f32),
      Candidate(
        "i8(f64, f64, f64, f64, f64, i32, i32, i32)", allInt,
        [.f64, .f64, .f64, .f64, .f64, .i32, .i32, .i32], .i32),
      Candidate(
        "size_t(f64, u8, f64, i16, ssize_t)", mixedNarrow, [.f64, .i32, .f64, .i32, .i32], .i64),
      Candidate("f32(u8, f32, bool)", mixedToFloat, [.i32, .f32, .i32], .f32),
    ]
  }

  @Test func directCallsGiveTheResultsOfLibffi() throws {
    let machine = try FakeMachine()
    var random = SystemRandomNumberGenerator()
    for candidate in DirectCalls.candidates() {
      let definition = HostDefinition(
        name: "env.f", signature: try HostSignature(candidate.signature),
        function: unsafeBitCast(candidate.function, to: HostDefinition.Function.self))
      let records = try [HostFunctionRecord.Path.fastest, .general].map {
        try HostFunctionRecord(
          definition, type: candidate.type, environment: machine.environment, signatureNumber: 0,
          path: $0)
      }
      #expect(records[0].isDirect, "\(candidate.signature)")
      #expect(!records[1].isDirect)
      for _ in 0..<200 {
        // Every bit pattern, high halves of narrower values included.
        let arguments = candidate.type.parameters.map { _ in
          UInt64.random(in: 0 ... .max, using: &random)
        }
        var outcomes: [(UInt64, [UInt64])] = []
        for record in records {
          let result = machine.call(record, type: candidate.type, arguments)
          #expect(result.status == 0)
          let value: UInt64 =
            switch candidate.type.results.first {
            case .i32?: result.x0 & 0xFFFF_FFFF
            case .f32?, .f64?: result.f0
            case nil: 0
            default: result.x0
            }
          outcomes.append((value, received))
        }
        #expect(outcomes[0].0 == outcomes[1].0, "\(candidate.signature)")
        #expect(outcomes[0].1 == outcomes[1].1, "\(candidate.signature)")
        #expect(outcomes[0].1.count == candidate.type.parameters.count)
      }
    }
  }
}
