#ifdef MPI

#include "MessagePassing.h"

#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>

// Waits without holding a core, which the computation needs: MPI's own waiting turns in circles.
static void wait_for(MPI_Request *request) {
  // What is here within microseconds is not worth a sleep.
  enum { PATIENCE = 50 };
  const struct timespec moment = {.tv_nsec = 20000};
  int is_done = 0;
  for (int tries = 0;; tries++) {
    MPI_Test(request, &is_done, MPI_STATUS_IGNORE);
    if (is_done) return;
    if (tries < PATIENCE) {
      sched_yield();
    } else {
      nanosleep(&moment, NULL);
    }
  }
}

// MPI counts in ints.
enum { PIECE = 1 << 28 };

static int piece_of(long count) { return count < PIECE ? (int)count : PIECE; }

const char *message_passing_join(int *rank, int *count) {
  static char failure[MPI_MAX_ERROR_STRING + 64];
  int level = MPI_THREAD_SINGLE;
  const int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &level);
  if (code != MPI_SUCCESS) {
    char reason[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    MPI_Error_string(code, reason, &length);
    snprintf(failure, sizeof failure, "MPI does not start: %s", reason);
    return failure;
  }
  if (level < MPI_THREAD_SERIALIZED) return "this MPI cannot be used from several threads";
  MPI_Comm_rank(MPI_COMM_WORLD, rank);
  MPI_Comm_size(MPI_COMM_WORLD, count);
  return NULL;
}

static void sum(void *elements, long count, MPI_Datatype type, long size) {
  for (long done = 0; done < count; done += PIECE) {
    MPI_Request request;
    MPI_Iallreduce(
        MPI_IN_PLACE, (char *)elements + done * size, piece_of(count - done), type, MPI_SUM,
        MPI_COMM_WORLD, &request);
    wait_for(&request);
  }
}

void message_passing_sum_floats(float *elements, long count) {
  sum(elements, count, MPI_FLOAT, sizeof *elements);
}

void message_passing_sum_doubles(double *elements, long count) {
  sum(elements, count, MPI_DOUBLE, sizeof *elements);
}

void message_passing_broadcast(void *bytes, long count) {
  for (long done = 0; done < count; done += PIECE) {
    MPI_Request request;
    MPI_Ibcast(
        (char *)bytes + done, piece_of(count - done), MPI_BYTE, 0, MPI_COMM_WORLD, &request);
    wait_for(&request);
  }
}

void message_passing_leave(void) {
  MPI_Request request;
  MPI_Ibarrier(MPI_COMM_WORLD, &request);
  wait_for(&request);
  MPI_Finalize();
}

void message_passing_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

#endif
