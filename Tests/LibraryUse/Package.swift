// swift-tools-version: 6.1
import PackageDescription

// A package of its own, as a user of the library would have it.
let package = Package(
  name: "LibraryUse",
  dependencies: [.package(name: "vqvae2", path: "../..")],
  targets: [
    .executableTarget(
      name: "LibraryUse", dependencies: [.product(name: "VQVAE2", package: "vqvae2")])
  ]
)
