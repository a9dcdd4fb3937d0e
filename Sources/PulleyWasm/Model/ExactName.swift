/// A name as the key of a dictionary. Two names are equal if their bytes are, as in the
/// specification; Swift's strings are equal if they are canonically equivalent, too.
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
