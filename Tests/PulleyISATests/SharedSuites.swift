import Foundation

/// The folder of public test suites: `$PULLEY_SHARED`, or `../shared` beside the package.
enum SharedSuites {
  /// The package's root directory.
  static let packageDirectory: String = {
    var path = #filePath.split(separator: "/")
    path.removeLast(3)
    return "/" + path.joined(separator: "/")
  }()

  /// The whole text of a file of the suites, or nil if it is not there.
  static func text(_ path: String) -> String? {
    try? String(contentsOfFile: root + "/" + path, encoding: .utf8)
  }

  private static let root: String =
    ProcessInfo.processInfo.environment["PULLEY_SHARED"] ?? packageDirectory + "/../shared"
}
