import Classifiers
import Foundation
import Testing

@Suite struct ConfigurationTests {
  private static let possible = ClassifierConfiguration(
    imageHeight: 28, imageWidth: 28, imageChannels: 1, classNames: (0..<10).map(String.init),
    architecture: .plain)

  @Test func theConfigurationOfAFileComesBack() throws {
    let data = try JSONEncoder().encode(Self.possible)
    #expect(try JSONDecoder().decode(ClassifierConfiguration.self, from: data) == Self.possible)
    #expect(Self.possible.problem == nil)
  }

  @Test(arguments: [
    ("imageHeight", 7, "28×7"), ("imageWidth", 257, "257×28"), ("imageWidth", -1, "-1×28"),
    ("imageChannels", 2, "1 or 3 channels, not 2"),
    ("channels", 0, "1 to 256 channels, not 0"),
    ("channels", 257, "not 257"), ("blocks", 0, "1 to 16 blocks per stage, not 0"),
    ("blocks", 17, "not 17"), ("dropout", 1, "dropout lies in [0, 1)"),
  ])
  func whatCannotBeBuiltIsNamed(field: String, value: Int, message: String) throws {
    let data = try JSONEncoder().encode(Self.possible)
    let object = try JSONSerialization.jsonObject(with: data)
    var fields = try #require(object as? [String: Any])
    fields[field] = value
    let impossible = try JSONDecoder().decode(
      ClassifierConfiguration.self, from: JSONSerialization.data(withJSONObject: fields))
    let problem = try #require(impossible.problem)
    #expect(problem.contains(message))
    #expect(!problem.contains("\n"))
  }

  @Test(arguments: [0, 1, 16_385]) func anImpossibleNumberOfClassesIsNamed(count: Int) throws {
    var impossible = Self.possible
    impossible.classNames = (0..<count).map(String.init)
    #expect(try #require(impossible.problem).contains("classes apart, not \(count)"))
  }
}
