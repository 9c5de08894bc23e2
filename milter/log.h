/*
 * log.h - one line per event, to stderr (journald adds the time) or syslog.
 *
 * Nobody waits for whoever reads them: lines that he does not take are dropped
 * and counted. Every line is logfmt: an event word, then name=value. A value never splits a
 * line or forges a field: log_value quotes whatever is not plain.
 */
#ifndef MILTER_LOG_H
#define MILTER_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Lines above level are dropped. Before log_open lines go to stderr. */
void log_open(const char *program, bool is_syslog, enum log_level level);
bool log_wants(enum log_level level);

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* text as a logfmt value: as it is if it is plain, else in double quotes with
 * ", \ and everything but printable ASCII escaped (\xNN). Cut at size,
 * NUL-terminated; returns out. */
const char *log_value(const char *text, size_t len, char *out, size_t size);

#endif
