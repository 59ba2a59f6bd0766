#ifndef NETBIT_THREAD_H
#define NETBIT_THREAD_H
#include <stdint.h>
/*
 * Thread tags. Every function of the border carries one; a debug host asserts it.
 *
 *   [control]  the host's one control thread. It alone creates, configures, starts, stops and destroys plugins.
 *              Calls of one plugin never overlap on it.
 *   [fast]     a reactor thread, or any other: the function reads memory only and returns within microseconds.
 *              A *handler* tagged so runs on a reactor: it must not wait, lock for long, or touch a disk.
 *   [reactor]  the one reactor thread that a connection or socket belongs to; what it says is good there only. Do as on [fast].
 *   [worker]   a thread of the bounded pool: may read the database and compute for a while.
 *   [writer]   the host's one writing thread. Completions of writes arrive here; do little: answer, post, return.
 *   [event]    the host's one event thread: deliveries of subscriptions arrive here, in order.
 *   [any]      every thread of the host, and threads of a library that the plugin drives.
 *
 * A plugin starts no thread of its own; netbit/exec.h gives it work and time.
 */
#endif
