#if MPI
  import MessagePassing
  import Synchronization

  /// The processes that MPI has started.
  final class MPIProcesses: Communicator {
    let rank: Int
    let count: Int
    private let hasLeft = Atomic<Bool>(false)

    /// Joins them; throws a `LaunchError` if MPI does not work or knows of another number of them.
    init(expecting expected: Int) throws {
      var (rank, count): (CInt, CInt) = (0, 0)
      if let failure = message_passing_join(&rank, &count) {
        throw LaunchError("was started as one of \(expected) but \(String(cString: failure))")
      }
      guard count == expected else {
        throw LaunchError(
          "was started as one of \(expected) processes but MPI knows \(count); start it with Open "
            + "MPI's mpirun, or with srun --mpi=pmix")
      }
      (self.rank, self.count) = (Int(rank), Int(count))
    }

    func sum(_ elements: UnsafeMutableBufferPointer<Float>) {
      message_passing_sum_floats(elements.baseAddress, elements.count)
    }

    func sum(_ elements: UnsafeMutableBufferPointer<Double>) {
      message_passing_sum_doubles(elements.baseAddress, elements.count)
    }

    func copyFromLead(_ bytes: UnsafeMutableRawBufferPointer) {
      message_passing_broadcast(bytes.baseAddress, bytes.count)
    }

    func leave() {
      if !hasLeft.exchange(true, ordering: .relaxed) { message_passing_leave() }
    }

    func endAll(code: Int32) {
      if !hasLeft.load(ordering: .relaxed) { message_passing_abort(code) }
    }
  }
#endif
