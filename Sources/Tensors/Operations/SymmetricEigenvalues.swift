import COpenBLAS

/// The eigenvalues of the symmetric matrix with `elements` [size, size], ascending, and with each its unit
/// eigenvector [size] if these are asked for. Not numbers, all of them, if an element is not finite.
public func symmetricEigenvalues(
  of elements: [Double], size: Int, withVectors: Bool
) -> (values: [Double], vectors: [[Double]]) {
  precondition(elements.count == size * size, "the matrix is not square")
  _ = OpenBLAS.kernelName
  var (matrix, values) = (elements, [Double](repeating: .nan, count: size))
  let succeeded =
    elements.allSatisfy(\.isFinite)
    && openblas_symmetric_eigenvalues(withVectors, Int32(size), &matrix, &values)
  if !succeeded { values = [Double](repeating: .nan, count: size) }
  guard withVectors else { return (values, []) }
  return (values, (0..<size).map { Array(matrix[$0 * size..<($0 + 1) * size]) })
}
