#ifndef MESSAGE_PASSING_H
#define MESSAGE_PASSING_H

/// What a training needs of MPI, whose own header is made of macros that Swift cannot see.
///
/// Without the package's trait MPI there is nothing behind it, and no function may be called.
/// All processes call the same functions in the same order; any one thread at a time may.

/// Joins the processes that were started together. Returns a line that says what failed, or NULL.
const char *message_passing_join(int *rank, int *count);

/// Replaces each element by its sum over all processes.
void message_passing_sum_floats(float *elements, long count);
void message_passing_sum_doubles(double *elements, long count);

/// Replaces `bytes` by those of process 0.
void message_passing_broadcast(void *bytes, long count);

/// Waits until all processes have come to their end; no other function may be called afterwards.
void message_passing_leave(void);

/// Ends all processes at once with an exit code.
void message_passing_abort(int code);

#endif
