// swift-tools-version: 6.1
import PackageDescription

// Targets are listed from the ground up: a target depends only on targets above it in this file.
let package = Package(
  name: "vqvae2",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    // System libraries and the C kernels.
    .target(name: "COpenBLAS", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "Kernels", linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),

    // Files and command lines.
    .target(name: "Artifacts"),
    .target(
      name: "CommandLineTools",
      dependencies: [
        "Artifacts",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    // Tests.
    .testTarget(name: "ArtifactsTests", dependencies: ["Artifacts"]),
    .executableTarget(
      name: "example-stage", dependencies: ["CommandLineTools"], path: "Tests/ExampleStage"),
    .testTarget(
      name: "CommandLineToolsTests",
      dependencies: [
        "CommandLineTools", "example-stage",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu11
)
