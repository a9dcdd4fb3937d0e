/// Decodes bytes that should be UTF-8 into scalars, and into single bytes where they are malformed.
public struct ScalarsAndBytes: Sequence, IteratorProtocol {
  public enum Element {
    case scalar(Unicode.Scalar)
    case byte(UInt8)
  }

  private let bytes: [UInt8]
  private var position = 0

  public init(_ bytes: some Sequence<UInt8>) {
    self.bytes = Array(bytes)
  }

  public mutating func next() -> Element? {
    guard position < bytes.count else { return nil }
    var rest = bytes[position...].makeIterator()
    var parser = Unicode.UTF8.ForwardParser()
    guard case .valid(let encoded) = parser.parseScalar(from: &rest) else {
      position += 1
      return .byte(bytes[position - 1])
    }
    position += encoded.count
    return .scalar(Unicode.UTF8.decode(encoded))
  }
}
