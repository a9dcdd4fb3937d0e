// swift-tools-version: 6.2
import PackageDescription

/// Swift merges functions of like shape, which turns threaded-code handlers into jumps to one
/// another, and SwiftPM asks for frame pointers, which handlers, calling nothing, would only set up
/// and take down; either costs the machine much of its speed.
let keepHandlersApart: [SwiftSetting] = [
  .unsafeFlags(["-Xllvm", "-swiftmergefunc-threshold=0", "-Xcc", "-momit-leaf-frame-pointer"])
]

/// Lets the linker remove functions that nothing uses, public ones too: unless told otherwise, Swift
/// has them kept, because another image could import them.
let removeUnused: SwiftSetting = .unsafeFlags(
  ["-Xfrontend", "-internalize-at-link"], .when(configuration: .release))

/// A section for each function, so that unused ones are removed. Handlers stay together in one
/// section: no two of them may share an address.
let functionSections: SwiftSetting = .unsafeFlags(
  ["-Xfrontend", "-function-sections"], .when(configuration: .release))

/// Small functions of one module are inlined into others without being marked.
let inlineAcrossModules: SwiftSetting = .unsafeFlags(
  ["-cross-module-optimization"], .when(configuration: .release))

/// For what runs once for each module or header and is large.
let preferSize: [SwiftSetting] = [.unsafeFlags(["-Osize"], .when(configuration: .release))]

/// What only the shared library needs: no Swift runtime at run time, only the names in
/// pulley.map exported, and lld, which makes a missing export an error.
let sharedLibraryFlags: [LinkerSetting] = [
  .unsafeFlags(
    [
      "-use-ld=lld", "-static-stdlib",
      "-Xlinker", "--version-script=\(Context.packageDirectory)/pulley.map",
      "-Xlinker", "-soname=libpulley.so.0",
      // Threads of the library's own may be running when a program closes it.
      "-Xlinker", "-z", "-Xlinker", "nodelete",
      "-Xlinker", "--icf=safe",
      "-Xlinker", "--defsym=_swift_stdlib_getScalarName=pulley_no_scalar_name",
    ] + smallerLibraryFlags, .when(platforms: [.linux]))
]

/// What `.ci/smaller` has found on this machine.
var smallerLibraryFlags: [String] {
  var flags: [String] = []
  if let core = Context.environment["PULLEY_SWIFT_CORE"] {
    flags.append("\(Context.packageDirectory)/\(core)")
  }
  if Context.environment["PULLEY_PACKED_RELOCATIONS"] == "yes" {
    flags += ["-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"]
  }
  return flags
}

/// The command loads no C++ library, exports nothing, has packed relocations and what starting needs in one
/// place, because it may run for less time than its loading takes. lld can remove what is the same, but keeps
/// the handlers apart.
let commandFlags: [LinkerSetting] = [
  .unsafeFlags(
    ["-use-ld=lld", "-Xlinker", "--icf=safe"] + fasterCommandFlags,
    .when(platforms: [.linux], configuration: .release))
]

var fasterCommandFlags: [String] {
  var flags = [
    "-Xlinker", "--version-script=\(Context.packageDirectory)/command.map",
    "-Xlinker", "--symbol-ordering-file=\(Context.packageDirectory)/tools/startup-order.txt",
    "-Xlinker", "--no-warn-symbol-ordering",
  ]
  if let folder = Context.environment["PULLEY_STATIC_CXX"] {
    flags += ["-L", "\(Context.packageDirectory)/\(folder)", "-Xclang-linker", "-static-libgcc"]
  }
  if Context.environment["PULLEY_PACKED_RELOCATIONS"] == "yes" {
    flags += ["-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"]
  }
  return flags
}

let package = Package(
  name: "libpulley",
  products: [
    .library(name: "pulley", type: .dynamic, targets: ["PulleyShared"]),
    .library(name: "PulleyEngine", targets: ["Pulley"]),
    .executable(name: "pulley-cli", targets: ["pulley-cli"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .target(name: "PulleySpec"),
    // Two commands: what writes sources cannot need the modules that it writes them for.
    .target(name: "PulleyGenerator", dependencies: ["PulleySpec"]),
    .executableTarget(name: "pulley-gen", dependencies: ["PulleyGenerator"]),
    .target(
      name: "ClifReference",
      dependencies: ["PulleyCodegen", "PulleyGenerator", "PulleyIR", "PulleyLegalizer"]),
    .executableTarget(name: "pulley-gen-docs", dependencies: ["ClifReference", "PulleyGenerator"]),

    .systemLibrary(name: "CSupport", path: "Sources/CSupport"),
    .systemLibrary(
      name: "CFFI", path: "Sources/CFFI", pkgConfig: "libffi", providers: [.apt(["libffi-dev"])]),
    .systemLibrary(name: "CPulley", path: "include"),
    .systemLibrary(name: "CWasm", path: "Sources/CWasm"),

    .target(name: "PulleyText"),
    .target(name: "PulleySource", dependencies: ["PulleyText"]),
    .target(
      name: "PulleyDeclarations", dependencies: ["PulleySource", "PulleyText"],
      swiftSettings: preferSize),
    .target(name: "PulleyISA", dependencies: ["PulleyText"]),
    .target(name: "PulleyIR", dependencies: ["PulleySource", "PulleyText"]),
    .target(name: "PulleyOptimizer", dependencies: ["PulleyIR"]),
    .target(name: "PulleyLegalizer", dependencies: ["PulleyIR"]),
    .target(name: "PulleyCodegen", dependencies: ["PulleyIR", "PulleyISA"]),
    .target(
      name: "PulleyVM", dependencies: ["PulleyISA", "PulleyHeap", "CSupport"],
      swiftSettings: keepHandlersApart),
    .target(
      name: "PulleyHost",
      dependencies: ["PulleyDeclarations", "PulleyVM", "PulleyISA", "PulleyText", "CFFI"]),
    .target(name: "PulleyHeap", dependencies: ["CSupport"]),
    .target(name: "PulleyWasm", dependencies: ["PulleyIR"]),
    .target(
      name: "PulleyBaseline",
      dependencies: ["PulleyWasm", "PulleyCodegen", "PulleyIR", "PulleyISA"]),
    .target(
      name: "PulleyWat", dependencies: ["PulleyWasm", "PulleySource", "PulleyText"],
      swiftSettings: preferSize),
    .target(
      name: "Pulley",
      dependencies: [
        "PulleyDeclarations", "PulleyISA", "PulleyIR", "PulleyOptimizer", "PulleyLegalizer",
        "PulleyCodegen", "PulleyVM", "PulleyHost", "PulleyWasm", "PulleyWat", "PulleySource",
        "PulleyText", "PulleyBaseline", "PulleyHeap", "CSupport",
      ],
      // Compile caches tell builds of the compiler apart by it.
      linkerSettings: [
        .unsafeFlags(["-Xlinker", "--build-id=sha1"], .when(platforms: [.linux]))
      ]),
    .target(
      name: "PulleyWASI", dependencies: ["Pulley", "PulleyVM", "PulleyText", "CSupport"],
      swiftSettings: preferSize),
    .target(
      name: "PulleyC",
      dependencies: [
        "CPulley", "Pulley", "PulleyIR", "PulleyText", "PulleyVM", "PulleyWASI",
        "PulleyWasm",
      ]),
    .target(
      name: "PulleyWasmC", dependencies: ["CWasm", "Pulley", "PulleyC", "PulleyVM", "PulleyWasm"]),
    .target(
      name: "PulleyShared", dependencies: ["PulleyC", "PulleyWasmC"],
      linkerSettings: sharedLibraryFlags),
    .target(
      name: "PulleyScript",
      dependencies: [
        "Pulley", "PulleyCodegen", "PulleyIR", "PulleyISA", "PulleySource", "PulleyWasm",
        "PulleyWat",
      ]),
    .executableTarget(
      name: "pulley-cli",
      dependencies: [
        "CPulley", "Pulley", "PulleyIR", "PulleyISA", "PulleyScript", "PulleyText", "PulleyWASI",
        "PulleyWasm", "PulleyWat",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      // As arrays in the code, so that the installed command needs no other file.
      resources: [
        "Explorer/Page/page.html", "Explorer/Page/page.css", "Explorer/Page/page.js",
        "Explorer/Page/function.js", "Measuring/Page/flame.html", "Measuring/Page/flame.css",
        "Measuring/Page/flame.js",
      ].map { .embedInCode($0) },
      linkerSettings: commandFlags),

    // Functions for tests, and an interpreter of the IR that tells whether a pass keeps their meaning.
    .target(
      name: "PulleyTestSupport", dependencies: ["PulleyIR"], path: "Tests/PulleyTestSupport"),
    // Programs that tests run.
    .target(name: "PulleyTestProcesses", path: "Tests/PulleyTestProcesses"),
    .testTarget(name: "PulleyTextTests", dependencies: ["PulleyText"]),
    .testTarget(name: "PulleySourceTests", dependencies: ["PulleySource"]),
    .testTarget(
      name: "PulleyISATests", dependencies: ["PulleyISA", "PulleySpec", "PulleyTestProcesses"]),
    .testTarget(name: "PulleyIRTests", dependencies: ["PulleyIR", "PulleyTestSupport"]),
    .testTarget(
      name: "PulleyOptimizerTests",
      dependencies: ["PulleyIR", "PulleyOptimizer", "PulleyTestSupport"]),
    .testTarget(
      name: "PulleyCodegenTests",
      dependencies: ["PulleyCodegen", "PulleyIR", "PulleyISA", "PulleyVM"]),
    .testTarget(
      name: "PulleyVMTests",
      dependencies: ["PulleyVM", "PulleyHeap", "PulleyISA", "PulleyGenerator"]),
    .testTarget(
      name: "PulleyGeneratorTests",
      dependencies: [
        "PulleyGenerator", "ClifReference", "PulleyCodegen", "PulleyIR", "PulleyLegalizer",
      ]),
    .testTarget(
      name: "PulleyDeclarationsTests",
      dependencies: ["PulleyDeclarations", "PulleySource", "PulleyTestProcesses"]),
    .testTarget(
      name: "PulleyHostTests",
      dependencies: ["PulleyDeclarations", "PulleyHost", "PulleyISA", "PulleyVM"]),
    .testTarget(name: "PulleyHeapTests", dependencies: ["PulleyHeap"]),
    .testTarget(name: "PulleyWasmTests", dependencies: ["PulleyWasm", "PulleyIR"]),
    .testTarget(name: "PulleyWatTests", dependencies: ["PulleyWat", "PulleySource", "PulleyWasm"]),
    .testTarget(
      name: "PulleyTests",
      dependencies: [
        "Pulley", "PulleyBaseline", "PulleyCodegen", "PulleyHost", "PulleyIR", "PulleyISA",
        "PulleyVM", "PulleyWasm",
      ]),
    .testTarget(name: "PulleyWASITests", dependencies: ["PulleyWASI", "Pulley"]),
    .testTarget(
      name: "PulleyScriptTests", dependencies: ["PulleyScript", "Pulley", "PulleySource"]),
    .testTarget(name: "PulleyCommandTests", dependencies: ["pulley-cli"]),
    .testTarget(
      name: "PulleyCTests",
      dependencies: ["CPulley", "Pulley", "PulleyC", "PulleyTestProcesses"]),
  ]
)

for target in package.targets where target.type == .regular {
  var settings = (target.swiftSettings ?? []) + [removeUnused]
  if target.name != "PulleyVM" { settings.append(functionSections) }
  if target.name == "PulleyISA" { settings.append(inlineAcrossModules) }
  target.swiftSettings = settings
}
