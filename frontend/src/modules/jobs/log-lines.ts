import type { ListJobLogResponse, LoggedLine } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import type { LogEntry } from './job-events'
import { lastSegment } from './job-name'

/** Whose lines. */
export interface LogOf {
  /** -1 for the job as a whole, undefined for all. */
  readonly task: number | undefined
  /** Of the task; undefined for all, and where it has none. */
  readonly container: number | undefined
}

export const wholeLog: LogOf = { task: undefined, container: undefined }

/**
 * The lines to show, in order.
 * @param pages what was asked for, from the beginning; undefined to show the live lines alone
 * @param complete whether no page follows these, so that the live lines go on from there
 */
export function linesOf(
  pages: readonly Pick<ListJobLogResponse, 'lines'>[] | undefined,
  complete: boolean,
  live: readonly LogEntry[],
  { task, container }: LogOf,
): readonly LogEntry[] {
  const ofTask =
    task === undefined
      ? live
      : live.filter((line) => line.task === task && (container === undefined || line.container === container))
  if (pages === undefined) return ofTask
  const asked = pages.flatMap(({ lines }) =>
    lines.map((line) => ({ ...line, sequence: Number(line.sequence) })),
  )
  if (!complete) return asked
  const last = asked.at(-1)?.sequence ?? 0
  return [...asked, ...ofTask.filter(({ sequence }) => sequence > last)]
}

/**
 * Who wrote a line: "job", "#3", "tiles", "tiles/12".
 * @param names of tasks, by their indexes; without them they are numbered
 */
export function writerOf(
  { task, container }: Pick<LoggedLine, 'task' | 'container'>,
  names: readonly string[] = [],
): string {
  const name = task < 0 ? 'job' : (names[task] ?? `#${task}`)
  return container === undefined ? name : `${name}/${container}`
}

/** One line each, with its time and who wrote it. */
export function logText(
  lines: readonly Pick<LoggedLine, 'time' | 'task' | 'container' | 'text'>[],
  names: readonly string[] = [],
): string {
  return lines
    .map((line) => `${line.time?.toISOString() ?? ''}\t${writerOf(line, names)}\t${line.text}\n`)
    .join('')
}

export function logFileName(job: string, { task, container }: LogOf): string {
  const part = task === undefined ? '' : task < 0 ? '-job' : `-task-${task}`
  return `${lastSegment(job)}${part}${container === undefined ? '' : `-container-${container}`}.log.txt`
}
