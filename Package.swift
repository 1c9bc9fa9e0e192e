// swift-tools-version: 6.1
import PackageDescription

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

// Targets are listed from the ground up: a target depends only on targets above it in this file.
let package = Package(
  name: "vqvae2",
  traits: [
    .trait(name: "MPI", description: "Train with several processes; needs libopenmpi-dev.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    // System libraries and C.
    .target(name: "COpenBLAS", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "Kernels", linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(name: "PNGDecoder", dependencies: ["CPNG"]),
    .systemLibrary(name: "CMPI", pkgConfig: "mpi-c", providers: [.apt(["libopenmpi-dev"])]),
    .target(
      name: "MessagePassing",
      dependencies: [.target(name: "CMPI", condition: .when(traits: ["MPI"]))],
      cSettings: [.define("MPI", .when(traits: ["MPI"]))]),

    // Libraries.
    .target(
      name: "Communication",
      dependencies: [.target(name: "MessagePassing", condition: .when(traits: ["MPI"]))]),
    .target(name: "Tensors", dependencies: ["COpenBLAS", "Kernels"]),
    .target(name: "NeuralNetworks", dependencies: ["Communication", "Kernels", "Tensors"]),
    .target(name: "Artifacts"),
    .target(
      name: "Images", dependencies: ["Artifacts", "CPNG", "CZlib", "PNGDecoder", "Tensors"]),
    .target(name: "VQVAE", dependencies: ["Communication", "NeuralNetworks", "Tensors"]),
    .target(name: "VAE", dependencies: ["Communication", "NeuralNetworks", "Tensors"]),
    .target(name: "PixelCNN", dependencies: ["Artifacts", "Kernels", "NeuralNetworks", "Tensors"]),
    .target(name: "Classifiers", dependencies: ["NeuralNetworks", "Tensors"]),
    .target(
      name: "CommandLineTools",
      dependencies: ["Artifacts", "Communication", "Images", argumentParser, logging]),
    .target(
      name: "Training",
      dependencies: [
        "Artifacts", "Classifiers", "CommandLineTools", "Communication", "Images", "Kernels",
        "NeuralNetworks", "PixelCNN", "Tensors", "VAE", "VQVAE", argumentParser,
      ]),
    .target(
      name: "Generation",
      dependencies: [
        "Artifacts", "Classifiers", "Images", "PixelCNN", "Tensors", "Training", "VAE",
      ]),
    .target(
      name: "Evaluation",
      dependencies: [
        "Artifacts", "Classifiers", "Generation", "Images", "PixelCNN", "Tensors", "Training",
        "VAE", "VQVAE",
      ], resources: [.embedInCode("Report/Page")]),
    .target(name: "Emoji", dependencies: ["Artifacts", "Images"]),
    .target(
      name: "ReferenceImport",
      dependencies: ["Artifacts", "Images", "NeuralNetworks", "PixelCNN", "Tensors", "VQVAE"]),

    // Stages.
    .executableTarget(name: "extract-emoji", dependencies: ["CommandLineTools", "Emoji"]),
    .executableTarget(
      name: "train-vqvae", dependencies: ["CommandLineTools", "Communication", "Training"]),
    .executableTarget(name: "extract-codes", dependencies: ["CommandLineTools", "Training"]),
    .executableTarget(
      name: "train-prior", dependencies: ["CommandLineTools", "Communication", "Training"]),
    .executableTarget(
      name: "train-classifier", dependencies: ["CommandLineTools", "Communication", "Training"]),
    .executableTarget(
      name: "sample-images", dependencies: ["CommandLineTools", "Generation", "Training"]),
    .executableTarget(
      name: "evaluate", dependencies: ["CommandLineTools", "Evaluation", "Generation", "Training"]),
    .executableTarget(
      name: "tune-rejection",
      dependencies: ["CommandLineTools", "Evaluation", "Generation", "Training"]),
    .executableTarget(
      name: "import-reference",
      dependencies: ["CommandLineTools", "ReferenceImport", "Training"]),
    .executableTarget(
      name: "benchmark",
      dependencies: [
        "Artifacts", "COpenBLAS", "Classifiers", "CommandLineTools", "Images", "NeuralNetworks",
        "PixelCNN", "Tensors", "VQVAE",
      ]),

    // Tests.
    .testTarget(name: "KernelsTests", dependencies: ["Kernels"]),
    .testTarget(name: "TensorsTests", dependencies: ["Kernels", "Tensors"]),
    .testTarget(name: "ArtifactsTests", dependencies: ["Artifacts"]),
    .testTarget(
      name: "CommunicationTests",
      dependencies: ["Communication", "NeuralNetworks", "Tensors", "VAE", "VQVAE"]),
    .testTarget(name: "EmojiTests", dependencies: ["Artifacts", "Emoji", "Images"]),
    .testTarget(name: "ImagesTests", dependencies: ["CZlib", "Images"]),
    .testTarget(name: "VQVAETests", dependencies: ["NeuralNetworks", "Tensors", "VQVAE"]),
    .testTarget(name: "VAETests", dependencies: ["NeuralNetworks", "Tensors", "VAE"]),
    .testTarget(
      name: "PixelCNNTests",
      dependencies: ["Artifacts", "NeuralNetworks", "PixelCNN", "Tensors"]),
    .testTarget(
      name: "ClassifiersTests", dependencies: ["Classifiers", "NeuralNetworks", "Tensors"]),
    .target(
      name: "ReferenceFixtures", dependencies: ["Artifacts"], path: "Tests/ReferenceFixtures",
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "ReferenceParityTests",
      dependencies: [
        "Artifacts", "Images", "NeuralNetworks", "PixelCNN", "ReferenceFixtures",
        "ReferenceImport", "Tensors", "VQVAE",
      ]),
    .executableTarget(
      name: "example-stage", dependencies: ["CommandLineTools", "Images"],
      path: "Tests/ExampleStage"),
    .target(name: "ProcessTesting", path: "Tests/ProcessTesting"),
    .target(
      name: "FileReading",
      dependencies: [
        "Artifacts", "CZlib", "Emoji", "Generation", "Images", "ReferenceImport", "Training",
      ],
      path: "Tests/FileReading"),
    .executableTarget(
      name: "mutate-files", dependencies: ["Artifacts", "FileReading", argumentParser],
      path: "Tests/MutateFiles"),
    .testTarget(
      name: "FileReaderTests",
      dependencies: ["Artifacts", "FileReading", "ProcessTesting", "mutate-files"],
      resources: [.copy("Found"), .copy("Seeds")]),
    .testTarget(
      name: "CommandLineToolsTests",
      dependencies: [
        "CommandLineTools", "Images", "ProcessTesting", "example-stage", argumentParser, logging,
      ]),
    .testTarget(
      name: "StageTests",
      dependencies: [
        "Artifacts", "Emoji", "Evaluation", "Generation", "Images", "NeuralNetworks", "PixelCNN",
        "ProcessTesting", "ReferenceFixtures", "Tensors", "Training", "evaluate", "extract-codes",
        "extract-emoji", "import-reference", "sample-images", "train-classifier", "train-prior",
        "train-vqvae", "tune-rejection",
      ], resources: [.copy("Help")]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: ["Artifacts", "Evaluation", "Generation", "Images", "Tensors"],
      resources: [.copy("Reference")]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu11
)

// A fuzzer has no `main` but libFuzzer's, so it is built on request only: by pipelines/fuzz.sh.
if Context.environment["FUZZING"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz-readers", dependencies: ["Artifacts", "FileReading"], path: "Tests/FuzzReaders"))
}
