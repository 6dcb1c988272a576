import { pino } from 'pino';
import type { MonitorLog } from '../src/monitor/options.ts';
import { logfmt } from './logfmt.ts';

/** How much is logged, from most to least. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export const logFormats = ['logfmt', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

/** What one log line carries besides its message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The process's log: a short constant sentence, and data in fields. */
export interface Log extends MonitorLog {
  debug(message: string, fields?: LogFields): void;
  /** A log that adds these fields to each line. */
  with(fields: LogFields): Log;
}

/** A log that gives each finished line to `write`. */
export function createLog(
  { level, format }: { readonly level: LogLevel; readonly format: LogFormat },
  write: (line: string) => void,
): Log {
  const root = pino(
    {
      level,
      base: null,
      timestamp: () => `,"ts":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: format === 'json' ? write : (line: string) => write(logfmt(JSON.parse(line) as LogFields)) },
  );
  return logTo((at, message, fields) => root[at](fields, message));
}

function logTo(emit: (level: LogLevel, message: string, fields: LogFields) => void): Log {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) =>
      emit(level, message, plain(fields));
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: (more) => logTo((level, message, fields) => emit(level, message, { ...plain(more), ...fields })),
  };
}

/** An error is its message, and a bigint its digits: JSON has neither. */
function plain(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if (value instanceof Error) return [key, value.message];
      return [key, typeof value === 'bigint' ? String(value) : value];
    }),
  );
}
