import Foundation

/// The folder of public test suites: `$PULLEY_SHARED`, or `../shared` beside the package.
enum SharedSuites {
  /// The package's root directory.
  static let packageDirectory: String = {
    var path = #filePath.split(separator: "/")
    path.removeLast(4)
    return "/" + path.joined(separator: "/")
  }()

  /// The CLIF files of `folder`, by path from the suites' own folder; empty if they are not there.
  static func clifFiles(_ folder: String) -> [(path: String, text: [UInt8])] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(clif)/\(folder)")) ?? []
    return names.filter { $0.hasSuffix(".clif") }.sorted().compactMap { name in
      FileManager.default.contents(atPath: "\(clif)/\(folder)/\(name)").map {
        ("\(folder)/\(name)", [UInt8]($0))
      }
    }
  }

  static let clifFolders = ["parser", "runtests", "verifier", "isa-pulley64", "isa-pulley32"]

  private static let clif =
    (ProcessInfo.processInfo.environment["PULLEY_SHARED"] ?? packageDirectory + "/../shared")
    + "/suites/clif"
}
