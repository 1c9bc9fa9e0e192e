import Testing

/// The rooms of the house: which may know which.
struct ArrowTests {
  private let manifest: PackageManifest
  private var names: [String] { manifest.targets.map(\.name) }

  init() throws {
    manifest = try PackageManifest()
  }

  @Test func theManifestIsRead() {
    #expect(names.count > 30)
    #expect(names.first == "COpenBLAS")
    #expect(manifest.targets.contains { $0.name == "Training" && $0.dependencies.count > 5 })
  }

  @Test func everyTargetDependsOnlyOnThoseAboveIt() {
    for (index, target) in manifest.targets.enumerated() {
      let below = target.dependencies.intersection(names[index...])
      #expect(below.isEmpty, "\(target.name) depends on \(below.sorted()), listed below it")
    }
  }

  @Test func everyImportIsDeclared() throws {
    let known = Set(names + ["ArgumentParser", "Logging"])
    for target in manifest.targets {
      let undeclared = try manifest.imports(of: target).intersection(known)
        .subtracting(target.dependencies).subtracting([target.name])
      #expect(undeclared.isEmpty, "\(target.name) imports \(undeclared.sorted()) undeclared")
    }
  }

  @Test func everyDeclaredDependencyIsUsed() throws {
    let programs = Set(manifest.targets.filter { $0.kind == "executableTarget" }.map(\.name))
    let systemLibraries = Set(manifest.targets.filter { $0.kind == "systemLibrary" }.map(\.name))
    for target in manifest.targets where target.kind != "systemLibrary" {
      // Tests run programs as processes; C includes a system library's header by its own name.
      var unused = target.dependencies.subtracting(try manifest.imports(of: target))
        .subtracting(programs)
      if try !manifest.includes(of: target).isEmpty { unused.subtract(systemLibraries) }
      #expect(unused.isEmpty, "\(target.name) declares \(unused.sorted()) and does not use it")
    }
  }

  @Test func nothingBelowTheCommandLineKnowsFlagsOrTheTerminal() throws {
    let commandLine = try #require(names.firstIndex(of: "CommandLineTools"))
    for target in manifest.targets[..<commandLine] {
      let imports = try manifest.imports(of: target)
      let forbidden = imports.intersection(["ArgumentParser", "Logging", "CommandLineTools"])
      #expect(forbidden.isEmpty, "\(target.name) imports \(forbidden.sorted())")
    }
  }

  @Test(arguments: ["Generation", "Evaluation"])
  func whoSamplesDoesNotGetTraining(_ name: String) {
    var reached: Set<String> = [name]
    for target in manifest.targets.reversed() where reached.contains(target.name) {
      reached.formUnion(target.dependencies)
    }
    #expect(!reached.contains("Training"))
  }
}
