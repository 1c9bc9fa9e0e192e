import Communication
import Testing

@Suite struct LaunchTests {
  @Test func launchersTellHowManyThereAre() {
    #expect(launch([:]) == [1, 0, 1])
    #expect(
      launch([
        "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_LOCAL_SIZE": "2",
      ]) == [4, 3, 2])
    #expect(launch(["PMI_SIZE": "2", "PMI_RANK": "1", "MPI_LOCALNRANKS": "2"]) == [2, 1, 2])
    #expect(
      launch([
        "SLURM_STEP_NUM_TASKS": "6", "SLURM_PROCID": "5", "SLURM_STEP_TASKS_PER_NODE": "2(x3)",
      ]) == [6, 5, 2])
  }

  /// A batch script of a job of several tasks is one process, and so is a step of one.
  @Test func oneProcessIsAlone() throws {
    #expect(launch(["SLURM_NTASKS": "8"]) == [1, 0, 1])
    #expect(launch(["SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"]) == [1, 0, 1])
    #expect(launch(["OMPI_COMM_WORLD_SIZE": "many"]) == [1, 0, 1])
    #expect(try Launch(environment: ["OMPI_COMM_WORLD_SIZE": "1"]).join() is SoleProcess)
  }

  private func launch(_ environment: [String: String]) -> [Int] {
    let launch = Launch(environment: environment)
    return [launch.count, launch.rank, launch.countOnThisMachine]
  }
}
