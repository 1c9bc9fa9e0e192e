import Tensors

/// A real symmetric matrix in double precision, row by row: [size, size].
struct SymmetricMatrix {
  let size: Int
  var elements: [Double]

  /// The square root of a positive semidefinite matrix: the symmetric S with S · S = this. Eigenvalues
  /// that rounding has made negative count as zero.
  var squareRoot: SymmetricMatrix {
    let (values, vectors) = eigenvalues(withVectors: true)
    var root = [Double](repeating: 0, count: size * size)
    for (index, value) in values.enumerated() where value > 0 {
      let (scale, vector) = (value.squareRoot(), vectors[index])
      for i in 0..<size {
        for j in 0..<size { root[i * size + j] += scale * vector[i] * vector[j] }
      }
    }
    return SymmetricMatrix(size: size, elements: root)
  }

  /// other · this · other, which is symmetric too.
  func conjugated(by other: SymmetricMatrix) -> SymmetricMatrix {
    SymmetricMatrix(
      size: size,
      elements: Self.product(
        other.elements, Self.product(elements, other.elements, size), size))
  }

  /// All eigenvalues, ascending, and with each its unit eigenvector if these are asked for.
  func eigenvalues(withVectors: Bool) -> (values: [Double], vectors: [[Double]]) {
    symmetricEigenvalues(of: elements, size: size, withVectors: withVectors)
  }

  private static func product(_ a: [Double], _ b: [Double], _ size: Int) -> [Double] {
    var result = [Double](repeating: 0, count: size * size)
    result.withUnsafeMutableBufferPointer { result in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          for i in 0..<size {
            for k in 0..<size {
              let factor = a[i * size + k]
              for j in 0..<size { result[i * size + j] += factor * b[k * size + j] }
            }
          }
        }
      }
    }
    return result
  }
}
