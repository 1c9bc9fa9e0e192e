import Foundation

/// How this process was started by whatever starts MPI programs: mpirun, Slurm's srun.
public struct Launch: Sendable, Equatable {
  /// How many processes were started together; 1 for one that was started by itself.
  public var count = 1
  /// The number of this one, from 0.
  public var rank = 0
  /// How many of them are on this machine.
  public var countOnThisMachine = 1

  /// What the environment of this process says.
  public static let current = Launch(environment: ProcessInfo.processInfo.environment)

  /// What an environment says: that of Open MPI's mpirun, of MPICH's, or of a step of Slurm.
  public init(environment: [String: String]) {
    let launchers = [
      ("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE"),
      ("PMI_SIZE", "PMI_RANK", "MPI_LOCALNRANKS"),
      // "2(x3)" is two tasks on each of three machines.
      ("SLURM_STEP_NUM_TASKS", "SLURM_PROCID", "SLURM_STEP_TASKS_PER_NODE"),
    ]
    func number(_ name: String) -> Int? {
      environment[name].flatMap { Int($0.prefix { $0.isWholeNumber }) }
    }
    for (size, rank, localSize) in launchers {
      guard let count = number(size), count > 1 else { continue }
      self.count = count
      self.rank = number(rank) ?? 0
      countOnThisMachine = number(localSize) ?? 1
      return
    }
  }

  /// The processes that were started together with this one, once all of them are there.
  ///
  /// Throws a `LaunchError` if there are several and they cannot know each other.
  public func join() throws -> any Communicator {
    guard count > 1 else { return SoleProcess() }
    #if MPI
      return try MPIProcesses(expecting: count)
    #else
      throw LaunchError(
        "was started as one of \(count) processes but built without MPI; start one, or install "
          + "libopenmpi-dev and build it with: swift build -c release --traits MPI")
    #endif
  }
}

/// Why processes that were started together cannot work together.
public struct LaunchError: Error, CustomStringConvertible {
  /// One line for the user.
  public let description: String

  init(_ problem: String) {
    description = "this program " + problem
  }
}
