/// Finds the name that a misspelled name may mean, for messages.
public struct NearestName {
  /// Longer names are not compared.
  private static let longest = 64

  private let wanted: [UInt8]
  private var limit: Int
  /// The nearest of the names so far: of equally near names the first in the
  /// alphabet.
  public private(set) var name: String?

  /// Names that differ in more than a third of the wanted name are not near.
  public init(to wanted: String) {
    self.wanted = Array(wanted.utf8.prefix(Self.longest + 1))
    limit = wanted.utf8.count > Self.longest ? 0 : max(1, self.wanted.count / 3)
  }

  public static func of(_ names: some Sequence<String>, to wanted: String) -> String? {
    var nearest = NearestName(to: wanted)
    for name in names { nearest.consider(name) }
    return nearest.name
  }

  public mutating func consider(_ candidate: String) {
    guard limit > 0, abs(candidate.utf8.count - wanted.count) <= limit else { return }
    let distance = distance(to: Array(candidate.utf8))
    guard distance > 0, distance <= limit else { return }
    if distance == limit, let name, name <= candidate { return }
    (limit, name) = (distance, candidate)
  }

  /// The number of bytes to insert, delete, replace or exchange with the next one (the optimal string
  /// alignment distance).
  private func distance(to other: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...other.count)
    for row in 1...max(1, wanted.count) where row <= wanted.count {
      var current = [row]
      current.reserveCapacity(other.count + 1)
      for column in 1...max(1, other.count) where column <= other.count {
        let isSame = wanted[row - 1] == other[column - 1]
        var best = min(
          last[column] + 1, current[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
        if row > 1, column > 1, wanted[row - 1] == other[column - 2],
          wanted[row - 2] == other[column - 1]
        {
          best = min(best, beforeLast[column - 2] + 1)
        }
        current.append(best)
      }
      (beforeLast, last) = (last, current)
    }
    return last[other.count]
  }
}
