// swift-tools-version: 6.1
import PackageDescription

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

// Who builds the programs need not wait for the documentation plugin, which turns all traits on and needs
// no MPI to read declarations: see pipelines/document.sh.
let isDocumentation = Context.environment["DOCUMENTATION"] != nil
let documentationPlugin = Package.Dependency.package(
  url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0")

// Targets are listed from the ground up: a target depends only on targets above it in this file.
let package = Package(
  name: "vqvae2",
  products: [
    .library(name: "VQVAE2", targets: ["VQVAE2"])
  ],
  traits: [
    .default(enabledTraits: ["Archives", "JPEG", "WebP"]),
    .trait(
      name: "Archives", description: "Read pictures out of archives; needs libarchive-dev."),
    .trait(name: "JPEG", description: "Read JPEGs; needs libjpeg-dev."),
    .trait(name: "WebP", description: "Read WebP files; needs libwebp-dev."),
    .trait(name: "MPI", description: "Train with several processes; needs libopenmpi-dev."),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ] + (isDocumentation ? [documentationPlugin] : []),
  targets: [
    // System libraries and C.
    .target(name: "COpenBLAS", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "Kernels", linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(name: "PNGDecoder", dependencies: ["CPNG"]),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .target(
      name: "JPEGDecoder",
      dependencies: [.target(name: "CJPEG", condition: .when(traits: ["JPEG"]))],
      cSettings: [.define("JPEG", .when(traits: ["JPEG"]))]),
    .systemLibrary(
      name: "CWebP", pkgConfig: "libwebpdemux", providers: [.apt(["libwebp-dev"])]),
    .systemLibrary(
      name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .systemLibrary(name: "CMPI", pkgConfig: "mpi-c", providers: [.apt(["libopenmpi-dev"])]),
    .target(
      name: "MessagePassing",
      dependencies: [.target(name: "CMPI", condition: .when(traits: ["MPI"]))],
      cSettings: isDocumentation ? [] : [.define("MPI", .when(traits: ["MPI"]))]),

    // The commit that is built.
    .plugin(name: "NoteCommit", capability: .buildTool(), path: "Sources/NoteCommit"),
    .target(name: "BuildCommit", plugins: ["NoteCommit"]),

    // Libraries.
    .target(
      name: "Communication",
      dependencies: [.target(name: "MessagePassing", condition: .when(traits: ["MPI"]))]),
    .target(name: "Tensors", dependencies: ["COpenBLAS", "Kernels"]),
    .target(name: "NeuralNetworks", dependencies: ["Communication", "Kernels", "Tensors"]),
    .target(name: "Artifacts"),
    .target(
      name: "Images",
      dependencies: [
        "Artifacts", "CPNG", "CZlib", "PNGDecoder", "Tensors",
        .target(name: "JPEGDecoder", condition: .when(traits: ["JPEG"])),
        .target(name: "CWebP", condition: .when(traits: ["WebP"])),
        .target(name: "CArchive", condition: .when(traits: ["Archives"])),
      ]),
    .target(name: "Pages", dependencies: ["Images"], resources: [.embedInCode("Page")]),
    .target(name: "VQVAE", dependencies: ["Communication", "NeuralNetworks", "Tensors"]),
    .target(name: "VAE", dependencies: ["NeuralNetworks", "Tensors"]),
    .target(name: "PixelCNN", dependencies: ["Artifacts", "Kernels", "NeuralNetworks", "Tensors"]),
    .target(name: "Classifiers", dependencies: ["NeuralNetworks", "Tensors"]),
    .target(
      name: "Models",
      dependencies: [
        "Artifacts", "Classifiers", "Communication", "Images", "NeuralNetworks", "PixelCNN",
        "Tensors", "VAE", "VQVAE",
      ]),
    .target(
      name: "Training",
      dependencies: [
        "Artifacts", "Classifiers", "Communication", "Images", "Kernels", "Models",
        "NeuralNetworks", "Pages", "PixelCNN", "Tensors", "VAE", "VQVAE",
      ], resources: [.embedInCode("Page")]),
    .target(
      name: "Generation",
      dependencies: ["Artifacts", "Classifiers", "Images", "Models", "PixelCNN", "Tensors"]),
    .target(
      name: "Evaluation",
      dependencies: [
        "Artifacts", "Classifiers", "Generation", "Images", "Models", "Pages", "PixelCNN",
        "Tensors", "VAE", "VQVAE",
      ], resources: [.embedInCode("Report/Page")]),
    .target(
      name: "VQVAE2",
      dependencies: [
        "Artifacts", "Classifiers", "Generation", "Images", "Models", "PixelCNN", "Tensors",
        "Training", "VQVAE",
      ]),
    .target(name: "Emoji", dependencies: ["Artifacts", "Images"]),
    .target(
      name: "ReferenceImport",
      dependencies: ["Artifacts", "Images", "NeuralNetworks", "PixelCNN", "Tensors", "VQVAE"]),

    // The command line.
    .target(
      name: "CommandLineTools",
      dependencies: [
        "Artifacts", "BuildCommit", "Communication", "Images", "Kernels", "Tensors", argumentParser,
        logging,
      ]),
    .target(
      name: "TrainingCommands",
      dependencies: [
        "Artifacts", "CommandLineTools", "Communication", "Models", "Training", argumentParser,
      ]),

    .target(
      name: "SamplingCommands",
      dependencies: ["CommandLineTools", "Models", "PixelCNN", argumentParser]),

    // Stages.
    .executableTarget(
      name: "extract-emoji",
      dependencies: ["CommandLineTools", "Emoji", argumentParser]),
    .executableTarget(
      name: "prepare-images",
      dependencies: ["CommandLineTools", "Images", "Tensors", argumentParser]),
    .executableTarget(
      name: "train-vqvae",
      dependencies: [
        "Artifacts", "CommandLineTools", "Communication", "Images", "Models",
        "Tensors", "Training", "TrainingCommands", "VAE", "VQVAE", argumentParser,
      ]),
    .executableTarget(
      name: "extract-codes",
      dependencies: [
        "Artifacts", "CommandLineTools", "Images", "Models", "Tensors",
        argumentParser,
      ]),
    .executableTarget(
      name: "decode-codes",
      dependencies: [
        "Artifacts", "CommandLineTools", "Images", "Models", "Tensors", argumentParser,
      ]),
    .executableTarget(
      name: "reconstruct-images",
      dependencies: [
        "Artifacts", "CommandLineTools", "Evaluation", "Images", "Models", "Tensors",
        argumentParser,
      ]),
    .executableTarget(
      name: "train-prior",
      dependencies: [
        "Artifacts", "CommandLineTools", "Communication", "Models", "PixelCNN",
        "Tensors", "Training", "TrainingCommands", "VQVAE", argumentParser,
      ]),
    .executableTarget(
      name: "train-classifier",
      dependencies: [
        "Artifacts", "Classifiers", "CommandLineTools", "Communication", "Generation", "Images",
        "Models", "Tensors", "Training", "TrainingCommands", argumentParser,
      ]),
    .executableTarget(
      name: "sample-images",
      dependencies: [
        "Artifacts", "CommandLineTools", "Generation", "Images", "Models", "PixelCNN",
        "SamplingCommands", "Tensors", argumentParser,
      ]),
    .executableTarget(
      name: "evaluate",
      dependencies: [
        "Artifacts", "CommandLineTools", "Evaluation", "Generation", "Images",
        "Models", "Tensors", argumentParser,
      ]),
    .executableTarget(
      name: "tune-rejection",
      dependencies: [
        "Artifacts", "Classifiers", "CommandLineTools", "Evaluation",
        "Generation", "Images", "Models", "PixelCNN", "SamplingCommands", "Tensors", "Training",
        "TrainingCommands", argumentParser,
      ]),
    .executableTarget(
      name: "import-reference",
      dependencies: [
        "Artifacts", "CommandLineTools", "Images", "Models", "ReferenceImport",
        argumentParser,
      ]),
    .executableTarget(
      name: "benchmark",
      dependencies: [
        "Artifacts", "COpenBLAS", "Classifiers", "CommandLineTools", "Images",
        "NeuralNetworks", "PixelCNN", "Tensors", "VQVAE", argumentParser,
      ]),

    // Tests.
    .testTarget(name: "ArchitectureTests"),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels"]),
    .testTarget(name: "TensorsTests", dependencies: ["Kernels", "Tensors"]),
    .testTarget(name: "ArtifactsTests", dependencies: ["Artifacts"]),
    .testTarget(
      name: "CommunicationTests",
      dependencies: ["Communication", "NeuralNetworks", "Tensors", "VAE", "VQVAE"]),
    .testTarget(name: "EmojiTests", dependencies: ["Emoji", "Images"]),
    .testTarget(
      name: "ImagesTests", dependencies: ["CZlib", "Images"], resources: [.copy("Pictures")]),
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
      name: "example-stage",
      dependencies: [
        "Artifacts", "CommandLineTools", argumentParser, logging,
      ],
      path: "Tests/ExampleStage"),
    .target(name: "ProcessTesting", path: "Tests/ProcessTesting"),
    .target(
      name: "FileReading",
      dependencies: [
        "Artifacts", "CZlib", "Emoji", "Generation", "Images", "Models", "ReferenceImport",
      ],
      path: "Tests/FileReading"),
    .executableTarget(
      name: "mutate-files", dependencies: ["Artifacts", "FileReading", argumentParser],
      path: "Tests/MutateFiles"),
    .testTarget(
      name: "FileReaderTests",
      dependencies: [
        "Artifacts", "FileReading", "Models", "ProcessTesting", "Tensors", "mutate-files",
      ],
      resources: [.copy("Found"), .copy("Seeds")]),
    .testTarget(
      name: "CommandLineToolsTests",
      dependencies: [
        "Artifacts", "CommandLineTools", "Images", "ProcessTesting",
        argumentParser, logging, "example-stage",
      ]),
    .testTarget(
      name: "StageTests",
      dependencies: [
        "Artifacts", "Emoji", "Evaluation", "Generation", "Images", "Models", "NeuralNetworks",
        "PixelCNN",
        "ProcessTesting", "ReferenceFixtures", "Tensors", "Training", "decode-codes", "evaluate",
        "extract-codes", "extract-emoji", "import-reference", "prepare-images",
        "reconstruct-images", "sample-images", "train-classifier", "train-prior", "train-vqvae",
        "tune-rejection",
      ], resources: [.copy("Help")]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: [
        "Artifacts", "Evaluation", "Generation", "Images", "ProcessTesting", "Tensors",
      ],
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
