/// A module without its code. `unreachable`, which is valid for any type, replaces every body, so
/// the skeleton is a valid module with the same types, imports, exports and segments. It keeps all
/// custom sections except those about the code.
enum SkeletonModule {
  private static let codeSection: UInt8 = 10
  private static let customSection: UInt8 = 0
  /// Size 3, no locals, `unreachable`, `end`.
  private static let emptyBody: [UInt8] = [3, 0, 0x00, 0x0B]

  /// - Parameter bytes: a module that has been validated.
  static func make(of bytes: [UInt8], bodyCount: Int) -> [UInt8] {
    var skeleton = Array(bytes.prefix(8))
    var position = 8
    while position < bytes.count {
      let start = position
      let id = bytes[position]
      position += 1
      let size = readU32(bytes, &position)
      let end = min(position + size, bytes.count)
      if id == codeSection {
        var content = leb(bodyCount)
        for _ in 0..<bodyCount { content += emptyBody }
        skeleton.append(codeSection)
        skeleton += leb(content.count)
        skeleton += content
      } else if id != customSection || !isAboutCode(bytes[position..<end]) {
        skeleton += bytes[start..<end]
      }
      position = end
    }
    return skeleton
  }

  /// Whether a custom section describes bytes that the skeleton does not have.
  private static func isAboutCode(_ content: ArraySlice<UInt8>) -> Bool {
    var position = 0
    let size = readU32(Array(content.prefix(5)), &position)
    let name = content.dropFirst(position).prefix(size)
    return name.starts(with: ".debug_".utf8) || name.starts(with: "metadata.code.".utf8)
  }

  private static func readU32(_ bytes: [UInt8], _ position: inout Int) -> Int {
    var value = 0
    var shift = 0
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      value |= Int(byte & 0x7F) << shift
      shift += 7
      if byte < 0x80 || shift > 28 { break }
    }
    return value
  }

  private static func leb(_ value: Int) -> [UInt8] {
    var value = value
    var bytes: [UInt8] = []
    repeat {
      let low = UInt8(value & 0x7F)
      value >>= 7
      bytes.append(value > 0 ? low | 0x80 : low)
    } while value > 0
    return bytes
  }
}
