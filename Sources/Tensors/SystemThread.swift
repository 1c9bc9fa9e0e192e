import Foundation

/// Starts a thread that runs `body` and ends with it.
///
/// Ends the process in one line if the system has no more threads: Foundation's `Thread` would say
/// nothing, and whoever needs the thread would wait for ever.
public func startThread(_ body: @escaping @Sendable () -> Void) {
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setstacksize(&attributes, 4 << 20)
  pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
  let argument = Unmanaged.passRetained(ThreadBody(body)).toOpaque()
  #if canImport(Darwin)
    var thread: pthread_t?
    let code = pthread_create(&thread, &attributes, { run($0) }, argument)
  #else
    var thread = pthread_t()
    let code = pthread_create(&thread, &attributes, { $0.flatMap(run) }, argument)
  #endif
  if code != 0 {
    endProcess(
      "no more threads can be had: \(String(cString: strerror(code))); "
        + "lower --threads, or raise the limit on processes or memory (ulimit -u, -v)")
  }
}

/// Ends the process as any error does, in one line and with exit code 1, but at once: for what no
/// computation can go on without. What is on the disk is whole at every moment.
func endProcess(_ error: String) -> Never {
  let eraseProgress = isatty(STDERR_FILENO) == 1 ? "\r\u{1b}[K" : ""
  let line = Array("\(eraseProgress)error: \(error)\n".utf8)
  _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  _exit(EXIT_FAILURE)
}

private final class ThreadBody {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) {
    self.body = body
  }
}

private func run(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
  Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().body()
  return nil
}
