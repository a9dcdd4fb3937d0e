import CPulley
import Foundation
import Testing

/// Vectors passed in every way between C and the guest.
@Suite struct Vectors {
  private let divide: @convention(c) (Int64, Int64) -> lldiv_t = { lldiv($0, $1) }

  private func guest() throws -> Guest {
    try Guest(bytes: vectorModule) { try register($0, "host", "divide", "v128(i64, i64)", divide) }
  }

  private func vector(_ lanes: UInt32...) -> pulley_value_t {
    var value = pulley_value_t()
    value.type = pulley_type_t(PULLEY_V128)
    withUnsafeMutableBytes(of: &value.of.v128) { bytes in
      for (index, lane) in lanes.enumerated() {
        bytes.storeBytes(of: lane.littleEndian, toByteOffset: 4 * index, as: UInt32.self)
      }
    }
    return value
  }

  private func lanes(_ value: pulley_value_t) -> [UInt32] {
    #expect(value.type == Int32(PULLEY_V128))
    return withUnsafeBytes(of: value.of.v128) { bytes in
      (0..<4).map {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
      }
    }
  }

  @Test func vectorsAreArgumentsAndResults() throws {
    let guest = try guest()
    let sum = try guest.run("add", vector(1, 2, 3, .max), vector(10, 20, 30, 2))
    #expect(lanes(sum[0]) == [11, 22, 33, 1])
    let error = #expect(throws: CError.self) {
      try guest.run("add", vector(1, 2, 3, 4), pulley_i64(1))
    }
    #expect(error?.status == .argumentError)
  }

  @Test func preparedCallsPassVectorsInRegistersAndOnTheStack() throws {
    let guest = try guest()
    var function: OpaquePointer?
    try attempt { pulley_instance_function(guest.instance, "many", &function, $0) }
    defer { pulley_function_delete(function) }
    #expect(pulley_function_type(function).parameters[16] == Int32(PULLEY_V128))
    var arguments = (0..<16).map { vector(UInt32($0), 100, 200, 300) }
    arguments.insert(pulley_i32(-7), at: 1)
    var results = [pulley_value_t](repeating: pulley_value_t(), count: 3)
    try attempt { pulley_call(function, arguments, 17, &results, 3, $0) }
    #expect(lanes(results[0]) == [1, 2, 3, 4])
    #expect(results[1].of.i32 == -7)
    #expect(lanes(results[2]) == [15, 100, 200, 300])
  }

  @Test func vectorGlobalsAreReadAndWritten() throws {
    let guest = try guest()
    var global: OpaquePointer?
    try attempt { pulley_instance_global(guest.instance, "global", &global, $0) }
    defer { pulley_global_delete(global) }
    var value = pulley_value_t()
    try attempt { pulley_global_get(global, &value, $0) }
    #expect(lanes(value) == [1, 2, 3, 4])
    value = vector(5, 6, 7, 8)
    try attempt { pulley_global_set(global, &value, $0) }
    value = pulley_value_t()
    try attempt { pulley_global_get(global, &value, $0) }
    #expect(lanes(value) == [5, 6, 7, 8])
  }

  @Test func theHostCreatesVectorGlobals() throws {
    var global: OpaquePointer?
    var value = vector(1, 2, 3, .max)
    try attempt { pulley_global_new(nil, &value, true, &global, $0) }
    defer { pulley_global_delete(global) }
    value = pulley_value_t()
    try attempt { pulley_global_get(global, &value, $0) }
    #expect(lanes(value) == [1, 2, 3, .max])
    value = pulley_i64(1)
    #expect(failure { pulley_global_set(global, &value, $0) }?.status == .argumentError)
  }

  @Test func hostFunctionsReturnVectorsAsStructures() throws {
    let guest = try guest()
    let result = try guest.run("divide", pulley_i64(-17), pulley_i64(5))
    #expect(lanes(result[0]) == [UInt32(bitPattern: -3), .max, UInt32(bitPattern: -2), .max])
  }

  @Test func vectorsAreRefusedForOtherHostTypesWhenLinking() throws {
    let length: @convention(c) (Int64, Int64) -> Int64 = { $0 + $1 }
    let error = #expect(throws: CError.self) {
      try Guest(bytes: vectorModule) { try register($0, "host", "divide", "i64(i64, i64)", length) }
    }
    #expect(error?.status == Int32(PULLEY_ERROR_LINK))
    #expect(error?.message.contains("the result is i64, which does not become v128") == true)
  }
}

/// An import "host"."divide" (i64, i64) -> v128, called by the export of that name; a mutable global
/// "global" of 1, 2, 3, 4; "add" (v128, v128) -> v128, by 32-bit lanes; and "many" (v128, i32, and
/// 15 more v128) -> (v128, i32, v128), which gives the global, its second and its last argument.
private let vectorModule: [UInt8] = [
  0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00, 0x01, 0x24, 0x03, 0x60, 0x02, 0x7E, 0x7E,
  0x01, 0x7B, 0x60, 0x02, 0x7B, 0x7B, 0x01, 0x7B, 0x60, 0x11, 0x7B, 0x7F, 0x7B, 0x7B, 0x7B,
  0x7B, 0x7B, 0x7B, 0x7B, 0x7B, 0x7B, 0x7B, 0x7B, 0x7B, 0x7B, 0x7B, 0x7B, 0x03, 0x7B, 0x7F,
  0x7B, 0x02, 0x0F, 0x01, 0x04, 0x68, 0x6F, 0x73, 0x74, 0x06, 0x64, 0x69, 0x76, 0x69, 0x64,
  0x65, 0x00, 0x00, 0x03, 0x04, 0x03, 0x01, 0x00, 0x02, 0x06, 0x16, 0x01, 0x7B, 0x01, 0xFD,
  0x0C, 0x01, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x04, 0x00,
  0x00, 0x00, 0x0B, 0x07, 0x20, 0x04, 0x06, 0x67, 0x6C, 0x6F, 0x62, 0x61, 0x6C, 0x03, 0x00,
  0x03, 0x61, 0x64, 0x64, 0x00, 0x01, 0x06, 0x64, 0x69, 0x76, 0x69, 0x64, 0x65, 0x00, 0x02,
  0x04, 0x6D, 0x61, 0x6E, 0x79, 0x00, 0x03, 0x0A, 0x1D, 0x03, 0x09, 0x00, 0x20, 0x00, 0x20,
  0x01, 0xFD, 0xAE, 0x01, 0x0B, 0x08, 0x00, 0x20, 0x00, 0x20, 0x01, 0x10, 0x00, 0x0B, 0x08,
  0x00, 0x23, 0x00, 0x20, 0x01, 0x20, 0x10, 0x0B,
]
