/*
 * running.c - what sluiced says of itself, and whether it runs.
 */
#include "running.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "show.h"

#define OLD_US UINT64_C(5000000)	/* it writes one every second */

static bool
is_alive(const json_t *status, uint64_t now_us, struct error *why)
{
	pid_t pid = (pid_t)json_integer_value(json_object_get(status, "pid"));
	uint64_t written_us = (uint64_t)json_integer_value(
				json_object_get(status, "written"));
	uint64_t old_us = show_since(written_us, now_us);
	char age[SHOW_AGE_MAX];

	if (pid <= 0 || (kill(pid, 0) < 0 && errno == ESRCH))
		return error_set(why, "sluiced is not running: process %d is gone",
				 (int)pid);
	if (old_us > OLD_US)
		return error_set(why, "sluiced is not running or hangs: its last status "
				 "is %s old", show_age(old_us, age));
	return true;
}

json_t *
running_status(const char *dir, uint64_t now_us, bool *is_running,
	       struct error *why)
{
	char path[4096];
	json_t *status;

	snprintf(path, sizeof(path), "%s/status.json", dir);
	status = json_load_file(path, 0, NULL);
	if (status == NULL)
		*is_running = error_set(why, "sluiced is not running: no status in "
					"%.300s", path);
	else
		*is_running = is_alive(status, now_us, why);
	return status;
}
