import type { ListJobLogResponse, LoggedLine } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import type { LogEntry } from './job-events'
import { lastSegment } from './job-name'

/**
 * The lines to show, in order.
 * @param pages what was asked for, from the beginning; undefined to show the live lines alone
 * @param complete whether no page follows these, so that the live lines go on from there
 * @param task whose lines; -1 for the job as a whole, undefined for all
 */
export function linesOf(
  pages: readonly Pick<ListJobLogResponse, 'lines'>[] | undefined,
  complete: boolean,
  live: readonly LogEntry[],
  task: number | undefined,
): readonly LogEntry[] {
  const ofTask = task === undefined ? live : live.filter((line) => line.task === task)
  if (pages === undefined) return ofTask
  const asked = pages.flatMap(({ lines }) =>
    lines.map((line) => ({ ...line, sequence: Number(line.sequence) })),
  )
  if (!complete) return asked
  const last = asked.at(-1)?.sequence ?? 0
  return [...asked, ...ofTask.filter(({ sequence }) => sequence > last)]
}

/** One line each, with its time and who wrote it. */
export function logText(lines: readonly Pick<LoggedLine, 'time' | 'task' | 'text'>[]): string {
  return lines
    .map(
      ({ time, task, text }) => `${time?.toISOString() ?? ''}\t${task < 0 ? 'job' : `#${task}`}\t${text}\n`,
    )
    .join('')
}

export function logFileName(job: string, task: number | undefined): string {
  const part = task === undefined ? '' : task < 0 ? '-job' : `-task-${task}`
  return `${lastSegment(job)}${part}.log.txt`
}
