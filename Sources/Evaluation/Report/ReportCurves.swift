import Pages

extension RejectionReport {
  /// The curves of all figures over the share that is turned away.
  var plots: [Plot] {
    let judged = samples.judgedLabels.map { _ in plot("Judged as asked", \.judgedAccuracy) }
    return [judged].compactMap { $0 } + [
      plot("Frechet distance", \.frechetDistance),
      plot("Precision", \.precision), plot("Recall", \.recall), plot("Density", \.density),
      plot("Coverage", \.coverage),
      Plot(
        "Draws per kept image", axis: Self.axis,
        curves: curves { $0.drawsPerKeptImage.map { Estimate(value: $0) } }),
      Plot(
        "Threshold", axis: Self.axis,
        curves: curves {
          $0.setting.dial == .threshold ? Estimate(value: Double($0.setting.value)) : nil
        }),
    ]
  }

  private static var axis: String { "share turned away" }

  /// A figure's curves for all dials, and for as many samples with nothing turned away.
  private func plot(_ title: String, _ figure: (QualityFigures) -> Estimate?) -> Plot {
    let unfiltered = figures.first.map {
      curve("as many unfiltered", $0) { figure($0.unfilteredQuality) }
    }
    return Plot(
      title, axis: Self.axis, curves: curves { figure($0.quality) } + [unfiltered].compactMap { $0 }
    )
  }

  private func curves(_ figure: (SettingFigures) -> Estimate?) -> [Plot.Curve] {
    let names: [RejectionSetting.Dial: String] = [
      .threshold: "by threshold", .keep: "by fraction kept",
    ]
    return figures.map { settings in
      curve(settings.first.flatMap { names[$0.setting.dial] } ?? "", settings, figure)
    }
  }

  private func curve(
    _ name: String, _ settings: [SettingFigures], _ figure: (SettingFigures) -> Estimate?
  ) -> Plot.Curve {
    Plot.Curve(
      name,
      settings.compactMap { line in
        figure(line).map {
          Plot.Point(1 - line.acceptance, $0.value, lower: $0.lower, upper: $0.upper)
        }
      })
  }
}
