import Foundation

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

  /// All eigenvalues, in no order, and with each its unit eigenvector if these are asked for.
  ///
  /// Reflections make the matrix tridiagonal, then implicitly shifted QL rotations make it diagonal
  /// (Golub and Van Loan, "Matrix Computations", sections 8.3.1 and 8.3.3).
  func eigenvalues(withVectors: Bool) -> (values: [Double], vectors: [[Double]]) {
    var vectors = withVectors ? Self.identity(size) : []
    var (diagonal, beside) = tridiagonal(&vectors)
    diagonalize(&diagonal, &beside, &vectors)
    return (diagonal, vectors)
  }

  /// The diagonal and the elements beside it of Qᵀ · this · Q; `vectors` becomes Qᵀ, row by row.
  private func tridiagonal(_ vectors: inout [[Double]]) -> (diagonal: [Double], beside: [Double]) {
    var a = elements
    var beside = [Double](repeating: 0, count: max(size, 1))
    for k in 0..<max(size - 2, 0) {
      var v = (0..<size).map { $0 <= k ? 0 : a[$0 * size + k] }
      let norm = Self.norm(v)
      beside[k] = v[k + 1] > 0 ? -norm : norm
      guard norm > 0 else { continue }
      v[k + 1] -= beside[k]
      let length = Self.norm(v)
      for i in k + 1..<size { v[i] /= length }
      reflect(&a, by: v, from: k + 1)
      Self.reflect(&vectors, by: v)
    }
    if size > 1 { beside[size - 2] = a[(size - 1) * size + size - 2] }
    return ((0..<size).map { a[$0 * size + $0] }, beside)
  }

  /// a := H · a · H with H = 1 − 2 v vᵀ, in the rows and columns from `first` on.
  private func reflect(_ a: inout [Double], by v: [Double], from first: Int) {
    var w = [Double](repeating: 0, count: size)
    for i in first..<size {
      var sum = 0.0
      for j in first..<size { sum += a[i * size + j] * v[j] }
      w[i] = 2 * sum
    }
    var projection = 0.0
    for i in first..<size { projection += v[i] * w[i] }
    for i in first..<size { w[i] -= projection * v[i] }
    for i in first..<size {
      for j in first..<size { a[i * size + j] -= v[i] * w[j] + w[i] * v[j] }
    }
  }

  /// The QL iteration with implicit shifts; rows of `vectors`, if there are any, turn along.
  private func diagonalize(
    _ d: inout [Double], _ e: inout [Double], _ vectors: inout [[Double]]
  ) {
    let scale = (d + e).reduce(0) { max($0, abs($1)) }
    // Each eigenvalue takes two or three rounds; the bound only matters for numbers that are not finite.
    for first in 0..<size {
      for _ in 0..<60 {
        let last =
          (first..<size - 1).first { abs(e[$0]) <= .ulpOfOne * scale } ?? size - 1
        if last == first { break }
        chase(from: first, through: last, &d, &e, &vectors)
      }
    }
  }

  /// One shifted sweep of rotations up from `last` to `first`.
  private func chase(
    from first: Int, through last: Int, _ d: inout [Double], _ e: inout [Double],
    _ vectors: inout [[Double]]
  ) {
    var g = (d[first + 1] - d[first]) / (2 * e[first])
    var r = hypot(g, 1)
    g = d[last] - d[first] + e[first] / (g < 0 ? g - r : g + r)
    var (s, c, p) = (1.0, 1.0, 0.0)
    for i in stride(from: last - 1, through: first, by: -1) {
      let (f, b) = (s * e[i], c * e[i])
      r = hypot(f, g)
      e[i + 1] = r
      if r == 0 {
        d[i + 1] -= p
        e[last] = 0
        return
      }
      (s, c) = (f / r, g / r)
      g = d[i + 1] - p
      r = (d[i] - g) * s + 2 * c * b
      p = s * r
      d[i + 1] = g + p
      g = c * r - b
      if !vectors.isEmpty { Self.rotate(&vectors, i, sine: s, cosine: c) }
    }
    d[first] -= p
    e[first] = g
    e[last] = 0
  }

  private static func rotate(_ rows: inout [[Double]], _ i: Int, sine: Double, cosine: Double) {
    for j in rows[i].indices {
      let (upper, lower) = (rows[i][j], rows[i + 1][j])
      rows[i + 1][j] = sine * upper + cosine * lower
      rows[i][j] = cosine * upper - sine * lower
    }
  }

  private static func reflect(_ rows: inout [[Double]], by v: [Double]) {
    guard !rows.isEmpty else { return }
    var sums = [Double](repeating: 0, count: v.count)
    for (row, weight) in zip(rows, v) where weight != 0 {
      for j in sums.indices { sums[j] += weight * row[j] }
    }
    for i in rows.indices where v[i] != 0 {
      for j in sums.indices { rows[i][j] -= 2 * v[i] * sums[j] }
    }
  }

  private static func identity(_ size: Int) -> [[Double]] {
    (0..<size).map { i in (0..<size).map { $0 == i ? 1 : 0 } }
  }

  private static func norm(_ v: [Double]) -> Double {
    v.reduce(0) { $0 + $1 * $1 }.squareRoot()
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
