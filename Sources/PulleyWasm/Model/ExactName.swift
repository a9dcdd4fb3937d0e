/// A name as a key: equal if the bytes are, which is what the specification means by equal names.
///
/// (Swift's strings are also equal if they merely look the same.)
public struct ExactName: Hashable, Sendable {
  public let string: String

  public init(_ string: String) {
    self.string = string
  }

  public static func == (left: ExactName, right: ExactName) -> Bool {
    left.string.utf8.elementsEqual(right.string.utf8)
  }

  public func hash(into hasher: inout Hasher) {
    var copy = string
    copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
