import ArgumentParser
import CommandLineTools
import Evaluation
import Images

/// What to compare with, how many candidates, and which setting.
struct TuningOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The images the models were trained on, to find the nearest of each sample. "
        + "(default: --images)", valueName: "path"))
  var trainImages: String?

  @Option(
    help: ArgumentHelp(
      "The labels of --train-images, as --labels has them. (default: none)", valueName: "path"))
  var trainLabels: String?

  @Option(
    name: .customLong("train-where"),
    help: ArgumentHelp(
      "Only pictures whose row of --train-labels has this value in that column; may be repeated. "
        + "(default: all)",
      valueName: "column=value"))
  var trainConditions: [RowCondition] = []

  @Option(
    help: ArgumentHelp(
      "Go on drawing with the samples' seed until there are n candidates of each of their classes. "
        + "With --guidance or --temperature: draw so many. (default: 100)",
      valueName: "n"))
  var draw: Int?

  @Option(
    help: ArgumentHelp(
      "Choose this threshold instead of the recommended setting. (default: none)",
      valueName: "probability"))
  var threshold: Float?

  @Option(
    help: ArgumentHelp(
      "Choose this kept fraction instead of the recommended setting. (default: none)",
      valueName: "fraction"))
  var keep: Float?

  @Flag(
    help: ArgumentHelp(
      "Train a classifier on unfiltered samples, one on samples of the chosen setting and one on "
        + "--train-images, and test all on --images."))
  var classificationAccuracyScore = false

  @Option(
    help: ArgumentHelp("How many images each of them is trained on.", valueName: "n"))
  var accuracySamples = 20_000

  @Option(help: ArgumentHelp("Steps of the training of each of them.", valueName: "n"))
  var accuracySteps = 3000

  /// The flags that make sense for one pool of candidates alone, and whether each was given.
  var usesOfOnePool: [(String, Bool)] {
    [
      ("--threshold", threshold != nil), ("--keep", keep != nil),
      ("--classification-accuracy-score", classificationAccuracyScore),
    ]
  }

  /// Whether candidates are drawn besides those there are.
  var drawsCandidates: Bool { draw != nil || classificationAccuracyScore }

  /// The setting the user asks for.
  var setting: RejectionSetting? {
    threshold.map { RejectionSetting(.threshold, $0) } ?? keep.map { RejectionSetting(.keep, $0) }
  }

  /// Where the training images are and how they are read; nil if they are not given.
  func trainingImages(_ images: ImageOptions) -> ImageOptions? {
    guard let trainImages else { return nil }
    var options = images
    options.images = trainImages
    options.labels = trainLabels
    options.conditions = trainConditions
    return options
  }

  func validate() throws {
    func check(_ isRight: Bool, _ message: String) throws {
      if !isRight { throw ValidationError(message) }
    }
    try check((1...1_000_000).contains(draw ?? 1), "--draw lies between 1 and 1000000.")
    try check((0...1).contains(threshold ?? 0), "--threshold lies between 0 and 1.")
    try check((keep ?? 1) > 0 && (keep ?? 1) <= 1, "--keep lies above 0 and at most at 1.")
    try check(threshold == nil || keep == nil, "--threshold and --keep exclude each other.")
    try check(
      (2...10_000_000).contains(accuracySamples),
      "--accuracy-samples lies between 2 and 10000000.")
    try check(
      (1...10_000_000).contains(accuracySteps), "--accuracy-steps lies between 1 and 10000000.")
    try check(
      !classificationAccuracyScore || trainImages != nil,
      "--classification-accuracy-score needs --train-images, to compare with.")
    try check(
      trainLabels != nil || trainConditions.isEmpty, "--train-where needs --train-labels.")
    try check(trainImages != nil || trainLabels == nil, "--train-labels needs --train-images.")
  }
}
